"""What the models say of cells: one piece of arithmetic, wherever the scores are made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gosales.core.columns import Scores
from gosales.core.frames import Spine
from gosales.features.cells import CellFeatures
from gosales.models.division_model import DivisionModel
from gosales.pipeline.money import money_columns
from gosales.utils.parallel import in_threads
from gosales.utils.progress import Advance

Floats = NDArray[np.float64]
COLUMNS = (Scores.SCORE, Scores.LOW, Scores.HIGH, *Scores.MONEY)
"""Probability, its interval, and money in the unit of the log; none is rounded yet."""


def scored_divisions(spine: Spine, models: dict[str, DivisionModel]) -> list[int]:
    """The divisions that have a model, by their places in the spine."""
    return [d for d, name in enumerate(spine.divisions) if name in models]


def scores_here(cells: CellFeatures, models: dict[str, DivisionModel], advance: Advance) -> Floats:
    """Of all cells, in this process: shape (n, scored divisions, len(COLUMNS)).

    Args:
        advance: Is told how many cells were done.
    """
    divisions = scored_divisions(cells.spine, models)
    found = np.empty((cells.panel.shape[0], len(divisions), len(COLUMNS)))
    for block in cells.blocks():
        found[block] = block_scores(cells, models, block)
        advance(found[block, :, 0].size, found[block, :, 0].size)
    return found


def block_scores(
    cells: CellFeatures, models: dict[str, DivisionModel], block: NDArray[np.int32]
) -> Floats:
    """Of some customers: shape (len(block), scored divisions, len(COLUMNS))."""
    divisions = scored_divisions(cells.spine, models)
    found = np.empty((len(block), len(divisions), len(COLUMNS)))

    def fill(place: int) -> None:
        d = divisions[place]
        model, frame = models[cells.spine.divisions[d]], cells.rows(block, np.full_like(block, d))
        score = model.score(frame.values, frame.owned)
        money = money_columns(model.money(frame.values), frame)
        found[:, place] = np.column_stack([score, *model.interval(score, frame.owned), money])

    in_threads(fill, range(len(divisions)))
    return found
