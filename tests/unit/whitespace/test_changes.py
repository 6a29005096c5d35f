"""What the sentences on changed scores say."""

import datetime as dt

import pytest

from gosales.whitespace.changes import (
    ENTERED,
    LEFT,
    NEW_CUTOFF,
    NEW_MODEL,
    NEW_ORDERS,
    OTHER_INPUTS,
    UNTOLD,
    Between,
    Move,
    Orders,
    Standing,
    main_cause,
    say_move,
)

MARCH, JUNE = dt.date(2025, 3, 31), dt.date(2025, 6, 30)
BETWEEN = Between(MARCH, JUNE, "seed 2, not 1", "new file b.csv", "", frozenset({"CAD"}))
TWO = Orders(2, 0, dt.date(2025, 4, 3), dt.date(2025, 5, 20), ("CAD", "Training"))


def move(before, after, cause, parts=None, orders=None, **more):
    def one(score):
        return None if score is None else Standing(score, 1, "whitespace")

    return Move("CAD", one(before), one(after), cause, parts or {}, orders, **more)


def test_the_main_cause_moves_the_score_the_way_it_went():
    assert main_cause({NEW_ORDERS: 0.05, NEW_MODEL: -0.04, NEW_CUTOFF: 0.01}) == NEW_ORDERS
    assert main_cause({NEW_ORDERS: 0.05, NEW_MODEL: -0.06, NEW_CUTOFF: 0.0}) == NEW_MODEL
    assert main_cause({NEW_ORDERS: 0.05, NEW_MODEL: -0.06, NEW_CUTOFF: 0.02}) == NEW_ORDERS


def test_new_orders_are_counted_and_dated_and_the_others_named():
    parts = {NEW_ORDERS: 0.05, NEW_MODEL: -0.02, NEW_CUTOFF: 0.0004}
    assert say_move(move(0.121, 0.1514, NEW_ORDERS, parts, TWO), BETWEEN) == (
        "Up 3.0 points, from 12.1 % to 15.1 %: 2 new orders since 2025-03-31, the last on "
        "2025-05-20 (CAD, Training), +5.0; the new model -2.0."
    )


@pytest.mark.parametrize(
    ("orders", "told"),
    [
        (Orders(1, 0, JUNE, JUNE, ("CAD",)), "1 new order since 2025-03-31, on 2025-06-30 (CAD)."),
        (
            Orders(0, 1, JUNE, JUNE, ("A", "B", "C", "D", "E")),
            "1 return since 2025-03-31, on 2025-06-30 (A, B, C and 2 more).",
        ),
        (
            Orders(1, 1, dt.date(2025, 1, 2), JUNE, ("CAD",)),
            "1 new order and 1 return not known before, the last on 2025-06-30 (CAD).",
        ),
    ],
)
def test_orders_and_returns_in_every_number(orders, told):
    assert say_move(move(0.5, 0.4, NEW_ORDERS, {NEW_ORDERS: -0.1}, orders), BETWEEN).endswith(told)


def test_the_other_causes_have_their_words():
    def told(cause, between=BETWEEN, orders=None):
        return say_move(move(0.2, 0.1, cause, {cause: -0.1}, orders), between).partition(": ")[2]

    assert told(NEW_MODEL) == "a new model (seed 2, not 1)."
    assert told(NEW_CUTOFF) == (
        "3 months went by (2025-03-31 to 2025-06-30), without an order of its own."
    )
    assert told(NEW_CUTOFF, orders=TWO) == "3 months went by (2025-03-31 to 2025-06-30)."
    assert told(NEW_CUTOFF, Between(JUNE, MARCH)).startswith("the cutoff is 3 months earlier")
    assert told(OTHER_INPUTS) == "other inputs (new file b.csv)."


def test_where_causes_cannot_be_told_apart_it_is_said_why():
    between = Between(MARCH, JUNE, untold="The models of run 1 are not there any more.")
    assert say_move(move(0.2, 0.1, UNTOLD), between) == (
        "Down 10.0 points, from 20.0 % to 10.0 %. The models of run 1 are not there any more."
    )


def test_small_changes_are_not_rounded_to_none():
    told = say_move(move(0.2, 0.2002, NEW_MODEL, {NEW_MODEL: 0.0002}), BETWEEN)
    assert told.startswith("Up by less than 0.1 points, to 20.0 %: a new model")


def test_a_move_between_two_scores_that_read_the_same_names_one():
    told = say_move(move(0.0165, 0.0172, NEW_MODEL, {NEW_MODEL: 0.0007}), BETWEEN)
    assert told.startswith("Up 0.1 points, to 1.7 %: a new model")


def test_coming_and_going():
    open_cell, owned = Standing(0.2, 1, "whitespace"), Standing(0.2, None, "active")
    for day, more in ((dt.date(2025, 5, 2), "."), (MARCH, ", entered later.")):
        bought = Move("CAD", open_cell, owned, LEFT, bought=day)
        told = f"Off the whitespace list: bought CAD on {day}{more} Unchanged at 20.0 %."
        assert say_move(bought, BETWEEN) == told
    unlisted = Standing(0.2, None, "whitespace")
    told = say_move(Move("CAD", open_cell, unlisted, LEFT), BETWEEN)
    assert told.startswith("Off the whitespace list: the settings keep CAD out.")
    told = say_move(Move("CAD", unlisted, open_cell, ENTERED), BETWEEN)
    assert told.startswith("On the whitespace list: the settings keep CAD out no more.")
    marked = Standing(0.2, None, "whitespace", "do_not_pitch")
    told = say_move(Move("CAD", Standing(0.2, 1, "whitespace"), marked, LEFT), BETWEEN)
    assert told.startswith("Off the whitespace list: marked do_not_pitch")
    back = Move("CAD", marked, Standing(0.2, 3, "whitespace"), ENTERED)
    assert "no longer marked do_not_pitch" in say_move(back, BETWEEN)
    again = Move("CAD", owned, Standing(0.2, 3, "lapsed"), ENTERED)
    assert "bought long ago" in say_move(again, BETWEEN)
    returned = Move("CAD", owned, Standing(0.2, 3, "whitespace"), ENTERED)
    assert "was returned" in say_move(returned, BETWEEN)


def test_cells_that_one_run_did_not_score():
    assert say_move(move(None, 0.2, ENTERED, orders=TWO), BETWEEN) == (
        "New: a customer since 2025-04-03; scored 20.0 %."
    )
    assert say_move(move(None, 0.2, ENTERED), Between(MARCH, JUNE)) == (
        "New: CAD was not scored before; scored 20.0 %."
    )
    assert say_move(move(0.2, None, LEFT), BETWEEN).startswith("Gone: the later run did not")
