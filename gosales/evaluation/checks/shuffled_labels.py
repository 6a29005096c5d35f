"""L09: with outcomes dealt out to other customers, nothing can be foretold.

The whole fit is made on shuffled outcomes, anew for every cutoff, and judged on shuffled ones.
A ranking that is better than chance has seen the labels that it is judged on.
"""

from __future__ import annotations

from gosales.evaluation.checks.area import Z999, Area
from gosales.evaluation.checks.check import NOT_APPLICABLE, Check, verdict

CODE, NAME = "L09", "shuffled_labels"
NULL = 0.5


def shuffled_labels(cutoff: str, found: Area | None) -> Check:
    """`found` is the macro AUC on never-bought cells, shuffled fit on shuffled outcomes."""
    if found is None:
        return no_shuffle(cutoff, "No division has enough buyers who never bought from it before.")
    clean = abs(found.value - NULL) <= Z999 * found.error
    told = f"AUC {found} on shuffled outcomes, where 0.5 is chance."
    return Check(CODE, NAME, cutoff, verdict(clean), told, found.as_dict())


def no_shuffle(cutoff: str, why: str) -> Check:
    """The check cannot be made, and why."""
    return Check(CODE, NAME, cutoff, NOT_APPLICABLE, why)
