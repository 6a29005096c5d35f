"""Contact data: columns that say how to reach a person, left out while a file is read.

A column is one by its header (English and the usual German, French, Spanish, Italian, Dutch and
Portuguese words) or by its cells (mostly e-mail addresses or phone numbers). Filled cells become
`LEFT_OUT` before anything else reads them. What is left of them is a hash in the staged file, so
that equal lines of overlapping exports are still known as equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gosales.etl.header import loose
from gosales.etl.lines import stable_hash, xor_of
from gosales.etl.propose_words import plain_words
from gosales.etl.records import Records
from gosales.etl.sku_map import QUANTITY_SUFFIX
from gosales.etl.sql import glob_safe, listed, literal

LEFT_OUT = "(left out)"
"""What a filled cell of a contact column becomes, and the text of a broken record beside one."""

CELLS_LOOKED_AT, COLUMNS_AT_ONCE = 1_000, 64
MOST = 0.5

MAIL = (
    r"\be ?mails?\b|^mail$|\bmail (address|adresse|id)\b|\bmailadresse\b|\bemailadresse\b"
    r"|\bcourriel\b|\bcorreo\b|\bcorreio eletronico\b|\bposta elettronica\b"
)
PHONE = (
    r"\b(tele)?phones?\b|\btel\b|\btelefon\w*\b|\b(tele)?fax(nummer|nr)?\b|\bmobile?\b"
    r"|\bmobil(nummer|nr|telefon)\b|\bhandy(nummer|nr)?\b|\bcell( ?phone)?\b|\bcellulare\b"
    r"|\bcelular\b|\bmovil\b|\b(telephone )?portable\b|\btelecopie\b|\bdurchwahl\b|\brufnummer\b"
    r"|\bwhats ?app\b|\bgsm\b|\bskype\b"
)
PERSON = (
    r"\bansprechpartner\w*\b|\bkontakt\w*\b|\bcontact(o|os|s)?\b|\bcontatto\b|\bcontato\b"
    r"|\binterlocuteur\b|\breferente\b|\b(first|last|given|family|middle) ?names?\b"
    r"|\b(sur|fore)names?\b|\b(vor|nach|familien|geburts)name\b|\bprenom\b|\bnom de famille\b"
    r"|\bapellidos?\b|\bcognome\b|\bnombre de pila\b|\bachternaam\b|\bvoornaam\b|\bsobrenome\b"
    r"|\battn\b|\battention\b|\bzhd\b|\bdecision ?maker\b|\blinked ?in\b"
    r"|\bbirth ?(day|date)\b|\bdate of birth\b|\bdob\b|\bgeburts(datum|tag)\b"
    r"|\bdate de naissance\b|\bfecha de nacimiento\b"
)
PLACE = (
    r"\baddress(es)?\d*\b|\baddr\d?\b|\bstreets?\b|\b\w*strasse\b|\b\w*straat\b|\bhausnummer\b"
    r"|\bhouse (no|nr|number)\b|\b\w*anschrift\b|\b\w*adresse?n?\b|\brue\b|\bdireccion\b"
    r"|\bcalle\b|\bdomicilio\b|\bindirizzo\b|\bendereco\b|\bpo ?box\b|\bpostfach\b|\bapartado\b"
)
HEADERS = re.compile(rf"{MAIL}|{PHONE}|{PERSON}|{PLACE}")
ABOUT_CONTACTS = re.compile(
    r"\b(date|datum|count|number of|no of|last(?! name)|next|days|channel|center|centre|type"
    r"|frequency|level)\b"
)
"""A contact's day, number or kind: `last contact` and the like say how to reach nobody."""

MAIL_CELL = r"[^@\s]@[^@\s]+\.[A-Za-z]{2,}"
PHONE_CELL = (
    r"^(tel[.:]? *)?("
    r"(\+|00 ?)[1-9][0-9]{0,2}[ .()/-]+[0-9][0-9 .()/-]{4,}[0-9]"  # country code, then groups
    r"|\+[1-9][0-9]{7,14}"
    r"|\(0?[0-9]{2,5}\)[ /-]*[0-9][0-9 ./-]{4,}[0-9]"
    r"|(1[-. ])?[2-9][0-9]{2}[-. ][0-9]{3}[-. ][0-9]{4}"
    r"|0[1-9][0-9]{0,4} ?[ /-] ?[0-9][0-9 /-]{3,}[0-9]"  # trunk prefix, then groups
    r")( *(x|ext[.]?|#|-) *[0-9]{1,6})?$"
)
DAY_CELL = (
    r"^([0-9]{1,2}[-/. ][0-9]{1,2}[-/. ]([0-9]{4}|[0-9]{2})|[0-9]{4}[-/. ][0-9-/. ]+)($|[ T].*:)"
)
CONTACT_CELL = (
    "(regexp_matches(x, $mail) OR (regexp_matches(lower(x), $phone) "
    "AND NOT regexp_matches(x, $day)))"
)
"""SQL of whether a cell `x` reaches a person."""


def named_contact(header: str) -> bool:
    """Whether a header says that its column tells how to reach a person.

    >>> named_contact("Contact_Email"), named_contact("Telefon-Nr."), named_contact("Last contact")
    (True, True, False)
    """
    words = plain_words(header)
    found = HEADERS.search(words)
    if found is None:
        return False
    kind_of_contact = re.fullmatch(r"contact(o|os|s)?|kontakt\w*", found.group())
    return not (kind_of_contact and ABOUT_CONTACTS.search(words))


@dataclass(frozen=True)
class Contacts:
    """What to leave out of one kind of file.

    Attributes:
        kept: Headers, spelled loosely, that have a meaning to us or were asked for.
        is_volatile: Headers that have no say in whether two lines are equal.
    """

    kept: frozenset[str]
    is_volatile: Callable[[str], bool] = lambda _name: False

    @classmethod
    def but(
        cls, headers: Iterable[str], is_volatile: Callable[[str], bool] = lambda _name: False
    ) -> Contacts:
        """All contact columns but those with one of the headers."""
        return cls(frozenset(loose(header) for header in headers), is_volatile)

    def find(self, connection: duckdb.DuckDBPyConnection, records: Records) -> tuple[int, ...]:
        """Places of the contact columns of a file."""
        spelled = {loose(header) for header in records.header}
        open_ = [
            place
            for place, header in enumerate(records.header)
            if loose(header) not in self.kept and not _is_product(header, spelled)
        ]
        named = {place for place in open_ if named_contact(records.header[place])}
        rest = [place for place in open_ if place not in named]
        return tuple(sorted(named | _by_cells(connection, records, rest)))

    def leave_out(
        self, connection: duckdb.DuckDBPyConnection, records: Records, scratch: Path
    ) -> Records:
        """The records, in the same file, without what their contact columns hold."""
        hidden = self.find(connection, records)
        if not hidden:
            return records
        target = scratch / "without_contacts.parquet"
        connection.execute(
            f"COPY (SELECT {listed(self._cells(records, hidden))} FROM read_parquet("
            f"{literal(glob_safe(records.path))})) TO {literal(target)} (FORMAT parquet)",
            {"header": list(records.header), "mark": LEFT_OUT},
        )
        target.replace(records.path)
        return replace(records, hidden=hidden)

    def _cells(self, records: Records, hidden: tuple[int, ...]) -> list[str]:
        """SQL of every column. A broken record is one field of raw text, and all of it goes."""
        columns = records.columns
        broken = f"{columns[-1]} IS NULL" if len(columns) > 1 else "false"
        cells = []
        for place, name in enumerate(columns):
            leave = f"{broken} AND {name} IS NOT NULL"
            if place in hidden:
                leave = f"{leave} OR trim({name}) NOT IN ('', $header[{place + 1}])"
            cells.append(f"CASE WHEN {leave} THEN $mark ELSE {name} END AS {name}")
        headers = {place: records.header[place] for place in hidden}
        terms = [
            f"hash({text}, {stable_hash(header)})"
            for place, header in headers.items()
            if not self.is_volatile(header)
            for text in (columns[place], "''")
        ]
        return [*cells, f"{xor_of(terms)} AS {Records.HIDDEN_HASH}"]


def _is_product(header: str, spelled: set[str]) -> bool:
    """Whether the column has a quantity beside it, or is one: `Mobile` may be what is sold."""
    suffix = loose(QUANTITY_SUFFIX)
    return loose(header).endswith(suffix) or loose(header) + suffix in spelled


def _by_cells(
    connection: duckdb.DuckDBPyConnection, records: Records, places: list[int]
) -> set[int]:
    """Of the columns at `places`, those whose first filled cells mostly are contacts."""
    found: set[int] = set()
    file = pq.ParquetFile(records.path)
    for start in range(0, len(places), COLUMNS_AT_ONCE):
        cells = _first_cells(file, places[start : start + COLUMNS_AT_ONCE])
        connection.register("contact_cells", cells)
        rows = connection.execute(
            "SELECT place FROM contact_cells GROUP BY place "
            f"HAVING count(CASE WHEN {CONTACT_CELL} THEN 1 END) > {MOST} * count(*)",
            {"mail": MAIL_CELL, "phone": PHONE_CELL, "day": DAY_CELL},
        ).fetchall()
        connection.unregister("contact_cells")
        found |= {int(place) for (place,) in rows}
    return found


def _first_cells(file: pq.ParquetFile, places: list[int]) -> pa.Table:
    """The first filled cells of some columns, trimmed: `place` and `x`, a row per cell.

    Not a query: one that looks into each column of a file with thousands of them takes minutes to
    plan, and gigabytes.
    """
    cells: dict[int, list[str]] = {place: [] for place in places}
    for group in range(file.num_row_groups):
        few = [place for place in places if len(cells[place]) < CELLS_LOOKED_AT]
        about = file.metadata.row_group(group)
        wanted = [place for place in few if not _is_blank(about.column(place))]
        table = file.read_row_group(group, [f"c{place}" for place in wanted])
        for place, column in zip(wanted, table.columns, strict=True):
            text = pc.utf8_trim(column, " ")
            filled = pc.drop_null(text.filter(pc.not_equal(text, "")))
            cells[place] += filled[: CELLS_LOOKED_AT - len(cells[place])].to_pylist()
    named = [place for place, texts in cells.items() for _ in texts]
    every = [text for texts in cells.values() for text in texts]
    return pa.table({"place": pa.array(named, pa.int32()), "x": pa.array(every, pa.string())})


def _is_blank(column: pq.ColumnChunkMetaData) -> bool:
    """Whether a column has nothing in it, by what the file says of itself."""
    statistics = column.statistics
    return bool(statistics and statistics.has_min_max and statistics.max in ("", b""))
