"""What kind of customer buys a division: ridge regressions on everything that is known of it.

Each division gets weights of its own on the customer's segments (size, branch, rep, imported
attributes) as one-hot columns, fitted in closed form on who owns it and on who adopted it lately.
Surprises are divided by the root of the usual rate, so that rare and common divisions compare.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gosales.features.families.popularity import ADOPTION_MONTHS
from gosales.features.ledger import NEVER
from gosales.features.panel import MOST_FITTED, Floats, Panel, Rows, spread

Matrix = NDArray[np.float64]
RIDGE = 20.0
MOST_LEVELS = 60
"""Of one segment kind; customers of rarer ones count as if they had none."""

PROFILE_FEATURES = {
    "owner": "Ownership foretold from the customer's size, branch, rep and attributes together.",
    "adopter": "Adoption in the last two years foretold from the same.",
}


def profile(panel: Panel, rows: Rows) -> Floats:
    """Shape (len(rows), D, len(PROFILE_FEATURES))."""
    learned = spread(panel.shape[0], MOST_FITTED)
    x, at = one_hot(panel, learned), one_hot(panel, rows)
    first = panel.months_since_first[learned]
    lately = (first < ADOPTION_MONTHS).astype(np.float64)
    free = lately + (first == NEVER)
    owned = panel.owned[learned].astype(np.float64)
    parts = foretold(x, owned, np.ones_like(owned), at), foretold(x, lately, free, at)
    return np.stack(parts, axis=2).astype(np.float32)


def one_hot(panel: Panel, rows: Rows) -> Matrix:
    """Shape (len(rows), levels): a column for each of the commonest levels of each segment kind."""
    columns = []
    for codes in panel.segments.values():
        count = np.bincount(codes[codes >= 0])
        kept = np.argsort(-count, kind="stable")[:MOST_LEVELS]
        columns += [codes[rows] == level for level in np.sort(kept) if count[level] > 1]
    return np.array(columns, np.float64).T.reshape(len(rows), len(columns))


def foretold(x: Matrix, hit: Matrix, counted: Matrix, at: Matrix) -> Matrix:
    """Ridge regression of the surprise in `hit` (n, D) on `x`; cells outside `counted` are 0.

    Told of customers who are as the rows of `at`.
    """
    usual = (hit.sum(0) + 0.5) / (counted.sum(0) + 1.0)
    surprise = (hit - usual) * counted
    usual_x = x.sum(0) / max(len(x), 1)
    centred = x - usual_x
    gram = centred.T @ centred + RIDGE * np.eye(x.shape[1])
    weights = np.linalg.solve(gram, centred.T @ surprise)
    return np.asarray((at - usual_x) @ weights / np.sqrt(usual))
