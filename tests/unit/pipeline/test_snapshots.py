"""Which cutoffs are learned from, and that sampled rows stand for all."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gosales.core.frames import FeatureFrame, LabelFrame, Spine
from gosales.core.timeline import Cutoff
from gosales.models.ridge_logistic import fit_ridge_logistic
from gosales.pipeline.snapshots import Draw, Lesson, combine, drawn_rows, lessons

HORIZONS = st.integers(1, 36)


@given(st.integers(0, 200), HORIZONS, st.integers(1, 24), st.sampled_from([0, 1]))
def test_no_outcome_reaches_beyond_the_offset(months, horizon, snapshots, periods):
    offset = periods * horizon
    found = lessons(months, horizon, snapshots, offset)
    assert all(lesson.age - lesson.months >= offset for lesson in found)
    assert all(1 <= lesson.months <= horizon for lesson in found)
    assert all(lesson.age < months for lesson in found)
    assert len(set(found)) == len(found)


@given(st.integers(0, 200), HORIZONS, st.integers(1, 24))
def test_there_is_something_to_learn_once_a_whole_outcome_is_known(months, horizon, snapshots):
    full = [x for x in lessons(months, horizon, snapshots) if x.months == horizon]
    assert bool(full) == (months > horizon)
    assert len(full) <= snapshots
    if full:
        assert full[0] == Lesson(horizon, horizon)


def ages(months, horizon=6, snapshots=8, offset=0):
    found = lessons(months, horizon, snapshots, offset)
    return [x.age for x in found if x.months == horizon]


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        pytest.param(100, [6, 9, 12, 15, 18, 21, 24, 27], id="eight quarters"),
        pytest.param(27, [6, 9, 12, 15, 18, 21], id="six quarters fit"),
        pytest.param(26, [6, 7, 8, 9, 10, 11, 12, 13], id="five do not: months"),
        pytest.param(14, [6, 7, 8], id="no cutoff without half a year behind it"),
        pytest.param(12, [6], id="one year"),
        pytest.param(9, [6, 7, 8], id="too short for that: what there is"),
        pytest.param(7, [6], id="one outcome"),
        pytest.param(6, [], id="no outcome"),
        pytest.param(0, [], id="nothing"),
    ],
)
def test_quarterly_cutoffs_or_monthly_ones_where_few_quarters_fit(months, expected):
    assert ages(months) == expected


def test_the_same_cutoffs_a_horizon_earlier_for_the_proof():
    assert ages(106, offset=6) == [age + 6 for age in ages(100)]


def test_few_snapshots_of_a_long_history_are_quarterly_too():
    assert ages(100, snapshots=4) == [6, 9, 12, 15]


@pytest.mark.parametrize(
    ("horizon", "expected"),
    [(6, [2, 4]), (12, [4, 8]), (3, [1, 2]), (2, [1]), (1, []), (4, [1, 3])],
)
def test_the_newest_cutoffs_have_a_part_of_their_outcome(horizon, expected):
    found = lessons(100, horizon, 8, offset=horizon)
    partial = [x for x in found if x.months < horizon]
    assert partial == [Lesson(horizon + m, m, known_at=horizon) for m in expected]


# --- rows ---------------------------------------------------------------------------------------


def market(n=4_000, names=("A", "B"), day=30, seed=1):
    """Cells that only know their own number, and labels."""
    rng = np.random.default_rng(seed)
    owned, bought = rng.random((n, len(names))) < 0.2, rng.random((n, len(names))) < 0.05
    cutoff = Cutoff(dt.date(2024, 6, day))
    spine = Spine(cutoff, np.arange(n).astype(str).astype(object), names, owned)

    def rows(customer, division, months):
        values = np.column_stack([customer, np.full(len(customer), months)]).astype(np.float32)
        return FeatureFrame(spine, customer, division, ("id", "horizon__months"), values)

    value = np.where(bought, rng.integers(1, 9_000, bought.shape), 0)
    cells = SimpleNamespace(spine=spine, panel=SimpleNamespace(cutoff=cutoff), rows=rows)
    return cells, LabelFrame(6, bought, value)


def sample_rows(cells, labels, keep, most=10**9, exposure=0.0):
    return drawn_rows(cells, Draw.of(cells.spine, labels, keep, most), exposure)


def test_all_owners_and_all_buyers_are_kept_and_the_rest_weighs_more():
    cells, labels = market()
    found = sample_rows(cells, labels, keep=0.25)
    kept = cells.spine.owned | labels.bought
    whole = found.owned | found.bought
    assert whole.sum() == kept.sum()
    assert set(found.weight[whole]) == {1.0}
    assert set(found.weight[~whole]) == {4.0}
    assert found.weight.sum() == pytest.approx(kept.size, rel=0.03)
    assert found.weight[found.bought].sum() == labels.bought.sum()
    assert found.value_cents.sum() == labels.value_cents.sum()


def test_rows_carry_their_own_cell():
    cells, labels = market()
    found = sample_rows(cells, labels, keep=0.5)
    cell = found.values[:, 0].astype(int), found.division
    assert np.array_equal(found.bought, labels.bought[cell])
    assert np.array_equal(found.owned, cells.spine.owned[cell])
    assert np.array_equal(found.value_cents, labels.value_cents[cell])
    assert set(found.values[:, 1]) == {6.0}


@pytest.mark.parametrize("most", [150, 900, 10**9])
def test_no_more_rows_than_there_is_room_for_and_sums_stay_right(most):
    cells, labels = market(n=8_000)
    owned, bought = cells.spine.owned, labels.bought
    found = sample_rows(cells, labels, 0.25, most)
    assert len(found.bought) == pytest.approx(min(most, 7_000), rel=0.25)
    for rows, kept in (
        (owned, found.owned),
        (~owned & bought, ~found.owned & found.bought),
        (~owned & ~bought, ~found.owned & ~found.bought),
    ):
        assert found.weight[kept].sum() == pytest.approx(rows.sum(), rel=0.4)
        assert len(set(found.weight[kept])) == 1


def test_where_there_is_little_room_few_customers_are_looked_at():
    """Their cells stand for all: of each kind, and whoever the customer is."""
    cells, labels = market(n=20_000, names=tuple("ABCDEFGH"))
    spine, most = cells.spine, 6_000
    new = ~spine.owned & labels.bought
    days = range(1, 29)
    cutoffs = [replace(spine, cutoff=Cutoff(dt.date(2024, 6, day))) for day in days]
    draws = [Draw.of(one, labels, 0.35, most) for one in cutoffs]
    looked_at = np.mean([len(np.unique(one.customer)) for one in draws])
    assert looked_at < 0.45 * len(spine.owned)
    assert np.mean([len(one.customer) for one in draws]) == pytest.approx(most, rel=0.02)
    for stratum in (spine.owned, new, ~spine.owned & ~labels.bought):
        found = [one.weight[stratum[one.customer, one.division]].sum() for one in draws]
        assert np.mean(found) == pytest.approx(stratum.sum(), rel=0.02)
    busy = new.any(1)  # customers with a new purchase are likelier to be looked at
    quiet = [one.weight[~busy[one.customer]].sum() for one in draws]
    assert np.mean(quiet) == pytest.approx((~busy).sum() * len(spine.divisions), rel=0.03)


def test_where_most_customers_would_be_reached_cells_alone_are_drawn():
    """Independent cells tell more than as many of fewer customers."""
    cells, labels = market(n=4_000)
    rows, most = int(cells.spine.owned.sum()), 3_000
    draw = Draw.of(cells.spine, labels, 0.35, most)
    assert rows > 0.4 * most
    chance = np.zeros(cells.spine.owned.shape)
    chance[draw.customer, draw.division] = 1 / draw.weight
    free = ~cells.spine.owned & ~labels.bought
    assert 0.15 < chance[free].max() < 0.35
    day = cells.spine.cutoff.date.toordinal()
    drawn = np.random.default_rng((day, 6)).random(free.shape) < chance[free].max()
    assert np.array_equal(drawn & free, (chance > 0) & free)


def test_what_is_learned_from_a_draw_of_customers_expects_as_many_buyers_as_there_are():
    """A customer's own bent is in all of its cells, so that they are no independent rows."""
    rng = np.random.default_rng(5)
    n, d = 30_000, 6
    bent, known = rng.normal(size=(n, 1)), rng.normal(size=(n, 1))
    chance = 1 / (1 + np.exp(4 - bent - known - np.linspace(0, 1, d)))
    owned, bought = rng.random((n, d)) < 0.2, rng.random((n, d)) < chance
    spine = Spine(Cutoff(dt.date(2024, 6, 30)), np.arange(n).astype(object), tuple("ABCDEF"), owned)
    draw = Draw.of(spine, LabelFrame(6, bought, np.zeros((n, d), np.int64)), 0.35, most=15_000)

    def x(customer, division):
        return np.column_stack([known[customer, 0], division]).astype(np.float32)

    drawn = draw.customer, draw.division
    assert len(np.unique(draw.customer)) < 0.6 * n
    model = fit_ridge_logistic(x(*drawn), bought[drawn], draw.weight, 1.0)
    everything = np.nonzero(~owned)
    expected = 1 / (1 + np.exp(-model.logit(x(*everything))))
    assert expected.sum() / bought[everything].sum() == pytest.approx(1, abs=0.04)
    for column in range(d):
        rows = everything[1] == column
        ratio = expected[rows].sum() / bought[everything][rows].sum()
        assert ratio == pytest.approx(1, abs=0.12)


def test_keeping_all_is_every_cell_once():
    cells, labels = market(n=50)
    found = sample_rows(cells, labels, keep=1.0)
    assert (len(found.bought), set(found.weight)) == (100, {1.0})


def test_sampling_is_the_same_each_time_and_another_at_another_cutoff():
    first, again = (sample_rows(*market(day=30), keep=0.3).values[:, 0] for _ in range(2))
    other = sample_rows(*market(day=29), keep=0.3).values[:, 0]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_never_bought_rows_carry_the_exposure():
    cells, labels = market(n=400)
    part = sample_rows(cells, labels, 0.5, exposure=-1.1)
    assert set(part.exposure[part.owned]) == {0.0}
    assert set(part.exposure[~part.owned]) == {-1.1}
    both = combine([part, sample_rows(cells, labels, 0.5)], 10**6, seed=1)
    assert np.array_equal(both.exposure[: len(part.exposure)], part.exposure)
    assert set(both.exposure[len(part.exposure) :]) == {0.0}


# --- stacks -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def parts():
    """An early lesson that knows two divisions, and a later one with three."""
    early = sample_rows(*market(names=("A", "C"), day=29, seed=2), keep=0.5)
    late = sample_rows(*market(names=("A", "B", "C"), day=30, seed=3), keep=0.5)
    return [late, early]


def test_divisions_are_united_by_name(parts):
    both = combine(parts, 10**9, seed=1)
    assert both.divisions == ("A", "B", "C")
    for name in "ABC":
        expected = sum(
            part.bought[part.division == part.divisions.index(name)].sum()
            for part in parts
            if name in part.divisions
        )
        assert both.bought[both.division == "ABC".index(name)].sum() == expected
    assert [str(cutoff) for cutoff in both.cutoffs] == ["2024-06-29", "2024-06-30"]


def test_a_budget_that_suffices_changes_nothing(parts):
    size = sum(len(part.bought) for part in parts)
    both = combine(parts, size, seed=1)
    assert len(both.bought) == size
    assert np.array_equal(both.weight, np.concatenate([part.weight for part in parts]))


def test_thinning_keeps_weighted_sums_in_expectation(parts):
    whole = combine(parts, 10**9, seed=1)
    thin = [combine(parts, len(whole.bought) // 4, seed) for seed in range(30)]
    sizes = [len(each.bought) for each in thin]
    assert np.mean(sizes) == pytest.approx(len(whole.bought) / 4, rel=0.01)
    for column in (whole.bought, whole.owned, whole.value_cents):
        index = next(k for k, v in vars(whole).items() if v is column)
        sums = [(each.weight * getattr(each, index)).sum() for each in thin]
        assert np.mean(sums) == pytest.approx((whole.weight * column).sum(), rel=0.03)


def test_thinning_is_the_same_for_the_same_seed(parts):
    one, same, other = (combine(parts, 2_000, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.values, same.values)
    assert not np.array_equal(one.values, other.values)


def test_rows_of_one_lesson_stay_as_they_are(parts):
    alone = combine(parts[:1], 10**9, seed=1)
    assert alone == replace(alone)
    assert np.array_equal(alone.values, parts[0].values)
    assert np.array_equal(alone.division, parts[0].division)
