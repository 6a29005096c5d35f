"""Money from raw logs to the published columns and figures."""

import json

import pytest

from tests.integration.conftest import sales

MONEY = ("value_if_bought", "value_if_bought_low", "value_if_bought_high", "wallet", "room_to_grow")


def money_of(row):
    return [float(row[name]) for name in MONEY]


def assert_sound(rows):
    """Finite, not negative and in order; NaN fails every comparison."""
    columns = list(rows[0])
    after = columns.index("run_id") + 1
    assert tuple(columns[after : after + len(MONEY)]) == MONEY
    for row in rows:
        value, low, high, wallet, room = money_of(row)
        assert 0 <= low <= value <= high < 1e15
        assert 0 <= room <= wallet < 1e15
        assert value <= wallet
        expected = float(row["icp_score"]) * value
        assert float(row["expected_value"]) == pytest.approx(expected, abs=0.02, rel=1e-4)


def test_the_columns_are_published_and_sound(scored):
    assert_sound(scored.rows("icp_scores.csv"))


def test_the_figures_are_of_an_unseen_horizon(scored):
    metrics = json.loads((scored.outputs / "metrics.json").read_text(encoding="utf-8"))
    money = metrics["money"]
    assert set(money["populations"]) == set(metrics["populations"])
    assert set(money["divisions"]) == {"CAD", "Printers", "Training"}
    everything = money["populations"]["all"]
    assert everything["n"] == metrics["populations"]["all"]["_macro"]["n"]
    assert everything["buyers"] == metrics["populations"]["all"]["_macro"]["buyers"]
    assert 0.3 < everything["forecast_over_actual"] < 3
    assert 0.5 < everything["interval_coverage"] <= 1
    spent = sum(one["actual"] for one in everything["deciles"])
    assert spent == pytest.approx(everything["actual"], abs=0.1)


def test_a_hundred_times_the_money_is_a_hundred_times_the_value(place, gosales):
    """The same log in cents. Sizes are banded by money, so scores may move a little."""
    place.write(sales())
    assert gosales("score-all", place).code == 0
    before = place.rows("icp_scores.csv")
    place.write([(*row[:7], f"{float(row[7]) * 100:.2f}", *row[8:]) for row in sales()])
    assert gosales("score-all", place).code == 0
    after = place.rows("icp_scores.csv")
    for name in (*MONEY[:4], "expected_value"):
        ratios = sorted(
            float(b[name]) / float(a[name])
            for a, b in zip(before, after, strict=True)
            if float(a[name]) > 1
        )
        assert ratios[len(ratios) // 2] == pytest.approx(100, rel=0.05), name
    total = [sum(float(row["expected_value"]) for row in rows) for rows in (before, after)]
    assert total[1] == pytest.approx(100 * total[0], rel=0.15)


def with_amount(rows, change):
    return [(*row[:7], change(number, row), *row[8:]) for number, row in enumerate(rows)]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(sales(customers=12, months=5), id="short history"),
        pytest.param(sales(customers=3, months=30), id="few buyers"),
        pytest.param(with_amount(sales(), lambda n, row: "0"), id="no money at all"),
        pytest.param(
            with_amount(sales(), lambda n, row: "0" if row[5] == "Training" else row[7]),
            id="a division for nothing",
        ),
        pytest.param(
            with_amount(sales(), lambda n, row: f"-{row[7]}" if n % 3 == 0 else row[7]),
            id="much is credited",
        ),
        pytest.param(
            with_amount(sales(), lambda n, row: "99999999.99" if n == 500 else row[7]),
            id="one huge order",
        ),
    ],
)
def test_odd_money_gives_sound_columns(place, gosales, rows):
    place.write(rows)
    answer = gosales("score-all", place)
    assert answer.code == 0, answer.err
    assert_sound(place.rows("icp_scores.csv"))
    metrics = (place.outputs / "metrics.json").read_text(encoding="utf-8")
    assert "NaN" not in metrics
    assert "Infinity" not in metrics


def test_a_division_for_nothing_is_worth_nothing(place, gosales):
    place.write(with_amount(sales(), lambda n, row: "0" if row[5] == "Training" else row[7]))
    assert gosales("score-all", place).code == 0
    rows = place.rows("icp_scores.csv")
    worth = {name: [] for name in ("CAD", "Printers", "Training")}
    for row in rows:
        worth[row["division"]].append(float(row["value_if_bought"]))
    assert max(worth["Training"]) < 0.2 * min(max(worth["CAD"]), max(worth["Printers"]))
