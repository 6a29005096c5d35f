"""L08: a row's score does not depend on which other rows are scored with it.

A scaler, encoder or rank that is fitted on the rows to be judged gives another score to a row when
it is scored alone.
"""

from __future__ import annotations

import numpy as np

from gosales.evaluation.checks.area import Floats
from gosales.evaluation.checks.check import NOT_APPLICABLE, Check, verdict

CODE, NAME = "L08", "row_alone"
TOLERANCE = 1e-9


def row_alone(cutoff: str, together: Floats, alone: Floats) -> Check:
    """Scores of the same rows, scored with all others and in parts; shape (rows,)."""
    if not len(together):
        return Check(CODE, NAME, cutoff, NOT_APPLICABLE, "There is no row to score.")
    worst = float(np.abs(together - alone).max())
    clean = worst <= TOLERANCE
    told = (
        f"{len(together):,} scores are the same when their rows are scored in parts."
        if clean
        else f"Scores change by up to {worst:.2g} with the rows that are scored beside them."
    )
    evidence = {"rows": len(together), "largest_change": worst}
    return Check(CODE, NAME, cutoff, verdict(clean), told, evidence)
