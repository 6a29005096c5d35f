import dataclasses

import numpy as np
import pytest

from gosales.features import walk
from gosales.features.families.adoption_paths import (
    MONTHS,
    PATH_FEATURES,
    PRIOR,
    adoption_paths,
    fit_paths,
)
from gosales.features.walk import STATES, fit_sample, past_months

FRESH, ACTIVE, STALE = range(len(STATES))
PAST = {
    "ann": {"CAD": [3]},
    "bob": {"CAD": [20, 14, 5]},
    "cid": {"CAD": [30], "CPE": [2]},
}


def states(panel, month):
    """Customer x division -> name of the state, for the divisions held that month."""
    everyone = np.arange(panel.shape[0])
    (past,) = past_months(panel, range(month, month + 1), everyone)
    return {
        (panel.customers[c], panel.divisions[d]): STATES[s]
        for s, c, d in zip(*np.nonzero(past.holds), strict=True)
    }


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        (0, {("ann", "CAD"): "fresh", ("bob", "CAD"): "active", ("cid", "CAD"): "stale",
             ("cid", "CPE"): "fresh"}),
        (3, {("ann", "CAD"): "fresh", ("bob", "CAD"): "active",
             ("cid", "CAD"): "stale"}),
        (4, {("bob", "CAD"): "active", ("cid", "CAD"): "stale"}),
        (13, {("bob", "CAD"): "fresh", ("cid", "CAD"): "stale"}),
        (12, {("bob", "CAD"): "active", ("cid", "CAD"): "stale"}),
        (19, {("bob", "CAD"): "fresh", ("cid", "CAD"): "active"}),
        (25, {("cid", "CAD"): "fresh"}),
        (31, {}),
    ],
)  # fmt: skip
def test_states_by_hand(make_panel, month, expected):
    """Fresh for 8 months after the first order, then active for 12 after the last, then stale."""
    assert states(make_panel(PAST), month) == expected


def test_an_owner_without_orders_for_a_year_is_stale(make_panel):
    assert states(make_panel({"bob": {"CAD": [20, 17]}}), 6) == {("bob", "CAD"): "active"}
    assert states(make_panel({"bob": {"CAD": [20, 17]}}), 5) == {("bob", "CAD"): "stale"}


def test_states_hold_one_of_three_or_none(random_panel):
    panel = random_panel(1, 50, 3)
    for past in past_months(panel, range(40), np.arange(50)):
        held = panel.months_since_first >= past.months_ago
        held &= panel.months_since_first < 9999
        assert np.array_equal(past.holds.sum(0), held)
        assert np.array_equal(past.known, held.any(1))


def test_months_come_oldest_first_and_do_not_depend_on_each_other(random_panel):
    panel = random_panel(2, 30, 3)
    everyone = np.arange(30)
    together = list(past_months(panel, range(2, 20), everyone))
    assert [past.months_ago for past in together] == [*range(19, 1, -1)]
    for past in together:
        (alone,) = past_months(panel, range(past.months_ago, past.months_ago + 1), everyone)
        assert np.array_equal(past.holds, alone.holds)
        assert np.array_equal(past.adopted, alone.adopted)


def test_adopted_is_first_bought_in_the_horizon_after_the_month(make_panel):
    panel = make_panel({"cid": {"CAD": [30], "CPE": [2]}})
    months = {p.months_ago: p.adopted[0, 1] for p in past_months(panel, range(12), np.arange(1))}
    assert {month for month, adopted in months.items() if adopted} == {3, 4, 5, 6, 7, 8}


def test_a_sample_sees_the_same_past_as_the_whole(random_panel):
    panel, some = random_panel(3, 40, 3), np.array([1, 5, 22, 39])
    whole = list(past_months(panel, range(6, 12), np.arange(40)))
    for past, full in zip(past_months(panel, range(6, 12), some), whole, strict=True):
        assert np.array_equal(past.holds, full.holds[:, some])


def loop_counts(panel):
    """Holders without the other division, and adopters of it among them, by plain loops."""
    n, d = panel.shape
    h, first = panel.horizon_months, panel.months_since_first
    seen, hits = np.zeros((3, d, d)), np.zeros((3, d, d))
    for month in range(h, h + MONTHS):
        (past,) = past_months(panel, range(month, month + 1), np.arange(n))
        for c in range(n):
            for b in range(d):
                if month <= first[c, b] < 9999:
                    continue
                held = past.holds[:, c]
                seen[:, :, b] += held
                hits[:, :, b] += held * (month - h <= first[c, b] < month)
    return seen, hits


@pytest.mark.parametrize("sparse", [0.0, 1.0], ids=["with the zeros", "without"])
def test_rates_are_the_shrunk_shares_of_a_plain_loop(random_panel, monkeypatch, sparse):
    monkeypatch.setattr("gosales.features.families.adoption_paths.SPARSE", sparse)
    panel = random_panel(4, 25, 3)
    paths, (seen, hits) = fit_paths(panel), loop_counts(panel)
    rate = (hits + PRIOR * paths.usual) / (seen + PRIOR)
    for a in range(3):
        for b in {0, 1, 2} - {a}:
            assert paths.rate[:, a, b] == pytest.approx(rate[:, a, b])
            assert paths.lift[:, a, b] == pytest.approx(np.log(rate[:, a, b] / paths.usual[b]))
    assert not paths.lift[:, range(3), range(3)].any()


def planted(n):
    """Every holder of CAD adopts CPE four months later; holders of GIS never adopt a thing."""
    led = {f"a{i}": {"CAD": [30 - i % 20], "CPE": [26 - i % 20]} for i in range(n)}
    return led | {f"g{i}": {"GIS": [40 - i % 20]} for i in range(n)}


def test_a_planted_path_is_found(make_panel):
    panel = make_panel(planted(60))
    paths = fit_paths(panel)
    cad, cpe, gis = (panel.divisions.index(name) for name in ("CAD", "CPE", "GIS"))
    assert paths.lift[FRESH, cad, cpe] > 0.5
    assert paths.lift[STALE, gis, cpe] < 0
    assert paths.ridge[cad, cpe] > 0


def test_the_newest_months_are_not_learned_from(make_panel):
    """What was adopted is known to the end only for months at least a horizon ago."""
    panel = make_panel(planted(5), horizon=4)
    fitted = fit_paths(panel)
    late = {c: {d: [0]} for c, d in (("x", "GIS"), ("y", "GIS"))}
    with_late = fit_paths(make_panel(planted(5) | late, horizon=4))
    assert np.array_equal(fitted.lift, with_late.lift)
    assert np.array_equal(fitted.ridge, with_late.ridge)


def test_customers_are_judged_from_what_they_hold_now(make_panel):
    panel = make_panel(planted(60) | {"new": {"CAD": [1]}, "old": {"GIS": [30]}})
    cpe, names = panel.divisions.index("CPE"), list(PATH_FEATURES)
    paths = fit_paths(panel)
    scores = adoption_paths(panel, paths, panel.everyone)
    new, old = (scores[panel.customers.tolist().index(name), cpe] for name in ("new", "old"))
    lift = paths.lift[FRESH, panel.divisions.index("CAD"), cpe]
    assert new[: names.index("future_ridge")] == pytest.approx([lift] * 3)
    assert (new > old).all()
    assert old[names.index("lag_max")] == 0


def test_the_strongest_path_is_that_of_all_that_is_held(random_panel):
    panel = random_panel(6, 30, 4)
    paths = fit_paths(panel)
    (now,) = past_months(panel, range(1), panel.everyone)
    found = adoption_paths(panel, paths, panel.everyone)[:, :, list(PATH_FEATURES).index("lag_max")]
    told = now.holds[..., None] * paths.lift[:, None].astype(np.float32)
    assert np.array_equal(found, np.maximum(told.max(axis=(0, 2)), 0))
    assert (found > 0).any()


def test_a_history_shorter_than_the_horizon_teaches_nothing(make_panel):
    paths = fit_paths(make_panel({"ann": {"CAD": [2]}, "bob": {"CPE": [1]}}))
    assert not paths.lift.any()
    assert np.isfinite(paths.ridge).all()


@pytest.mark.parametrize(
    ("n", "d", "budget", "size"),
    [(100, 2, 10**6, 100), (5000, 10, 10**5, 1000), (5000, 10, 1, 500), (3, 2, 1, 3)],
)
def test_the_fit_looks_at_an_evenly_spread_sample(random_panel, n, d, budget, size):
    panel = dataclasses.replace(random_panel(0, 3, d), owned=np.zeros((n, d), bool))
    sample = fit_sample(panel, budget)
    assert len(sample) == size
    assert (sample[0], sample[-1]) == (0, n - 1)
    assert np.diff(sample).max() - np.diff(sample).min() <= 1


def test_of_very_many_customers_only_so_many_are_looked_at(random_panel, monkeypatch):
    panel = dataclasses.replace(random_panel(0, 3, 2), owned=np.zeros((5000, 2), bool))
    monkeypatch.setattr(walk, "MOST_FITTED", 700)
    assert len(fit_sample(panel, 10**6)) == 700
