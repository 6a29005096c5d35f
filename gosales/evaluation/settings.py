"""Settings of the judging: past cutoffs, and the gates that a holdout must pass."""

from __future__ import annotations

from pydantic import Field

from gosales.core.settings import Settings


class BacktestSettings(Settings):
    """`[backtest]`: how figures are made, here and in metrics.json."""

    folds: int = Field(6, ge=1, le=24, description="Most cutoffs of `gosales backtest`.")
    capacity: int | None = Field(
        None,
        ge=1,
        description="Rows of a list that can be worked, for the figures at capacity. Default: "
        "`[plan] slots` for each rep who sold in the last 12 months; 100 where the log names none.",
    )
    draws: int = Field(
        1_000, ge=100, le=100_000, description="Times that customers are drawn for an interval."
    )


class GateSettings(Settings):
    """`[gates]`: `gosales validate` exits 1 when one of them fails."""

    least_auc: float = Field(
        0.6, ge=0, le=1, description="Macro AUC on never-bought cells that is asked for."
    )
    least_lift: float = Field(
        1.5, ge=0, description="Macro lift in the top 10 % of never-bought cells."
    )
    calibration: float = Field(
        1.5, ge=1, description="Expected over actual buyers may be off by this factor, either way."
    )
    least_buyers: int = Field(
        30, ge=1, description="Below so many never-bought buyers the gates are not applied."
    )
