"""Division models on disk: MLflow folders that hold text and JSON, and nothing that can run.

    <division>_model/MLmodel, requirements...     written by MLflow
    <division>_model/data/division_model/model.json        everything but the trees
    <division>_model/data/division_model/trees/*.txt.gz    LightGBM's own text

Reading checks the hash of every tree file against model.json first.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import json
import os
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import gosales
from gosales.core.errors import ModelError
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
from gosales.utils.paths import slugs
from gosales.utils.store import MODEL_SUFFIX

FORMAT = 8
LOADER = "gosales.models.mlflow_loader"
MAX_TREE_BYTES = 200_000_000
DATA = "division_model"
"""MLflow copies a folder of this name into `data/`."""


def save_models(models: list[DivisionModel], folder: Path) -> list[Path]:
    """Write one MLflow folder per model below `folder`, which must be new; return the folders."""
    quiet_mlflow()
    from mlflow.models import Model
    from mlflow.pyfunc import save_model

    names = slugs([model.division for model in models])
    shared: dict[int, tuple[dict[str, Any], dict[str, bytes]]] = {}
    paths = []
    for model in models:
        key = id(model.shared)
        if key not in shared:
            shared[key] = _pack_shared(model.shared)
        content, trees = shared[key]
        target = folder / f"{names[model.division]}{MODEL_SUFFIX}"
        data = folder / DATA
        _write_data(data, {**content, **_pack_own(model)}, trees)
        digest = hashlib.sha256((data / "model.json").read_bytes()).hexdigest()
        save_model(
            target,
            loader_module=LOADER,
            data_path=str(data),
            mlflow_model=Model(
                model_uuid=digest[:32],
                # Not the clock's time: the same input gives the same bytes.
                utc_time_created=f"{model.card['history_end']} 00:00:00.000000",
            ),
            pip_requirements=[f"gosales-engine=={gosales.__version__}"],
        )
        shutil.rmtree(data)
        paths.append(target)
    return paths


def load_models(folder: Path) -> list[DivisionModel]:
    """Read every model folder below `folder`, sorted by division; shared parts are read once."""
    cache: dict[str, Shared] = {}
    paths = sorted(folder.glob(f"*{MODEL_SUFFIX}"))
    models = [load_model(path / "data" / DATA, cache) for path in paths]
    return sorted(models, key=lambda model: model.division)


def load_model(data: Path, cache: dict[str, Shared] | None = None) -> DivisionModel:
    """Read one model's data folder.

    Raises:
        ModelError: Files are missing, altered or of another version.
    """
    cache = {} if cache is None else cache
    try:
        content = parse_json((data / "model.json").read_text(encoding="utf-8"))
        _refuse_other_versions(content, data)
        key = _digest(content["shared"])
        if key != content["shared_hash"]:
            raise ModelError(
                f"{data / 'model.json'} is not what was trained.",
                remedy="Restore the folder or train again with `gosales train`.",
            )
        trees = {
            name: _packed_trees(data, name, digest)
            for name, digest in content["shared"]["trees"].items()
        }
        if key not in cache:
            cache[key] = _unpack_shared(content["shared"], trees)
        return _unpack_own(content, cache[key])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"The model in {data} cannot be read: {type(error).__name__}: {error}.",
            remedy="Restore the folder or train again with `gosales train`.",
        ) from error


def _refuse_other_versions(content: dict[str, Any], data: Path) -> None:
    if content["format"] != FORMAT:
        raise ModelError(
            f"{data} was written in model format {content['format']}, not {FORMAT}.",
            remedy="Train again with `gosales train`.",
        )
    for package, now in _versions().items():
        then = str(content["versions"][package])
        if _generation(then) != _generation(now):
            raise ModelError(
                f"The model in {data} was trained by {package} {then}, and this is {now}: its "
                "features and trees may mean something else.",
                remedy="Train again with `gosales train`, or go back to the version that trained "
                "it.",
            )


def _versions() -> dict[str, str]:
    """Of what gives a saved model its meaning."""
    return {"gosales-engine": gosales.__version__, "lightgbm": version("lightgbm")}


def _generation(number: str) -> tuple[str, ...]:
    """What may not differ: the major version, and before 1.0 the minor one too."""
    parts = number.split(".")
    return tuple(parts[:2] if parts[0] == "0" else parts[:1])


def _write_data(data: Path, content: dict[str, Any], trees: dict[str, bytes]) -> None:
    (data / "trees").mkdir(parents=True)
    for name, text in trees.items():
        (data / "trees" / f"{name}.txt.gz").write_bytes(text)
    (data / "model.json").write_text(
        json.dumps(content, sort_keys=True, ensure_ascii=False), encoding="utf-8"
    )


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
        "linear": _pack_linear(shared.ensemble.linear if shared.ensemble else None),
        "activity": _pack_linear(shared.ensemble.activity if shared.ensemble else None),
        "baselines": {name: _pack_baseline(b) for name, b in shared.baselines.items()},
        "typical_activity": shared.typical_activity,
        "money": money,
        "products": _pack_sku_model(shared.products),
        "trees": {name: hashlib.sha256(text).hexdigest() for name, text in trees.items()},
    }
    return {"shared": content, "shared_hash": _digest(content), "format": FORMAT}, trees


def _digest(shared: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(shared, sort_keys=True).encode()).hexdigest()


def _unpack_shared(shared: dict[str, Any], packed: dict[str, bytes]) -> Shared:
    names = tuple(shared["names"])
    trees = {name: _read_trees(content) for name, content in packed.items()}
    money = unpack_money(names, shared["money"], trees)
    ensemble = None
    if shared["rate"] is not None:
        linear = (_unpack_linear(shared[key]) for key in ("linear", "activity"))
        ensemble = Ensemble(names, shared["rate"], shared["months"], shared["held"], trees, *linear)
    baselines = {name: _unpack_baseline(name, b) for name, b in shared["baselines"].items()}
    products = _unpack_sku_model(shared["products"])
    return Shared(names, ensemble, baselines, money, shared["typical_activity"], products)


def _packed_trees(data: Path, name: str, digest: str) -> bytes:
    """A tree file's bytes, once their hash is found right."""
    if not name.isidentifier():
        raise ModelError(f"{name!r} is no tree file.", remedy="Train again with `gosales train`.")
    packed = (data / "trees" / f"{name}.txt.gz").read_bytes()
    if hashlib.sha256(packed).hexdigest() != digest:
        raise ModelError(
            f"The trees {name} in {data} are not those that were trained.",
            remedy="Restore the folder or train again with `gosales train`.",
        )
    return packed


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
        "versions": _versions(),
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
        None if band is None else ScoreBand(*(tuple(band[key]) for key in ("at", "low", "high"))),
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


def quiet_mlflow() -> None:
    """No telemetry and no probing of git, before MLflow is first imported."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
