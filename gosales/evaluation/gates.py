"""Pass or fail: the figures of a holdout against what the settings ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gosales.evaluation.scoreboard import MACRO, NEVER, RATIO
from gosales.evaluation.settings import GateSettings

PASSED, FAILED, SKIPPED = "passed", "failed", "not applied"


@dataclass(frozen=True)
class Gate:
    """One demand, and how the holdout met it."""

    name: str
    asked: str
    found: float | None
    result: str


def judge(populations: dict[str, Any], settings: GateSettings) -> list[Gate]:
    """Check the never-bought figures of a scoreboard.

    A figure that cannot be had, or stands on too few buyers, is not applied: it neither passes nor
    fails, and says so.
    """
    rows = populations[NEVER]
    macro = rows[MACRO]
    enough = macro["buyers"] >= settings.least_buyers
    overall = macro[RATIO]
    low, high = 1 / settings.calibration, settings.calibration
    auc, lift = settings.least_auc, settings.least_lift
    return [
        _gate("auc", f">= {auc}", macro["auc"], enough, auc),
        _gate("lift_10", f">= {lift}", macro["lift_10"], enough, lift),
        _gate(RATIO, f"{low:.2f} to {high:.2f}", overall, enough, low, high),
    ]


def _gate(
    name: str,
    asked: str,
    found: float | None,
    enough: bool,
    *bounds: float,
) -> Gate:
    if found is None or not enough:
        return Gate(name, asked, found, SKIPPED)
    inside = found >= bounds[0] and (len(bounds) == 1 or found <= bounds[1])
    return Gate(name, asked, round(found, 4), PASSED if inside else FAILED)
