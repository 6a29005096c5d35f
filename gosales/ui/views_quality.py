"""Tables of what was read, of what was not, and of the runs. No Streamlit."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gosales.pipeline.runs import list_runs
from gosales.ui.board import Board, query
from gosales.utils.spreadsheet import restored_sql
from gosales.utils.store import STAR

REJECT_ROWS = 200
MEANINGS = {
    "blank": "The record is empty.",
    "header": "The header line, once more.",
    "field_count": "It has more or fewer fields than the header, or a quote never closes.",
    "customer_missing": "It has no customer id.",
    "sku_missing": "It names no SKU.",
    "excluded_sku": "Its SKU is excluded by the settings.",
    "number_unreadable": "A quantity, value or price cannot be read as a number.",
    "number_out_of_range": "A value or a quantity is implausibly large.",
    "currency_unconvertible": "It is in another currency, without a usable rate.",
    "no_sale": "Nothing on it has a quantity or a value.",
    "date_missing": "It has no date.",
    "date_unreadable": "Its date cannot be read.",
    "date_implausible": "Its date is far before or after all others.",
    "duplicate_line": "The same line is in another file too.",
    "forgotten": "Its customer was forgotten (`gosales forget`); its text is left out.",
    "duplicate_gp": "It is flagged as a duplicate, and its twin is loaded.",
}
REJECTS = f"""
    SELECT {restored_sql("source_file")} AS source_file, record, reason,
        {restored_sql("text")} AS text
    FROM read_csv($path, header = true, all_varchar = true, max_line_size = 100000000,
        delim = ',', quote = '"', escape = '"')
    WHERE $reason = '' OR reason = $reason LIMIT $rows
"""  # noqa: S608 - our own column names


def accounting(quality: dict[str, Any]) -> dict[str, int]:
    """Lines read, loaded and rejected: the last two add up to the first."""
    rejected = quality.get("lines_rejected") or {}
    return {
        "read": int(quality.get("lines_read") or 0),
        "loaded": int(quality.get("lines_loaded") or 0),
        "rejected": sum(int(lines) for lines in rejected.values()),
    }


def reasons(quality: dict[str, Any]) -> pd.DataFrame:
    """reason, lines, meaning; the commonest first."""
    rejected = quality.get("lines_rejected") or {}
    rows = [
        {"reason": name, "lines": lines, "meaning": MEANINGS.get(name, "")}
        for name, lines in sorted(rejected.items(), key=lambda item: (-item[1], item[0]))
    ]
    return pd.DataFrame(rows, columns=["reason", "lines", "meaning"])


def files(quality: dict[str, Any]) -> pd.DataFrame:
    """Per raw file: lines read, loaded and rejected, and its encoding."""
    columns = ["file", "lines_read", "lines_loaded", "lines_rejected", "encoding"]
    return pd.DataFrame(quality.get("files") or [], columns=columns)


def coverage(quality: dict[str, Any]) -> pd.DataFrame:
    """Per month: lines, customers, value."""
    columns = ["month", "lines", "customers", "value"]
    table = pd.DataFrame(quality.get("coverage") or [], columns=columns)
    return table.assign(month=pd.to_datetime(table["month"], format="%Y-%m"))


def remarks(quality: dict[str, Any], kind: str) -> list[tuple[str, str]]:
    """(message, remedy) of each blocker or warning."""
    return [
        (str(item.get("message", "")), str(item.get("remedy", "")))
        for item in quality.get(kind) or []
    ]


def rejects(board: Board, reason: str = "", rows: int = REJECT_ROWS) -> pd.DataFrame:
    """The first rejected lines, of one reason or of all."""
    path = board.find(STAR, "rejects.csv")
    if path is None:
        return pd.DataFrame(columns=["source_file", "record", "reason", "text"])
    return query(REJECTS, path=str(path), reason=reason, rows=rows)


def rejects_file(board: Board) -> bytes:
    """All rejected lines, as published."""
    return board.file(STAR, "rejects.csv", "build-star").read_bytes()


def runs(board: Board) -> pd.DataFrame:
    """run_id, when, command, state, published; the newest first."""
    rows = [
        {
            "run_id": card.run_id,
            "when": card.when,
            "command": card.command,
            "state": card.state,
            "published": ", ".join(card.publishes),
        }
        for card in list_runs(board.workspace)
    ]
    return pd.DataFrame(rows, columns=["run_id", "when", "command", "state", "published"])
