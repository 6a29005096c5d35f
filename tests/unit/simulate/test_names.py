import numpy as np
import pytest

from gosales.core.errors import ConfigError
from gosales.simulate import law
from gosales.simulate.names import LARGEST_MARKET, draw_names

INDUSTRIES = list(law.INDUSTRIES)


def test_names_are_distinct_and_clean():
    names = draw_names([INDUSTRIES[i % len(INDUSTRIES)] for i in range(20_000)], rng())
    assert len(set(names)) == len(names)
    assert all(name == name.strip() and "  " not in name and " ," not in name for name in names)
    assert any("," in name for name in names)
    assert any(not name.isascii() for name in names)


def test_names_run_out():
    with pytest.raises(ConfigError, match="fewer customers") as error:
        draw_names(["Electronics"] * (LARGEST_MARKET + 1), rng())
    assert str(LARGEST_MARKET) in error.value.problem


def rng():
    return np.random.default_rng(0)
