"""Division models on disk: MLflow folders that hold text and JSON, and nothing that can run.

    <division>_model/MLmodel, requirements...     written by MLflow
    <division>_model/data/division_model/model.json        everything but the trees
    <division>_model/data/division_model/trees/*.txt.gz    LightGBM's own text

Reading checks the hash of every tree file against model.json first.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import gosales
from gosales.core.errors import ModelError
from gosales.models.division_model import DivisionModel, Shared
from gosales.models.model_text import FORMAT, ModelText, digest, to_texts, unpack, versions
from gosales.utils.parse import parse_json
from gosales.utils.paths import slugs
from gosales.utils.store import MODEL_SUFFIX

LOADER = "gosales.models.mlflow_loader"
DATA = "division_model"
"""MLflow copies a folder of this name into `data/`."""


def save_models(models: list[DivisionModel], folder: Path) -> list[Path]:
    """Write one MLflow folder per model below `folder`, which must be new; return the folders."""
    quiet_mlflow()
    from mlflow.models import Model
    from mlflow.pyfunc import save_model

    names = slugs([model.division for model in models])
    paths = []
    for model, text in zip(models, to_texts(models), strict=True):
        target = folder / f"{names[model.division]}{MODEL_SUFFIX}"
        data = folder / DATA
        _write_data(data, text)
        number = hashlib.sha256((data / "model.json").read_bytes()).hexdigest()
        save_model(
            target,
            loader_module=LOADER,
            data_path=str(data),
            mlflow_model=Model(
                model_uuid=number[:32],
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
    try:
        content = parse_json((data / "model.json").read_text(encoding="utf-8"))
        _refuse_other_versions(content, data)
        if digest(content["shared"]) != content["shared_hash"]:
            raise ModelError(
                f"{data / 'model.json'} is not what was trained.",
                remedy="Restore the folder or train again with `gosales train`.",
            )
        trees = {
            name: _packed_trees(data, name, expected)
            for name, expected in content["shared"]["trees"].items()
        }
        return unpack(content, trees, {} if cache is None else cache)
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
    for package, now in versions().items():
        then = str(content["versions"][package])
        if _generation(then) != _generation(now):
            raise ModelError(
                f"The model in {data} was trained by {package} {then}, and this is {now}: its "
                "features and trees may mean something else.",
                remedy="Train again with `gosales train`, or go back to the version that trained "
                "it.",
            )


def _generation(number: str) -> tuple[str, ...]:
    """What may not differ: the major version, and before 1.0 the minor one too."""
    parts = number.split(".")
    return tuple(parts[:2] if parts[0] == "0" else parts[:1])


def _write_data(data: Path, text: ModelText) -> None:
    (data / "trees").mkdir(parents=True)
    for name, packed in text.trees.items():
        (data / "trees" / f"{name}.txt.gz").write_bytes(packed)
    (data / "model.json").write_text(text.json, encoding="utf-8")


def _packed_trees(data: Path, name: str, expected: str) -> bytes:
    """A tree file's bytes, once their hash is found right."""
    if not name.isidentifier():
        raise ModelError(f"{name!r} is no tree file.", remedy="Train again with `gosales train`.")
    packed = (data / "trees" / f"{name}.txt.gz").read_bytes()
    if hashlib.sha256(packed).hexdigest() != expected:
        raise ModelError(
            f"The trees {name} in {data} are not those that were trained.",
            remedy="Restore the folder or train again with `gosales train`.",
        )
    return packed


def quiet_mlflow() -> None:
    """No telemetry and no probing of git, before MLflow is first imported."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
