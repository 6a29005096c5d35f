"""The recipe: who buys from a division next, learned over all divisions and many cutoffs.

Members, blended as the mean of their log odds:

general     boosted trees on all cells
whitespace  small boosted trees on never-bought cells, blind to the cell's own past, which may
            only rise with what the learned families say
linear      ridge logistic regression on never-bought cells; the fewer first purchases there are,
            the more it leans on the weights of other markets, and the more it counts
owned       boosted trees on owned cells
activity    ridge logistic regression on never-bought cells that sees the customer and the rates
            of the division only

Rows whose outcome is still open, or of another season than the scored one, have other odds by their
`exposure`, which is known beforehand: the members learn the rest, so that the newest months teach a
whole horizon's level. It comes with the rows, but for an open outcome of an owned cell: that has
the odds of an owner who buys as often as most do, and the trees learn from the length of the
outcome what another rhythm makes of it.

docs/adr tells what each is worth. Cells never bought get the weighted mean of general, whitespace
and linear; owned cells the mean of general and owned. Where a division has sold nothing for half a
year, what its owners of old have in common says nothing of who would buy it now: there activity
stands alone. All of them say who buys from a division that is sold; the probability is that times
the chance that it is, which no member sees.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.core.frames import TrainingSet
from gosales.models.boosting import Booster, fit_booster, raw
from gosales.models.calibration import logit, within
from gosales.models.common_weights import common_weights
from gosales.models.ridge_logistic import RidgeLogistic, fit_ridge_logistic
from gosales.models.settings import ModelSettings
from gosales.utils.parallel import in_threads

Floats = NDArray[np.float64]
OWN = "own_"
SHARES = ("division__",)
FEW_BUYERS = 500
"""First purchases in the lessons with which half of a score leans on other markets."""

BORROWED_PENALTY = 1_000.0
MIN_BUYERS = 5
"""A member needs so many buyers and non-buyers among its rows; else it is left out."""

GENERAL, WHITESPACE, LINEAR, OWNED = "general", "whitespace", "linear", "owned"
ACTIVITY = "activity"
CUSTOMER_SIDE = ("any_", "mix__", "division__")
QUIET = "division__quiet_months"
STILL_SOLD = "division__still_sold"
MONTHS = "horizon__months"
DORMANT_MONTHS = 6
TREES: dict[str, dict[str, Any]] = {
    GENERAL: {"num_leaves": 31},
    WHITESPACE: {"num_leaves": 7, "path_smooth": 10.0},
    OWNED: {"num_leaves": 15},
}
RISING = ("segment__", "profile__", "collaborative__", "tastes__", "paths__")
"""Families whose features say how likely it is: the whitespace trees rise with them or not at all,
which keeps them from learning the accidents of a few cutoffs."""

BLEND = {False: (GENERAL, WHITESPACE, LINEAR), True: (GENERAL, OWNED)}


@dataclass(frozen=True)
class LinearMember:
    """The linear model with what it needs to read a frame: columns used, and their fillings."""

    columns: tuple[int, ...]
    logs: tuple[int, ...]
    fill: Floats
    model: RidgeLogistic

    def logit(self, values: NDArray[np.float32]) -> Floats:
        """Shape (rows,), from all feature columns."""
        return self.model.logit(tame(values, self.columns, self.logs, self.fill))


@dataclass(frozen=True)
class Ensemble:
    """The fitted members.

    Attributes:
        names: Feature columns, in the order the members expect.
        rate: Base rate of the training rows; the score where no member could be fitted.
        months: Length of the outcome whose log odds the members give.
        held: Log odds of an owned cell to be bought from in so many months.
        linear_share: What the linear member counts on never-bought cells.
    """

    names: tuple[str, ...]
    rate: float
    months: float
    held: float
    trees: dict[str, Booster]
    linear: LinearMember | None
    activity: LinearMember | None
    linear_share: float

    def logit(self, values: NDArray[np.float32], owned: NDArray[np.bool_]) -> Floats:
        """Log odds of buying in the horizon.

        Args:
            values: Shape (rows, len(names)).
            owned: Shape (rows,), which blend to use.
        """
        result = np.full(len(values), np.log(self.rate / (1 - self.rate)))
        for flag in (False, True):
            rows = owned == flag
            part = values[rows]
            names = [name for name in BLEND[flag] if self._has(name)]
            if names and len(part):
                members = [self._member(name, part) for name in names]
                result[rows] = np.average(members, axis=0, weights=self.shares(names))
        dormant = ~owned & self.dormant(values)
        if self.activity is not None and dormant.any():
            result[dormant] = self.activity.logit(values[dormant])
        return self.if_sold(result, values, owned) + self.exposure(values, owned)

    def dormant(self, values: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Shape (rows,): cells of divisions that nobody has ordered from for DORMANT_MONTHS."""
        return np.asarray(values[:, self.names.index(QUIET)] >= DORMANT_MONTHS)

    def if_sold(
        self, logits: Floats, values: NDArray[np.float32], owned: NDArray[np.bool_]
    ) -> Floats:
        """Shape (rows,): log odds of the members' probability times that the division is sold.

        Where activity stands alone, which learned from many divisions that were silent themselves,
        the reciprocals of the odds add up instead: a smooth minimum of both.
        """
        sold = values[:, self.names.index(STILL_SOLD)].astype(np.float64)
        alone = ~owned & self.dormant(values) & (self.activity is not None)
        silent = sold < 1
        against = np.exp(-logits) / np.where(alone, 1.0, sold) + 1 / sold - 1
        return np.where(silent, -np.log(against), logits)

    def shares(self, names: Sequence[str]) -> Floats:
        """Shape (len(names),): what each of the members counts in their blend; sums to 1."""
        if LINEAR not in names or len(names) == 1:
            return np.full(len(names), 1 / len(names))
        rest = (1 - self.linear_share) / (len(names) - 1)
        return np.array([self.linear_share if name == LINEAR else rest for name in names])

    def exposure(self, values: NDArray[np.float32], owned: NDArray[np.bool_]) -> Floats:
        """Shape (rows,): what a shorter outcome takes from the log odds, by a constant hazard."""
        months = values[:, self.names.index(MONTHS)].astype(np.float64)
        never = np.log(months / self.months)
        return np.where(owned, exposure_of_owners(months, self.months, self.held), never)

    def _has(self, name: str) -> bool:
        return name in self.trees or (name == LINEAR and self.linear is not None)

    def _member(self, name: str, values: NDArray[np.float32]) -> Floats:
        if not len(values):
            return np.empty(0)
        if name == LINEAR and self.linear is not None:
            return self.linear.logit(values)
        return raw(self.trees[name], values[:, seen_columns(name, self.names)])


def fit_ensemble(training: TrainingSet, settings: ModelSettings, seed: int) -> Ensemble:
    """Fit every member that has enough rows of both outcomes."""
    horizon = _horizon(training)
    months = training.values[:, training.names.index(MONTHS)].astype(np.float64)
    rate = _rate(training)
    whole = training.owned & (months == horizon)
    usual = float(logit(np.array(_rate(training.where(whole)))))
    of_owners = np.where(training.owned, exposure_of_owners(months, horizon, usual), 0.0)
    training = replace(training, exposure=training.exposure + of_owners)
    never, held = training.where(~training.owned), training.where(training.owned)
    parts = {GENERAL: training, WHITESPACE: never, OWNED: held}
    work: dict[str, Callable[[], Any]] = {
        name: partial(_fit_trees, name, parts[name], settings, seed + at)
        for at, name in enumerate(TREES)
        if _learnable(parts[name])
    }
    if _learnable(never):
        blind = blind_columns(never.names)
        seen = [i for i in blind if never.names[i].startswith(CUSTOMER_SIDE)]
        work[LINEAR] = partial(_fit_leaning, never, blind, settings.ridge_penalty)
        work[ACTIVITY] = partial(fit_linear, never, seen, settings.ridge_penalty)
    found = dict(zip(work, in_threads(lambda fit: fit(), work.values()), strict=True))
    trees = {name: found[name] for name in TREES if name in found}
    linear, activity = found.get(LINEAR), found.get(ACTIVITY)
    share = linear_share(int(never.bought.sum()))
    return Ensemble(training.names, rate, horizon, usual, trees, linear, activity, share)


def borrowed(buyers: int) -> float:
    """How much of a never-bought cell's log odds leans on the weights of other markets.

    Args:
        buyers: First purchases in the lessons.
    """
    return FEW_BUYERS / (FEW_BUYERS + buyers)


def linear_share(buyers: int) -> float:
    """A third of what does not lean on other markets, and all of what does."""
    return (1 - borrowed(buyers)) / 3 + borrowed(buyers)


def exposure_of_owners(months: Floats, horizon: float, held: float) -> Floats:
    """Shape (rows,): the log odds of a usual owner within `months`, less those in the horizon.

    Args:
        months: Shape (rows,).
        held: Log odds of a usual owner to buy within the horizon.
    """
    return np.where(months == horizon, 0.0, within(np.array(held), months / horizon) - held)


def _rate(rows: TrainingSet) -> float:
    """Share of buyers, by weight, half a buyer and half another added."""
    return float(((rows.weight * rows.bought).sum() + 0.5) / (rows.weight.sum() + 1.0))


def _horizon(training: TrainingSet) -> float:
    """The longest outcome in the rows, in months."""
    return float(training.values[:, training.names.index(MONTHS)].max())


def _fit_trees(name: str, rows: TrainingSet, settings: ModelSettings, seed: int) -> Booster:
    parameters, columns = dict(TREES[name]), seen_columns(name, rows.names)
    if name == WHITESPACE:
        rising = [int(rows.names[i].startswith(RISING)) for i in columns]
        parameters["monotone_constraints"] = rising
    return fit_booster(
        rows.values[:, columns],
        rows.bought,
        rows.weight,
        rounds=settings.rounds,
        offset=rows.exposure,
        objective="binary",
        learning_rate=settings.learning_rate,
        seed=seed,
        **parameters,
    )


def tame(
    values: NDArray[np.float32], columns: tuple[int, ...], logs: tuple[int, ...], fill: Floats
) -> NDArray[np.float32]:
    """The linear member's view: shares as logs, all else as inverse hyperbolic sines, no NaN."""
    part = np.arcsinh(values[:, columns])
    part[:, logs] = np.log(values[:, [columns[i] for i in logs]] + 1e-4)
    return np.where(np.isnan(part), fill.astype(np.float32), part)


def _fit_leaning(never: TrainingSet, kept: list[int], penalty: float) -> LinearMember:
    """The log's own linear member, and one that is pulled to the weights of other markets, in one.

    Both are linear in the same standardised features, so that their mean is as well.
    """
    own = fit_linear(never, kept, penalty)
    centre = common_weights([never.names[i] for i in kept])
    other = fit_linear(never, kept, BORROWED_PENALTY, centre)
    buyers = int(never.bought.sum())
    part = borrowed(buyers) / linear_share(buyers)
    weights = (1 - part) * own.model.weights + part * other.model.weights
    return replace(own, model=replace(own.model, weights=weights))


def fit_linear(
    training: TrainingSet, kept: list[int], penalty: float, centre: Floats | None = None
) -> LinearMember:
    """A ridge logistic regression on the kept columns.

    Args:
        centre: Shape (len(kept),), the weights that the penalty pulls to; zero by default.
    """
    columns = tuple(kept)
    shares = ("share", "rate")
    logs = tuple(
        i
        for i, column in enumerate(columns)
        if training.names[column].startswith(SHARES)
        and any(word in training.names[column] for word in shares)
    )
    nothing = np.full(len(columns), np.nan)
    seen = tame(training.values, columns, logs, nothing)
    known = ~np.isnan(seen)
    total = np.where(known, seen, 0).sum(0, dtype=np.float64)
    fill = total / np.maximum(known.sum(0), 1)
    x = np.where(known, seen, fill.astype(np.float32))
    model = fit_ridge_logistic(
        x, training.bought, training.weight, penalty, training.exposure, centre
    )
    return LinearMember(columns, logs, fill, model)


def blind_columns(names: tuple[str, ...]) -> list[int]:
    """Columns that say nothing of the cell's own past, nor of the length of the outcome."""
    return [i for i, name in enumerate(names) if not name.startswith((OWN, MONTHS, STILL_SOLD))]


def seen_columns(member: str, names: tuple[str, ...]) -> list[int]:
    """Columns that one of TREES learns from."""
    if member == WHITESPACE:
        return blind_columns(names)
    return [i for i, name in enumerate(names) if name != STILL_SOLD]


def _learnable(training: TrainingSet) -> bool:
    buyers = int(training.bought.sum())
    return buyers >= MIN_BUYERS and len(training.bought) - buyers >= MIN_BUYERS
