"""How sure are the figures? Customers are drawn again, each with all its cells and cutoffs.

A draw gives every customer a Poisson(1) number of copies (the Poisson bootstrap: multinomial
resampling but for the total, which no figure depends on). One set of copies serves all scores,
divisions and cutoffs, so that figures can be compared draw by draw.

A division's cells are sorted once for all draws. What matters for a ranking figure is how many
copies of buyers and others lie on each step of the sorted list: one sparse product with the copies
gives that for a block of draws, and cumulative sums give the figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp, factorial

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gosales.evaluation.scoreboard import MIN_BUYERS

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
FIGURES = ("auc", "ap_over_base", "lift_10", "brier_skill", "expected_over_actual")
BLOCK_COPIES = 4_000_000
"""Customers x draws that are worked on at once."""

LEVELS = 2**16
TOP = 0.1


@dataclass(frozen=True)
class Copies:
    """How often each customer is drawn.

    Attributes:
        customers: How many there are in all.
        draws: How often they are drawn.
        seed: The same seed gives the same copies.
    """

    customers: int
    draws: int
    seed: int

    def blocks(self, who: NDArray[np.intp]) -> Iterator[NDArray[np.float32]]:
        """Shape (len(who), b) for each block of draws: copies of the customers `who`.

        Args:
            who: Indices into all customers.
        """
        at_once = max(BLOCK_COPIES // max(self.customers, 1), 1)
        chance = np.random.default_rng(self.seed)
        levels = _poisson_levels()
        for start in range(0, self.draws, at_once):
            size = self.customers, min(at_once, self.draws - start)
            drawn = levels[chance.integers(LEVELS, size=size, dtype=np.uint16)]
            yield drawn[who].astype(np.float32)


@dataclass(frozen=True)
class Cells:
    """Scores beside what happened; every array has shape (n, D).

    Attributes:
        scores: Name -> probabilities.
        inside: The cells of the population that is looked at.
    """

    scores: Mapping[str, Floats]
    bought: Flags
    inside: Flags

    @property
    def solid(self) -> NDArray[np.intp]:
        """The divisions with enough buyers to count in a macro mean."""
        return np.flatnonzero((self.bought & self.inside).sum(0) >= MIN_BUYERS)


def resample(cells: Cells, copies: Copies, who: NDArray[np.intp]) -> dict[str, NDArray[np.float32]]:
    """The figures of every draw.

    Args:
        who: Shape (n,), the index of each row's customer.

    Returns:
        Score -> shape (len(FIGURES), solid divisions, draws); NaN where a draw left no buyer.
    """
    solid = cells.solid
    steps = {
        name: [_sorted_steps(score[:, d], cells.bought[:, d], cells.inside[:, d]) for d in solid]
        for name, score in cells.scores.items()
    }
    found = {name: np.empty((len(FIGURES), len(solid), copies.draws), np.float32) for name in steps}
    sums = {name: _Sums.of(score, cells, solid) for name, score in cells.scores.items()}
    done = 0
    for block in copies.blocks(who):
        part = slice(done, done + block.shape[1])
        for name, figures in found.items():
            for at, one in enumerate(steps[name]):
                figures[:3, at, part] = _ranking_figures(one @ block)
            figures[3:, :, part] = sums[name].figures(block)
        done = part.stop
    return found


def resample_counts(
    cells: Cells, copies: Copies, who: NDArray[np.intp]
) -> dict[str, NDArray[np.float64]]:
    """Buyers expected and found over all divisions, in every draw.

    Args:
        who: Shape (n,), the index of each row's customer.

    Returns:
        Score -> shape (2, draws).
    """
    found = (cells.bought & cells.inside).sum(1, dtype=np.float64)
    of_customers = {
        name: np.stack([np.where(cells.inside, score, 0.0).sum(1), found])
        for name, score in cells.scores.items()
    }
    blocks = [block.astype(np.float64) for block in copies.blocks(who)]
    return {
        name: np.concatenate([sums @ block for block in blocks], axis=1)
        for name, sums in of_customers.items()
    }


def _poisson_levels() -> NDArray[np.uint8]:
    """Shape (LEVELS,): one of them at random is Poisson(1), to an error of 1 / LEVELS."""
    chances = np.cumsum([exp(-1) / factorial(k) for k in range(12)])
    return np.searchsorted(chances, (np.arange(LEVELS) + 0.5) / LEVELS).astype(np.uint8)


def _sorted_steps(score: Floats, bought: Flags, inside: Flags) -> sparse.csr_matrix:
    """Shape (2 x steps, n): which rows lie on each step, best first; others, then buyers.

    A step is a score; scores between two buyers without a buyer among them are one step, since no
    figure depends on their order.
    """
    rows = np.flatnonzero(inside)
    order = rows[np.argsort(-score[rows], kind="stable")]
    y = bought[order]
    level = np.concatenate([[0], np.cumsum(np.diff(score[order]) != 0)])
    holds_buyer = np.bincount(level, weights=y) > 0
    begins = np.ones(len(holds_buyer), bool)
    begins[1:] = holds_buyer[1:] | holds_buyer[:-1]
    step = (np.cumsum(begins) - 1)[level]
    count = int(step[-1]) + 1
    ones = np.ones(len(order), np.float32)
    return sparse.csr_matrix((ones, (step + count * y, order)), shape=(2 * count, len(score)))


def _ranking_figures(on_steps: NDArray[np.float32]) -> NDArray[np.float64]:
    """Shape (3, b): AUC, average precision over base rate, lift in the top 10 %.

    Args:
        on_steps: Shape (2 x steps, b), copies of others and of buyers on each step, best first.
    """
    others, buyers = np.split(on_steps.astype(np.float64), 2)
    rows = others + buyers
    down_to = rows.cumsum(0)
    n, hits = down_to[-1], buyers.sum(0)
    below = (n - hits) - others.cumsum(0) + others / 2
    size = np.maximum(np.rint(TOP * n), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        taken = np.clip((size - (down_to - rows)) / np.maximum(rows, 1), 0, 1)
        precision = buyers.cumsum(0) / np.maximum(down_to, 1)
        base = hits / n
        return np.stack(
            [
                (buyers * below).sum(0) / (hits * (n - hits)),
                (buyers * precision).sum(0) / hits / base,
                (buyers * taken).sum(0) / size / base,
            ]
        )


@dataclass(frozen=True)
class _Sums:
    """What is added up over the cells of each solid division; arrays of shape (solid, n)."""

    inside: Floats
    bought: Floats
    score: Floats
    error: Floats

    @classmethod
    def of(cls, score: Floats, cells: Cells, solid: NDArray[np.intp]) -> _Sums:
        inside = cells.inside[:, solid].T.astype(np.float64)
        s, y = score[:, solid].T, cells.bought[:, solid].T.astype(np.float64)
        return cls(inside, inside * y, inside * s, inside * (s - y) ** 2)

    def figures(self, copies: NDArray[np.float32]) -> NDArray[np.float64]:
        """Shape (2, solid, b): Brier skill, expected over actual buyers."""
        weight = copies.astype(np.float64)
        n, hits = self.inside @ weight, self.bought @ weight
        with np.errstate(divide="ignore", invalid="ignore"):
            usual = hits * (1 - hits / n)
            return np.stack([1 - (self.error @ weight) / usual, (self.score @ weight) / hits])
