"""Settings that more than one stage reads. Each field's description is its line in the docs."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Months = Annotated[int, Field(ge=1, le=36)]


class Settings(BaseModel):
    """Frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TimeSettings(Settings):
    """`[time]`"""

    horizon_months: Months = Field(6, description="Length of the outcome, in months.")
    last_day: dt.date | None = Field(
        None, description="The history ends here; later lines are rejected. Default: last order."
    )
    cutoffs: tuple[dt.date, ...] | None = Field(
        None,
        description="Cutoffs of `gosales backtest`. Default: up to `[backtest] folds` of them, "
        "half-yearly, quarterly or monthly, as the history allows.",
    )
    day_first: bool | None = Field(
        None,
        description="Whether `03/04/2024` is 3 April (true) or March 4 (false). "
        "Default: decided from the rows; an error when they do not tell.",
    )


class DivisionSettings(Settings):
    """`[divisions]`"""

    include: tuple[str, ...] = Field((), description="Score only these divisions. Default: all.")
    exclude: tuple[str, ...] = Field((), description="Divisions never scored or listed.")
    leftover: tuple[str, ...] = Field(
        (),
        description="Divisions that hold what fits into no other: scored, and their products "
        "listed, but never pitched as a division.",
    )
    rebuy_after_months: dict[str, Months] = Field(
        {},
        description="Division -> months after which an old purchase no longer counts as owning it.",
    )


class WhitespaceSettings(Settings):
    """`[whitespace]`"""

    order_by: str = Field(
        "icp_score",
        pattern="^(icp_score|expected_value)$",
        description="`icp_score` (products: `product_score`) or `expected_value`.",
    )
    listed_rows: int = Field(
        20_000,
        ge=1,
        description="Rows, by rank, that get reasons and look-alike owners, as every list's first "
        "rows do.",
    )
    skip_statuses: tuple[Literal["competitor", "does_itself", "open_opportunity"], ...] = Field(
        ("competitor", "does_itself"),
        description="Statuses in data/lookup/cells.csv that keep a row out of the whitespace, as "
        "`do_not_pitch` always does.",
    )


class LimitSettings(Settings):
    """`[limits]`"""

    memory_gb: float | None = Field(
        None,
        gt=0.2,
        le=65_536,
        description="Memory budget. Default: 60 % of the machine, at most 8.",
    )
    training_rows: int = Field(
        450_000, ge=1_000, description="Most rows a model is trained on; more are sampled."
    )
