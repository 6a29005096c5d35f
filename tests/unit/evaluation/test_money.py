"""Money figures by hand."""

import numpy as np
import pytest

from gosales.evaluation.money import MoneyCells, captured, deciles, ranges, totals


def cells(expected, actual, customer=None, **changes):
    expected, actual = np.array(expected, float), np.array(actual, float)
    n = len(expected)
    parts = {
        "value": np.full(n, 10.0),
        "low": np.full(n, 5.0),
        "high": np.full(n, 20.0),
        "wallet": np.full(n, 15.0),
        "bought": actual != 0,
        **{name: np.array(value) for name, value in changes.items()},
    }
    customer = np.arange(n) if customer is None else np.array(customer)
    return MoneyCells(customer, expected, actual=actual, **parts)


def test_totals_with_and_without_chance():
    found = totals(cells([2, 2, 6], [0, 4, 16]))
    assert found == {
        "forecast": 10.0,
        "actual": 20.0,
        "forecast_over_actual": 0.5,
        "value_over_actual": 1.0,
    }


@pytest.mark.parametrize("actual", [[0, 0], [5, -5], [5, -9]], ids=["none", "zero", "negative"])
def test_no_money_has_no_ratio(actual):
    assert np.isnan(totals(cells([1, 1], actual))["forecast_over_actual"])


def test_deciles_run_from_the_best_and_keep_the_sums():
    n = 25
    found = deciles(cells(np.arange(n), np.arange(n) * 2))
    assert [part["n"] for part in found] == [3, 3, 3, 3, 3, 2, 2, 2, 2, 2]
    assert found[0] == {"n": 3, "forecast": 24 + 23 + 22, "actual": 2 * (24 + 23 + 22)}
    assert sum(part["actual"] for part in found) == 2 * n * (n - 1) / 2


def test_rows_of_the_same_forecast_share_what_was_spent():
    found = deciles(cells(np.ones(20), [100] + [0] * 19))
    assert [part["actual"] for part in found] == pytest.approx([10.0] * 10)


def test_ranges_look_at_buyers_alone():
    found = ranges(cells([1] * 6, [0, 3, 5, 12, 20, 21]))
    assert found == {
        "interval_coverage": 0.6,
        "interval_below": 0.2,
        "interval_above": 0.2,
        "wallet_coverage": 0.6,
    }


def test_a_purchase_for_nothing_is_a_purchase():
    found = ranges(cells([1, 1], [0, 10], bought=[True, True]))
    assert (found["interval_below"], found["interval_coverage"]) == (0.5, 0.5)


def test_captured_by_hand():
    """Ten rows; the best of each order."""
    actual = [50, 30, 0, 0, 0, 0, 0, 0, 0, 20]
    found = captured(
        cells(np.arange(10, 0, -1), actual), {"past": np.arange(10.0)}, capacities=(0.1, 0.2)
    )
    assert list(found) == ["0.1", "0.2"]
    one, two = found.values()
    assert (one["n"], one["expected_value"], one["past"]) == (1, 0.5, 0.2)
    assert (two["n"], two["expected_value"], two["past"], two["best_possible"]) == (
        2,
        0.8,
        0.2,
        0.8,
    )
    assert two["over_past"]["gain"] == pytest.approx(0.6)


def test_a_list_that_ends_inside_of_a_row_takes_its_part():
    found = captured(cells([3, 2, 1], [10, 10, 0]), {}, capacities=(0.5,))
    assert found["0.5"]["expected_value"] == pytest.approx(0.75)


def test_tied_rows_share_their_money():
    found = captured(cells(np.zeros(10), [10] + [0] * 9), {}, capacities=(0.1, 0.5))
    assert [part["expected_value"] for part in found.values()] == pytest.approx([0.1, 0.5])


def draw(customers, each, seed):
    """A good order and a worthless one, on customers that differ in size."""
    rng = np.random.default_rng(seed)
    customer = np.repeat(np.arange(customers), each)
    size = rng.lognormal(0, 1, customers)[customer]
    actual = size * rng.lognormal(0, 0.5, len(customer))
    return cells(size, actual, customer), rng.random(len(customer))


def test_a_sure_gain_has_its_interval_above_zero():
    table, noise = draw(300, 5, 1)
    gain = captured(table, {"noise": noise}, capacities=(0.1,))["0.1"]["over_noise"]
    assert 0 < gain["low"] < gain["gain"] < gain["high"]


def test_an_order_has_no_gain_over_itself():
    table, _ = draw(300, 5, 1)
    gain = captured(table, {"same": table.expected.copy()})["0.05"]["over_same"]
    assert gain == {"gain": 0.0, "low": 0.0, "high": 0.0}


def test_customers_are_drawn_whole():
    """Each customer's cells copied ten times tell no more than once."""
    once, noise = draw(200, 1, 2)
    copies = {
        name: np.repeat(getattr(once, name), 10)
        for name in ("customer", "expected", "value", "low", "high", "wallet", "bought", "actual")
    }
    widths = [
        gain["high"] - gain["low"]
        for table, rival in ((once, noise), (MoneyCells(**copies), np.repeat(noise, 10)))
        for gain in [captured(table, {"noise": rival}, capacities=(0.1,))["0.1"]["over_noise"]]
    ]
    assert widths[1] == pytest.approx(widths[0], rel=0.15)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Two equally good orders: about one interval in twenty excludes zero."""
    excluded = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        actual = rng.lognormal(0, 1, 300)
        table = cells(actual * rng.lognormal(0, 1, 300), actual)
        rival = actual * rng.lognormal(0, 1, 300)
        gain = captured(table, {"rival": rival}, capacities=(0.1,))["0.1"]["over_rival"]
        excluded += not gain["low"] <= 0 <= gain["high"]
    assert excluded <= 9


def test_nothing_spent_and_no_rows():
    for table in (cells([1, 2], [0, 0]), cells([], [])):
        found = captured(table, {"past": table.expected})["0.05"]
        assert np.isnan(found["expected_value"])
    assert np.isnan(ranges(cells([1, 2], [0, 0]))["interval_coverage"])
