"""The ids that a CRM has given to our records: a CSV file with `key` and `record_id`."""

from __future__ import annotations

import csv
from pathlib import Path

from gosales.core.errors import ConfigError
from gosales.utils.spreadsheet import restore

KEY, RECORD = "key", "record_id"


def read_record_ids(path: Path) -> dict[str, str]:
    """Key -> the record's id; further columns are ignored.

    Raises:
        ConfigError: There is no such file, it cannot be read, or it lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            missing = {KEY, RECORD} - set(rows.fieldnames or ())
            if missing:
                raise ConfigError(
                    f"{path} has no column {' and no column '.join(sorted(missing))}.",
                    remedy=f"Its header line needs {KEY} and {RECORD}, separated by commas.",
                )
            found = {restore(row[KEY] or ""): (row[RECORD] or "").strip() for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}.",
            remedy="Check [export.dynamics] record_ids: a path in the workspace, CSV, UTF-8.",
        ) from error
    return {key: record for key, record in found.items() if key and record}
