"""How the saved models did on a holdout, beside the simple scores."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from gosales.evaluation.scoreboard import MACRO, NEVER
from gosales.pipeline.gate import MODEL
from gosales.pipeline.validate_holdout import gain_over
from tests.unit.pipeline.test_sure_figures import GOOD, POOR, judged_at


@pytest.fixture(scope="module")
def judged():
    found = judged_at(dt.date(2024, 6, 30), seed=3)
    return replace(found, score={MODEL: found.score[GOOD], POOR: found.score[POOR]})


def test_the_gain_is_that_of_the_tables_and_lies_in_its_interval(judged):
    model, other = (judged.board(name)[NEVER][MACRO]["auc"] for name in (MODEL, POOR))
    gain = gain_over(judged, POOR)
    assert gain["value"] == pytest.approx(model - other, abs=2e-6)
    assert 0 < gain["low"] < gain["value"] < gain["high"]


def test_without_buyers_enough_there_is_no_gain(judged):
    few = replace(judged, bought=judged.bought & (np.arange(len(judged.bought)) < 9)[:, None])
    assert gain_over(few, POOR) is None
