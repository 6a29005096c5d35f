"""One `gosales.toml` in, one frozen object out. Nothing below `pipeline` imports this module."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from gosales.core.errors import ConfigError
from gosales.core.settings import (
    DivisionSettings,
    LimitSettings,
    Settings,
    TimeSettings,
    WhitespaceSettings,
)
from gosales.etl.settings import (
    ColumnSettings,
    EtlSettings,
    LookupSettings,
    PrivacySettings,
    ProductSettings,
    SourceSettings,
)
from gosales.evaluation.settings import BacktestSettings, DriftSettings, GateSettings
from gosales.export.settings import ExportSettings
from gosales.models.settings import ModelSettings
from gosales.utils.engines import DUCKDB
from gosales.utils.parse import read_toml
from gosales.utils.paths import has_file
from gosales.whitespace.settings import PlanSettings

MOST_EXPLAINED, LONGEST_SHOWN = 10, 200


class Config(Settings):
    """The whole of `gosales.toml`; every key has a default."""

    source: SourceSettings = SourceSettings()
    columns: ColumnSettings = ColumnSettings()
    time: TimeSettings = TimeSettings()
    divisions: DivisionSettings = DivisionSettings()
    products: ProductSettings = ProductSettings()
    lookup: LookupSettings = LookupSettings()
    privacy: PrivacySettings = PrivacySettings()
    models: ModelSettings = ModelSettings()
    whitespace: WhitespaceSettings = WhitespaceSettings()
    plan: PlanSettings = PlanSettings()
    backtest: BacktestSettings = BacktestSettings()
    gates: GateSettings = GateSettings()
    drift: DriftSettings = DriftSettings()
    limits: LimitSettings = LimitSettings()
    export: ExportSettings = ExportSettings()

    def etl(self) -> EtlSettings:
        """The part that building a star depends on; it is always built by DuckDB."""
        return EtlSettings(
            source=self.source.model_copy(
                update={"engine": DUCKDB, "facts": None, "results": None}
            ),
            columns=self.columns,
            time=self.time,
            products=self.products,
            lookup=self.lookup,
            privacy=self.privacy,
            limits=self.limits,
        )


def load_config(path: Path) -> Config:
    """Read `path`; a missing file is all defaults.

    Raises:
        ConfigError: Not TOML, an unknown key (the nearest known one is named) or a wrong value.
        WorkspaceError: A folder or a link that leads nowhere is in its place.
    """
    if not has_file(path):
        return Config()
    try:
        return Config.model_validate(read_toml(path))
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror or error}.",
            remedy="Name a readable file with --config.",
        ) from error
    except ValidationError as error:
        wrong = "; ".join(_explain(item) for item in error.errors()[:MOST_EXPLAINED])
        raise ConfigError(
            f"{path} cannot be used: {wrong}.", remedy="docs/config.md lists every key."
        ) from error
    except ValueError as error:
        raise ConfigError(
            f"{path} is not a TOML file: {error}.", remedy="docs/config.md shows a whole example."
        ) from error


def _explain(item: Any) -> str:
    """One wrong key in words, with the nearest known one when it is unknown."""
    keys = [str(part) for part in item["loc"]]
    where = ".".join(keys)
    if item["type"] != "extra_forbidden":
        return f"{where}: {item['msg']} (got {repr(item['input'])[:LONGEST_SHOWN]})"
    known = _known_keys(keys[:-1])
    near = difflib.get_close_matches(keys[-1], known, n=1, cutoff=0.0)
    return f"unknown key {where}" + (f", did you mean {near[0]}?" if near else "")


def _known_keys(section: list[str]) -> list[str]:
    model: type[BaseModel] = Config
    for key in section:
        kind = model.model_fields[key].annotation
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            return []
        model = kind
    return list(model.model_fields)
