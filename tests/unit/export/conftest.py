"""Published lists small enough to know by heart, and nasty enough."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pandas as pd
import pytest

from gosales.core.columns import Plan, Scores, Whitespace
from gosales.export.pitches import Sources, Wanted
from gosales.export.read_pitches import read_pitches
from gosales.pipeline.publish_lists import write_list, write_lists
from gosales.pipeline.score_customers import ScoredLists

ANN, BO = "Ann Lee", "=BO()"
EVIL = '<script>alert(1)</script> & "Söhne" 🚜 ' + "x" * 300
NAMES = {"007": "=HYPERLINK(1)", "-5": EVIL, "c3": "שלום עולם", "d4": ""}
OWNED = {("c3", "CAD")}
DIVISIONS = ("CAD", "CAM", "Training")

# customer, level, division, sku, chance, value, branch, rep
ROWS = [
    ("007", "division", "CAD", "", 0.4, 400.0, "North", ANN),
    ("007", "division", "CAM", "", 0.3, 900.0, "North", ANN),
    ("-5", "division", "CAD", "", 0.25, 100.0, "South", BO),
    ("c3", "division", "Training", "", 0.2, 50.0, "South", None),
    ("007", "division", "Training", "", 0.1, 5.0, "North", ANN),
    ("d4", "division", "CAD", "", 0.05, 10.0, None, None),
    ("c3", "product", "CAD", "P9", 0.5, 30.0, "South", None),
    ("007", "product", "CAD", "+P1", 0.35, 300.0, "North", ANN),
    ("007", "product", "CAD", "P2", 0.15, 60.0, "North", ANN),
    ("c3", "product", "CAD", "P3", 0.1, 3.0, "South", None),
]


def scores():
    cells = [(customer, division) for customer in NAMES for division in DIVISIONS]
    return pd.DataFrame(
        {
            Scores.CUSTOMER: [customer for customer, _ in cells],
            Scores.NAME: [NAMES[customer] for customer, _ in cells],
            Scores.DIVISION: [division for _, division in cells],
            Scores.CUTOFF: "2024-08-31",
            Scores.HORIZON: 6,
            Scores.SCORE: 0.25,
            Scores.PERCENTILE: 50.0,
            Scores.GRADE: ["A" if division == "CAD" else "E" for _, division in cells],
            Scores.STATUS: ["active" if cell in OWNED else "whitespace" for cell in cells],
            Scores.VALUE: 100.5,
            Scores.REASONS: "Because; But: not",
            Scores.MODEL: "own",
            Scores.RUN: "run-1",
            Scores.CELL_STATUS: ["competitor" if cell in OWNED else "" for cell in cells],
        }
    )


def whitespace(rows):
    levels = [row[1] for row in rows]
    return pd.DataFrame(
        {
            Whitespace.RANK: [levels[: at + 1].count(level) for at, level in enumerate(levels)],
            Whitespace.CUSTOMER: [row[0] for row in rows],
            Whitespace.NAME: [NAMES[row[0]] for row in rows],
            Whitespace.LEVEL: levels,
            Whitespace.DIVISION: [row[2] for row in rows],
            Whitespace.SKU: [row[3] for row in rows],
            Whitespace.SCORE: [row[4] if row[1] == "division" else 0.6 for row in rows],
            Whitespace.PRODUCT_SCORE: [row[4] if row[1] == "product" else None for row in rows],
            Whitespace.VALUE: [row[5] for row in rows],
            Whitespace.REASONS: "@Bought CAD 3 months ago; But: <b>far</b>",
            Whitespace.LOOKALIKES: "Zed & Co; =Q",
            Whitespace.BRANCH: [row[6] for row in rows],
            Whitespace.REP: [row[7] for row in rows],
            Whitespace.RUN: "run-1",
            Whitespace.CELL_STATUS: ["open_opportunity" if row[2] == "CAM" else "" for row in rows],
        }
    )


def star(path):
    """A star with the names of two products; they have what separates names elsewhere."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE dim_product(division VARCHAR, product_sku VARCHAR, product_name VARCHAR)"
        )
        rows = [("CAD", "+P1", "=Pro, 38"), ("CAD", "P9", "Lite <b>"), ("CAM", "P2", "Another"),
                ("CAD", "P3", "P3")]  # fmt: skip
        connection.executemany("INSERT INTO dim_product VALUES (?, ?, ?)", rows)
    return path


@pytest.fixture
def publish(tmp_path):
    """`publish(rows)`: the files of published lists with those whitespace rows."""

    def write(rows):
        folder = tmp_path / f"run-{len(rows)}"
        folder.mkdir()
        write_lists(ScoredLists(scores(), whitespace(rows), pd.DataFrame(), {}), folder)
        lists = folder / "icp_scores.parquet", folder / "whitespace.parquet"
        return Sources(*lists, star=star(folder / "star's.duckdb"))

    return write


@pytest.fixture
def sources(publish):
    return publish(ROWS)


@pytest.fixture
def pitches(sources):
    return read_pitches(sources, Wanted())


@pytest.fixture
def plan(sources, tmp_path):
    """`plan((rep, customer, division, slot, group), ...)`: the same sources with a call plan."""

    def add(*rows):
        table = pd.DataFrame(
            {
                Plan.REP: [row[0] for row in rows],
                Plan.CUSTOMER: [row[1] for row in rows],
                Plan.DIVISION: [row[2] for row in rows],
                Plan.SLOT: pd.array([row[3] for row in rows], dtype="Int64"),
                Plan.VALUE: 70.0,
                Plan.GROUP: [row[4] for row in rows],
                Plan.KIND: Plan.PLANNED,
                Plan.NAME: [NAMES[row[1]] for row in rows],
                Plan.BRANCH: "North",
                Plan.STATUS: "whitespace",
                Plan.SCORE: 0.35,
                Plan.SKU: "P9",
                Plan.REASONS: "Planned",
                Plan.LOOKALIKES: "",
                Plan.DATE: "2024-08-31",
                Plan.RUN: "plan-1",
            }
        )
        assert set(table.columns) <= set(Plan.ORDER)
        write_list(table.reindex(columns=list(Plan.ORDER)), tmp_path / "plan")
        return replace(sources, plan=tmp_path / "plan.parquet")

    return add
