import numpy as np
import pytest

from gosales.models.calibration import FLOOR, Calibration, sigmoid


@pytest.mark.parametrize(("z", "expected"), [(0, 0.5), (np.log(3), 0.75), (-800, 0), (800, 1)])
def test_sigmoid(z, expected):
    assert sigmoid(np.array([z], float)) == pytest.approx([expected])


@pytest.mark.parametrize("logit", [-1e9, -np.inf, np.inf, 1e9])
def test_no_probability_is_zero_or_one(logit):
    assert FLOOR <= Calibration()(np.array([logit]))[0] <= 1 - FLOOR


def test_the_default_changes_nothing_and_a_slope_keeps_the_ranking():
    logit = np.linspace(-4, 4, 9)
    assert Calibration()(logit) == pytest.approx(1 / (1 + np.exp(-logit)))
    moved = Calibration(0.5, -1.0)(logit)
    assert np.all(np.diff(moved) > 0)
    assert np.log(moved / (1 - moved)) == pytest.approx(0.5 * logit - 1)
