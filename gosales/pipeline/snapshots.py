"""Which past cutoffs a model learns from, and the sampled rows of each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gosales.core.frames import FeatureFrame, LabelFrame, Spine, TrainingSet
from gosales.features.cells import CellFeatures

QUARTER = 3
FEW = 6
MOST_MONTHLY = 8
MOST_REACHED = 0.5
"""Where more of the customers would be reached, cells alone are drawn, not customers first."""

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


@dataclass(frozen=True)
class Draw:
    """Cells that are trained on, chosen before their features are made.

    Attributes:
        customer, division: Shape (rows,), index into the spine.
        weight: Shape (rows,), one over the chance that the cell had to be drawn.
        labels: Of all cells.
    """

    customer: NDArray[np.int32]
    division: NDArray[np.int32]
    weight: NDArray[np.float64]
    labels: LabelFrame

    @classmethod
    def of(cls, spine: Spine, labels: LabelFrame, keep: float, most: int = 10**9) -> Draw:
        """All owned cells, all buyers, and a share of the rest; weights are raised to match.

        Where there is so little room that most customers can be spared, customers are drawn first,
        and cells only of these: a customer is as likely as the likeliest of its cells, so that the
        chances of the cells stay what they are, and few customers need features.

        Args:
            keep: Share of the never-bought cells without a purchase.
            most: Rows, shared out between new buyers, owned cells and the rest; what one leaves
                goes to the next.
        """
        owned, bought = spine.owned, labels.bought
        chance, cut = np.zeros(owned.shape), np.zeros(owned.shape)
        room = float(most)
        strata = ((1 / 3, ~owned & bought, 1.0), (1 / 2, owned, 1.0), (1.0, ~owned & ~bought, keep))
        for part, stratum, ceiling in strata:
            count = int(stratum.sum())
            rate = min(ceiling, part * room / max(count, 1))
            chance[stratum], cut[stratum] = rate, rate / ceiling
            room -= rate * count
        seed = (spine.cutoff.date.toordinal(), labels.months)
        reach = cut.max(axis=1, initial=0.0)
        if reach.sum() > MOST_REACHED * len(reach):
            reach = np.ones(len(owned))
        there = np.random.default_rng((*seed, 1)).random(len(owned)) < reach
        within = chance / np.maximum(reach, 1e-300)[:, None]
        chosen = there[:, None] & (np.random.default_rng(seed).random(owned.shape) < within)
        customer, division = (index.astype(np.int32) for index in np.nonzero(chosen))
        return cls(customer, division, 1.0 / chance[customer, division], labels)


def drawn_rows(cells: CellFeatures, draw: Draw, exposure: float = 0.0) -> TrainingSet:
    """The drawn cells with their features and labels.

    Args:
        cells: At the draw's cutoff, with the features of its customers.
        draw: Of that cutoff's spine.
        exposure: Log odds that the labels' length of the outcome adds to never-bought cells.
    """
    frame = cells.rows(draw.customer, draw.division, draw.labels.months)
    return _training_set(frame, draw.labels, draw.weight, exposure)


def in_season(rows: TrainingSet, never: float, owned: float) -> TrainingSet:
    """A lesson's rows, to whose log odds its season adds so much, by whether a cell is owned."""
    return replace(rows, exposure=rows.exposure + np.where(rows.owned, owned, never))


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
