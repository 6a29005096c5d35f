"""What is usual in a division: worked out by hand, and where it knows little."""

from dataclasses import replace

import numpy as np
import pytest

from gosales.models.price_base import PRIOR, fit_price_base, owned_rows, side_of


def paid(training, rows):
    """`rows` paid purchases of weight 1 over a whole horizon."""
    part = training.where(np.arange(len(training.bought)) < rows)
    owned = np.where(part.owned, 1.0, np.nan)
    values = part.values.copy()
    values[:, part.names.index("own_breadth__skus_owned")] = owned
    return replace(part, values=values, weight=np.ones(rows))


def usual(base, rows):
    names = np.array(rows.divisions, object)[rows.division]
    return base.log_cents(rows.names, rows.values, names)


def test_owned_rows_are_those_with_skus(training):
    assert np.array_equal(owned_rows(training.names, training.values), training.owned)


def test_a_row_gets_the_number_of_its_division_and_side_or_of_any_other_division():
    pairs = {"CAD": (1.0, 2.0), "CPE": (3.0, 4.0), "": (5.0, 6.0)}
    divisions = np.array(["CPE", "CAD", "new", "CPE"], object)
    assert side_of(pairs, divisions, np.array([1, 0, 1, 0])).tolist() == [4.0, 1.0, 6.0, 3.0]
    assert side_of(pairs, np.empty(0, object), np.empty(0, np.intp)).tolist() == []


def test_a_division_is_pulled_to_its_price_level(training):
    """One side, one division: the mean of the logs, as far as 20 imagined buyers let it."""
    rows = paid(training, 40)
    one = replace(
        rows,
        division=np.zeros(40, np.int32),
        owned=np.zeros(40, bool),
        values=np.where(np.isnan(rows.values), 0, rows.values),
        value_cents=np.full(40, round(np.exp(11))),
    )
    one.values[:, one.names.index("own_breadth__skus_owned")] = 0
    base = fit_price_base(one, {"CAD": 9.0, "CPE": 4.0, "Simulation": 9.0})
    assert base.usual["CAD"][0] == pytest.approx(11.0, abs=1e-4)
    assert base.usual["CPE"][0] == pytest.approx(6.0, abs=1e-4), "twice the level there too"


def test_divisions_and_sides_are_pulled_to_all_by_twenty_buyers(training):
    rows = paid(training, 300)
    level = {"CAD": 9.0, "CPE": 9.0, "Simulation": 9.0}
    extra = (rows.division == 1) * 1.0 + rows.owned * 0.5
    exact = replace(rows, value_cents=np.round(np.exp(9.0 + extra)).astype(np.int64))
    base = fit_price_base(exact, level)
    side = rows.owned.astype(int)
    y = np.log(exact.value_cents) - 9.0
    of_side = np.array(
        [y.mean() + (y - y.mean())[side == s].sum() / ((side == s).sum() + PRIOR) for s in (0, 1)]
    )
    rest = y - of_side[side]
    mine = rows.division == 1
    of_division = rest[mine].sum() / (mine.sum() + PRIOR)
    cell = mine & rows.owned
    of_cell = (rest[cell] - of_division).sum() / (cell.sum() + PRIOR)
    assert base.usual["CPE"][1] == pytest.approx(9.0 + of_side[1] + of_division + of_cell)


def test_money_grows_with_the_outcome(training):
    """Two months bring a third of six."""
    rows = paid(training, 600)
    short = np.arange(600) % 2 == 0
    rows.values[short, rows.names.index("horizon__months")] = 2
    exact = replace(rows, value_cents=np.where(short, 10_000, 30_000))
    base = fit_price_base(exact, dict.fromkeys(rows.divisions, 9.0))
    assert (base.growth, base.months) == (pytest.approx((1.0, 1.0)), 6)
    assert np.exp(usual(base, exact)) == pytest.approx(exact.value_cents, rel=0.01)


def test_money_never_shrinks_with_the_outcome(training):
    rows = paid(training, 600)
    short = np.arange(600) % 2 == 0
    rows.values[short, rows.names.index("horizon__months")] = 2
    exact = replace(rows, value_cents=np.where(short, 30_000, 10_000))
    assert fit_price_base(exact, dict.fromkeys(rows.divisions, 9.0)).growth == (0.0, 0.0)


def test_a_new_division_follows_its_price_level(training, levels):
    """Sold since last week: no row to learn from, but a price."""
    rows = paid(training, 300)
    rows = replace(rows, value_cents=np.full(300, 9_000))
    base = fit_price_base(rows, {**levels, "Drones": 14.0})
    overall = np.mean([np.array(base.usual[n]) - levels[n] for n in rows.divisions], axis=0)
    assert np.array(base.usual["Drones"]) - 14.0 == pytest.approx(overall, abs=0.3)
    assert set(base.usual) == {"", "Drones", *rows.divisions}


def test_without_a_purchase_the_price_levels_are_left(training, levels):
    base = fit_price_base(paid(training, 0), levels)
    assert base.usual["CPE"] == (levels["CPE"], levels["CPE"])
    assert base.usual[""] == pytest.approx((9.0, 9.0))
