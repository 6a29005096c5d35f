"""Division models as text: JSON values, and trees in LightGBM's own words; and back."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

import gosales
from gosales.models.baselines import Baseline
from gosales.models.boosting import from_text, to_text
from gosales.models.calibration import Calibration
from gosales.models.division_model import DivisionModel, Shared, Side
from gosales.models.money_store import pack_money, unpack_money
from gosales.models.product_model import ProductChance, ProductModel
from gosales.models.recipe import Ensemble, LinearMember
from gosales.models.ridge_logistic import RidgeLogistic
from gosales.models.score_band import ScoreBand
from gosales.models.sku_model import BLEND, SHIPPED, SkuModel
from gosales.utils.parse import parse_json

FORMAT = 12
MAX_TREE_BYTES = 200_000_000


@dataclass(frozen=True)
class ModelText:
    """One model; nothing in it can run.

    Attributes:
        json: Everything but the trees.
        trees: Name -> LightGBM's text, gzipped.
    """

    json: str
    trees: Mapping[str, bytes]


def to_texts(models: Iterable[DivisionModel]) -> Iterator[ModelText]:
    """Each model; what several share is packed once."""
    packed: dict[int, tuple[dict[str, Any], dict[str, bytes]]] = {}
    for model in models:
        key = id(model.shared)
        if key not in packed:
            packed[key] = _pack_shared(model.shared)
        shared, trees = packed[key]
        content = {**shared, **_pack_own(model)}
        yield ModelText(json.dumps(content, sort_keys=True, ensure_ascii=False), trees)


def from_texts(texts: Iterable[ModelText]) -> list[DivisionModel]:
    """Undo `to_texts` of the same version; what several share is read once."""
    cache: dict[str, Shared] = {}
    return [unpack(parse_json(one.json), one.trees, cache) for one in texts]


def unpack(
    content: dict[str, Any], trees: Mapping[str, bytes], cache: dict[str, Shared]
) -> DivisionModel:
    """A model of JSON values and its packed trees.

    Args:
        cache: Shared parts by their hash; one that is not in it is read and put there.
    """
    key = content["shared_hash"]
    if key not in cache:
        cache[key] = _unpack_shared(content["shared"], trees)
    return _unpack_own(content, cache[key])


def _pack_shared(shared: Shared) -> tuple[dict[str, Any], dict[str, bytes]]:
    boosters = dict(shared.ensemble.trees) if shared.ensemble else {}
    money, money_trees = pack_money(shared.money)
    boosters |= money_trees
    trees = {name: gzip.compress(to_text(b).encode(), mtime=0) for name, b in boosters.items()}
    content = {
        "names": shared.names,
        "rate": shared.ensemble.rate if shared.ensemble else None,
        "months": shared.ensemble.months if shared.ensemble else None,
        "held": shared.ensemble.held if shared.ensemble else None,
        "linear_share": shared.ensemble.linear_share if shared.ensemble else None,
        "linear": _pack_linear(shared.ensemble.linear if shared.ensemble else None),
        "activity": _pack_linear(shared.ensemble.activity if shared.ensemble else None),
        "baselines": {name: _pack_baseline(b) for name, b in shared.baselines.items()},
        "typical_activity": shared.typical_activity,
        "money": money,
        "products": _pack_sku_model(shared.products),
        "trees": {name: hashlib.sha256(text).hexdigest() for name, text in trees.items()},
    }
    return {"shared": content, "shared_hash": digest(content), "format": FORMAT}, trees


def digest(shared: dict[str, Any]) -> str:
    """The hash of the shared part's JSON values."""
    return hashlib.sha256(json.dumps(shared, sort_keys=True).encode()).hexdigest()


def _unpack_shared(shared: dict[str, Any], packed: Mapping[str, bytes]) -> Shared:
    names = tuple(shared["names"])
    trees = {name: _read_trees(content) for name, content in packed.items()}
    money = unpack_money(names, shared["money"], trees)
    ensemble = None
    if shared["rate"] is not None:
        linear, activity = (_unpack_linear(shared[key]) for key in ("linear", "activity"))
        ensemble = Ensemble(
            names,
            shared["rate"],
            shared["months"],
            shared["held"],
            trees,
            linear,
            activity,
            shared["linear_share"],
        )
    baselines = {name: _unpack_baseline(name, b) for name, b in shared["baselines"].items()}
    products = _unpack_sku_model(shared["products"])
    return Shared(names, ensemble, baselines, money, shared["typical_activity"], products)


def _read_trees(packed: bytes) -> Any:
    with gzip.open(io.BytesIO(packed)) as stream:
        return from_text(stream.read(MAX_TREE_BYTES).decode())


def _pack_own(model: DivisionModel) -> dict[str, Any]:
    return {
        "division": model.division,
        "never": dataclasses.asdict(model.never),
        "held": dataclasses.asdict(model.held),
        "products": [dataclasses.astuple(item) for item in model.products.items],
        "card": model.card,
        "versions": versions(),
    }


def _unpack_own(content: dict[str, Any], shared: Shared) -> DivisionModel:
    return DivisionModel(
        content["division"],
        shared,
        _unpack_side(content["never"]),
        _unpack_side(content["held"]),
        ProductModel(tuple(ProductChance(*item) for item in content["products"])),
        content["card"],
    )


def _unpack_side(content: dict[str, Any]) -> Side:
    band = content["band"]
    return Side(
        content["kind"],
        content["baseline"],
        Calibration(**content["calibration"]),
        None if band is None else ScoreBand(tuple(band["square"]), tuple(band["span"])),
    )


def _pack_ridge(model: RidgeLogistic) -> dict[str, list[float | None]]:
    scale = [value if np.isfinite(value) else None for value in model.scale.tolist()]
    return {"mean": model.mean.tolist(), "scale": scale, "weights": model.weights.tolist()}


def _unpack_ridge(content: dict[str, Any]) -> RidgeLogistic:
    scale = np.array([np.inf if value is None else value for value in content["scale"]])
    return RidgeLogistic(np.array(content["mean"]), scale, np.array(content["weights"]))


def _pack_sku_model(products: SkuModel) -> dict[str, Any]:
    model = products.model
    return {"kind": products.kind, "model": None if model is None else _pack_ridge(model)}


def _unpack_sku_model(content: dict[str, Any]) -> SkuModel:
    model = content["model"]
    if content["kind"] not in SHIPPED or (model is None) == (content["kind"] == BLEND):
        raise ValueError(f"{content['kind']!r} is no product model")
    return SkuModel(content["kind"], None if model is None else _unpack_ridge(model))


def _pack_linear(member: LinearMember | None) -> dict[str, Any] | None:
    if member is None:
        return None
    return {
        "columns": member.columns,
        "logs": member.logs,
        "fill": member.fill.tolist(),
        "model": _pack_ridge(member.model),
    }


def _unpack_linear(content: dict[str, Any] | None) -> LinearMember | None:
    if content is None:
        return None
    return LinearMember(
        tuple(content["columns"]),
        tuple(content["logs"]),
        np.array(content["fill"]),
        _unpack_ridge(content["model"]),
    )


def _pack_baseline(baseline: Baseline) -> dict[str, Any]:
    return {
        "models": {division: _pack_ridge(model) for division, model in baseline.models.items()},
        "never": dataclasses.asdict(baseline.never),
        "held": dataclasses.asdict(baseline.held),
        "months": baseline.months,
    }


def _unpack_baseline(name: str, content: dict[str, Any]) -> Baseline:
    models = {division: _unpack_ridge(model) for division, model in content["models"].items()}
    never, held = Calibration(**content["never"]), Calibration(**content["held"])
    return Baseline(name, models, never, held, content["months"])


def versions() -> dict[str, str]:
    """Of what gives a saved model its meaning."""
    return {"gosales-engine": gosales.__version__, "lightgbm": version("lightgbm")}
