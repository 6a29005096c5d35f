"""The main job on a log whose names attack: SQL, HTML, formulas, paths; without any network."""

import contextlib
import csv
import json
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

import gosales.ui
from gosales.cli import main
from gosales.etl.contracts import CONTRACTS
from gosales.export.target import PASSWORD
from gosales.ui.door import PASSWORD as DASHBOARD_PASSWORD
from gosales.ui.wording import escape
from gosales.utils.paths import ENVIRONMENT
from tests.conftest import without_network
from tests.integration.conftest import Place, copied, sales

# openpyxl cannot read the data bars of Excel 2010.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")

SECRET = "s3cret-of-the-machine"
NAMES = (
    "Robert'); DROP TABLE fact_transactions; --",
    '"; DELETE FROM dim_customer; --',
    "$customer ${HOME} %s {0} {{7*7}} \\x00",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://localhost/","y")',
    "+1+1",
    "@SUM(A1)",
    "-2+3",
    "../../../../etc/passwd",
    "..\\..\\x; y",
    "NULLIF(1,1)",
)
DIVISIONS = {
    "Printers": "../../../escaped'; DROP TABLE dim_product; --",
    "CAD": "<b onclick=alert(1)>CAD</b>",
    "Training": '=cmd|"/C calc"!A0',
}
HEADER = (
    'Customer"; DROP TABLE x; --',
    "<script>Name</script>",
    "Date",
    "$order",
    "Sku'",
    "=Division",
    "Units",
    "../Amount",
    "Region",
    "Rep",
)
ROLES = ("customer", "customer_name", "date", "order", "sku", "division", "quantity", "value",
         "branch", "rep")  # fmt: skip


COMMANDS = (
    *(["score-all"], ["validate"], ["check"], ["plan", "--slots", "3"], ["explain", "='0001"]),
    *(["export", "--to", form] for form in ("salesforce", "html", "xlsx")),
    ["runs", "list"],
)
"""All but `backtest` and `prove`: their own tests run without a network too."""

APP = Path(gosales.ui.__file__).with_name("app.py")
PAGES = sorted(path.stem for path in (APP.parent / "screens").glob("[a-z]*.py"))
WORDS = ("markdown", "caption", "header", "subheader", "warning", "error", "success", "info")
MARKED = [name for name in (*NAMES, *DIVISIONS.values()) if "<" in name]
"""What a page would take for a tag unless it were escaped."""

RAW = {"database_samples", "holdout"}


@dataclass
class Attacked:
    """A workspace after all commands."""

    place: Place

    @property
    def files(self):
        root = self.place.root
        return [path for path in root.rglob("*") if path.is_file() and not set(path.parts) & RAW]


def hostile(rows):
    for number, (customer, _, day, order, sku, division, units, amount, region, rep) in enumerate(
        rows
    ):
        name = f"{NAMES[int(customer) % len(NAMES)]}{customer}"
        sku_name, where = f"'{sku}\"<i>", f"=1+{region}"
        yield (f"='{customer}", name, day, order, sku_name, DIVISIONS[division], units, amount,
               where, f"<u>{rep}</u>"[: 20 + number % 2])  # fmt: skip


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("attacked") / "workspace")
    place.logs.mkdir(parents=True)
    columns = "\n".join(
        f"{role} = {json.dumps(name)}" for role, name in zip(ROLES, HEADER, strict=True)
    )
    settings = (
        f'[source]\nshape = "long"\n[columns]\n{columns}\n[models]\nsnapshots = 2\nrounds = 10\n'
    )
    (place.root / "gosales.toml").write_text(settings, encoding="utf-8")
    rows = list(hostile(sales(customers=36, months=20)))
    last = max(row[2] for row in rows)
    later = [row for row in rows if (last - row[2]).days < 100]
    place.write([row for row in rows if row not in later], header=HEADER)
    holdout = place.root / "data" / "holdout"
    holdout.mkdir()
    place.write(later, "later.csv", header=HEADER).rename(holdout / "later.csv")
    with without_network(), pytest.MonkeyPatch.context() as patch:
        patch.setenv(PASSWORD, SECRET)
        patch.setenv(DASHBOARD_PASSWORD, SECRET)
        for command in COMMANDS:
            with pytest.raises(SystemExit) as end:
                main([*command, "--workspace", str(place.root)])
            assert not end.value.code, command
    return Attacked(place)


@pytest.mark.parametrize("page", PAGES)
def test_the_dashboard_asks_for_no_network_and_shows_every_name(attacked, monkeypatch, page):
    monkeypatch.setenv(ENVIRONMENT, str(attacked.place.root))
    with without_network():
        test = AppTest.from_file(str(APP), default_timeout=60).switch_page(f"screens/{page}.py")
        if page == "account":
            test.query_params["customer"] = "='0003"
        shown = test.run()
    assert not shown.exception
    texts = [str(one.value) for kind in WORDS for one in shown.get(kind)]
    if page == "account":
        assert shown.header[0].value.startswith(escape(NAMES[3]))
    assert not [text for text in texts if any(name in text for name in MARKED)]


def test_a_connection_would_have_been_seen():
    refused = contextlib.suppress(OSError)
    with pytest.raises(AssertionError, match="127"), without_network(), refused:
        socket.create_connection(("127.0.0.1", 9))


ALONE = """
import socket, sys
assert [name for _, name in socket.if_nameindex()] in ([], ["lo"]), "there is a network"
try:
    socket.create_connection(("127.0.0.1", 9), timeout=5)
except ConnectionRefusedError:
    raise SystemExit("this machine answers") from None
except OSError:
    pass
from gosales.cli import main
for command in (["score-all"], ["export", "--to", f"duckdb:///{sys.argv[1]}/lists.duckdb"]):
    try:
        main([*command, "--workspace", sys.argv[1]])
    except SystemExit as end:
        if end.code:
            raise
"""


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_nothing_needs_a_network_where_there_is_none(attacked, tmp_path):
    """Native libraries too, such as DuckDB and its extensions: they are not Python's sockets."""
    alone = [shutil.which("unshare") or "unshare", "--net", "--map-root-user"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("needs the right to make a network namespace: `unshare --net --map-root-user`")
    place = copied(attacked.place, tmp_path)
    command = [*alone, sys.executable, "-c", ALONE, str(place.root)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    with duckdb.connect(str(place.root / "lists.duckdb"), read_only=True) as lists:
        assert len(lists.execute("SHOW TABLES").fetchall()) == 2


def test_names_are_text_to_the_database(attacked):
    (star,) = (attacked.place.root / "data" / "star").glob("*.duckdb")
    with duckdb.connect(str(star), read_only=True) as connection:
        tables = {row[0] for row in connection.execute("SHOW TABLES").fetchall()}
        names = {
            row[0]
            for row in connection.execute("SELECT customer_name FROM dim_customer").fetchall()
        }
        (lines,) = connection.execute("SELECT count(*) FROM fact_transactions").fetchall()[0]
    assert {contract.table for contract in CONTRACTS} <= tables
    assert lines > 200
    scored = pq.read_table(attacked.place.outputs / "icp_scores.parquet").to_pandas()
    assert set(scored["customer_name"]) == names
    assert {re.sub(r"\d{4}$", "", name) for name in names} == set(NAMES)
    assert set(scored["division"]) == set(DIVISIONS.values())
    assert scored["customer_id"].str.match(r"^='\d{4}$").all()


def test_no_name_is_a_path(attacked):
    root = attacked.place.root
    assert [path.name for path in root.parent.iterdir()] == ["workspace"]
    assert {path.name for path in root.iterdir()} <= {"data", "models", "outputs", "gosales.toml"}
    models = [path.name for path in (root / "models").iterdir()]
    assert len(models) == len(DIVISIONS)
    assert all(re.fullmatch(r"[a-z0-9_]+_model", name) for name in models)


def is_number(text):
    return re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", text) is not None


def test_no_cell_runs_as_a_formula(attacked):
    tables = [path for path in attacked.files if path.suffix == ".csv"]
    assert len(tables) > 8
    cells = 0
    for path in tables:
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                cells += len(row)
                assert not [
                    one for one in row if re.match(r"\s*[=+\-@\t\r]", one) and not is_number(one)
                ], path
    assert cells > 2_000
    (book,) = (attacked.place.outputs / "exports").glob("*.xlsx")
    sheets = openpyxl.load_workbook(book).worksheets
    assert not [
        cell.coordinate
        for sheet in sheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" and "!" not in str(cell.value)[:2]
    ]


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.acts = set(), []

    def handle_starttag(self, tag, attributes):
        self.found.add(tag)
        self.acts += [name for name, _ in attributes if name.startswith("on")]


def test_no_name_is_a_tag(attacked):
    pages = [path for path in attacked.files if path.suffix == ".html"]
    assert {path.name for path in pages} >= {"call_lists.html", "report.html"}
    for path in pages:
        text = path.read_text(encoding="utf-8")
        tags = Tags()
        tags.feed(text)
        assert tags.acts == [], path
        assert not tags.found & {"img", "i", "u", "iframe", "object"}, path
        assert "alert(1)</script>" not in text, path
        if path.name == "report.html":
            assert "script" not in tags.found
            assert "&lt;b onclick" in text


def test_no_secret_is_written(attacked):
    for path in attacked.files:
        assert SECRET.encode() not in path.read_bytes(), path
