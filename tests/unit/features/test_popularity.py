import numpy as np
import pytest

from gosales.features.families.popularity import (
    DIVISION_FEATURES,
    SEGMENT_FEATURES,
    SHRINK_CUSTOMERS,
    division_popularity,
    segment_lift,
    segment_popularity,
)
from gosales.features.panel import NEVER, size_band

PAST = {
    "ann": {"CAD": [2, 8], "CPE": [1]},
    "bob": {"CAD": [14, 9]},
    "cid": {"CAD": [30]},
    "dan": {"CPE": [20]},
}


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
        ("adoption_rate_12m", 1.5 / 3, 1.5 / 4),
        ("adoption_rate_season", 1.5 / 3, 0.5 / 4),
        ("adoption_trend", 1 / 2, 2 / 1),
        ("orders_per_buyer_12m", 3 / 2, 1),
    ],
)
def test_division_rates_by_hand(make_panel, feature, cad, cpe):
    """Adoption counts firsts: CAD 8 (ann), 14 (bob), 30 (cid); CPE 1 (ann), 20 (dan)."""
    assert divisions(make_panel(PAST), feature) == pytest.approx([cad, cpe])


def test_a_division_nobody_owns_any_more_has_a_small_rate_and_no_nan(make_panel):
    panel = make_panel({"ann": {"CAD": [70]}}, returned=[("ann", "CAD")])
    assert np.isfinite(division_popularity(panel)).all()
    assert divisions(panel, "owner_share") == [0]


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
    both = segment_popularity(make_panel(PAST, segments=segments))
    one = segment_popularity(make_panel(PAST, segments={"attribute a": [0, 0, 1, 1]}))
    names = list(SEGMENT_FEATURES)
    assert both.shape == (4, 2, len(names))
    assert not both[:, :, : names.index("attributes_owner_lift")].any()
    assert both == pytest.approx(one / 2)


def test_former_owners_are_no_adopters_and_are_not_counted(make_panel):
    """cid adopted CAD 30 months ago: neither a hit nor among those who could adopt."""
    at = list(SEGMENT_FEATURES).index("branch_adoption_lift")
    lift = segment_popularity(make_panel(PAST, segments={"branch": [0, 0, 1, 1]}))[:, :, at]
    first, open_cells = np.array([8, 14, 30, NEVER]), np.array([True, True, False, True])
    expected = segment_lift(np.array([0, 0, 1, 1]), (first < 24)[:, None], open_cells[:, None])
    assert np.array_equal(lift[:, :1], expected)


@pytest.mark.parametrize(
    ("money", "band"), [(1, 1), (1.99, 1), (2, 2), (7.99, 2), (8, 3), (32, 4), (1e6, 11)]
)
def test_size_bands_are_powers_of_four(money, band):
    assert size_band(np.array([money * 100.0]))[0] == band


@pytest.mark.parametrize("money", [0, -5])
def test_no_spend_is_a_band_of_its_own(money):
    assert size_band(np.array([money * 100.0]))[0] == 0
