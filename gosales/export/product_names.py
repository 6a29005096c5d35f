"""The names of products, from the star, for lists that know their SKUs only."""

from __future__ import annotations

from pathlib import Path

import duckdb

from gosales.core.columns import Product
from gosales.export.pitches import Sources
from gosales.utils.db import connect
from gosales.utils.store import replacing

NONE = """
CREATE TEMP TABLE product_names(division VARCHAR, product_sku VARCHAR, product_name VARCHAR)
"""
ALL = f"""
CREATE TEMP TABLE product_names AS
SELECT {Product.DIVISION}, {Product.SKU}, {Product.NAME} FROM star.{Product.TABLE}
WHERE {Product.NAME} <> '' AND {Product.NAME} <> {Product.SKU}
"""  # noqa: S608 - our own names
NAMED = f"""
COPY (
    SELECT rows.* EXCLUDE (place), coalesce({Product.NAME}, '') AS {Product.NAME}
    FROM (SELECT *, row_number() OVER () AS place FROM read_parquet($path)) AS rows
    LEFT JOIN product_names USING ({Product.DIVISION}, {Product.SKU})
    ORDER BY place
) TO $target (FORMAT parquet)
"""  # noqa: S608 - our own names


def load_names(connection: duckdb.DuckDBPyConnection, star: Path | None) -> None:
    """Make the table `product_names`: division, product_sku, product_name, where there is one."""
    if star is None:
        connection.execute(NONE)
        return
    path = str(star).replace("'", "''")
    connection.execute(f"ATTACH '{path}' AS star (READ_ONLY)")
    connection.execute(ALL)
    connection.execute("DETACH star")


def named_whitespace(sources: Sources, folder: Path) -> Path:
    """The whitespace list as a Parquet file in `folder`, with product_name as its last column."""
    target = folder / sources.whitespace.name
    with connect() as connection, replacing(target) as path:
        load_names(connection, sources.star)
        connection.execute(NAMED, {"path": str(sources.whitespace), "target": str(path)})
    return target
