"""The SKU map: what the columns of a wide log mean, read from TOML."""

from __future__ import annotations

import fnmatch
from functools import cache
from pathlib import Path

import duckdb
from pydantic import Field

from gosales.core.errors import ConfigError
from gosales.core.settings import Settings
from gosales.etl.header import loose
from gosales.utils.parse import read_toml

SHIPPED = Path(__file__).with_name("sku_map.toml")
QUANTITY_SUFFIX = "_Qty"
LONGEST_SHOWN = 500


class MappedProduct(Settings):
    """One product: alternatives for its value and its quantity column."""

    value: tuple[str, ...] = Field(min_length=1)
    quantity: tuple[str, ...] = ()
    sku: str | None = None
    name: str | None = None
    line_divisions: dict[str, str] = Field({})

    @property
    def code(self) -> str:
        return self.sku or self.value[0]

    @property
    def quantities(self) -> tuple[str, ...]:
        return self.quantity or tuple(name + QUANTITY_SUFFIX for name in self.value)


class MappedDivision(Settings):
    """A division and its products."""

    name: str
    products: tuple[MappedProduct, ...] = Field(min_length=1)


class Currency(Settings):
    """Which currencies there are and where a line names its own and its rate."""

    base: str = "USD"
    foreign: str = "CAD"
    code: tuple[str, ...] = ()
    rate: tuple[str, ...] = ()


class Duplicates(Settings):
    """Where a line says that it is a copy."""

    flag: tuple[str, ...] = ()


class SkuMap(Settings):
    """A whole SKU map; docs/data.md describes the keys."""

    columns: dict[str, tuple[str, ...]]
    divisions: tuple[MappedDivision, ...] = Field(min_length=1)
    currency: Currency = Currency()
    duplicates: Duplicates = Duplicates()
    day_first: bool | None = None
    volatile: tuple[str, ...] = ()
    not_products: tuple[str, ...] = ()
    name_prefix: str | None = None

    @property
    def headers(self) -> set[str]:
        """Every header that means something to the map."""
        products = [product for division in self.divisions for product in division.products]
        groups = (
            *self.columns.values(),
            *(product.value for product in products),
            *(product.quantities for product in products),
            self.currency.code,
            self.currency.rate,
            self.duplicates.flag,
        )
        return {header for group in groups for header in group}

    def is_volatile(self, header: str) -> bool:
        return _matches(header, self.volatile)

    def is_no_product(self, header: str) -> bool:
        return _matches(header, self.not_products)


def load_sku_map(path: Path | None = None) -> SkuMap:
    """Read a SKU map; the shipped one by default, which is read once a process.

    Raises:
        ConfigError: Not TOML, unknown keys, or a product or SKU that stands there twice.
    """
    return _read(path) if path else _shipped()


@cache
def _shipped() -> SkuMap:
    return _read(SHIPPED)


def _read(source: Path) -> SkuMap:
    try:
        found = SkuMap.model_validate(read_toml(source))
    except OSError as error:
        raise ConfigError(
            f"The SKU map {source} cannot be read: {error.strerror or error}.",
            remedy="Correct [source] sku_map; the path starts at the workspace.",
        ) from error
    except ValueError as error:
        raise ConfigError(
            f"The SKU map {source} cannot be used: {str(error)[:LONGEST_SHOWN]}.",
            remedy="docs/data.md shows the form of a SKU map.",
        ) from error
    _refuse_twice(found, source)
    _refuse_prefix(found, source)
    return found


def _refuse_twice(found: SkuMap, source: Path) -> None:
    seen: dict[str, str] = {}
    for division in found.divisions:
        for product in division.products:
            if product.code in seen:
                raise ConfigError(
                    f"The SKU map {source} has {product.code!r} twice, under {seen[product.code]} "
                    f"and {division.name}.",
                    remedy="Keep one of them.",
                )
            seen[product.code] = division.name


def _refuse_prefix(found: SkuMap, source: Path) -> None:
    """Let the engine that will use the pattern read it first; RE2 takes linear time for any."""
    try:
        duckdb.execute("SELECT regexp_replace('', $1, '')", [found.name_prefix or ""])
    except duckdb.Error as error:
        raise ConfigError(
            f"The SKU map {source} has a name_prefix that is no pattern: "
            f"{str(error).splitlines()[0]}.",
            remedy="Write a regular expression such as '^[0-9]+ +', or remove the key.",
        ) from error


def _matches(header: str, patterns: tuple[str, ...]) -> bool:
    return any(
        fnmatch.fnmatchcase(header.casefold(), pattern.casefold())
        or ("*" not in pattern and loose(header) == loose(pattern))
        for pattern in patterns
    )
