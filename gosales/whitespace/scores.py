"""The score table: every customer x division with its probability, grade, status and money."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Scores

GRADES = ((95.0, "A"), (80.0, "B"), (50.0, "C"), (20.0, "D"), (5.0, "E"))
LOWEST = "F"
SCORE_DIGITS = 6
VALUE_DIGITS = 2
LARGEST, SMALLEST = 1 - 10.0**-SCORE_DIGITS, 10.0**-SCORE_DIGITS


def percentiles(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of customers who score less, in percent, equals sharing theirs; 100 is the best.

    Args:
        score: Shape (customers,), of one division.
    """
    ordered = np.sort(score)
    less = np.searchsorted(ordered, score, side="left")
    same = np.searchsorted(ordered, score, side="right") - less
    return np.round(100.0 * (less + (same + 1) / 2) / max(len(score), 1), 2)


def grades(percentile: NDArray[np.float64]) -> NDArray[np.object_]:
    """A for the top 5 %, B to 20 %, C to 50 %, D to 80 %, E to 95 %, F for the rest."""
    result = np.full(len(percentile), LOWEST, object)
    for least, grade in reversed(GRADES):
        result[percentile > least] = grade
    return result


def with_grades(table: pd.DataFrame) -> pd.DataFrame:
    """Round the scores and add percentile and grade within each division.

    Args:
        table: Rows with `division`, `icp_score` and `expected_value`.
    """
    score = table[Scores.SCORE].clip(SMALLEST, LARGEST).round(SCORE_DIGITS)
    percentile = score.groupby(table[Scores.DIVISION], sort=False).transform(
        lambda column: percentiles(column.to_numpy(float))
    )
    return table.assign(
        **{
            Scores.SCORE: score,
            Scores.PERCENTILE: percentile,
            Scores.GRADE: pd.Categorical(grades(percentile.to_numpy(float))),
            **{
                name: table[name].round(VALUE_DIGITS)
                for name in (Scores.VALUE, *Scores.MONEY)
                if name in table
            },
        }
    )
