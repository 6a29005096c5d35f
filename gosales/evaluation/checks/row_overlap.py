"""L13: no judged row was trained on, and no training outcome reaches beyond the cutoff.

Features count days and months back from their cutoff, so two rows with the same features are the
same cell at the same cutoff.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gosales.core.timeline import Cutoff
from gosales.evaluation.checks.check import NOT_APPLICABLE, Check, verdict

CODE, NAME = "L13", "row_overlap"
ODD = np.uint64(0x9E3779B97F4A7C15)


def row_overlap(
    cutoff: Cutoff, trained: NDArray[np.uint64], judged: NDArray[np.uint64], beyond: list[str]
) -> Check:
    """Look for judged rows among the trained ones, and for outcomes that were not over yet.

    Args:
        trained, judged: Fingerprints of rows, see `fingerprints`.
        beyond: Training cutoffs whose outcome was not over, see `outcomes_beyond`.
    """
    if not len(trained):
        why = "Nothing was trained: the history is too short."
        return Check(CODE, NAME, str(cutoff), NOT_APPLICABLE, why)
    shared = int(np.isin(judged, trained).sum())
    told = f"None of {len(judged):,} judged rows is among the {len(trained):,} training rows."
    if shared:
        told = f"{shared:,} of {len(judged):,} judged rows were trained on."
    if beyond:
        told += f" Outcomes after {', '.join(beyond)} reach beyond the cutoff."
    evidence = {
        "training_rows": len(trained),
        "judged_rows": len(judged),
        "shared_rows": shared,
        "outcomes_beyond_the_cutoff": beyond,
    }
    return Check(CODE, NAME, str(cutoff), verdict(not shared and not beyond), told, evidence)


def fingerprints(values: NDArray[np.float32], division: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Shape (rows,): one number for the features of a row and its division.

    Args:
        values: Shape (rows, k).
        division: Shape (rows,), of a list of divisions that all rows share.
    """
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    mixed = division.astype(np.uint64) + np.uint64(1)
    for column in bits.T:
        mixed = (mixed ^ column) * ODD
        mixed ^= mixed >> np.uint64(29)
    return mixed


def outcomes_beyond(cutoffs: Sequence[Cutoff], months: set[int], end: Cutoff) -> list[str]:
    """Training cutoffs whose outcome was not over by `end`.

    Args:
        months: Lengths of outcome among the training rows. The longest is the whole horizon; each
            shorter one belongs to a single cutoff.
    """
    whole, *shorter = sorted(months, reverse=True)
    unfinished = sorted(c for c in cutoffs if c.plus_months(whole) > end.date)
    lengths = [*shorter, *[whole] * len(unfinished)]
    return [
        str(cutoff)
        for cutoff, length in zip(unfinished, lengths, strict=False)
        if cutoff.plus_months(length) > end.date
    ]
