"""Facts of the listed rows, gathered for the sentences of `whitespace.reasons`."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Scores
from gosales.features.engine import CellFeatures
from gosales.features.families.adoption_paths import Paths
from gosales.features.walk import past_months
from gosales.whitespace.reasons import Facts, Step, sentences

USED = (
    "own_recency__days_since_last",
    "own_cadence__usual_gap_days",
    "own_frequency__orders_12m",
    "any_frequency__orders_12m",
    "any_frequency__orders_24m",
    "any_recency__days_since_last",
    "mix__divisions_new_12m",
    "division__owner_share",
    "division__adoption_rate_12m",
    "collaborative__neighbours",
)
MOST_STEPS = 2
LEAST_LIFT = 0.1


def explain_rows(
    cells: CellFeatures,
    rows: pd.DataFrame,
    customer: NDArray[np.int32],
    division: NDArray[np.int32],
) -> list[str]:
    """The sentences of each row.

    Args:
        rows: Score rows.
        customer, division: Shape (rows,), the row's cell in the panel.
    """
    frame = cells.rows(customer, division)
    columns = {name: frame.column(name).astype(float) for name in USED}
    steps = _steps(cells, customer, division)
    owned = frame.owned
    result = []
    for i, name in enumerate(rows[Scores.DIVISION]):
        values = {column: float(values[i]) for column, values in columns.items()}
        facts = Facts(name, cells.panel.horizon_months, bool(owned[i]), values, steps[i])
        result.append(sentences(facts))
    return result


def _steps(
    cells: CellFeatures, customer: NDArray[np.int32], division: NDArray[np.int32]
) -> list[tuple[Step, ...]]:
    """For each never-bought cell, the held divisions that raise its chance the most."""
    panel, paths = cells.panel, cells.paths
    everyone = np.arange(panel.shape[0])
    holds = next(past_months(panel, range(1), everyone)).holds
    result: list[tuple[Step, ...]] = []
    for c, b in zip(customer, division, strict=True):
        if panel.owned[c, b]:
            result.append(())
            continue
        state, held = np.nonzero(holds[:, c])
        lift = paths.lift[state, held, b]
        best = np.argsort(-lift, kind="stable")[:MOST_STEPS]
        result.append(
            tuple(
                _step(cells, paths, (int(c), int(b)), int(state[i]), int(held[i]))
                for i in best
                if lift[i] > LEAST_LIFT
            )
        )
    return result


def _step(cells: CellFeatures, paths: Paths, cell: tuple[int, int], state: int, held: int) -> Step:
    customer, division = cell
    return Step(
        cells.spine.divisions[held],
        float(cells.panel.months_since_first[customer, held]),
        float(paths.rate[state, held, division]),
        float(paths.usual[division]),
    )
