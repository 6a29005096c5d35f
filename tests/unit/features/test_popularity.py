import numpy as np
import pytest

from gosales.features.families.popularity import (
    DIVISION_FEATURES,
    SEGMENT_FEATURES,
    SHRINK_CUSTOMERS,
    adoption_rate,
    division_popularity,
    segment_lift,
    segment_popularity,
)
from gosales.features.ledger import NEVER
from gosales.features.sources import size_band

PAST = {
    "ann": {"CAD": [2, 8], "CPE": [1]},
    "bob": {"CAD": [14, 9]},
    "cid": {"CAD": [30]},
    "dan": {"CPE": [20]},
}


def lifts(panel):
    return segment_popularity(panel, panel.everyone)


def divisions(panel, name):
    return division_popularity(panel)[:, list(DIVISION_FEATURES).index(name)].tolist()


@pytest.mark.parametrize(
    ("feature", "cad", "cpe"),
    [
        ("owner_share", 3 / 4, 2 / 4),
        ("buyer_share", 1 / 4, 1 / 4),
        ("buyer_share_12m", 2 / 4, 1 / 4),
        ("buyer_share_season", 2 / 4, 0),
        ("adoption_rate", 0.5 / 2, 1.5 / 4),
        ("adoption_rate_12m", 0.5 / 2, 0.5 / 3),
        ("adoption_rate_season", 0.5 / 2, 0.5 / 3),
        ("adoption_rate_newest", 0.5 / 2, 1.5 / 4),
        ("adoption_trend", 1 / 2, 2 / 1),
        ("orders_per_buyer_12m", 3 / 2, 1),
        ("quiet_months", 2, 1),
    ],
)
def test_division_rates_by_hand(make_panel, feature, cad, cpe):
    """Adoption counts firsts: CAD 8 (ann), 14 (bob), 30 (cid); CPE 1 (ann), 20 (dan).

    A year ago ann was no customer yet, so neither of her adoptions counts in those rates.
    """
    assert divisions(make_panel(PAST), feature) == pytest.approx([cad, cpe])


def test_a_division_that_nobody_ever_ordered_from_was_always_quiet(make_panel):
    panel = make_panel({"ann": {"CAD": [], "CPE": [3]}})
    assert divisions(panel, "quiet_months") == [NEVER, 3]


@pytest.mark.parametrize(("horizon", "months"), [(6, 2), (3, 1), (2, 1), (14, 4)])
def test_the_newest_rate_looks_at_a_third_of_the_horizon(random_panel, horizon, months):
    panel = random_panel(8, 60, 3, horizon=horizon)
    expected = adoption_rate(panel.months_since_first, 0, months)
    assert divisions(panel, "adoption_rate_newest") == pytest.approx(expected.tolist())


@pytest.mark.parametrize(("start", "end"), [(0, 6), (0, 2), (6, 12), (9, 15), (0, 60)])
def test_adoption_rates_by_a_loop(random_panel, start, end):
    """Counted from the purchases; of 80 customers a share joined after each window's start."""
    panel = random_panel(9, 80, 4, share=0.2)
    n, d = panel.shape
    p = panel.purchases
    orders = list(zip(p.customer, p.division, p.months_ago, strict=True))
    expected = []
    for b in range(d):
        adopters = free = 0
        for c in range(n):
            ago = [(month, division) for customer, division, month in orders if customer == c]
            own = [month for month, division in ago if division == b]
            if max(ago, default=(-1, b))[0] < end or max(own, default=-1) >= end:
                continue
            free += 1
            adopters += any(month >= start for month in own)
        expected.append((adopters + 0.5) / (free + 1))
    assert adoption_rate(panel.months_since_first, start, end) == pytest.approx(expected)


def test_customers_who_joined_within_the_window_change_no_adoption_rate(make_panel):
    joined = {"eve": {"CAD": [3]}, "fay": {"CPE": [5, 0], "CAD": [1]}}
    before, after = (division_popularity(make_panel(p)) for p in (PAST, PAST | joined))
    rates = [list(DIVISION_FEATURES).index(f"adoption_rate{x}") for x in ("", "_12m", "_season")]
    assert np.array_equal(before[:, rates], after[:, rates])
    assert not np.array_equal(before, after)


def test_a_division_nobody_owns_any_more_has_a_small_rate_and_no_nan(make_panel):
    panel = make_panel({"ann": {"CAD": [70]}}, returned=[("ann", "CAD")])
    assert np.isfinite(division_popularity(panel)).all()
    assert divisions(panel, "owner_share") == [0]
    assert divisions(panel, "quiet_months") == [70]


def test_a_segment_is_compared_with_the_overall_share(make_panel):
    """Segment 0: 3 of 3; segment 1: 0 of 1; overall (3 + 0.5) / (4 + 1)."""
    codes = np.array([0, 0, 0, 1])
    hit = np.array([[True], [True], [True], [False]])
    lift = segment_lift(codes, hit, np.ones((4, 1), bool))
    overall = 3.5 / 5
    first = np.log((3 + SHRINK_CUSTOMERS * overall) / (3 + SHRINK_CUSTOMERS) / overall)
    second = np.log((0 + SHRINK_CUSTOMERS * overall) / (1 + SHRINK_CUSTOMERS) / overall)
    assert lift[:, 0] == pytest.approx([first, first, first, second])
    assert first > 0 > second


def test_a_customer_without_segment_has_no_lift_and_no_say():
    hit = np.array([[True], [False], [True]])
    counted = np.ones((3, 1), bool)
    lift = segment_lift(np.array([0, 1, -1]), hit, counted)
    assert lift[2, 0] == 0
    assert np.array_equal(lift[:2], segment_lift(np.array([0, 1]), hit[:2], counted[:2]))


def test_nobody_with_a_segment_means_no_lift():
    assert not segment_lift(np.full(3, -1), np.ones((3, 2), bool), np.ones((3, 2), bool)).any()


def test_hits_outside_of_the_count_are_ignored():
    hit, codes = np.array([[True], [True], [False]]), np.array([0, 0, 1])
    counted = np.array([[False], [True], [True]])
    fewer = segment_lift(codes, hit & counted, counted)
    assert np.array_equal(segment_lift(codes, hit, counted), fewer)


def test_the_more_customers_of_a_segment_agree_the_stronger_its_lift():
    def lift(n):
        codes = np.repeat([0, 1], n)
        return segment_lift(codes, codes[:, None] == 0, np.ones((2 * n, 1), bool))[0, 0]

    assert 0 < lift(1) < lift(10) < lift(100) < np.log(2)


def test_kinds_without_segments_are_zero_and_attributes_are_averaged(make_panel):
    segments = {"attribute a": [0, 0, 1, 1], "attribute b": [-1, -1, -1, -1]}
    both = lifts(make_panel(PAST, segments=segments))
    one = lifts(make_panel(PAST, segments={"attribute a": [0, 0, 1, 1]}))
    names = list(SEGMENT_FEATURES)
    assert both.shape == (4, 2, len(names))
    assert not both[:, :, : names.index("attributes_owner_lift")].any()
    assert both == pytest.approx(one / 2)


def test_former_owners_are_no_adopters_and_are_not_counted(make_panel):
    """cid adopted CAD 30 months ago: neither a hit nor among those who could adopt."""
    at = list(SEGMENT_FEATURES).index("branch_adoption_lift")
    lift = lifts(make_panel(PAST, segments={"branch": [0, 0, 1, 1]}))[:, :, at]
    first, open_cells = np.array([8, 14, 30, NEVER]), np.array([True, True, False, True])
    expected = segment_lift(np.array([0, 0, 1, 1]), (first < 24)[:, None], open_cells[:, None])
    assert np.array_equal(lift[:, :1], expected)


@pytest.mark.parametrize(
    ("money", "steps"), [(99.9, -1), (100, 0), (200, 0), (399, 0), (400, 1), (1_600, 2), (5e9, 9)]
)
def test_size_bands_are_powers_of_four_around_the_median_of_the_spenders(money, steps):
    bands = size_band(np.array([200.0, 150, 199, 201, 250, 0, 0, 0, money, 200]))
    assert bands[-2] - bands[0] == steps


def test_size_bands_are_the_same_in_any_currency():
    spent = np.random.default_rng(3).lognormal(8, 3, 300).round()
    assert len(set(size_band(spent))) > 5
    for unit in (100.0, 3.0, 1_000.0):
        assert np.array_equal(size_band(spent * unit), size_band(spent))


@pytest.mark.parametrize("money", [0, -5])
def test_no_spend_is_a_band_of_its_own(money):
    assert size_band(np.array([money * 100.0, 7.0]))[0] == 0
    assert size_band(np.array([money * 100.0]))[0] == 0
