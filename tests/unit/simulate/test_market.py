import datetime as dt

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pytest

from gosales.core.errors import ConfigError
from gosales.simulate import law
from gosales.simulate.catalogue import SKUS
from gosales.simulate.market import MarketSettings, simulate_market

SMALL = MarketSettings(customers=150, seed=5, history_months=24)


def owners(lines, last_day):
    """Customer x division: money up to the history's end is above zero."""
    past = lines[lines["event_day"] <= last_day]
    return past.groupby(["customer", "division"])["value_cents"].sum().unstack() > 0


def first_months(lines):
    """Customer x division: month number of the first line."""
    month = lines["event_day"].dt.year * 12 + lines["event_day"].dt.month
    return month.groupby([lines["customer"], lines["division"]]).min().unstack()


def test_same_settings_same_market():
    one, two = simulate_market(SMALL), simulate_market(SMALL)
    assert one.lines.equals(two.lines)
    assert one.customers.equals(two.customers)


def test_another_seed_another_market():
    other = MarketSettings(customers=150, seed=6, history_months=24)
    assert not simulate_market(SMALL).lines.equals(simulate_market(other).lines)


@pytest.mark.parametrize("months", [0, 9])
def test_the_holdout_leaves_the_history_as_it_is(months):
    def history(market):
        return market.lines.filter(pc.less_equal(market.lines["event_day"], SMALL.last_day))

    longer = MarketSettings(customers=150, seed=5, history_months=24, holdout_months=months)
    base, other = simulate_market(SMALL), simulate_market(longer)
    assert history(base).equals(history(other))
    assert np.array_equal(base.state_at_end.energy, other.state_at_end.energy)


@pytest.mark.parametrize(
    "wrong",
    [
        {"customers": 0},
        {"history_months": 2},
        {"holdout_months": -1},
        {"seed": -1},
        {"last_day": dt.date(2024, 12, 30)},
    ],
)
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(ConfigError):
        MarketSettings(**wrong)


def test_the_window_after_a_leap_february():
    settings = MarketSettings(last_day=dt.date(2024, 2, 29))
    assert settings.window(1) == (dt.date(2024, 3, 1), dt.date(2024, 3, 31))
    assert settings.window(12) == (dt.date(2024, 3, 1), dt.date(2025, 2, 28))


def test_one_customer_is_a_market():
    market = simulate_market(MarketSettings(customers=1, seed=1, history_months=3))
    assert market.customers.num_rows == 1


def test_lines_cover_the_period_and_every_division(market, lines, last_day):
    assert lines["event_day"].min() >= pd.Timestamp(2020, 1, 1)
    assert lines["event_day"].max() <= pd.Timestamp(2025, 6, 30)
    assert (lines["event_day"] > last_day).any()
    assert set(lines["division"]) == set(market.divisions)
    assert lines["event_day"].is_monotonic_increasing
    assert lines["row"].is_monotonic_increasing
    assert (lines["event_day"].dt.day_of_week < 5).all()


def test_rows_hold_one_to_three_pairs_of_one_customer_and_day(lines):
    rows = lines.groupby("row")
    assert rows["sku"].count().between(1, 3).all()
    assert (rows["sku"].nunique() == rows["sku"].count()).all()
    for column in ("customer", "event_day", "created_day", "invoice", "selling_division"):
        assert (rows[column].nunique() == 1).all()


def test_some_subscriptions_sit_on_the_row_of_the_seat(lines):
    guests = lines[lines["division"] != lines["selling_division"]]
    assert len(guests) > 100
    assert set(guests["division"]) == {"Maintenance"}
    assert set(guests["selling_division"]) == {"Solidworks"}


def test_an_invoice_belongs_to_one_customer_and_day(lines):
    papers = lines.groupby("invoice")
    for column in ("customer", "event_day", "is_return"):
        assert (papers[column].nunique() == 1).all()


def test_skus_are_sold_by_their_division_and_only_while_on_sale(lines):
    allowed = {(sku.column, sku.division) for sku in SKUS}
    assert set(zip(lines["sku"], lines["division"], strict=True)) <= allowed
    sold = lines[~lines["is_return"]]
    year = sold["event_day"].dt.year
    for sku in SKUS:
        years = year[(sold["sku"] == sku.column) & (sold["division"] == sku.division)]
        assert years.between(sku.launched, sku.retired).all()


def test_some_lines_are_posted_late(lines):
    late = (lines["created_day"] - lines["event_day"]).dt.days
    assert late.between(0, 60).all()
    assert 0.75 < (late <= 4).mean() < 0.95
    assert 0.005 < (late > 30).mean() < 0.05


def test_returns_are_credits_for_earlier_sales(lines):
    back = lines[lines["is_return"]]
    assert 0.01 < len(back) / len(lines) < 0.03
    assert (back["quantity"] < 0).all()
    assert (back["value_cents"] <= 0).all()
    sold = back.merge(
        lines, left_on=["returned_row", "sku"], right_on=["row", "sku"], suffixes=("", "_sold")
    )
    assert len(sold) == len(back)
    assert not sold["is_return_sold"].any()
    for column in ("customer", "order", "division"):
        assert (sold[column] == sold[f"{column}_sold"]).all()
    for column in ("quantity", "value_cents"):
        assert (sold[column] == -sold[f"{column}_sold"]).all()
    assert (sold["event_day"] > sold["event_day_sold"]).all()


def test_sales_have_units_and_mostly_a_value(lines):
    sold = lines[~lines["is_return"]]
    assert (sold["quantity"] > 0).all()
    assert (sold["value_cents"] >= 0).all()
    assert set(sold.loc[sold["value_cents"] == 0, "sku"]) == {"SW_Plastics"}
    assert (sold.groupby("order")["value_cents"].sum() >= law.SMALLEST_ORDER * 100).all()


def test_customers_are_distinct_and_almost_all_have_lines(market, lines, last_day):
    customers = market.customers.to_pandas()
    for column in ("customer_id", "legacy_number", "name"):
        assert customers[column].is_unique
    assert any(not name.isascii() for name in customers["name"])
    assert 1 <= customers["later_name"].notna().sum() <= 0.04 * len(customers)
    assert len(market.known) == market.settings.customers
    seen = lines.loc[lines["event_day"] <= last_day, "customer"].nunique()
    assert seen > 0.85 * market.settings.customers


def test_newcomers_arrive_after_the_history(market, lines, last_day):
    later = set(lines.loc[lines["event_day"] > last_day, "customer"])
    newcomers = set(range(market.customers.num_rows)) - set(market.known.tolist())
    assert newcomers
    assert newcomers <= later
    assert not newcomers & set(lines.loc[lines["event_day"] <= last_day, "customer"])


def test_ownership_is_broad_and_adoption_rare(lines, last_day):
    owned = owners(lines, last_day)
    assert 0.30 < owned.to_numpy().mean() < 0.50
    later = lines[lines["event_day"] > last_day]
    bought = later.groupby(["customer", "division"])["value_cents"].sum().unstack() > 0
    bought = bought.reindex_like(owned).fillna(value=False)
    rate = bought.to_numpy()[~owned.to_numpy()].mean()
    assert 0.02 < rate < 0.06


def test_adoption_follows_other_divisions_with_a_lag(lines):
    first = first_months(lines)
    lag = (first["Post_Processing"] - first["Hardware"]).dropna()
    assert lag.between(0, 8).mean() > 0.25
    lag = (first["Simulation"] - first["Solidworks"]).dropna()
    assert lag.between(12, 30).sum() > 2.0 * lag.between(-30, -12).sum()


def test_industries_differ(market, lines, last_day):
    owned = owners(lines, last_day)["CAMWorks"]
    industry = market.customers["industry"].to_pandas().reindex(owned.index)
    share = owned.groupby(industry).mean()
    assert share["Molds and Tooling"] > 2 * share["Electronics"]


def test_subscriptions_renew_after_a_year(lines):
    plans = lines[(lines["division"] == "Success Plan") & ~lines["is_return"]]
    month = plans["event_day"].dt.year * 12 + plans["event_day"].dt.month
    months = month.groupby(plans["customer"]).unique().map(np.sort)
    gaps = np.concatenate(months.map(np.diff).to_list())
    assert 0.35 < (gaps == 12).mean() < 0.75


def test_consumables_come_every_few_months(lines):
    supplies = lines[(lines["division"] == "Hardware") & ~lines["is_return"]]
    month = supplies["event_day"].dt.year * 12 + supplies["event_day"].dt.month
    months = month.groupby(supplies["customer"]).unique().map(np.sort)
    gaps = np.concatenate(months.map(np.diff).to_list())
    assert (gaps <= 3).mean() > 0.7


def test_the_year_has_seasons(lines):
    seats = lines[(lines["division"] == "Solidworks") & ~lines["is_return"]]
    by_month = seats["event_day"].dt.month.value_counts()
    assert by_month[12] > 1.5 * by_month[7]


def test_a_division_is_launched_within_the_log(lines):
    first = lines.loc[lines["division"] == "Success Plan", "event_day"].min()
    assert first >= pd.Timestamp(2020, 7, 1)
