"""Inputs that are well-formed and wrong: tables of odd cells, settings of odd values.

Flipped bytes seldom make these, since most of them end at the first quote or bracket.
"""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from gosales.config import Config
from tests.campaign import CAMPAIGN
from tests.fuzz.targets import TARGETS

MANY = 200 if CAMPAIGN else 1
WORDS = st.sampled_from([
    "Customer", "Date", "Sku", "Division", "Qty", "V", "customer_id", "division", "product_sku",
    "status", "valid_from", "valid_to", "launched", "retired", "outcome", "date", "sku",
])  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(
        ["", "1", "007", "CAD", "P1", "-1", "(3)", "1e3", "NULL", "competitor", "=1+1"]
    ),
    st.dates().map(str),
    st.floats().map(str),
    st.integers().map(str),
    st.text(max_size=12),
)


@st.composite
def tables(draw, names=WORDS):
    """A table as text: columns in any order, missing, twice; cells of any kind."""
    header = draw(st.lists(names | st.text(max_size=8), min_size=1, max_size=8))
    width = st.integers(max(len(header) - 1, 0), len(header) + 1)
    rows = draw(st.lists(width.flatmap(lambda n: st.lists(CELLS, min_size=n, max_size=n)),
                         max_size=8))  # fmt: skip
    text = io.StringIO()
    delimiter = draw(st.sampled_from(",,,;\t|"))
    csv.writer(text, delimiter=delimiter, escapechar="\\").writerows([header, *rows])
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    return text.getvalue().encode(encoding, errors="replace")


def paths(model=Config, above=()):
    """Every key of the settings with its sections, and the sections."""
    for name, field in model.model_fields.items():
        yield (*above, name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from paths(field.annotation, (*above, name))


def toml(value):
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, str):
        plain = "".join(c if c.isalnum() else f"\\U{ord(c):08x}" for c in value)
        return f'"{plain}"'
    return str(value)


def values(words):
    plain = st.one_of(
        st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.dates(), words,
        st.text(st.characters(codec="utf-8"), max_size=8),
    )  # fmt: skip
    return st.recursive(
        plain,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
        max_leaves=4,
    )


odd_settings = st.lists(
    st.tuples(st.sampled_from(list(paths())), values(WORDS)),
    max_size=5,
    unique_by=lambda pair: pair[0],
).map(lambda pairs: "".join(f"{'.'.join(k)} = {toml(v)}\n" for k, v in pairs).encode())

CASES = {
    "csv_text": (tables(), 150),
    "settings": (odd_settings, 300),
    "small_tables": (st.tuples(st.sampled_from([b"0", b"1"]), tables()).map(b"".join), 150),
    "star": (tables(), 10),
    "lookup_tables": (st.tuples(st.sampled_from([b"0", b"1", b"2"]), tables()).map(b"".join), 12),
}


@pytest.mark.parametrize("name", CASES)
def test_only_expected_errors_come_out(name):
    inputs, count = CASES[name]
    with tempfile.TemporaryDirectory() as folder:

        @settings(
            max_examples=count * MANY,
            derandomize=not CAMPAIGN,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(inputs)
        def try_all(data):
            TARGETS[name].run(data, Path(folder))

        try_all()
