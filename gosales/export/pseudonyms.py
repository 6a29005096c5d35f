"""Lists to share without names: each customer under a pseudonym that only this workspace can make.

A pseudonym is keyed BLAKE2b (RFC 7693) of the customer's id. Its key, the salt, is drawn once and
stays in the workspace, so that a customer has the same pseudonym in every export, and nobody
without the salt can try ids until one fits.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gosales.core.columns import Scores, Whitespace
from gosales.core.errors import WorkspaceError
from gosales.export.pitches import Sources
from gosales.utils.parse import parse_json
from gosales.utils.paths import has_file
from gosales.utils.store import write_text

FILE = Path("data") / "pseudonyms.json"
JOINT = "; "
SALT_BYTES, DIGEST_BYTES = 32, 10
"""80 bits: two of a million customers share a pseudonym with a chance of 4 in 10^13."""


@dataclass(frozen=True)
class Pseudonyms:
    """Makes pseudonyms with a workspace's salt."""

    salt: bytes

    @classmethod
    def find(cls, workspace: Path) -> Pseudonyms | None:
        """With the salt that the workspace has; None where none was drawn yet.

        Raises:
            WorkspaceError: The file cannot be read.
        """
        path = workspace / FILE
        if not has_file(path):
            return None
        try:
            salt = bytes.fromhex(parse_json(path.read_text(encoding="utf-8"))["salt"])
            if len(salt) != SALT_BYTES:
                raise ValueError(f"a salt of {len(salt)} bytes")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WorkspaceError(
                f"{path} cannot be read: {type(error).__name__}: {error}.",
                remedy="Restore it from a backup, or delete it: customers then get new pseudonyms.",
            ) from error
        return cls(salt)

    @classmethod
    def of(cls, workspace: Path) -> Pseudonyms:
        """With the workspace's salt, drawn now if there is none. Raises WorkspaceError."""
        found = cls.find(workspace)
        if found is None:
            found = cls(secrets.token_bytes(SALT_BYTES))
            content = json.dumps({"salt": found.salt.hex()}) + "\n"
            write_text(workspace / FILE, content, private=True)
        return found

    def name(self, customer: str) -> str:
        """The pseudonym of a customer's id."""
        digest = hashlib.blake2b(customer.encode(), key=self.salt, digest_size=DIGEST_BYTES)
        return f"C-{digest.hexdigest()}"

    def copy(self, sources: Sources, folder: Path) -> Sources:
        """The lists with pseudonyms in the place of ids and names, as new files in `folder`."""
        paths = {part: getattr(sources, part) for part in ("scores", "whitespace", "plan")}
        tables = {part: pq.read_table(path) for part, path in paths.items() if path is not None}
        people = {one for table in tables.values() for one in _people(table)}
        known = {customer: self.name(customer) for customer, _ in people}
        shown = _by_shown_name(people, known)
        folder.mkdir(exist_ok=True)
        made = {part: folder / f"{part}.parquet" for part in tables}
        for part, table in tables.items():
            pq.write_table(_renamed(table, known, shown), made[part])
        return replace(sources, **made)


def _people(table: pa.Table) -> Iterator[tuple[str, str]]:
    """Every id of a list with its name."""
    pairs = table.select([Scores.CUSTOMER, Scores.NAME]).group_by([Scores.CUSTOMER, Scores.NAME])
    found = pairs.aggregate([])
    names = (name or "" for name in found.column(Scores.NAME).to_pylist())
    return zip(found.column(Scores.CUSTOMER).to_pylist(), names, strict=True)


def _by_shown_name(people: set[tuple[str, str]], known: Mapping[str, str]) -> dict[str, str]:
    """How look-alike owners are shown (name, else id) -> pseudonym; empty where it may be two's."""
    found: dict[str, str] = {}
    for customer, name in people:
        pseudonym = known[customer]
        shown = name or customer
        found[shown] = pseudonym if found.get(shown, pseudonym) == pseudonym else ""
    return found


def _renamed(table: pa.Table, known: Mapping[str, str], shown: Mapping[str, str]) -> pa.Table:
    ids = [known[customer] for customer in table.column(Scores.CUSTOMER).to_pylist()]
    for column in (Scores.CUSTOMER, Scores.NAME):
        table = _put(table, column, ids)
    if Whitespace.LOOKALIKES in table.column_names:
        cells = table.column(Whitespace.LOOKALIKES).to_pylist()
        table = _put(table, Whitespace.LOOKALIKES, [_owners(cell or "", shown) for cell in cells])
    return table


def _put(table: pa.Table, column: str, values: list[str]) -> pa.Table:
    at = table.column_names.index(column)
    return table.set_column(at, column, pa.array(values, pa.string()))


def _owners(cell: str, shown: Mapping[str, str]) -> str:
    """Pseudonyms of the owners in a cell. A name may hold `; `; what is nobody's is left out."""
    parts, owners, at = cell.split(JOINT), list[str](), 0
    while at < len(parts):
        ends = range(len(parts), at, -1)
        end = next((end for end in ends if JOINT.join(parts[at:end]) in shown), None)
        if end is not None:
            owners.append(shown[JOINT.join(parts[at:end])])
        at = end or at + 1
    return JOINT.join(owner for owner in owners if owner)
