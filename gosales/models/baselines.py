"""The simple scores that a model has to beat, and that are shipped where it does not.

Each baseline is a short list of columns; its score is a ridge logistic regression on them, so that
it is a probability like any other; never-bought and owned cells are then calibrated apart, by a
line each. So within each of them a one-column baseline ranks as its column does.

They tell a whole horizon of the scored season, as the recipe does: rows count with their
`exposure`. An owned row whose outcome is still open, for which that is not known, does not count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.core.frames import TrainingSet
from gosales.models.calibration import Calibration, fit_map
from gosales.models.ridge_logistic import RidgeLogistic, fit_ridge_logistic
from gosales.utils.parallel import in_threads

Floats = NDArray[np.float64]
PENALTY = 1.0
MIN_OUTCOMES = 5
OWNED = "own_breadth__skus_owned"
MONTHS = "horizon__months"


@dataclass(frozen=True)
class BaselineSpec:
    """What a baseline looks at.

    Attributes:
        columns: Features, summed as logs into one number unless `separate`.
        separate: Whether each column gets a weight of its own.
        per_division: Whether each division gets weights of its own.
    """

    columns: tuple[str, ...]
    separate: bool = False
    per_division: bool = False


BASELINES: dict[str, BaselineSpec] = {
    "base_rate": BaselineSpec(("division__buyer_share",)),
    "recency": BaselineSpec(("any_recency__days_since_last",)),
    "frequency": BaselineSpec(("any_frequency__orders_12m",)),
    "spend_12m": BaselineSpec(("any_monetary__value_12m",)),
    "popularity_x_activity": BaselineSpec(
        (
            "division__adoption_rate_12m",
            "segment__size_adoption_lift",
            "any_frequency__orders_decay_12m",
        )
    ),
    "rfm_logistic": BaselineSpec(
        (
            "own_recency__days_since_last",
            "own_frequency__orders_12m",
            "own_monetary__value_12m",
            "any_recency__days_since_last",
            "any_frequency__orders_12m",
            "any_monetary__value_12m",
        ),
        separate=True,
        per_division=True,
    ),
}
MISSING = {"own_recency__days_since_last": 3650.0, "any_recency__days_since_last": 3650.0}


@dataclass(frozen=True)
class Baseline:
    """A fitted baseline.

    Attributes:
        models: Division -> its weights, "" -> everybody's.
        never, held: Calibration on never-bought and on owned cells, which buy at other rates.
        months: Length of the outcome whose log odds it gives.
    """

    name: str
    models: dict[str, RidgeLogistic]
    never: Calibration
    held: Calibration
    months: float

    def logit(
        self, names: tuple[str, ...], values: NDArray[np.float32], divisions: NDArray[np.object_]
    ) -> Floats:
        """Log odds of rows of shape (rows, len(names)) in the named divisions (rows,).

        An outcome of m months has m / `months` of the odds, by the law of a constant hazard.
        """
        plain = _plain_logit(self.models, _inputs(BASELINES[self.name], names, values), divisions)
        owned = values[:, names.index(OWNED)] > 0
        part = np.log(values[:, names.index(MONTHS)].astype(np.float64) / self.months)
        return np.where(owned, self.held.line(plain), self.never.line(plain)) + part


def fit_baselines(training: TrainingSet) -> dict[str, Baseline]:
    """All of them, by name."""
    fitted = in_threads(lambda name: fit_baseline(name, training), BASELINES)
    return dict(zip(BASELINES, fitted, strict=True))


def fit_baseline(name: str, training: TrainingSet) -> Baseline:
    """Fit on all rows, and on each division's own where the baseline asks for it."""
    spec, months = BASELINES[name], training.values[:, training.names.index(MONTHS)]
    horizon = float(months.max())
    training = training.where(~training.owned | (months == horizon))
    x = _inputs(spec, training.names, training.values)
    groups = {"": np.ones(len(x), bool)}
    if spec.per_division:
        for index, division in enumerate(training.divisions):
            rows = training.division == index
            if min(training.bought[rows].sum(), (~training.bought[rows]).sum()) >= MIN_OUTCOMES:
                groups[division] = rows
    models = {
        division: fit_ridge_logistic(
            x[rows], training.bought[rows], training.weight[rows], PENALTY, training.exposure[rows]
        )
        for division, rows in groups.items()
    }
    plain = _plain_logit(models, x, np.array(training.divisions, object)[training.division])
    never, held = (_fit_side(plain, training, side) for side in (~training.owned, training.owned))
    return Baseline(name, models, never, held, horizon)


def _fit_side(plain: Floats, training: TrainingSet, side: NDArray[np.bool_]) -> Calibration:
    """The line that calibrates one side; none where one of the outcomes hardly occurs."""
    bought = training.bought[side]
    if min(bought.sum(), (~bought).sum()) < MIN_OUTCOMES:
        return Calibration()
    return fit_map(plain[side], bought, training.weight[side], training.exposure[side])


def _plain_logit(
    models: dict[str, RidgeLogistic], x: NDArray[np.float32], divisions: NDArray[np.object_]
) -> Floats:
    result = models[""].logit(x)
    for division in set(models) - {""}:
        rows = divisions == division
        if rows.any():
            result[rows] = models[division].logit(x[rows])
    return result


def baseline_columns(
    spec: BaselineSpec, names: tuple[str, ...], values: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Shape (rows, columns): what the baseline looks at; counts and money as logs."""
    columns = [
        _log(name, np.nan_to_num(values[:, names.index(name)], nan=MISSING.get(name, 0.0)))
        for name in spec.columns
    ]
    return np.column_stack(columns).astype(np.float32)


def _inputs(
    spec: BaselineSpec, names: tuple[str, ...], values: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Shape (rows, columns) or, summed, (rows, 1)."""
    stacked = baseline_columns(spec, names, values)
    return stacked if spec.separate else stacked.sum(1, keepdims=True)


def _log(name: str, column: NDArray[np.float32]) -> NDArray[np.float32]:
    if name.startswith("segment__"):
        return column
    if name.startswith("division__"):
        return np.log(column + 1e-6)
    if "recency" in name:
        return -np.log1p(np.maximum(column, 0))
    return np.log(np.maximum(column, 0) + 0.1)
