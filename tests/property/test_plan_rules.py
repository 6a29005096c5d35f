"""Whatever is asked of a plan, its rules hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gosales.core.columns import Plan
from gosales.whitespace import plan_seats
from gosales.whitespace.plan import TRIED, Ask, Rep, make_plan

DIVISIONS = ("CAD", "CPE", "Training")
BRANCHES = (None, "East", "West")
REPS = ("Ann", "Ben", "Cyd")
COLUMNS = ["customer_id", "division", "icp_score", "expected_value", "rep", "branch", TRIED]


@st.composite
def markets(draw):
    """Cells of up to 30 accounts whose reps may not be in the team."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    rows = []
    for number in range(draw(st.integers(0, 30))):
        rep = rng.choice(["Ann", "Ben", "Cyd", "Gone", ""]) or None
        branch = BRANCHES[rng.integers(3)]
        for division in DIVISIONS:
            if rng.random() < 0.7:
                score, value = rng.uniform(0.01, 0.9), float(rng.integers(1, 50))
                tried = bool(rng.random() < 0.3)
                rows.append((f"{number:03}", division, score, value, rep, branch, tried))
    return pd.DataFrame(rows, columns=COLUMNS).astype(
        {"rep": object, "branch": object, TRIED: bool}
    )


@st.composite
def asks(draw):
    skills = st.none() | st.frozensets(st.sampled_from(DIVISIONS), min_size=1)
    reps = [
        Rep(name, draw(st.integers(0, 8)), draw(skills), draw(st.sampled_from(BRANCHES)))
        for name in REPS[: draw(st.integers(1, 3))]
    ]
    return Ask(
        reps=tuple(reps),
        territory=draw(st.sampled_from(["rep", "branch"])),
        floors=draw(st.dictionaries(st.sampled_from(DIVISIONS), st.integers(0, 4))),
        explore=draw(st.sampled_from([0.0, 0.2, 0.5])),
        holdout=draw(st.sampled_from([0.0, 0.1, 0.5])),
        seed=(draw(st.integers(0, 5)),),
    )


def may(rep, row, ask):
    """Whether this rep may pitch this row, said once more in plain words."""
    if rep.divisions is not None and row["division"] not in rep.divisions:
        return False
    names = [one.name for one in ask.reps]
    if ask.territory == "rep" and row["owner"] in names:
        return row["owner"] == rep.name
    return row["branch"] is None or rep.branch in (None, row["branch"])


@given(markets(), asks(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_slots_territories_skills_and_one_pitch_per_account(cells, ask, deal):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan_seats, "MOST", 0 if deal else 1000)
        made = make_plan(cells, ask)
    rows = made.rows.merge(
        cells.rename(columns={"rep": "owner"})[["customer_id", "division", "owner"]],
        on=["customer_id", "division"],
    )
    rows["branch"] = rows["branch"].where(rows["branch"].notna(), None)
    assert len(rows) == len(made.rows) == made.rows[Plan.CUSTOMER].nunique()
    by_name = {rep.name: rep for rep in ask.reps}
    for row in rows.to_dict("records"):
        assert may(by_name[row["rep"]], row, ask)
    treated = rows[rows[Plan.GROUP] == Plan.TREATED]
    for rep in ask.reps:
        assert (treated["rep"] == rep.name).sum() <= rep.slots
        slots = rows[rows["rep"] == rep.name][Plan.SLOT].tolist()
        assert slots == list(range(1, len(slots) + 1))
    explored = rows[rows[Plan.KIND] == Plan.EXPLORE]
    assert not explored.merge(cells[cells[TRIED]], on=["customer_id", "division"]).size
    if ask.holdout == 0:
        assert (rows[Plan.GROUP] == Plan.TREATED).all()
    for floor in made.floors:
        assert floor.attainable <= floor.planned
    assert made.solution.gap == 0


@given(markets(), asks())
@settings(max_examples=50, deadline=None)
def test_neither_the_order_of_the_rows_nor_a_second_try_changes_a_plan(cells, ask):
    first = make_plan(cells, ask).rows
    again = make_plan(cells.sample(frac=1.0, random_state=1), ask).rows
    pd.testing.assert_frame_equal(first, again)


@given(markets(), asks())
@settings(max_examples=50, deadline=None)
def test_no_free_slot_while_a_free_account_could_take_it(cells, ask):
    made = make_plan(cells, ask)
    taken = set(made.rows[Plan.CUSTOMER])
    used = made.rows[Plan.REP].value_counts()
    free = cells[~cells["customer_id"].isin(taken)].rename(columns={"rep": "owner"})
    for rep in ask.reps:
        if used.get(rep.name, 0) < rep.slots:
            rows = free.where(free.notna(), None).to_dict("records")
            assert not any(may(rep, row, ask) for row in rows)
