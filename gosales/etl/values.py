"""Raw text to values, as SQL macros: `text_of`, `id_of`, `money`, `quantity`, `price`, `days`, ...

Every macro gives NULL for a blank and never raises; `number_problem` tells a blank number from one
that cannot be read.
"""

from __future__ import annotations

import re

import duckdb

from gosales.etl.sql import listed, literal

SPACES = " \t\r\n\v\f\u00a0\u2007\u2009\u202f\u200b\ufeff"
BLANK_WORDS = ("NULL", "null", "Null", "\\N", "NaN", "nan", "NAN", "None", "#N/A", "N/A", "n/a")
CURRENCY_SIGNS = "$\u20ac\u00a3\u00a5\u20b9"
MINUS = "\u2212"
DASHES = ("-", "\u2013", "\u2014")

MAX_MONEY = 10**12
MAX_QUANTITY = 10**9
"""Beyond these a number is a mistake (an id in the wrong column, a broken line)."""

GROUPED = r"[-+]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)?(\.[0-9]*)?([eE][-+]?[0-9]+)?"
NUMERIC = r"[-+]?[0-9]*\.?[0-9]*([eE][-+]?[0-9]+)?"

CLOCK = (
    r"[T ]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
    r"( ?[AaPp]\.?[Mm]\.?)?( ?(Z|UTC|GMT|[-+][0-9]{2}:?[0-9]{2}))?$"
)
YEAR_FIRST = r"^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$"
SLASHED = r"^([0-9]{1,2})[-/]([0-9]{1,2})[-/]([0-9]{4}|[0-9]{2})$"
DOTTED = r"^([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4}|[0-9]{2})$"
DAY_MONTH_NAME = r"^([0-9]{1,2})[-/. ]+([A-Za-z]{3,9})[-/., ]+([0-9]{4}|[0-9]{2})$"
MONTH_NAME_DAY = r"^([A-Za-z]{3,9})[-. ]+([0-9]{1,2}),?[- ]+([0-9]{4})$"
COMPACT = r"^([0-9]{4})([0-9]{2})([0-9]{2})(?:\.0+)?$"
MONTHS = [
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
]
LAST_TWO_DIGIT_YEAR = 68
"""`68` is 2068 and `69` is 1969, as strptime has it."""


def install(connection: duckdb.DuckDBPyConnection, *, decimal_comma: bool) -> None:
    """Define the macros on `connection`."""
    for statement in (*_texts(), *_numbers(decimal_comma), *_dates()):
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {statement}")


def let(name: str, value: str, body: str) -> str:
    """SQL of `body` in which `name` stands for `value`.

    A macro that repeats its argument grows exponentially when macros nest, and DuckDB computes
    repeated parts even for rows whose CASE never asks for them. A name does neither.
    """
    return f"list_transform([{value}], lambda {name}: {body})[1]"


def _texts() -> list[str]:
    blank = literal("|".join(re.escape(word) for word in ("", *BLANK_WORDS)))
    spaces = literal(SPACES)
    whole = (
        r"CASE WHEN ends_with(x, '0') AND regexp_full_match(x, '-?[0-9]+\.0+')"
        r" THEN rtrim(rtrim(x, '0'), '.') ELSE x END"
    )
    # Not IN (...): of constants it becomes a join, made for every row whatever CASE asks for.
    longest = max(len(word) for word in BLANK_WORDS) + 1
    # Most texts begin and end with a visible ASCII character: that is seen five times sooner than
    # that there is nothing to trim. The same holds for CASE against coalesce below.
    # A text that lies between '!' and DEL begins so, which is told sooner than by its first sign.
    sound = "t >= '!' AND t < '\x7f' AND t[-1] > ' ' AND t[-1] < '\x7f'"
    return [
        f"trimmed(t) AS CASE WHEN {sound} THEN t ELSE trim(t, {spaces}) END",
        f"is_blank(x) AS length(x) < {longest} AND regexp_full_match(x, {blank})",
        "text_of(t) AS CASE WHEN is_blank(trimmed(t)) THEN NULL ELSE trimmed(t) END",
        f"whole(x) AS {whole}",
        "id_of(t) AS whole(text_of(t))",
        "flag_of(t) AS coalesce(regexp_full_match(upper(text_of(t)), 'TRUE|T|YES|Y|1'), false)",
    ]


def _numbers(decimal_comma: bool) -> list[str]:
    """`number_text` gives a text that casts, NULL for a blank, `?` for what is no number."""
    # Not `trimmed`: it would repeat all of this six times, which takes long to plan.
    bare = f"translate(text_of(t), {literal(MINUS + CURRENCY_SIGNS)}, '-')"
    bare = f"trim({bare}, {literal(SPACES)})"
    if decimal_comma:
        bare = f"translate({bare}, '.,', ',.')"
    # A space inside a number groups thousands, but for one that follows the sign.
    bare = f"replace(translate({bare}, {literal(SPACES)}, {literal(',' * len(SPACES))}), '-,', '-')"
    dashes = literal(f"[{''.join(DASHES)}]?")
    signed = (
        "CASE WHEN bare LIKE '(%)' THEN '-' || substr(bare, 2, length(bare) - 2)"
        " WHEN bare LIKE '%-' THEN '-' || substr(bare, 1, length(bare) - 1) ELSE bare END"
    )
    grouped = (
        f"CASE WHEN bare IS NULL OR regexp_full_match(bare, {dashes}) THEN NULL"
        f" WHEN regexp_full_match(signed, {literal(GROUPED)}) AND regexp_matches(signed, '[0-9]')"
        " THEN replace(signed, ',', '') ELSE '?' END"
    )
    problem = (
        "CASE WHEN number IS NULL THEN NULL"
        f" WHEN regexp_full_match(number, {literal(NUMERIC)})"
        " THEN 'number_out_of_range' ELSE 'number_unreadable' END"
    )

    def cast(kind: str) -> str:
        fast, slow = f"TRY_CAST(t AS {kind})", f"TRY_CAST(number_text(t) AS {kind})"
        if decimal_comma:
            return slow
        return f"CASE WHEN {fast} IS NOT NULL THEN {fast} ELSE {slow} END"

    return [
        f"number_text(t) AS {let('bare', bare, let('signed', signed, grouped))}",
        f"money(t) AS {cast('DECIMAL(18, 2)')}",
        f"quantity(t) AS {cast('DECIMAL(18, 4)')}",
        f"price(t) AS {cast('DECIMAL(18, 6)')}",
        (
            "number_problem(t, v, most) AS CASE"
            " WHEN v IS NOT NULL THEN CASE WHEN abs(v) >= most THEN 'number_out_of_range' END"
            f" WHEN t = '' THEN NULL ELSE {let('number', 'number_text(t)', problem)} END"
        ),
        f"cents(v) AS CASE WHEN abs(v) < {MAX_MONEY} THEN CAST(v * 100 AS BIGINT) END",
        # Rounds half away from zero in whole numbers; a float could be off by a cent.
        "divided(a, b) AS CAST(sign(a) * ((2 * abs(a) + b) // (2 * b)) AS BIGINT)",
    ]


def _dates() -> list[str]:
    """`days(t)` gives a date's two readings, `.dmy` and `.mdy`; times and zones are dropped."""
    names = listed(literal(name) for name in MONTHS)
    month = let(
        "short",
        "CASE WHEN lower(m) = 'sept' THEN 'sep' ELSE lower(m) END",
        f"list_position(list_transform([{names}], lambda name: starts_with(name, short)), true)",
    )
    whens = " ".join(
        f"WHEN regexp_matches(written, {literal(form)}) THEN {days}" for form, days in _forms()
    )
    written = f"regexp_replace(text_of(t), {literal(CLOCK)}, '')"
    common = "CASE WHEN t LIKE '____-__-__%' THEN TRY_CAST(t AS DATE) END"
    return [
        (
            "full_year(y) AS CASE WHEN length(y) > 2 THEN y"
            f" WHEN TRY_CAST(y AS INTEGER) <= {LAST_TWO_DIGIT_YEAR} THEN '20' || y"
            " ELSE '19' || y END"
        ),
        "date_of(y, m, d) AS TRY_CAST(full_year(y) || '-' || m || '-' || d AS DATE)",
        f"month_of(m) AS CAST({month} AS VARCHAR)",
        "both_ways(v) AS {'dmy': v, 'mdy': v}",
        f"written_days(t) AS {let('written', written, f'CASE {whens} END')}",
        # The common form first: the engine's own cast, which is many times faster.
        (
            f"days(t) AS CASE WHEN {common} IS NOT NULL THEN both_ways({common})"
            " ELSE written_days(t) END"
        ),
    ]


def _forms() -> list[tuple[str, str]]:
    def parts(form: str, order: str, body: str = "both_ways(date_of({y}, {m}, {d}))") -> str:
        """Both readings from the groups of `form`, whose meaning `order` spells (e.g. `dmy`)."""
        month = "month_of(part.m)" if "A-Z" in form else "part.m"
        keys = listed(literal(kind) for kind in order)
        found = f"regexp_extract(written, {literal(form)}, [{keys}])"
        return let("part", found, body.format(y="part.y", m=month, d="part.d"))

    either = "{{'dmy': date_of({y}, {m}, {d}), 'mdy': date_of({y}, {d}, {m})}}"
    return [
        (SLASHED, parts(SLASHED, "dmy", either)),
        (YEAR_FIRST, parts(YEAR_FIRST, "ymd")),
        (DOTTED, parts(DOTTED, "dmy")),
        (DAY_MONTH_NAME, parts(DAY_MONTH_NAME, "dmy")),
        (MONTH_NAME_DAY, parts(MONTH_NAME_DAY, "mdy")),
        (COMPACT, parts(COMPACT, "ymd")),
    ]
