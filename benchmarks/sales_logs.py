"""Invented sales logs of any size, made by DuckDB: the same arguments give the same rows.

    python benchmarks/sales_logs.py --lines 1e6 --customers 20000 --shape long --form csv out/

Five years of lines. Few customers are large, each has a segment that favours some divisions, takes
up more of them as time goes on, and buys the commoner SKUs of a division more often. The last
month is a file of its own, so that a month can be added to a history.
"""

from __future__ import annotations

import argparse
import tomllib
from dataclasses import dataclass
from pathlib import Path

import duckdb

SHIPPED_MAP = Path(__file__).parents[1] / "gosales" / "etl" / "sku_map.toml"
FIRST_DAY, DAYS, LAST_MONTH = "2020-01-01", 1826, "2024-12-01"
SEGMENTS, DIVISIONS, SKUS, REPS, BRANCHES = 6, 12, 40, 200, 12

LONG_SETTINGS = """\
[source]
shape = "long"
[columns]
customer = "customer_id"
customer_name = "customer_name"
date = "order_date"
order = "order_no"
sku = "sku"
division = "division"
quantity = "quantity"
value = "value"
branch = "branch"
rep = "rep"
"""
LONG_TYPES = {
    "order_no": "BIGINT",
    "order_date": "DATE",
    "customer_id": "VARCHAR",
    "customer_name": "VARCHAR",
    "sku": "VARCHAR",
    "division": "VARCHAR",
    "quantity": "INTEGER",
    "value": "DECIMAL(18,2)",
    "branch": "VARCHAR",
    "rep": "VARCHAR",
}
WIDE_TYPES = {
    "Id": "BIGINT",
    "Invoice": "BIGINT",
    "Rec Date": "DATE",
    "CustomerId": "VARCHAR",
    "Customer": "VARCHAR",
    "Branch": "VARCHAR",
    "Division": "VARCHAR",
    "Rep": "VARCHAR",
    "InvoiceCurrency": "VARCHAR",
}


@dataclass(frozen=True)
class Size:
    """What is asked for: lines, customers, long or wide, csv or parquet, and the seed."""

    lines: int
    customers: int
    shape: str = "long"
    form: str = "csv"
    seed: int = 1

    @property
    def settings(self) -> str:
        """The gosales.toml of such a log; a wide one is read with the shipped map."""
        return LONG_SETTINGS if self.shape == "long" else ""

    @property
    def types(self) -> dict[str, str]:
        """Column -> its type, for a bare load."""
        if self.shape == "long":
            return LONG_TYPES
        pairs = [name for value, quantity, _ in wide_products() for name in (value, quantity)]
        return {
            **WIDE_TYPES,
            **dict.fromkeys(pairs, "DECIMAL(18,2)"),
        }


def wide_products() -> list[tuple[str, str, str]]:
    """Value column, quantity column and division of each product of the shipped map."""
    raw = tomllib.loads(SHIPPED_MAP.read_text(encoding="utf-8"))
    return [
        (one["value"][0], one.get("quantity", [one["value"][0] + "_Qty"])[0], division["name"])
        for division in raw["divisions"]
        for one in division["products"]
    ]


def write_logs(folder: Path, size: Size) -> list[Path]:
    """Write `history` and `month`, the last month of the same log, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    with duckdb.connect(config={"preserve_insertion_order": "false"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        for name, when in (("history", "<"), ("month", ">=")):
            path = folder / f"{name}.{size.form}"
            rows = _long(size) if size.shape == "long" else _wide(size)
            day = '"order_date"' if size.shape == "long" else '"Rec Date"'
            options = "FORMAT parquet" if size.form == "parquet" else "FORMAT csv, HEADER"
            connection.execute(
                f"COPY (SELECT * FROM ({rows}) WHERE {day} {when} DATE '{LAST_MONTH}') "
                f"TO '{path}' ({options})"
            )
            paths.append(path)
    return paths


def _events(size: Size) -> str:
    """A row per line: order, day, customer, segment, slot and random shares in [0, 1)."""

    def share(name: str, key: str) -> str:
        return f"(hash({key}, {size.seed}, '{name}') % 1000003) / 1000003.0"

    return f"""
        SELECT i, i // 3 AS order_no,
            DATE '{FIRST_DAY}' + CAST(floor({DAYS} * {share("day", "i // 3")}) AS INTEGER) AS day,
            CAST(floor({size.customers} * pow({share("who", "i // 3")}, 2.0)) AS BIGINT) AS c,
            {share("slot", "i")} AS u_slot, {share("sku", "i")} AS u_sku,
            {share("money", "i")} AS u_money, {share("back", "i")} AS u_back
        FROM range({size.lines}) AS lines(i)"""


def _choices(size: Size, divisions: int) -> str:
    """The events with their division: of a customer's favourites, more of them as years pass."""
    return f"""
        SELECT *, CAST(hash(c, {size.seed}, 'segment') % {SEGMENTS} AS INTEGER) AS segment,
            CAST(floor(u_slot * (1 + 4.0 * (day - DATE '{FIRST_DAY}') / {DAYS})) AS INTEGER)
                AS slot,
            CAST((hash(c, {size.seed}, 'segment') % {SEGMENTS} * 2
                + hash(c, slot, {size.seed}) % 5) % {divisions} AS INTEGER) AS division_no,
            1 + CAST(floor(4 * u_money * u_money) AS INTEGER) AS units,
            CAST(round(exp(3 + 5 * u_money), 2) AS DECIMAL(18, 2)) AS money,
            CASE WHEN u_back < 0.02 THEN -1 ELSE 1 END AS sign
        FROM ({_events(size)})"""


def _long(size: Size) -> str:
    return f"""
        SELECT order_no, day AS order_date, printf('%07d', c) AS customer_id,
            'Customer ' || c AS customer_name,
            printf('S%02d-%03d', division_no,
                CAST(floor({SKUS} * u_sku * u_sku) AS INTEGER)) AS sku,
            printf('Division %02d', division_no) AS division,
            sign * units AS quantity, sign * money AS value,
            'Branch ' || c % {BRANCHES} AS branch, 'Rep ' || c % {REPS} AS rep
        FROM ({_choices(size, DIVISIONS)})"""


def _wide(size: Size) -> str:
    """A line with one product in two thirds of the cases, with a second one in the rest."""
    products = wide_products()
    divisions = list(dict.fromkeys(division for _, _, division in products))
    of_division = [
        [at for at, (_, _, name) in enumerate(products) if name == division]
        for division in divisions
    ]
    columns = ", ".join(
        f'CASE WHEN {at} IN (first, second) THEN sign * money END AS "{value}", '
        f'CASE WHEN {at} IN (first, second) THEN sign * units END AS "{quantity}"'
        for at, (value, quantity, _) in enumerate(products)
    )
    return f"""
        SELECT i AS "Id", order_no AS "Invoice", day AS "Rec Date",
            printf('%07d', c) AS "CustomerId", 'Customer ' || c AS "Customer",
            'Branch ' || c % {BRANCHES} AS "Branch",
            list_value({", ".join(f"'{name}'" for name in divisions)})[division_no + 1]
                AS "Division",
            'Rep ' || c % {REPS} AS "Rep", 'USD' AS "InvoiceCurrency", {columns}
        FROM (
            SELECT *, choice[1 + CAST(floor(len(choice) * u_sku * u_sku) AS INTEGER)] AS first,
                CASE WHEN u_money > 0.67
                    THEN CAST(floor({len(products)} * u_slot) AS INTEGER) END AS second
            FROM (SELECT *, {of_division}[division_no + 1] AS choice
                FROM ({_choices(size, len(divisions))})))"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Write an invented sales log.")
    parser.add_argument("folder", type=Path)
    add_size(parser)
    given = parser.parse_args()
    for path in write_logs(given.folder, size_of(given)):
        print(f"{path}: {path.stat().st_size / 1e6:,.0f} MB")


def add_size(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lines", type=float, default=1e6)
    parser.add_argument("--customers", type=float, help="Default: 20,000, 200,000 or 1,000,000.")
    parser.add_argument("--shape", choices=("long", "wide"), default="long")
    parser.add_argument("--form", choices=("csv", "parquet"), default="csv")
    parser.add_argument("--seed", type=int, default=1)


def size_of(given: argparse.Namespace) -> Size:
    lines = int(given.lines)
    usual = 20_000 if lines <= 1e6 else 200_000 if lines <= 1e7 else 1_000_000
    customers = int(given.customers or usual)
    return Size(lines, customers, given.shape, given.form, given.seed)


if __name__ == "__main__":
    main()
