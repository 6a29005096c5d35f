"""Settings of the gates that a holdout must pass."""

from __future__ import annotations

from pydantic import Field

from gosales.core.settings import Settings


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
