"""What matters on every log: weights of standardised features, found on invented markets.

A small log has too few buyers to tell which of some seventy features matter. They mean the same
everywhere, so the weights of other markets are a better guess than zero (a shared prior: James and
Stein 1961, Efron and Morris 1975). benchmarks/learn_common_weights.py made them; no log of ours,
and not the demo market, is in them.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SHIPPED = Path(__file__).with_name("common_weights.toml")


@cache
def _shipped() -> dict[str, float]:
    return tomllib.loads(SHIPPED.read_text(encoding="utf-8"))


def common_weights(names: list[str]) -> NDArray[np.float64]:
    """Shape (len(names),): the weight of each feature; 0 for one that was not known then."""
    known = _shipped()
    return np.array([known.get(name, 0.0) for name in names])
