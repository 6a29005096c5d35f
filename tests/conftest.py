"""Small worlds to test in: a star of a handful of rows, so that a reader can do the sum."""

import contextlib
import datetime as dt
import os
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from gosales.core.columns import UNASSIGNED, Attribute, CellStatus, Customer, Fact, Product
from gosales.core.star import Star, Tables
from gosales.utils.db import backend, connect

settings.register_profile("gosales", deadline=None)  # a busy machine is no failure
settings.load_profile("gosales")

_figures: list[str] = []


def figure(text: str) -> None:
    """Tell what a campaign tried, below the summary of the tests."""
    _figures.append(text)


def pytest_terminal_summary(terminalreporter):
    for text in _figures:
        terminalreporter.write_line(text)


@contextlib.contextmanager
def without_network():
    """Refuse every connection and name look-up of Python's sockets; nothing may ask for one."""
    asked = []

    def refuse(*what, **more):
        asked.append(f"{what} {more}")
        raise OSError("there is no network here")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto", "sendmsg"):
            patch.setattr(socket.socket, name, refuse, raising=False)
        for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "create_connection"):
            patch.setattr(socket, name, refuse)
        yield asked
    assert asked == []


TEXT, DAY = pa.string(), pa.date32()
FACTS = pa.schema(
    {
        Fact.CUSTOMER: TEXT,
        Fact.DIVISION: TEXT,
        Fact.SKU: TEXT,
        Fact.DATE: DAY,
        Fact.VALUE: pa.int64(),
        Fact.QUANTITY: pa.decimal128(18, 4),
        Fact.KNOWN_AT: DAY,
        Fact.BRANCH: TEXT,
        Fact.REP: TEXT,
        Fact.LINE_TYPE: TEXT,
        Fact.ORDER: TEXT,
        Fact.SOURCE_FILE: TEXT,
        Fact.SOURCE_LINE: pa.int64(),
    }.items()
)
NAMES = pa.schema({Customer.ID: TEXT, Customer.NAME: TEXT, Fact.DATE: DAY, Fact.KNOWN_AT: DAY})
ATTRIBUTES = pa.schema(
    {
        Attribute.CUSTOMER: TEXT,
        Attribute.NAME: TEXT,
        Attribute.VALUE: TEXT,
        Attribute.VALID_FROM: DAY,
        Attribute.VALID_TO: DAY,
    }
)
PRODUCTS = pa.schema(
    {
        Product.DIVISION: TEXT,
        Product.SKU: TEXT,
        Product.NAME: TEXT,
        Product.LAUNCHED: DAY,
        Product.RETIRED: DAY,
    }
)
STATUSES = pa.schema(
    {
        CellStatus.CUSTOMER: TEXT,
        CellStatus.DIVISION: TEXT,
        CellStatus.SKU: TEXT,
        CellStatus.STATUS: TEXT,
        CellStatus.VALID_FROM: DAY,
        CellStatus.VALID_TO: DAY,
    }
)


def as_day(day):
    return dt.date.fromisoformat(day) if isinstance(day, str) else day


def fact(customer, division, sku, day, money, quantity=1, known_at=None, branch=None, rep=None):
    """One fact row from a short tuple; the line type follows from the signs, as in the ETL."""
    back = (quantity or 0) < 0 or (not quantity and money < 0)
    return {
        Fact.CUSTOMER: customer,
        Fact.DIVISION: division,
        Fact.SKU: sku,
        Fact.DATE: as_day(day),
        Fact.VALUE: round(money * 100),
        Fact.QUANTITY: None if quantity is None else Decimal(str(quantity)),
        Fact.KNOWN_AT: as_day(known_at),
        Fact.BRANCH: branch,
        Fact.REP: rep,
        Fact.LINE_TYPE: Fact.RETURN if back else Fact.SALE,
        Fact.SOURCE_FILE: "log.csv",
    }


def table(rows, schema):
    """An arrow table from tuples in the schema's order; what a tuple leaves out is null."""
    filled = (dict(zip(schema.names, row, strict=False)) for row in rows)
    days = [field.name for field in schema if field.type == DAY]
    rows = [row | {name: as_day(row.get(name)) for name in days} for row in filled]
    return pa.Table.from_pylist(rows, schema=schema)


@pytest.fixture(scope="session")
def make_star():
    """`make_star((customer, division, sku, day, money, quantity=1, known_at, branch, rep), ...)`.

    Beside the facts: `names` (customer, name, day, known_at), `attributes` (customer, attribute,
    value, valid_from, valid_to), `products` and `statuses` in the order of their columns.
    """
    engine, number = backend(connect()), count()

    def put(content):
        return engine.create_table(f"t{next(number)}", content)

    def make(*rows, names=(), attributes=(), products=(), statuses=()):
        facts = [fact(*row) | {Fact.SOURCE_LINE: line} for line, row in enumerate(rows, 1)]
        return Star(
            Tables(
                facts=put(pa.Table.from_pylist(facts, schema=FACTS)),
                products=put(table(products, PRODUCTS)),
                names=put(table(names, NAMES)),
                attributes=put(table(attributes, ATTRIBUTES)),
                statuses=put(table(statuses, STATUSES)),
            )
        )

    return make  # the connection stays open: what tests cached in it is dropped at the very end


@pytest.fixture(scope="session")
def logs():
    """`logs(cutoff, max_size)`: random logs around a cutoff, as rows for `make_star`.

    Days fall on both sides of the cutoff, and often on a month's last days; lines are sales,
    returns, credits, free items and services without units. In some logs lines are posted up to 80
    days late, which stays below what counts as a migration.
    """

    def around(cutoff, max_size=40):
        offset = st.integers(-800, 120) | st.sampled_from([-366, -365, -184, -31, -30, -29, 0, 1])
        day = offset.map(lambda days: cutoff.date + dt.timedelta(days=days))
        cents = st.integers(1, 50_000)
        amounts = st.one_of(
            st.tuples(cents, st.sampled_from([1, 2, 0.5, None])),
            st.tuples(cents.map(lambda c: -c), st.sampled_from([-1, -2, None])),
            st.sampled_from([(0, 1), (100, 1), (-100, -1), (-700, 1)]),
        )
        late = st.sampled_from([None, 0, 3, 25, 80])
        rows = st.tuples(
            st.sampled_from(["acme", "bolt", "cora"]),
            st.sampled_from(["CAD", "CPE", UNASSIGNED]),
            st.sampled_from(["pro", "lite"]),
            day,
            amounts,
            late,
            st.sampled_from([None, "East", "West"]),
        )
        many = st.lists(rows, min_size=max_size // 2, max_size=max_size)
        return st.booleans().flatmap(lambda two: many.map(lambda log: [_row(r, two) for r in log]))

    return around


def _row(drawn, two_clocks):
    customer, division, sku, day, (cents, quantity), late, branch = drawn
    posted = day + dt.timedelta(days=late) if two_clocks and late is not None else None
    return (customer, division, sku, day, cents / 100, quantity, posted, branch)


# --- Programs from outside PyPI -------------------------------------------------------------------

PROGRAMS = {
    "chromium": ("chromium", ["chromium", "chromium-browser", "google-chrome"], []),
    "pg_ctl": ("postgresql", ["pg_ctl"], ["usr/lib/postgresql/*/bin/pg_ctl"]),
    "java": ("default-jre-headless", ["java"], []),
}
"""Program -> its Debian package, its names on the PATH, and where else below / it may be."""


@pytest.fixture(scope="session")
def program():
    """`program("chromium")`: its path. Without it a test is skipped; with CI=true it fails."""

    def find(name):
        package, names, places = PROGRAMS[name]
        found = [path for path in map(shutil.which, names) if path]
        found += [path for place in places for path in sorted(Path("/").glob(place), reverse=True)]
        if found:
            return Path(found[0])
        told = f"{name} is not there. Install it: apt-get install {package} (or: make test-deps)"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(told)
        pytest.skip(told)

    return find


@dataclass(frozen=True)
class PostgresServer:
    """A server of the test's own; `url` has no password in it."""

    url: str
    password: str


@pytest.fixture(scope="session")
def postgres(program):
    """A Postgres server on a free port, with a password, gone when the tests are."""
    programs = program("pg_ctl").resolve().parent
    # Not below pytest's own folder, which the server's user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="gosales-postgres-"))
    password, secret, data = "t0p s3cr3t/@:%", folder / "password", folder / "data"
    secret.write_text(password, encoding="utf-8")
    other = _somebody_but_root()
    if other:
        for path in (folder, secret):
            os.chown(path, other["user"], other["group"])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(name, *arguments):
        command = [programs / name, *arguments]
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
        with (folder / "said").open("w+", encoding="utf-8") as said:
            done = subprocess.run(
                command, cwd=folder, env=environment, stdout=said, stderr=said, check=False, **other
            )
            said.seek(0)
            assert done.returncode == 0, said.read()

    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    started = False
    try:
        how = ["--auth=scram-sha-256", "--username=tester", f"--pwfile={secret}"]
        run("initdb", "-D", data, "--encoding=UTF8", "--locale=C", *how)
        run("pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        started = True
        yield PostgresServer(f"postgresql://tester@127.0.0.1:{port}/postgres", password)
    finally:
        if started:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _somebody_but_root():
    """For subprocess, who runs a server that refuses to run as root; empty for anybody else."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
