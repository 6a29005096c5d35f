"""L10: a cutoff on an odd day must look like the others.

A leak that hangs on where the data are usually cut (month ends, the day after) makes the usual
cutoff look better than an odd day a few weeks earlier.
"""

from __future__ import annotations

import math

from gosales.evaluation.checks.area import Z999, Area
from gosales.evaluation.checks.check import NOT_APPLICABLE, Check, verdict

CODE, NAME = "L10", "placebo_cutoff"
WORTH_ALARM = 0.05


def placebo_cutoff(cutoff: str, placebo: str, usual: Area | None, odd: Area | None) -> Check:
    """Macro AUC on never-bought cells, at the usual cutoff and at the odd one."""
    if usual is None or odd is None:
        return no_placebo(cutoff, "No division has enough buyers who never bought from it before.")
    gain = usual.value - odd.value
    margin = Z999 * math.hypot(usual.error, odd.error)
    clean = gain < WORTH_ALARM or gain < margin
    told = f"AUC {usual} at {cutoff}, {odd} at the placebo cutoff {placebo}."
    evidence = {
        "usual": usual.as_dict(),
        "placebo": odd.as_dict(),
        "placebo_cutoff": placebo,
        "gain": round(gain, 4),
        "gain_margin": round(margin, 4),
    }
    return Check(CODE, NAME, cutoff, verdict(clean), told, evidence)


def no_placebo(cutoff: str, why: str) -> Check:
    """The check cannot be made, and why."""
    return Check(CODE, NAME, cutoff, NOT_APPLICABLE, why)
