"""A fit judged on the horizon after its cutoff, which it has not seen: every cell, every score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gosales.core.frames import LabelFrame, TrainingSet
from gosales.evaluation.scoreboard import ACTIVE, LAPSED, NEVER
from gosales.features.cells import CellFeatures
from gosales.features.panel import Panel, Rows, spread
from gosales.models.baselines import Baseline, fit_baselines
from gosales.models.calibration import Calibration
from gosales.models.recipe import Ensemble, fit_ensemble
from gosales.models.settings import ModelSettings
from gosales.pipeline.gate import MODEL, Proof
from gosales.utils.parallel import in_threads

Floats = NDArray[np.float64]
ACTIVE_MONTHS = 12
MOST_CELLS = 600_000
LEAST_CUSTOMERS = 20_000
"""A proof judges all customers, or so many that it has MOST_CELLS, at least LEAST_CUSTOMERS."""


def prove_fit(
    cells: CellFeatures,
    labels: LabelFrame,
    training: TrainingSet,
    settings: ModelSettings,
    seed: int,
) -> Proof:
    """Fit on `training` and score the cells of those who are judged.

    Args:
        labels: Of the horizon after the cutoff of `cells`.
    """
    ensemble = fit_ensemble(training, settings, seed)
    baselines = fit_baselines(training)
    customers = judged(cells.panel)
    return Proof(
        cells.panel.cutoff,
        cells.spine.divisions,
        cells.panel.shape[0],
        customers,
        score_cells(cells, ensemble, baselines, customers),
        labels.where(customers),
        populations(cells)[customers],
    )


def judged(panel: Panel) -> Rows:
    """Rows of the customers that a proof judges, in ascending order: all, or an even draw of many.

    A proof's error does not fall for long, while its work grows with every customer.
    """
    n, d = panel.shape
    return spread(n, max(MOST_CELLS // max(d, 1), LEAST_CUSTOMERS))


def score_cells(
    cells: CellFeatures, ensemble: Ensemble, baselines: dict[str, Baseline], customers: Rows
) -> dict[str, Floats]:
    """Uncalibrated probabilities by the model and each baseline.

    Args:
        customers: Shape (m,), rows in the panel, in ascending order.

    Returns:
        Each of shape (m, D).
    """
    d = cells.panel.shape[1]
    names = np.array(cells.spine.divisions, object)
    scores = {name: np.empty((len(customers), d)) for name in (MODEL, *baselines)}

    def fill(block: NDArray[np.int32]) -> None:
        place = np.searchsorted(customers, block)
        customer = np.repeat(block, d)
        division = np.tile(np.arange(d, dtype=np.int32), len(block))
        frame = cells.rows(customer, division)
        plain = Calibration()
        scores[MODEL][place] = plain(ensemble.logit(frame.values, frame.owned)).reshape(-1, d)
        for name, baseline in baselines.items():
            logit = baseline.logit(frame.names, frame.values, names[division])
            scores[name][place] = plain(logit).reshape(-1, d)

    for block in cells.blocks(customers):
        in_threads(fill, np.array_split(block, max(len(block) * d // 200_000, 1)))
    return scores


def populations(cells: CellFeatures) -> NDArray[np.object_]:
    """Shape (n, D): NEVER, LAPSED or ACTIVE, by what was known at the cutoff."""
    recent = np.zeros(cells.panel.shape, bool)
    p = cells.panel.purchases
    inside = p.months_ago < ACTIVE_MONTHS
    recent[p.customer[inside], p.division[inside]] = True
    result = np.full(cells.panel.shape, NEVER, object)
    result[cells.spine.owned & ~recent] = LAPSED
    result[cells.spine.owned & recent] = ACTIVE
    return result
