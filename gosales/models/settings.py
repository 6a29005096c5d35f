"""Settings of the modelling recipe; each default is argued for in docs/adr."""

from __future__ import annotations

from pydantic import Field

from gosales.core.settings import Settings


class ModelSettings(Settings):
    """`[models]`"""

    snapshots: int = Field(
        8, ge=1, le=24, description="Training cutoffs before the scoring cutoff."
    )
    rounds: int = Field(150, ge=10, le=2_000, description="Trees in each boosted model.")
    learning_rate: float = Field(0.05, gt=0, le=0.5, description="Of the boosted models.")
    kept_zeros: float = Field(
        0.35,
        gt=0,
        le=1,
        description="Share of the never-bought cells without a purchase that is trained on; "
        "each then counts as 1 / share.",
    )
    ridge_penalty: float = Field(100.0, gt=0, description="Of the linear model.")
    tracking: bool = Field(True, description="Record trainings in outputs/mlflow.db.")
    min_buyers: int = Field(
        50, ge=1, description="Buyers a division needs to be judged on its own."
    )
