"""DuckDB connections with a memory budget that spill to disk instead of failing."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import ibis
from ibis.backends.duckdb import Backend

BUDGET_SHARE = 0.6
BUDGET_CEILING_GB = 8.0


def memory_budget_gb(setting: float | None = None) -> float:
    """The memory budget in GB: the setting, else 60 % of the machine, at most 8."""
    if setting is not None:
        return setting
    return min(BUDGET_SHARE * _machine_memory_gb(), BUDGET_CEILING_GB)


def connect(
    path: Path | None = None, *, read_only: bool = False, memory_gb: float | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file (None: in memory). Nothing is fetched: extensions are never installed.

    Where a process has a file open twice, the newest budget counts for both.
    """
    connection = duckdb.connect(
        str(path) if path else ":memory:",
        read_only=read_only,
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    # Not in `config`: DuckDB refuses a file that the process has open with another one.
    limit_memory(connection, memory_budget_gb(memory_gb))
    connection.execute("SET enable_progress_bar = false")
    return connection


def limit_memory(connection: duckdb.DuckDBPyConnection, memory_gb: float) -> None:
    """How much DuckDB may hold from now on; what is held beyond it is spilled at once."""
    connection.execute(f"SET memory_limit = '{memory_gb:.2f}GB'")


def programs(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Names of the views and macros that a database file brings along.

    Asked for rows, they may read any other file of this machine; no star has one.
    """
    rows = connection.execute(
        "SELECT view_name FROM duckdb_views() WHERE NOT internal UNION ALL "
        "SELECT function_name FROM duckdb_functions() WHERE NOT internal ORDER BY 1"
    ).fetchall()
    return [str(name) for (name,) in rows]


def backend(connection: duckdb.DuckDBPyConnection) -> Backend:
    """The same connection as an Ibis backend."""
    return ibis.duckdb.from_connection(connection)


def _machine_memory_gb() -> float:
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return _windows_memory_gb()


def _windows_memory_gb() -> float:
    import ctypes

    class MemoryStatus(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "free", "a", "b", "c", "d", "e")),
        )

    status = MemoryStatus()
    status.length = ctypes.sizeof(status)
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined]
    return status.total / 1e9
