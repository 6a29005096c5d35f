"""What each table of the star must look like before anything may read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from gosales.core.columns import Attribute, Calendar, CellStatus, Customer, Fact, Product
from gosales.core.errors import ContractError

MAX_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """A named test that picks out the rows that break it."""

    name: str
    breaks: Callable[[ir.Table], ir.BooleanValue]
    remedy: str


@dataclass(frozen=True, slots=True)
class Contract:
    """The promises of one table: its columns in order, their types, and row rules."""

    table: str
    columns: dict[str, str]
    rules: tuple[Rule, ...] = ()

    def check(self, rows: ir.Table) -> ir.Table:
        """Return `rows` unchanged, or raise ContractError at the first broken promise."""
        found = {name: str(rows[name].type().copy(nullable=True)) for name in rows.columns}
        if found != self.columns:
            raise ContractError(
                f"{self.table} has the columns {found}, but should have {self.columns}.",
                remedy="This star was made by another version: run `gosales build-star`.",
            )
        counts = {
            f"rule_{at}": ibis.ifelse(rule.breaks(rows), 1, 0).sum()
            for at, rule in enumerate(self.rules)
        }
        broken = rows.aggregate(**counts).to_pyarrow().to_pylist()[0] if counts else {}
        for at, rule in enumerate(self.rules):
            if broken[f"rule_{at}"]:
                raise self._broken(rows, rule, broken[f"rule_{at}"])
        return rows

    def _broken(self, rows: ir.Table, rule: Rule, count: int) -> ContractError:
        shown = rows.filter(rule.breaks(rows)).limit(MAX_EXAMPLES).to_pyarrow().to_pylist()
        return ContractError(
            f"{self.table}: {count} rows break {rule.name!r}, e.g. {shown}.",
            remedy=rule.remedy,
        )


REPORT = "Look at these lines in the raw log; if they are sound there, report this as a bug."


def _filled(*names: str) -> Rule:
    def breaks(table: ir.Table) -> ir.BooleanValue:
        first, *others = (table[name].isnull() for name in names)
        for other in others:
            first = first | other
        return first

    return Rule(f"{', '.join(names)} are filled", breaks, REPORT)


def _in_order(start: str, end: str) -> Rule:
    return Rule(
        f"{start} is not after {end}",
        lambda table: table[start] > table[end],
        "Correct these dates in the lookup table.",
    )


CONTRACTS = (
    Contract(
        Fact.TABLE,
        {
            Fact.CUSTOMER: "string",
            Fact.DATE: "date",
            Fact.KNOWN_AT: "date",
            Fact.ORDER: "string",
            Fact.SKU: "string",
            Fact.DIVISION: "string",
            Fact.QUANTITY: "decimal(18, 4)",
            Fact.VALUE: "int64",
            Fact.LINE_TYPE: "string",
            Fact.BRANCH: "string",
            Fact.REP: "string",
            Fact.SOURCE_FILE: "string",
            Fact.SOURCE_LINE: "int64",
        },
        (
            _filled(Fact.CUSTOMER, Fact.DATE, Fact.SKU, Fact.DIVISION, Fact.VALUE),
            _filled(Fact.LINE_TYPE, Fact.SOURCE_FILE, Fact.SOURCE_LINE),
            Rule(
                "a line sells something",
                lambda table: (
                    (table[Fact.VALUE] == 0)
                    & (table[Fact.QUANTITY].fill_null(0) == 0)
                    & (table[Fact.LINE_TYPE] != Fact.SALE)
                ),
                REPORT,
            ),
            Rule("ids are not blank", lambda table: table[Fact.CUSTOMER].strip() == "", REPORT),
        ),
    ),
    Contract(
        Product.TABLE,
        {
            Product.DIVISION: "string",
            Product.SKU: "string",
            Product.NAME: "string",
            Product.LAUNCHED: "date",
            Product.RETIRED: "date",
        },
        (_filled(Product.DIVISION, Product.SKU), _in_order(Product.LAUNCHED, Product.RETIRED)),
    ),
    Contract(
        Customer.TABLE,
        {
            Customer.ID: "string",
            Customer.NAME: "string",
            Customer.FIRST_DATE: "date",
            Customer.LAST_DATE: "date",
        },
        (_filled(Customer.ID, Customer.FIRST_DATE, Customer.LAST_DATE),),
    ),
    Contract(
        Customer.NAMES,
        {
            Customer.ID: "string",
            Customer.NAME: "string",
            Fact.DATE: "date",
            Fact.KNOWN_AT: "date",
        },
        (_filled(Customer.ID, Customer.NAME, Fact.DATE),),
    ),
    Contract(
        Calendar.TABLE,
        {
            Calendar.DATE: "date",
            Calendar.YEAR: "int32",
            Calendar.QUARTER: "int32",
            Calendar.MONTH: "int32",
            Calendar.WEEKDAY: "int32",
        },
        (_filled(Calendar.DATE),),
    ),
    Contract(
        Attribute.TABLE,
        {
            Attribute.CUSTOMER: "string",
            Attribute.NAME: "string",
            Attribute.VALUE: "string",
            Attribute.VALID_FROM: "date",
            Attribute.VALID_TO: "date",
        },
        (
            _filled(Attribute.CUSTOMER, Attribute.NAME, Attribute.VALUE),
            _in_order(Attribute.VALID_FROM, Attribute.VALID_TO),
        ),
    ),
    Contract(
        CellStatus.TABLE,
        {
            CellStatus.CUSTOMER: "string",
            CellStatus.DIVISION: "string",
            CellStatus.SKU: "string",
            CellStatus.STATUS: "string",
            CellStatus.VALID_FROM: "date",
            CellStatus.VALID_TO: "date",
        },
        (
            _filled(CellStatus.CUSTOMER, CellStatus.DIVISION, CellStatus.STATUS),
            _in_order(CellStatus.VALID_FROM, CellStatus.VALID_TO),
        ),
    ),
)


def check_facts(rows: ir.Table) -> ir.Table:
    """Check fact rows, in whatever engine; raises ContractError at the first broken promise."""
    return CONTRACTS[0].check(rows)


def check_star(engine: Backend) -> None:
    """Check every table of a star. Raises ContractError at the first broken promise."""
    for contract in CONTRACTS:
        contract.check(engine.table(contract.table))
