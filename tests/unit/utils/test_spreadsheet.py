"""Formulas in text are made harmless, and every text comes back."""

import re

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gosales.utils.spreadsheet import neutral_sql, neutralise, restore, restored_sql

RUNS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t1",
    "\rx",
    "\n",
    " =1",
    "＝1",
    "'=1",
    "''-",
    "=",
    "' @",
]
HARMLESS = ["", "Acme", "O'Neil", "'tis", "a=b", "1-2", "#", "'", " a", "é", "🚜"]
odd = st.text(st.sampled_from("'=+-@\t\r\n ＝aé;,\"")) | st.text()


@pytest.mark.parametrize("text", RUNS)
def test_a_formula_gets_an_apostrophe(text):
    assert neutralise(text) == f"'{text}"
    assert restore(neutralise(text)) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Acme;=1+1;x", "Acme;'=1+1;x"),
        ("Acme; Bolt; @x", "Acme; Bolt;' @x"),
        ("a\t-1\n+2", "a\t'-1\n'+2"),
        ("=1;'=2", "'=1;''=2"),
        ("a;b=c; d-e", "a;b=c; d-e"),
    ],
)
def test_no_part_of_a_cell_that_is_split_runs(text, written):
    """As where a spreadsheet splits cells at semicolons, whatever quotes stand around them."""
    assert neutralise(text) == written
    assert restore(written) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_stays(text):
    assert neutralise(text) == text
    assert restore(text) == text


@given(odd)
def test_every_text_comes_back(text):
    assert restore(neutralise(text)) == text


@given(odd)
def test_nothing_written_begins_like_a_formula(text):
    written = neutralise(text)
    assert not written.startswith(("\t", "\r", "\n"))
    for part in re.split("[;\t\r\n]", written):
        assert not part.lstrip(" ").startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


@given(st.lists(odd.filter(lambda text: "\0" not in text), max_size=20))
def test_the_database_does_the_same(texts):
    with duckdb.connect() as connection:
        written, back = neutral_sql("t"), restored_sql(neutral_sql("t"))
        rows = [
            connection.execute(f"SELECT {written}, {back} FROM (SELECT $1 AS t)", [text]).fetchone()
            for text in texts
        ]
    assert rows == [(neutralise(text), text) for text in texts]


def test_nothing_stays_nothing():
    with duckdb.connect() as connection:
        found = connection.sql(f"SELECT {neutral_sql('t')} FROM (SELECT NULL::VARCHAR AS t)")
        assert found.fetchall() == [(None,)]
