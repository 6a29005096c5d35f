"""Scores, intervals and money of cells, the same whatever block they are made in."""

import numpy as np

from gosales.core.columns import Scores
from gosales.pipeline.cell_scores import COLUMNS, block_scores, scored_divisions, scores_here


def test_blocks_of_customers_have_the_scores_of_all_and_are_counted(engine, models, monkeypatch):
    cells, by_name = engine.at(0), {model.division: model for model in models}
    whole = block_scores(cells, by_name, np.arange(cells.panel.shape[0], dtype=np.int32))
    monkeypatch.setattr("gosales.features.cells.CELLS_AT_ONCE", 60)
    done = []
    found = scores_here(cells, by_name, lambda *counts: done.append(counts))
    np.testing.assert_array_equal(found, whole)
    assert done == [(60, 60)] * 3
    at = {name: found[:, :, place] for place, name in enumerate(COLUMNS)}
    assert (at[Scores.LOW] <= at[Scores.SCORE]).all()
    assert (at[Scores.SCORE] <= at[Scores.HIGH]).all()


def test_only_divisions_with_a_model_are_scored(engine, models):
    cells, by_name = engine.at(0), {"PLM": models[2]}
    assert scored_divisions(cells.spine, by_name) == [2]
    every = block_scores(
        cells, {model.division: model for model in models}, np.array([3, 5], np.int32)
    )
    np.testing.assert_array_equal(
        block_scores(cells, by_name, np.array([3, 5], np.int32)), every[:, 2:]
    )
