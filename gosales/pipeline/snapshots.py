"""Which past cutoffs a model learns from, and the sampled rows of each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gosales.core.frames import FeatureFrame, LabelFrame, TrainingSet
from gosales.features.engine import CellFeatures

QUARTER = 3
FEW = 6
MOST_MONTHLY = 8
WARM_UP_MONTHS = 6
"""History that a cutoff needs behind it to be learned from."""


@dataclass(frozen=True, order=True)
class Lesson:
    """One cutoff to learn from.

    Attributes:
        age: Months before the history's end.
        months: Length of the outcome that is known.
        known_at: Age of the day by which the outcome's lines must have been posted.
    """

    age: int
    months: int
    known_at: int = 0


def lessons(months: int, horizon: int, snapshots: int, offset: int = 0) -> list[Lesson]:
    """The cutoffs for a model that scores `offset` months before the history's end.

    Quarterly ones, or monthly ones where fewer than six quarters fit; and two with the outcome
    still open, at a third and two thirds of the horizon, which carry the newest season.

    Args:
        months: Length of the history.
        horizon: Length of the outcome.
        snapshots: Most full cutoffs.
        offset: No outcome reaches beyond this age.
    """
    first = offset + horizon
    oldest = months - WARM_UP_MONTHS if months - WARM_UP_MONTHS >= first else months - 1
    quarterly = range(first, oldest + 1, QUARTER)
    monthly = range(first, oldest + 1)[:MOST_MONTHLY]
    ages = quarterly if len(quarterly) >= FEW else monthly
    full = [Lesson(age, horizon, offset) for age in ages[:snapshots]]
    open_months = sorted({round(horizon / 3), round(2 * horizon / 3)} - {0, horizon})
    partial = [Lesson(offset + m, m, offset) for m in open_months if offset + m <= oldest]
    return full + partial if full else []


def sample_rows(
    cells: CellFeatures,
    labels: LabelFrame,
    keep: float,
    most: int = 10**9,
    exposure: float = 0.0,
) -> TrainingSet:
    """All owned cells, all buyers, and a share of the rest; weights are raised to match.

    Args:
        keep: Share of the never-bought cells without a purchase.
        most: Rows, shared out between new buyers, owned cells and the rest; what one leaves goes
            to the next.
        exposure: Log odds that the labels' length of the outcome adds to never-bought cells.
    """
    owned, bought = cells.spine.owned, labels.bought
    seed = (cells.panel.cutoff.date.toordinal(), labels.months)
    share = np.zeros(owned.shape)
    room = float(most)
    strata = ((1 / 3, ~owned & bought, 1.0), (1 / 2, owned, 1.0), (1.0, ~owned & ~bought, keep))
    for part, stratum, ceiling in strata:
        count = int(stratum.sum())
        rate = min(ceiling, part * room / max(count, 1))
        share[stratum] = rate
        room -= rate * count
    chosen = np.random.default_rng(seed).random(owned.shape) < share
    customer, division = (index.astype(np.int32) for index in np.nonzero(chosen))
    frame = cells.rows(customer, division, labels.months)
    weight = 1.0 / share[customer, division]
    return _training_set(frame, labels, weight, exposure)


def combine(parts: list[TrainingSet], budget: int, seed: int) -> TrainingSet:
    """Stack the rows of several lessons; more than `budget` rows are thinned with exact weights.

    Divisions are united by name, since an early cutoff knows fewer of them.
    """
    divisions = tuple(sorted({name for part in parts for name in part.divisions}))
    position = {name: i for i, name in enumerate(divisions)}
    stacked = TrainingSet(
        divisions=divisions,
        names=parts[0].names,
        values=np.vstack([part.values for part in parts]),
        division=np.concatenate(
            [
                np.array([position[name] for name in p.divisions], np.int32)[p.division]
                for p in parts
            ]
        ),
        owned=np.concatenate([part.owned for part in parts]),
        bought=np.concatenate([part.bought for part in parts]),
        value_cents=np.concatenate([part.value_cents for part in parts]),
        weight=np.concatenate([part.weight for part in parts]),
        exposure=np.concatenate([part.exposure for part in parts]),
        cutoffs=tuple(sorted({cutoff for part in parts for cutoff in part.cutoffs})),
        outcomes_end=max(part.outcomes_end for part in parts),
    )
    share = budget / max(len(stacked.bought), 1)
    if share >= 1:
        return stacked
    kept = stacked.where(np.random.default_rng(seed).random(len(stacked.bought)) < share)
    return replace(kept, weight=kept.weight / share)


def _training_set(
    frame: FeatureFrame, labels: LabelFrame, weight: np.ndarray, exposure: float
) -> TrainingSet:
    cell = frame.customer, frame.division
    return TrainingSet(
        divisions=frame.spine.divisions,
        names=frame.names,
        values=frame.values,
        division=frame.division,
        owned=frame.owned,
        bought=labels.bought[cell],
        value_cents=labels.value_cents[cell],
        weight=weight,
        exposure=np.where(frame.owned, 0.0, exposure),
        cutoffs=(frame.spine.cutoff,),
        outcomes_end=frame.spine.cutoff.plus_months(labels.months),
    )
