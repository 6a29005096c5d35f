"""What is written is what was scored, to the letter."""

import csv

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from gosales.core.columns import Scores, Whitespace
from gosales.pipeline import publish_lists
from gosales.pipeline.publish_lists import write_list, write_lists
from gosales.pipeline.score_customers import ScoredLists
from gosales.utils.spreadsheet import neutralise, restore

NASTY = [
    "00123",
    "1042.0",
    "1e5",
    "NULL",
    "None",
    " padded ",
    'Ann "The" Co',
    "a,b;c",
    "two\nlines",
    "windows\r\nlines",
    "日本 🚜",
    "O'Neil; DROP",
    "=1+1",
    "'=1+1",
    "-5",
    "+49 30",
    "@home",
    "\tab",
    "\rcr",
    "old\rmac",
    "\\N",
    "nan",
]


def scores(ids):
    n = len(ids)
    return pd.DataFrame(
        {
            Scores.CUSTOMER: ids,
            Scores.NAME: ids[::-1],
            Scores.DIVISION: "CAD",
            Scores.CUTOFF: "2024-12-31",
            Scores.HORIZON: 6,
            Scores.SCORE: np.linspace(1e-6, 1 - 1e-6, n).round(6),
            Scores.PERCENTILE: np.linspace(0.01, 100, n).round(2),
            Scores.GRADE: "A",
            Scores.STATUS: "active",
            Scores.VALUE: np.linspace(0, 123_456_789_012.34, n).round(2),
            Scores.REASONS: "",
            Scores.MODEL: "own",
            Scores.RUN: "r1",
            **dict.fromkeys(Scores.MONEY, 12.5),
            Scores.CELL_STATUS: "",
            Scores.LOW: 0.0,
            Scores.HIGH: 1.0,
        }
    )


def whitespace(ids):
    n = len(ids)
    product = np.arange(n) % 2 == 0
    return pd.DataFrame(
        {
            Whitespace.RANK: np.arange(1, n + 1),
            Whitespace.CUSTOMER: ids,
            Whitespace.NAME: "x",
            Whitespace.LEVEL: np.where(product, "product", "division"),
            Whitespace.DIVISION: "CAD",
            Whitespace.SKU: np.where(product, "0007", ""),
            Whitespace.SCORE: 0.1,
            Whitespace.PRODUCT_SCORE: np.where(product, 0.05, np.nan),
            Whitespace.VALUE: 0.0,
            Whitespace.REASONS: "",
            Whitespace.LOOKALIKES: "",
            Whitespace.BRANCH: None,
            Whitespace.REP: [None if p else "Ann" for p in product],
            Whitespace.RUN: "r1",
            Whitespace.CELL_STATUS: "open_opportunity",
        }
    )


@pytest.fixture
def folder(tmp_path):
    write_lists(ScoredLists(scores(NASTY), whitespace(NASTY), pd.DataFrame(), {}), tmp_path)
    return tmp_path


def read(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


@pytest.mark.parametrize(
    ("name", "columns"), [("icp_scores", Scores.ORDER), ("whitespace", Whitespace.ORDER)]
)
def test_the_columns_are_those_of_the_contract(folder, name, columns):
    header, *rows = read(folder / f"{name}.csv")
    assert tuple(header) == columns == tuple(pq.read_schema(folder / f"{name}.parquet").names)
    assert {len(row) for row in rows} == {len(columns)}
    assert len(rows) == len(NASTY)


def test_texts_survive_exactly(folder):
    rows = read(folder / "icp_scores.csv")[1:]
    assert [restore(row[0]) for row in rows] == NASTY
    assert [restore(row[1]) for row in rows] == NASTY[::-1]
    assert pq.read_table(folder / "icp_scores.parquet")[Scores.CUSTOMER].to_pylist() == NASTY


def test_decimals_are_fixed(folder):
    rows = [
        dict(zip(Scores.ORDER, row, strict=True)) for row in read(folder / "icp_scores.csv")[1:]
    ]
    first, last = rows[0], rows[-1]
    assert (first[Scores.SCORE], last[Scores.SCORE]) == ("0.000001", "0.999999")
    assert (first[Scores.PERCENTILE], last[Scores.PERCENTILE]) == ("0.01", "100.00")
    assert (first[Scores.VALUE], last[Scores.VALUE]) == ("0.00", "123456789012.34")


def test_what_is_not_there_is_empty(folder):
    product, division = (
        dict(zip(Whitespace.ORDER, row, strict=True))
        for row in read(folder / "whitespace.csv")[1:3]
    )
    assert (product[Whitespace.SKU], product[Whitespace.PRODUCT_SCORE]) == ("0007", "0.050000")
    assert (division[Whitespace.SKU], division[Whitespace.PRODUCT_SCORE]) == ("", "")
    assert (product[Whitespace.REP], division[Whitespace.REP]) == ("", "Ann")
    assert division[Whitespace.BRANCH] == ""


@pytest.mark.parametrize(("name", "made"), [("icp_scores", scores), ("whitespace", whitespace)])
def test_the_parquet_twin_says_the_same(folder, name, made):
    twin, table = pq.read_table(folder / f"{name}.parquet").to_pylist(), made(NASTY)
    numbers = {c for c in table.columns if pd.api.types.is_numeric_dtype(table[c])}
    for row, values in zip(read(folder / f"{name}.csv")[1:], twin, strict=True):
        for text, (column, value) in zip(row, values.items(), strict=True):
            if value is None:
                assert text == ""
            elif column in numbers:
                assert float(text) == value
            else:
                assert text == neutralise(value)


def test_no_text_of_the_csv_runs_as_a_formula(folder):
    for name in ("icp_scores", "whitespace"):
        cells = {cell for row in read(folder / f"{name}.csv") for cell in row}
        assert "'=1+1" in cells
        assert "''=1+1" in cells
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_the_same_list_gives_the_same_bytes(tmp_path):
    ids = [f"{i:06}" for i in range(5_000)]
    for name in ("one", "two"):
        write_list(scores(ids), tmp_path / name)
    for suffix in (".csv", ".parquet"):
        one, two = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("one", "two"))
        assert one == two
    assert b"\r" not in (tmp_path / "one.csv").read_bytes()
    assert [row[0] for row in read(tmp_path / "one.csv")[1:]] == ids


def test_an_empty_list_has_a_header(tmp_path):
    write_lists(ScoredLists(scores([])[:0], whitespace([])[:0], pd.DataFrame(), {}), tmp_path)
    assert read(tmp_path / "icp_scores.csv") == [list(Scores.ORDER)]
    assert read(tmp_path / "whitespace.csv") == [list(Whitespace.ORDER)]
    assert pq.read_table(tmp_path / "whitespace.parquet").num_rows == 0


def test_nothing_half_written_is_left(folder):
    assert sorted(path.name for path in folder.iterdir()) == [
        "icp_scores.csv",
        "icp_scores.parquet",
        "reasons.parquet",
        "whitespace.csv",
        "whitespace.parquet",
    ]


def test_a_reader_of_one_customer_can_pass_over_the_rest(tmp_path, monkeypatch):
    monkeypatch.setattr(publish_lists, "GROUP_ROWS", 2)
    write_list(scores(["a", "b", "c", "d", "e"]), tmp_path / "icp_scores")
    groups = pq.ParquetFile(tmp_path / "icp_scores.parquet").metadata
    ends = [groups.row_group(at).column(0).statistics for at in range(groups.num_row_groups)]
    assert [(end.min, end.max) for end in ends] == [("a", "b"), ("c", "d"), ("e", "e")]


def test_categorical_texts_are_written_as_texts_and_only_those_of_their_group(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(publish_lists, "GROUP_ROWS", 2)
    ids = ["=a", "b" * 1000, "c", "c", None]
    plain = scores(["x"] * len(ids)).assign(**{Scores.CUSTOMER: ids})
    coded = plain.assign(**{Scores.CUSTOMER: pd.Categorical(ids)})
    for name, table in (("plain", plain), ("coded", coded)):
        write_list(table, tmp_path / name)
    one, other = (pq.read_table(tmp_path / f"{name}.parquet") for name in ("plain", "coded"))
    assert other.equals(one)
    assert (tmp_path / "coded.csv").read_bytes() == (tmp_path / "plain.csv").read_bytes()
    groups = pq.ParquetFile(tmp_path / "coded.parquet").metadata
    assert groups.row_group(1).column(0).total_uncompressed_size < 200
