"""Lookup tables as text, so that what they say of days after a cutoff can be taken away or mixed.

An attribute of a customer that is neither dated nor declared constant says what is so today: for
any past cutoff that is the future too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gosales.core.columns import Attribute, CellStatus, Customer
from gosales.core.timeline import Cutoff
from gosales.etl import values
from gosales.etl.build_star import StarSources
from gosales.etl.copies import Days, write_csv
from gosales.etl.lookups import LookupFile, LookupFolder, day_of
from gosales.etl.settings import EtlSettings, LookupSettings
from gosales.etl.sql import listed
from gosales.utils import db

Flags = NDArray[np.bool_]
CUSTOMERS, PRODUCTS, CELLS = "customers", "products", "cells"
DATED = {
    CUSTOMERS: (Attribute.VALID_FROM,),
    PRODUCTS: ("launched", "retired"),
    CELLS: (CellStatus.VALID_FROM,),
}


@dataclass(frozen=True)
class LookupCopy:
    """A lookup table.

    Attributes:
        table: Text columns, a row per record.
        days: Dated column -> its position and its days, shape (records,); NaT where it has none.
        attributes: Positions of a customer's attributes; `constant` are those declared so.
    """

    name: str
    header: tuple[str, ...]
    table: pa.Table
    days: dict[str, tuple[int, Days]]
    attributes: tuple[int, ...] = ()
    constant: tuple[int, ...] = ()

    def after(self, column: str, cutoff: Cutoff) -> Flags:
        """Shape (records,): rows whose `column` lies after the cutoff."""
        if column not in self.days:
            return np.zeros(self.table.num_rows, bool)
        return np.asarray(self.days[column][1] > np.datetime64(cutoff.date))

    def unknown(self, place: int, cutoff: Cutoff) -> Flags:
        """Shape (records,): where an attribute says what was not known at the cutoff."""
        later = self.after(Attribute.VALID_FROM, cutoff)
        if place in self.constant:
            return later
        if Attribute.VALID_FROM not in self.days:
            return np.ones(self.table.num_rows, bool)
        return np.asarray(later | np.isnat(self.days[Attribute.VALID_FROM][1]))

    def column(self, place: int) -> NDArray[np.object_]:
        """One column's texts."""
        return np.asarray(self.table.column(place).to_pylist(), object)

    def with_column(self, place: int, texts: NDArray[np.object_]) -> LookupCopy:
        """The same with other texts in one column."""
        column = pa.array(texts, pa.string())
        return replace(self, table=self.table.set_column(place, f"c{place}", column))

    def where(self, keep: Flags) -> LookupCopy:
        """The rows that `keep` marks."""
        days = {name: (place, day[keep]) for name, (place, day) in self.days.items()}
        return replace(self, table=self.table.filter(pa.array(keep)), days=days)


def copied_lookups(
    sources: StarSources, settings: EtlSettings, scratch: Path
) -> dict[str, LookupCopy]:
    """Every lookup table that the workspace has, by its name in the settings."""
    connection = db.connect(memory_gb=settings.limits.memory_gb)
    values.install(connection, decimal_comma=settings.source.decimal_comma)
    folder = LookupFolder(sources.lookup, sources.workspace, scratch, settings)
    try:
        opened = {
            name: folder.open(connection, name, getattr(settings.lookup, name)) for name in DATED
        }
        return {
            name: _copy(connection, name, file, settings)
            for name, file in opened.items()
            if file is not None and file.records.count
        }
    finally:
        connection.close()


def write_lookups(
    copies: dict[str, LookupCopy], folder: Path, settings: EtlSettings
) -> LookupSettings:
    """Write `copies` into `folder`; returns the settings that name them."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = {}
    for name, copy in copies.items():
        path = (folder / f"{name}.csv").resolve()
        write_csv(path, copy.header, copy.table, (",", settings.source.encoding or "utf-8"))
        table = getattr(settings.lookup, name)
        changed[name] = table.model_copy(update={"file": str(path)})
    return settings.lookup.model_copy(update=changed)


def _copy(
    connection: duckdb.DuckDBPyConnection, name: str, file: LookupFile, settings: EtlSettings
) -> LookupCopy:
    dated = {column: file.place(column) for column in DATED[name]}
    known = {column: place for column, place in dated.items() if place is not None}
    days = [f"{day_of(connection, file, column, settings)} AS d{column}" for column in known]
    # A day whose parts are blank reads as NULL, which arrow gives as NaT.
    selected = listed([*file.records.columns, *days])
    rows = connection.sql(f"SELECT {selected} FROM ({file.rows()}) ORDER BY record")
    table = rows.to_arrow_table()
    texts = table.select(range(len(file.header.names)))
    filled = [pc.fill_null(column, "") for column in texts.columns]
    return LookupCopy(
        name,
        file.header.names,
        pa.table(filled, texts.column_names),
        {
            column: (place, table.column(f"d{column}").to_numpy().astype("datetime64[D]"))
            for column, place in known.items()
        },
        *(_attributes(file, settings) if name == CUSTOMERS else ()),
    )


def _attributes(file: LookupFile, settings: EtlSettings) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Positions of the attributes, and of the constant ones among them."""
    skip = {
        file.need(Customer.ID),
        *(file.place(key) for key in (Customer.NAME, Attribute.VALID_FROM, Attribute.VALID_TO)),
    }
    names = enumerate(file.header.names)
    attributes = tuple(place for place, name in names if name and place not in skip)
    declared = settings.lookup.customers.constant
    constant = {file.header.need([name], "constant attribute") for name in declared}
    return attributes, tuple(place for place in attributes if place in constant)
