"""The main job on a log whose names attack: SQL, HTML, formulas, paths; without any network."""

import csv
import json
import re
import socket
from dataclasses import dataclass, field
from html.parser import HTMLParser

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest

from gosales.cli import main
from gosales.etl.contracts import CONTRACTS
from gosales.export.target import PASSWORD
from gosales.ui.door import PASSWORD as DASHBOARD_PASSWORD
from tests.integration.conftest import Place, sales

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


RAW = {"database_samples", "holdout"}


@dataclass
class Network:
    """Refuses every connection and name look-up, and keeps what was asked for."""

    asked: list[str] = field(default_factory=list)

    def cut(self, patch):
        def refuse(*asked, **more):
            self.asked.append(f"{asked} {more}")
            raise OSError("there is no network here")

        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, refuse)
        for name in ("getaddrinfo", "gethostbyname", "create_connection"):
            patch.setattr(socket, name, refuse)


@dataclass
class Attacked:
    """A workspace after all commands, and what these asked the network for."""

    place: Place
    network: Network

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
    network = Network()
    exports = [["export", "--to", form] for form in ("salesforce", "html", "xlsx")]
    with pytest.MonkeyPatch.context() as patch:
        network.cut(patch)
        patch.setenv(PASSWORD, SECRET)
        patch.setenv(DASHBOARD_PASSWORD, SECRET)
        for command in (["score-all"], ["validate"], *exports):
            with pytest.raises(SystemExit) as end:
                main([*command, "--workspace", str(place.root)])
            assert not end.value.code, command
    return Attacked(place, network)


def test_nothing_asks_for_a_network(attacked):
    assert attacked.network.asked == []
    with pytest.MonkeyPatch.context() as patch:
        attacked.network.cut(patch)
        with pytest.raises(OSError, match="no network"):
            socket.create_connection(("127.0.0.1", 9))
    assert attacked.network.asked.pop()


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
