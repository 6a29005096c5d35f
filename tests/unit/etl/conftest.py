"""Small logs, written by hand, and the star that is built of them."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import pytest

from gosales.core.timeline import Cutoff
from gosales.etl.build_star import StarBuild, StarSources, build_star
from gosales.etl.settings import ColumnSettings, EtlSettings, SourceSettings
from gosales.utils import db

LONG = ColumnSettings(
    customer="Customer", date="Date", sku="Sku", division="Division", quantity="Qty", value="Value"
)


def long_settings(**sections) -> EtlSettings:
    """Settings of a long log with the headers Customer, Date, Sku, Division, Qty, Value."""
    given = {"source": SourceSettings(shape="long"), "columns": LONG}
    return EtlSettings(**(given | sections))


@dataclass
class Shop:
    """A workspace under a temporary folder."""

    root: Path

    @property
    def sources(self) -> StarSources:
        data = self.root / "data"
        return StarSources(data / "logs", data / "lookup", data / "staging", self.root)

    @property
    def star(self) -> Path:
        return self.root / "star.duckdb"

    def put(self, name: str, content: str | bytes, *, lookup: bool = False) -> Path:
        folder = self.sources.lookup if lookup else self.sources.logs
        folder.mkdir(parents=True, exist_ok=True)
        raw = content.encode() if isinstance(content, str) else content
        path = folder / name
        path.write_bytes(gzip.compress(raw, mtime=0) if name.endswith(".gz") else raw)
        return path

    def build(self, settings: EtlSettings | None = None, cutoff: str | None = None) -> StarBuild:
        day = Cutoff.parse(cutoff) if cutoff else None
        return build_star(self.sources, settings or EtlSettings(), self.star, day)

    def rows(self, query: str) -> list[tuple]:
        connection = db.connect(self.star, read_only=True)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def facts(self, columns: str = "customer_id, order_date, product_sku, value_cents"):
        found = self.rows(f"SELECT {columns} FROM fact_transactions")
        return [tuple(str(value) for value in row) for row in found]

    def rejects(self) -> list[tuple]:
        return self.rows("SELECT record, reason FROM rejects ORDER BY source_file, record")


@pytest.fixture
def shop(tmp_path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture
def long():
    return long_settings


HEADER = "Customer,Date,Sku,Division,Qty,Value"


@pytest.fixture
def long_log():
    """A long log of the given lines, under the usual header."""

    def write(*lines: str) -> str:
        return "\n".join((HEADER, *lines)) + "\n"

    return write
