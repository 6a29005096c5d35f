"""Settings of the judging: past cutoffs, gates that a holdout must pass, and drift."""

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


class DriftSettings(Settings):
    """`[drift]`: what makes a warning, and with `--strict` exit code 1."""

    watch_index: float = Field(
        0.1,
        gt=0,
        description="Population stability index from which a feature or score is watched.",
    )
    feature_index: float = Field(
        0.5, gt=0, description="Index above which a feature counts as drifted."
    )
    feature_share: float = Field(
        0.1, ge=0, le=1, description="Share of drifted features above which there is a warning."
    )
    score_index: float = Field(
        0.25, gt=0, description="Index above which the scores of a division make a warning."
    )
    score_move: float = Field(
        0.2,
        ge=0,
        description="They make none unless they have moved by so much in log odds, in the mean, "
        "as well: 0.2 is from 10 % to 12 %.",
    )
    label_ratio: float = Field(
        2.0,
        gt=1,
        description="A division's base rate may differ from that of earlier horizons by this "
        "factor, either way.",
    )
    volume_ratio: float = Field(
        2.0,
        gt=1,
        description="Lines of the last three months over those of the same months a year before "
        "may differ from 1 by this factor, either way.",
    )
    gap_days: int | None = Field(
        None,
        ge=1,
        description="Most days without an order before the cutoff. Default: twice the longest gap "
        "of the year before, at least 7.",
    )
    model_months: int = Field(
        6, ge=1, description="Most months from the end of what the models know to the cutoff."
    )
    least_customers: int = Field(
        200, ge=1, description="Below so many customers nothing is judged but age: it is chance."
    )
