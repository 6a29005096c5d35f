"""Sales logs as bad as they come: a sound little log, spoilt in several ways at once."""

from __future__ import annotations

import csv
import gzip
import io
import random
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from tests.integration.conftest import HEADER, sales

CUSTOMER, NAME, DATE, ORDER, SKU, DIVISION, UNITS, AMOUNT, REGION, REP = range(10)

ODD_NAMES = (
    "../../etc/passwd", "CON", "a/b\\c", "x" * 300, "<script>alert(1)</script>", "=HYPERLINK(1)",
    "'; DROP TABLE fact_transactions; --", "Büro Ω 漢字", "\u202eevil", "CAD", "cad", " CAD ", ".",
    "\x1b[2J", "%s{0}$x", '"quoted"', "NULL", "nan", "0", "-", "a,b;c|d", "two\nlines", "tab\tbed",
)  # fmt: skip
ODD_NUMBERS = (
    "", "0", "-1", "(5)", "1,000", "1.000,50", "$ 7", "1e3", "1e400", "abc", "--", "9" * 25,
    "0.001", "NaN", "inf", " 12 ", "1 234", "٣",
)  # fmt: skip
ODD_DATES = (
    "", "soon", "2023-02-30", "1900-01-01", "2100-01-01", "0001-01-01", "31.12.2022", "03/04/2022",
    "20221231", "2022-12-31T23:59:59Z", "Jan 5, 2023", "44927", "2022-12-31 25:00",
)  # fmt: skip


@dataclass
class Log:
    """A log to be written: rows of text and how they become files.

    Attributes:
        lines: How many records a reader must find, where that is sure.
        files: What is written, by name.
    """

    chance: random.Random
    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","
    encoding: str = "utf-8"
    end: str = "\n"
    sure: bool = True
    files: dict[str, bytes] = field(default_factory=dict)

    def some(self, share: float = 0.05) -> list[list[str]]:
        """A few rows, at least one."""
        count = max(1, int(len(self.rows) * share * self.chance.random() * 2))
        return self.chance.sample(self.rows, min(count, len(self.rows)))

    def text(self, rows: list[list[str]]) -> bytes:
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=self.delimiter, lineterminator=self.end)
        writer.writerows([self.header, *rows])
        return stream.getvalue().encode(self.encoding, errors="replace")


def _fill(column, values, share=0.05):
    def spoil(log):
        for row in log.some(share):
            value = log.chance.choice(values)
            if len(row) > column:  # another spoil may have cut it short
                row[column] = value

    return spoil


def blank_lines(log):
    for _ in range(log.chance.randrange(1, 9)):
        log.rows.insert(log.chance.randrange(len(log.rows) + 1), [])


def repeated_headers(log):
    for _ in range(3):
        log.rows.insert(log.chance.randrange(len(log.rows) + 1), list(log.header))


def equal_lines(log):
    log.rows += [list(row) for row in log.some(0.2)]


def short_and_long_lines(log):
    for row in log.some():
        if log.chance.random() < 0.5:
            del row[log.chance.randrange(len(row) + 1) :]
        else:
            row.extend(["more"] * log.chance.randrange(1, 5))


def only_returns(log):
    for row in log.rows:
        if len(row) > AMOUNT:
            row[UNITS], row[AMOUNT] = "-1", f"-{row[AMOUNT]}"


def everything_back(log):
    backs = [list(row) for row in log.rows if len(row) > AMOUNT]
    for row in backs:
        row[UNITS], row[AMOUNT] = "-1", f"-{row[AMOUNT]}"
    log.rows += backs


def one_day(log):
    _fill(DATE, ["2023-05-17"], 10)(log)
    for row in log.rows:
        if len(row) > DATE:
            row[DATE] = "2023-05-17"


def one_customer(log):
    for row in log.rows:
        if row:
            row[CUSTOMER] = "0007"


def every_customer_once(log):
    seen = {row[CUSTOMER] if row else "": row for row in log.rows}
    log.rows = list(seen.values())


def huge_field(log):
    for row in log.some(0.001):
        row[-1] = "N" * 300_000


def many_divisions(log):
    for number, row in enumerate(log.rows):
        if len(row) > DIVISION:
            row[DIVISION] = f"Division {number % 60}"


def shuffled(log):
    log.chance.shuffle(log.rows)


def columns_missing(log):
    keep = sorted(log.chance.sample(range(10), log.chance.randrange(3, 10)))
    log.header = [log.header[at] for at in keep]
    log.rows = [[row[at] for at in keep if at < len(row)] for row in log.rows]


def columns_twice(log):
    log.header.append(log.chance.choice(log.header))
    for row in log.rows:
        row.append("x")


def headers_spelled_oddly(log):
    log.header = [
        log.chance.choice((str.upper, str.lower, " {} ".format))(one) for one in log.header
    ]


def hostile_headers(log):
    log.header += [log.chance.choice(ODD_NAMES) for _ in range(3)]
    for row in log.rows:
        row.extend(["x"] * (3 if len(row) == 10 else 0))


def other_delimiter(log):
    log.delimiter = log.chance.choice(";\t|")


def other_encoding(log):
    log.encoding = log.chance.choice(("utf-8-sig", "cp1252", "utf-16", "utf-16-le", "latin-1"))


def windows_lines(log):
    log.end = "\r\n"


def mac_lines(log):
    log.end, log.sure = "\r", False


SPOILS = (
    _fill(CUSTOMER, ("", "00012", "12.0", "1e5", " 7 ", "NULL", "Ω", "=1+1", "a" * 500, "\x00")),
    _fill(NAME, ODD_NAMES),
    _fill(DATE, ODD_DATES),
    _fill(ORDER, ODD_NAMES),
    _fill(SKU, ODD_NAMES),
    _fill(DIVISION, ODD_NAMES),
    _fill(DIVISION, ODD_NAMES, 1),
    _fill(UNITS, ODD_NUMBERS),
    _fill(AMOUNT, ODD_NUMBERS),
    _fill(AMOUNT, ODD_NUMBERS, 1),
    _fill(REP, ODD_NAMES),
    blank_lines,
    repeated_headers,
    equal_lines,
    short_and_long_lines,
    only_returns,
    everything_back,
    one_day,
    one_customer,
    every_customer_once,
    huge_field,
    many_divisions,
    shuffled,
    columns_missing,
    columns_twice,
    headers_spelled_oddly,
    hostile_headers,
    other_delimiter,
    other_encoding,
    windows_lines,
    mac_lines,
)


def plain(log):
    log.files["log.csv"] = log.text(log.rows)


def packed(log):
    log.files["log.csv.gz"] = gzip.compress(log.text(log.rows), mtime=0)


def packed_and_cut(log):
    whole = gzip.compress(log.text(log.rows), mtime=0)
    log.files["log.csv.gz"], log.sure = whole[: len(whole) * 2 // 3], False


def stray_bytes(log):
    data = bytearray(log.text(log.rows))
    for _ in range(log.chance.randrange(1, 20)):
        at = log.chance.randrange(len(data))
        data[at : at + log.chance.randrange(3)] = log.chance.choice(
            (b'"', b"\xff", b"\0", b"\n", b"")
        )
    log.files["log.csv"], log.sure = bytes(data), False


def cut_short(log):
    text = log.text(log.rows)
    log.files["log.csv"], log.sure = text[: log.chance.randrange(len(text))], False


def overlapping(log):
    """Two exports that share their middle, one of them copied under another name."""
    third = len(log.rows) // 3
    log.files["a.csv"] = log.text(log.rows[: 2 * third])
    log.files["b.csv"] = log.text(log.rows[third:])
    log.files["copy of b.csv"] = log.files["b.csv"]
    log.sure = False


def beside_junk(log):
    plain(log)
    log.files |= {"empty.csv": b"", "notes.txt": b"call Bob\n", "report.xlsx": b"PK\x03\x04"}
    log.sure = False


def parquet(log):
    width = len(log.header)
    rows = [(row + [""] * width)[:width] for row in log.rows]
    text = io.BytesIO()
    text.write(Log(log.chance, list(map(str, range(width))), rows).text(rows))
    text.seek(0)
    names = [
        f"{name}_{at}" if log.header.count(name) > 1 else name for at, name in enumerate(log.header)
    ]
    table = pacsv.read_csv(text, parse_options=pacsv.ParseOptions(newlines_in_values=True))
    stream = pa.BufferOutputStream()
    pq.write_table(table.rename_columns(names), stream)
    log.files["log.parquet"], log.sure = stream.getvalue().to_pybytes(), False


WAYS = (
    plain,
    plain,
    packed,
    packed_and_cut,
    stray_bytes,
    cut_short,
    overlapping,
    beside_junk,
    parquet,
)


def nasty_log(seed: int) -> tuple[dict[str, bytes], int | None, str]:
    """Files, how many lines a reader must find where that is sure, and how it was spoilt."""
    chance = random.Random(seed)
    rows = [[str(cell) for cell in row] for row in sales(customers=12, months=20, seed=seed)]
    log = Log(chance, list(HEADER), rows)
    spoils = chance.sample(SPOILS, chance.randrange(1, 6))
    for spoil in spoils:
        spoil(log)
    way = chance.choice(WAYS)
    way(log)
    told = ", ".join(getattr(one, "__name__", "?") for one in (*spoils, way))
    return log.files, len(log.rows) if log.sure else None, told
