"""What wide and long logs have in common: one staged row per line and SKU.

Staged columns (`Line`): both readings of each date are kept, since which one holds is decided
from all files together; a rejected line has one row with its `reason` and nothing to rely on
beside it. Every record has exactly one row with `first`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from gosales.etl.header import Header, loose
from gosales.etl.records import Records
from gosales.etl.sql import listed


class Line:
    """Columns of the staged lines."""

    RECORD = "record"
    FIRST = "first"
    REASON = "reason"
    CUSTOMER = "customer_id"
    DATE_DMY = "date_dmy"
    DATE_MDY = "date_mdy"
    KNOWN_DMY = "known_dmy"
    KNOWN_MDY = "known_mdy"
    ORDER = "order_id"
    LINE_ID = "line_id"
    SKU = "product_sku"
    SKU_NAME = "sku_name"
    DIVISION = "division"
    QUANTITY = "quantity"
    VALUE = "value_cents"
    BRANCH = "branch"
    REP = "rep"
    NAME = "customer_name"
    HASH = "line_hash"
    FLAGGED = "flagged"


class Reason:
    """Why a line was rejected."""

    BLANK = "blank"
    HEADER = "header"
    FIELD_COUNT = "field_count"
    CUSTOMER_MISSING = "customer_missing"
    SKU_MISSING = "sku_missing"
    EXCLUDED_SKU = "excluded_sku"
    NUMBER_UNREADABLE = "number_unreadable"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    CURRENCY = "currency_unconvertible"
    NO_SALE = "no_sale"
    DATE_MISSING = "date_missing"
    DATE_UNREADABLE = "date_unreadable"
    DATE_IMPLAUSIBLE = "date_implausible"
    DUPLICATE_LINE = "duplicate_line"
    DUPLICATE_GP = "duplicate_gp"
    FORGOTTEN = "forgotten"

    UNREADABLE = (
        FIELD_COUNT,
        NUMBER_UNREADABLE,
        NUMBER_OUT_OF_RANGE,
        DATE_UNREADABLE,
        DATE_MISSING,
    )


OPTIONAL_ROLES = (
    "known_at",
    "order",
    "line_id",
    "division",
    "branch",
    "rep",
    "customer_name",
)


@dataclass(frozen=True)
class Layout:
    """Where a file has the things of a line; column positions, None for what it has not.

    `places` has the OPTIONAL_ROLES, `is_volatile` tells headers that two exports of one line may
    fill differently.
    """

    header: Header
    customer: int
    date: int
    places: dict[str, int | None]
    is_volatile: Callable[[str], bool] = lambda _name: False

    @property
    def used(self) -> set[int]:
        """All positions."""
        found = {place for place in self.places.values() if place is not None}
        return found | {self.customer, self.date}


def column(place: int | None, form: str = "{}") -> str:
    """A raw column inside `form`; NULL for a column that the file has not."""
    return form.format(f"c{place}") if place is not None else "CAST(NULL AS VARCHAR)"


def typed_lines(layout: Layout, raw: str, more: str) -> str:
    """SQL of what every pair of a line shares, of `shape`, what is wrong with it, and of `more`.

    Parameters of the query: `$header`, the texts of the header.
    """
    places = layout.places
    fields = {
        Line.CUSTOMER: "whole(customer_text)",
        Line.DATE_DMY: "order_days.dmy",
        Line.DATE_MDY: "order_days.mdy",
        Line.KNOWN_DMY: "known_days.dmy",
        Line.KNOWN_MDY: "known_days.mdy",
        Line.ORDER: column(places["order"], "id_of({})"),
        Line.LINE_ID: column(places["line_id"], "id_of({})"),
        Line.BRANCH: column(places["branch"], "text_of({})"),
        Line.REP: column(places["rep"], "text_of({})"),
        Line.HASH: _line_hash(layout),
        "shape": _shape(layout),
        "date_blank": f"order_days IS NULL AND {column(layout.date, 'text_of({})')} IS NULL",
    }
    selected = listed(f"{expression} AS {name}" for name, expression in fields.items())
    texts = (
        f"SELECT *, {column(layout.customer, 'text_of({})')} AS customer_text, "
        f"{column(layout.date, 'days({})')} AS order_days, "
        f"{_known_days(places['known_at'])} AS known_days FROM ({raw})"
    )
    return f"SELECT record, {selected}, {more} FROM ({texts})"


def _known_days(place: int | None) -> str:
    """Typed where there is none: the macro would be planned all the same, and takes long to."""
    return "CAST(NULL AS STRUCT(dmy DATE, mdy DATE))" if place is None else f"days(c{place})"


def _shape(layout: Layout) -> str:
    """Blank, header and ragged records. The dear tests run only where a cheap one raised doubt."""
    columns = [f"c{place}" for place in range(len(layout.header.names))]
    texts = listed(f"trimmed({name})" for name in columns)
    customer = columns[layout.customer]
    return (
        f"CASE WHEN trimmed(coalesce({customer}, '')) = '' AND "
        f"trimmed(concat({listed(columns)})) = '' THEN '{Reason.BLANK}' "
        f"WHEN {columns[-1]} IS NULL THEN '{Reason.FIELD_COUNT}' "
        f"WHEN trimmed({customer}) = $header[{layout.customer + 1}] AND [{texts}] = $header "
        f"THEN '{Reason.HEADER}' END"
    )


def date_reason() -> str:
    """SQL of the reason of a line whose date cannot be read either way."""
    return (
        f"CASE WHEN date_blank THEN '{Reason.DATE_MISSING}' "
        f"WHEN {Line.DATE_DMY} IS NULL AND {Line.DATE_MDY} IS NULL "
        f"THEN '{Reason.DATE_UNREADABLE}' END"
    )


def _line_hash(layout: Layout) -> str:
    """A hash of the whole line by header names, whatever the columns' order; blanks say nothing.

    Each column's hash is mixed with its name's; what a blank would give is taken out again, so
    that an export with one more, empty column has the same lines.
    """
    hidden = layout.header.hidden
    names = {
        f"c{place}": stable_hash(name)
        for place, name in enumerate(layout.header.names)
        if place not in hidden and not layout.is_volatile(name)
    }
    terms = [f"hash({column}, {name})" for column, name in names.items()]
    blanks = [f"hash('', {name})" for name in names.values()]
    told = [Records.HIDDEN_HASH] if hidden else []
    return f"xor({xor_of(terms)}, {xor_of([*told, *blanks])})"


def xor_of(terms: list[str]) -> str:
    """XOR of many terms as a balanced tree: a chain of a hundred is slow to plan."""
    if len(terms) < 2:
        return terms[0] if terms else "0::UBIGINT"
    half = len(terms) // 2
    return f"xor({xor_of(terms[:half])}, {xor_of(terms[half:])})"


def stable_hash(name: str) -> int:
    """A number for a header, the same however it is spelled."""
    return int.from_bytes(hashlib.sha256(loose(name).encode()).digest()[:7], "big")
