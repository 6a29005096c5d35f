"""A money model as plain JSON values and boosters, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from gosales.models.boosting import Booster
from gosales.models.conformal import QuantileModel
from gosales.models.money_model import MoneyModel
from gosales.models.price_base import PriceBase
from gosales.models.ridge_linear import RidgeLinear
from gosales.models.value_model import ValueModel

VALUE = "value"
QUANTILES = ("value_low", "value_high", "wallet")
ARRAYS = ("fill", "mean", "scale", "weights")


def pack_money(money: MoneyModel) -> tuple[dict[str, Any], dict[str, Booster]]:
    """JSON values, and the boosters by name."""
    value, quantiles = money.value, (money.low, money.high, money.wallet)
    content = {
        "base": asdict(value.base),
        "linear": [_pack_linear(linear) for linear in value.linear],
        "scale": value.scale,
        "shift": {name: q.shift for name, q in zip(QUANTILES, quantiles, strict=True)},
    }
    boosters = {
        VALUE: value.trees,
        **{n: q.trees for n, q in zip(QUANTILES, quantiles, strict=True)},
    }
    return content, {name: trees for name, trees in boosters.items() if trees is not None}


def unpack_money(
    names: tuple[str, ...], content: dict[str, Any], boosters: dict[str, Booster]
) -> MoneyModel:
    """Undo `pack_money`; takes its own out of `boosters`."""
    base = content["base"]
    usual = {name: (pair[0], pair[1]) for name, pair in base["usual"].items()}
    growth = base["growth"][0], base["growth"][1]
    never, held = (_unpack_linear(linear) for linear in content["linear"])
    value = ValueModel(
        names,
        PriceBase(usual, growth, base["months"]),
        boosters.pop(VALUE, None),
        (never, held),
        {name: (pair[0], pair[1]) for name, pair in content["scale"].items()},
    )
    shifts = (content["shift"][name] for name in QUANTILES)
    quantiles = (
        QuantileModel(boosters.pop(name, None), (shift[0], shift[1]))
        for name, shift in zip(QUANTILES, shifts, strict=True)
    )
    return MoneyModel(value, *quantiles)


def _pack_linear(linear: RidgeLinear | None) -> dict[str, Any] | None:
    if linear is None:
        return None
    arrays = {name: getattr(linear, name).tolist() for name in ARRAYS}
    arrays["scale"] = [value if np.isfinite(value) else None for value in arrays["scale"]]
    return {**arrays, "low": linear.low, "high": linear.high}


def _unpack_linear(content: dict[str, Any] | None) -> RidgeLinear | None:
    if content is None:
        return None
    scale = [np.inf if value is None else value for value in content["scale"]]
    arrays = {name: np.array(content[name], float) for name in ARRAYS if name != "scale"}
    return RidgeLinear(**arrays, scale=np.array(scale), low=content["low"], high=content["high"])
