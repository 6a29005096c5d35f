"""Which divisions follow which, and after how long: learned from the panel's own past.

Two views of the same walk through past months. *Lag lifts*: for every pair A -> B, how much
likelier B is adopted within the horizon by customers who hold A (freshly, actively, or from long
ago), as a log ratio shrunk by PRIOR customers. *Future ridge*: a closed-form ridge regression from
all holdings at once to each adoption.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gosales.features.panel import Floats, Panel, Rows
from gosales.features.walk import STATES, fit_sample, past_months

Matrix = NDArray[np.float64]
PRIOR = 30.0
RIDGE = 30.0
MONTHS = 24
BUDGET = 10_000_000
SPARSE = 0.02
"""Where less of a matrix is filled, its zeros are left out of a product."""

PATH_FEATURES = {
    "lag_sum": "Sum over divisions held of how much each raises the chance of adopting this one.",
    "lag_fresh": "The part of it that comes from divisions added lately.",
    "lag_max": "The strongest single one.",
    "future_ridge": "Adoption foretold from all holdings at once.",
}


@dataclass(frozen=True)
class Paths:
    """Fitted adoption paths.

    Attributes:
        rate: Shape (3, D, D): state and division held -> share who adopted the other division.
        usual: Shape (D,): share of all non-owners who adopted the division.
        lift: Shape (3, D, D): log of `rate` over `usual`, 0 from a division to itself.
        ridge: Shape (3 * D + 1, D): weights on the holdings and the intercept.
    """

    rate: Matrix
    usual: Matrix
    lift: Matrix
    ridge: Matrix


def fit_paths(panel: Panel) -> Paths:
    """Walk through up to MONTHS past months whose outcomes lie within the panel's knowledge."""
    d = panel.shape[1]
    h = panel.horizon_months
    hits, open_cells, adopters = np.zeros((3 * d + 1, d)), np.zeros(d), np.zeros(d)
    gram, cross = np.zeros((3 * d + 1, 3 * d + 1)), np.zeros((3 * d + 1, d))
    sample = fit_sample(panel, BUDGET)
    for past in past_months(panel, range(h, h + MONTHS), sample):
        holds = past.holds[:, past.known]
        adopted = past.adopted[past.known].astype(np.float32)
        free = 1.0 - holds.sum(0)
        open_cells += free.sum(0)
        adopters += adopted.sum(0)
        u = _design(holds)
        surprise = adopted - free * (adopted.sum(0) / np.maximum(free.sum(0), 1.0))
        cross += u.T @ surprise
        counts = _without_zeros(u).T @ np.hstack([u, adopted])  # whole numbers: exact in any order
        gram += counts[:, : len(gram)]
        hits += counts[:, len(gram) :]
    usual = (adopters + 0.5) / (open_cells + 1.0)
    both = gram[:-1, :-1].reshape(3, d, 3, d).sum(2)
    seen = gram[:-1, -1].reshape(3, d, 1) - both
    rate = (hits[:-1].reshape(3, d, d) + PRIOR * usual) / (seen + PRIOR)
    lift = np.log(rate / usual)
    lift[:, np.arange(d), np.arange(d)] = 0.0
    ridge = np.linalg.solve(gram + RIDGE * np.eye(3 * d + 1), cross) / np.sqrt(usual)
    return Paths(rate, usual, lift, ridge)


def adoption_paths(panel: Panel, paths: Paths, rows: Rows) -> Floats:
    """Shape (len(rows), D, len(PATH_FEATURES))."""
    now = next(past_months(panel, range(1), rows))
    parts = [now.holds[s] @ paths.lift[s].astype(np.float32) for s in range(len(STATES))]
    strongest = np.zeros((len(rows), panel.shape[1]), np.float32)
    for s, a in np.argwhere(now.holds.any(1)):
        holders = np.flatnonzero(now.holds[s, :, a])
        lift = paths.lift[s, a].astype(np.float32)
        strongest[holders] = np.maximum(strongest[holders], lift)
    foretold = _design(now.holds) @ paths.ridge
    return np.stack([sum(parts), parts[0], strongest, foretold], axis=2).astype(np.float32)


def _without_zeros(u: NDArray[np.float32]) -> NDArray[np.float32] | sparse.csr_array:
    """The same as a factor, sparse where hardly anything is held."""
    return u if np.count_nonzero(u) > SPARSE * u.size else sparse.csr_array(u)


def _design(holds: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shape (n, 3 * D + 1): holdings side by side, and a column of ones."""
    n = holds.shape[1]
    return np.hstack([*holds, np.ones((n, 1), np.float32)])
