"""A workspace to attack."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from gosales.config import load_config
from gosales.etl.build_star import StarSources, build_star

LONG = """
[columns]
customer = "Customer"
date = "Date"
sku = "Sku"
division = "Division"
quantity = "Qty"
value = "Value"
"""


@dataclass
class Shop:
    """A workspace of which only the star is built, with the settings of somebody else."""

    root: Path

    def put(self, name, text):
        folder = self.root / "data" / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    def build(self, settings):
        source = "" if "[source]" in settings else '[source]\nshape = "long"\n'
        path = self.root / "gosales.toml"
        path.write_text(settings + source + LONG, encoding="utf-8")
        data = self.root / "data"
        sources = StarSources(data / "logs", data / "lookup", data / "staging", self.root)
        return build_star(sources, load_config(path).etl(), self.root / "star.duckdb")


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path / "workspace")
