"""Who gets which pitches, in which order."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from gosales.core.errors import ConfigError, WorkspaceError
from gosales.export.pitches import Listed, Sources, Wanted
from gosales.export.product_names import named_whitespace
from gosales.export.read_pitches import read_pitches


def told(pitches):
    return [(one.owner, one.customer_id, one.what) for one in pitches.pitches]


def test_each_rep_has_divisions_first_then_products_of_owned_divisions(pitches):
    assert told(pitches) == [
        ("=BO()", "-5", "CAD"),
        ("Ann Lee", "007", "CAD"),
        ("Ann Lee", "007", "CAM"),
        ("Ann Lee", "007", "Training"),
        ("Branch: South", "c3", "Training"),
        ("Branch: South", "c3", "CAD: Lite <b> (P9)"),
        ("Branch: South", "c3", "CAD: P3"),
        ("Not assigned", "d4", "CAD"),
    ]
    assert pitches.lists[1] == Listed("Ann Lee", 3, 3, 1305.0)
    assert pitches.left_out == pitches.held_out == 0


def test_a_division_has_its_products_beside_it(pitches):
    assert [one.products for one in pitches.pitches][1:4] == ["=Pro, 38 (+P1); P2", "", ""]


def test_products_have_their_names_where_the_star_has_one(pitches, sources):
    assert [one.product for one in pitches.pitches if one.sku] == ["Lite <b> (P9)", "P3"]
    without = read_pitches(replace(sources, star=None), Wanted())
    assert [one.product for one in without.pitches if one.sku] == ["P9", "P3"]
    assert [one.key for one in without.pitches] == [one.key for one in pitches.pitches]


def test_remarks_are_those_of_the_row_or_else_of_the_cell(pitches, sources):
    found = {(one.customer_id, one.what): one.remark for one in pitches.pitches if one.remark}
    assert found == {("007", "CAM"): "open opportunity", ("c3", "CAD: Lite <b> (P9)"): "competitor",
                     ("c3", "CAD: P3"): "competitor"}  # fmt: skip
    assert pitches.remarked
    assert not read_pitches(sources, Wanted(divisions=("Training",))).remarked


def test_a_database_gets_the_names_as_a_column_of_their_own(sources, tmp_path):
    table = pd.read_parquet(named_whitespace(sources, tmp_path))
    plain = pd.read_parquet(sources.whitespace)
    pd.testing.assert_frame_equal(table[plain.columns], plain)
    named = table[table["product_name"] != ""]
    assert named[["product_sku", "product_name"]].to_numpy().tolist() == [
        ["P9", "Lite <b>"], ["+P1", "=Pro, 38"]
    ]  # fmt: skip


def test_what_a_row_says(pitches):
    first, product = pitches.pitches[1], pitches.pitches[5]
    assert (first.chance, first.grade, first.value, first.amount) == (0.4, "A", 400.0, 1000.0)
    assert (product.chance, product.rep, product.branch) == (0.5, "", "South")
    assert pitches.pitches[-1].account == "d4"


def test_the_lists_tell_what_they_are_about(pitches):
    assert pitches.cutoff == dt.date(2024, 8, 31)
    assert pitches.horizon_end == dt.date(2025, 2, 28)
    assert (pitches.horizon_months, pitches.run_id) == (6, "run-1")


def test_rows_are_counted_per_list_and_level(sources):
    found = read_pitches(sources, Wanted(rows=1))
    assert len(found.pitches) == 5
    assert found.lists[1] == Listed("Ann Lee", 1, 3, 400.0)
    assert found.left_out == 3


def test_a_log_without_reps_and_branches_has_one_long_list(publish):
    rows = [("d4", "division", f"D{n:03}", "", 0.5, 1.0, None, None) for n in range(70)]
    files = publish(rows)
    assert read_pitches(files, Wanted()).lists == (Listed("Not assigned", 70, 70, 70.0),)
    assert len(read_pitches(files, Wanted(rows=5)).pitches) == 5


@pytest.mark.parametrize(
    ("wanted", "customers"),
    [
        (Wanted(reps=("Ann Lee",)), ["007"] * 3),
        (Wanted(reps=("Ann Lee", "Not assigned")), ["007"] * 3 + ["d4"]),
        (Wanted(divisions=("Training",)), ["007", "c3"]),
        (Wanted(reps=("Ann Lee",), divisions=("CAM",)), ["007"]),
        (Wanted(products=False), ["-5", "007", "007", "007", "c3", "d4"]),
    ],
)
def test_only_what_is_wanted(sources, wanted, customers):
    assert [one.customer_id for one in read_pitches(sources, wanted).pitches] == customers


@pytest.mark.parametrize(
    ("wanted", "words"),
    [(Wanted(reps=("Ann Le",)), "'Ann Lee'"), (Wanted(divisions=("cad",)), "'CAD'")],
)
def test_an_unknown_name_is_an_error_that_names_the_nearest(sources, wanted, words):
    with pytest.raises(ConfigError, match=f"Did you mean .*{words}"):
        read_pitches(sources, wanted)


def test_a_plan_comes_first_and_its_control_group_is_left_out(plan):
    planned = plan(
        ("Ann Lee", "007", "Training", 1, "treated"),
        ("Ann Lee", "007", "CAM", 2, "treated"),
        ("Zoe", "-5", "CAD", 1, "treated"),
        ("", "c3", "Training", None, "control"),
    )
    found = read_pitches(planned, Wanted())
    assert told(found) == [
        ("Ann Lee", "007", "Training"),
        ("Ann Lee", "007", "CAM"),
        ("Ann Lee", "007", "CAD"),
        ("Zoe", "-5", "CAD"),
        ("Not assigned", "d4", "CAD"),
    ]
    assert [one.slot for one in found.pitches] == [1, 2, None, 1, None]
    assert (found.held_out, found.planned, found.planned_for) == (1, True, "2024-08-31")
    assert "With the call plan for 2024-08-31." in found.about
    best = {one.customer_id: one.division for one in found.best_of_accounts()}
    assert best == {"007": "Training", "-5": "CAD", "d4": "CAD"}, "the planned one goes first"


def test_a_planned_pitch_of_an_owned_division_is_a_row_too(plan):
    found = read_pitches(plan(("Ann Lee", "c3", "CAD", 1, "treated")), Wanted())
    first = found.pitches[1]
    assert (first.owner, first.customer_id, first.what, first.slot) == ("Ann Lee", "c3", "CAD", 1)
    assert (first.chance, first.value, first.products) == (0.35, 70.0, "Lite <b> (P9); P3")
    assert [one.what for one in found.pitches if one.customer_id == "c3"] == [
        "CAD", "CAD: Lite <b> (P9)", "CAD: P3", "Training",
    ]  # fmt: skip
    assert [one.slot for one in found.pitches].count(1) == 1


@pytest.mark.parametrize(
    ("rep", "account", "owner"),
    [("South", "c3", "Branch: South"), ("team", "d4", "Not assigned"), ("Zoe", "c3", "Zoe")],
)
def test_a_branch_that_is_planned_for_has_one_list(publish, plan, rep, account, owner):
    """A log without reps is planned by branch; c3 and d4 have no rep, d4 has no branch either."""
    planned = plan((rep, account, "CAM", 1, "treated"))
    table = pd.read_parquet(planned.plan).assign(branch="South" if account == "c3" else None)
    table.to_parquet(planned.plan)
    found = read_pitches(planned, Wanted())
    (call,) = (one for one in found.pitches if one.slot == 1)
    assert (call.owner, call.rep) == (owner, "Zoe" if rep == "Zoe" else "")
    assert len({one.owner for one in found.pitches if one.customer_id == account}) == 1 + (
        rep == "Zoe"
    )


def test_the_key_depends_on_nothing_else_and_never_collides(pitches):
    keys = [one.key for one in pitches.pitches]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 32 and key.isalnum() and key == key.lower() for key in keys)
    again = pitches.pitches[0]
    assert type(again)(**{**vars(again), "rank": 9, "owner": "x", "chance": 0.9}).key == keys[0]


def test_an_account_is_represented_by_its_best_division(pitches):
    assert [(one.customer_id, one.division) for one in pitches.best_of_accounts()] == [
        ("007", "CAD"),
        ("-5", "CAD"),
        ("c3", "Training"),
        ("d4", "CAD"),
    ]


def test_a_broken_file_is_one_clear_error(sources, tmp_path):
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 no")
    with pytest.raises(WorkspaceError, match="cannot be read"):
        read_pitches(Sources(sources.scores, broken), Wanted())
