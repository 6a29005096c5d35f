"""The star in another engine: named there by the settings, or carried there from DuckDB.

Features, labels and SKU counts are Ibis expressions on a star, so they run where its tables are.
To this process come the months of each customer x division and of each SKU that a customer bought,
once; and the features of the customers that are trained on, judged or scored; never the log.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.common.exceptions import IbisError, TableNotFound

from gosales.core.columns import Attribute, CellStatus, Customer, Fact, Product
from gosales.core.errors import ConfigError
from gosales.core.star import Star, Tables
from gosales.etl.contracts import CONTRACTS, check_facts
from gosales.pipeline.build import published_star
from gosales.pipeline.session import Session
from gosales.utils.engines import DUCKDB, connect_engine, kind_of, upload

NEEDED = (Fact.CUSTOMER, Fact.DATE, Fact.SKU, Fact.DIVISION, Fact.VALUE)
TYPES = {contract.table: contract.columns for contract in CONTRACTS}


@contextmanager
def star_for(session: Session) -> Iterator[Star]:
    """The star that a training or scoring works on, in the engine of the settings; then let go.

    Raises:
        ConfigError: The engine cannot be used, or has no such table.
        MissingArtifact: No star is published, and the settings name none.
    """
    if session.config.source.facts:
        with named_star(session) as star:
            yield star
        return
    with carried(session, published_star(session)) as star:
        yield star


@contextmanager
def carried(session: Session, star: Star) -> Iterator[Star]:
    """A DuckDB star in the engine of the settings; both are let go at the end."""
    address = session.config.source.engine
    try:
        if kind_of(address) == DUCKDB:
            yield star
            return
        folder = session.workspace.stars
        folder.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(prefix=".engine-", dir=folder) as scratch,
            connected(address) as engine,
        ):
            yield Star(
                Tables(
                    **{
                        one.name: upload(getattr(star.tables, one.name), engine, Path(scratch))
                        for one in fields(Tables)
                    }
                )
            )
    finally:
        star.close()


@contextmanager
def named_star(session: Session) -> Iterator[Star]:
    """The star of the table or view that `[source] facts` names.

    Raises:
        ConfigError: It is not there, lacks a column that is needed, or the engine is DuckDB.
        ContractError: A row breaks the contract of `fact_transactions`.
    """
    source = session.config.source
    if kind_of(source.engine) == DUCKDB:
        raise ConfigError(
            "[source] facts names a table, but no engine that has it.",
            remedy="Set [source] engine (or --engine) to postgresql://... or a Spark master.",
        )
    with connected(source.engine) as engine:
        yield star_of(_table(engine, source.facts or ""))


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """An Ibis backend, let go at the end."""
    engine = connect_engine(address)
    try:
        yield engine
    finally:
        engine.disconnect()


def star_of(rows: ir.Table) -> Star:
    """A star of one table with the columns of `fact_transactions`.

    CUSTOMER, DATE, SKU, DIVISION and VALUE (whole cents) are needed; a column that is missing
    beside them is empty. Without LINE_TYPE, lines with negative units or money are returns. A
    column `customer_name` gives the names.

    Raises:
        ConfigError: A column that is needed is missing.
        ContractError: A row breaks the contract.
    """
    missing = [name for name in NEEDED if name not in rows.columns]
    if missing:
        raise ConfigError(
            f"The table of [source] facts has no column {', '.join(missing)}.",
            remedy="Name a view that calls its columns as docs/scaling.md tells.",
        )
    typed = rows.select(
        **{name: _column(rows, name, kind) for name, kind in TYPES[Fact.TABLE].items()},
        **{Customer.NAME: _column(rows, Customer.NAME, "string")},
    )
    facts = check_facts(typed.drop(Customer.NAME))
    products = facts.select(Fact.DIVISION, Fact.SKU).distinct()
    nothing = {Product.NAME: "string", Product.LAUNCHED: "date", Product.RETIRED: "date"}
    return Star(
        Tables(
            facts=facts,
            products=products.mutate(**{k: ibis.null(kind) for k, kind in nothing.items()}),
            names=_names(typed),
            attributes=_empty(facts, TYPES[Attribute.TABLE]),
            statuses=_empty(facts, TYPES[CellStatus.TABLE]),
        )
    )


def _column(rows: ir.Table, name: str, kind: str) -> ir.Value:
    if name in rows.columns:
        return rows[name].cast(kind)
    if name == Fact.LINE_TYPE:
        units, value = _column(rows, Fact.QUANTITY, "float64").fill_null(0.0), rows[Fact.VALUE]
        back = (units < 0) | ((units == 0) & (value < 0))
        return ibis.ifelse(back, Fact.RETURN, Fact.SALE)
    if name == Fact.SOURCE_FILE:
        return ibis.literal(rows.get_name())
    return ibis.literal(0, kind) if name == Fact.SOURCE_LINE else ibis.null(kind)


def _names(typed: ir.Table) -> ir.Table:
    named = typed.filter(typed[Customer.NAME].notnull())
    return named.group_by([Customer.ID, Customer.NAME, Fact.KNOWN_AT]).aggregate(
        **{Fact.DATE: named[Fact.DATE].max()}
    )


def _empty(facts: ir.Table, columns: dict[str, str]) -> ir.Table:
    nothing = facts.filter(ibis.literal(False)).select(Fact.SOURCE_LINE)
    filled = nothing.mutate(**{name: ibis.null(kind) for name, kind in columns.items()})
    return filled.select(*columns)


def _table(engine: Any, name: str) -> ir.Table:
    schema, _, table = name.rpartition(".")
    try:
        return engine.table(table, database=schema or None)
    except (TableNotFound, IbisError) as error:
        raise ConfigError(
            f"The engine has no table or view {name} that can be read.",
            remedy="Check [source] facts (schema.table) and the rights of the user.",
        ) from error
