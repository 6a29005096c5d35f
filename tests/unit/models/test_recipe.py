"""Which members are fitted, which of them speak for a row, and what they may look at."""

from dataclasses import replace

import numpy as np
import pytest

from gosales.models.boosting import raw, to_text
from gosales.models.common_weights import common_weights
from gosales.models.recipe import (
    BORROWED_PENALTY,
    DORMANT_MONTHS,
    FEW_BUYERS,
    GENERAL,
    LINEAR,
    MIN_BUYERS,
    MONTHS,
    OWNED,
    QUIET,
    STILL_SOLD,
    WHITESPACE,
    blind_columns,
    borrowed,
    exposure_of_owners,
    fit_ensemble,
    fit_linear,
    linear_share,
    seen_columns,
    tame,
)


@pytest.fixture(scope="module")
def ensemble(training, settings):
    return fit_ensemble(training, settings, seed=1)


def members(ensemble):
    return {*ensemble.trees, *([LINEAR] if ensemble.linear else [])}


def own_columns(names):
    return [i for i, name in enumerate(names) if name.startswith("own_")]


def with_buyers(training, rows, count):
    """Only `count` buyers are left among `rows`."""
    buyers = np.flatnonzero(training.bought & rows)[count:]
    bought = training.bought.copy()
    bought[buyers] = False
    return replace(training, bought=bought)


@pytest.mark.parametrize(
    ("buyers", "fitted"),
    [
        (MIN_BUYERS, {GENERAL, WHITESPACE, LINEAR, OWNED}),
        (MIN_BUYERS - 1, {GENERAL, OWNED}),
        (0, {GENERAL, OWNED}),
    ],
)
def test_a_member_without_enough_buyers_is_left_out(training, settings, buyers, fitted):
    few = with_buyers(training, ~training.owned, buyers)
    assert members(fit_ensemble(few, settings, 1)) == fitted


def test_without_owned_cells_there_is_no_owned_member(training, settings):
    never = training.where(~training.owned)
    ensemble = fit_ensemble(never, settings, 1)
    assert members(ensemble) == {GENERAL, WHITESPACE, LINEAR}
    held = np.ones(len(never.bought), bool)
    assert ensemble.logit(never.values, held) == pytest.approx(
        raw(ensemble.trees[GENERAL], never.values[:, seen_columns(GENERAL, never.names)])
    )


def test_without_any_member_the_score_is_the_weighted_base_rate(training, settings):
    few = with_buyers(training, training.bought, 3)
    ensemble = fit_ensemble(few, settings, 1)
    assert members(ensemble) == set()
    chance = 1 / (1 + np.exp(-ensemble.logit(few.values, few.owned)))
    assert chance == pytest.approx((few.weight[few.bought].sum() + 0.5) / (few.weight.sum() + 1))


def test_the_blend_is_the_weighted_mean_of_the_log_odds_of_the_members_for_that_row(
    ensemble, training
):
    values = training.values
    blind = values[:, blind_columns(training.names)]
    seen = values[:, seen_columns(GENERAL, training.names)]
    general = raw(ensemble.trees[GENERAL], seen)
    share = ensemble.linear_share
    trees = (general + raw(ensemble.trees[WHITESPACE], blind)) / 2
    never = (1 - share) * trees + share * ensemble.linear.logit(values)
    held = (general + raw(ensemble.trees[OWNED], seen)) / 2
    expected = np.where(training.owned, held, never)
    assert ensemble.logit(values, training.owned) == pytest.approx(expected)


def test_the_fewer_first_purchases_the_more_a_score_leans_on_other_markets():
    assert borrowed(0) == linear_share(0) == 1.0
    assert borrowed(FEW_BUYERS) == 0.5
    assert linear_share(FEW_BUYERS) == pytest.approx(2 / 3)
    assert linear_share(10**9) == pytest.approx(1 / 3, abs=1e-6)


def test_the_shares_of_members_sum_to_one(ensemble):
    for names in ([GENERAL, WHITESPACE, LINEAR], [GENERAL, LINEAR], [LINEAR], [GENERAL, OWNED]):
        shares = ensemble.shares(names)
        assert shares.sum() == pytest.approx(1.0)
        if LINEAR in names[1:]:
            assert shares[-1] == ensemble.linear_share


def test_the_linear_member_is_the_logs_own_and_one_that_leans_on_other_markets(
    ensemble, training, settings
):
    never = training.where(~training.owned)
    kept = blind_columns(never.names)
    own = fit_linear(never, kept, settings.ridge_penalty)
    centre = common_weights([never.names[i] for i in kept])
    leaning = fit_linear(never, kept, BORROWED_PENALTY, centre)
    part = borrowed(int(never.bought.sum()))
    expected = (1 - part) / 3 * own.logit(never.values) + part * leaning.logit(never.values)
    found = ensemble.linear_share * ensemble.linear.logit(never.values)
    assert found == pytest.approx(expected)
    assert not np.allclose(own.model.weights, leaning.model.weights)


def test_never_bought_members_are_blind_to_the_cells_own_past(ensemble, training):
    only_blind = replace(ensemble, trees={WHITESPACE: ensemble.trees[WHITESPACE]})
    changed = training.values.copy()
    changed[:, own_columns(training.names)] = 1e6
    never = np.zeros(len(changed), bool)
    assert np.array_equal(
        only_blind.logit(changed, never), only_blind.logit(training.values, never)
    )
    assert not np.array_equal(
        ensemble.logit(changed, never), ensemble.logit(training.values, never)
    )


def test_a_row_is_scored_alike_alone_and_among_others(ensemble, training):
    values, owned = training.values, training.owned
    together = ensemble.logit(values, owned)
    assert ensemble.logit(values[7:8], owned[7:8]) == pytest.approx(together[7:8], abs=1e-5)
    assert ensemble.logit(values[:0], owned[:0]).shape == (0,)


def test_the_same_seed_gives_the_same_trees(training, settings, ensemble):
    again, other = (fit_ensemble(training, settings, seed) for seed in (1, 2))
    texts = [{name: to_text(t) for name, t in e.trees.items()} for e in (ensemble, again, other)]
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]
    assert np.array_equal(again.linear.model.weights, ensemble.linear.model.weights)


def test_it_ranks_better_than_chance_on_new_rows(ensemble, make_training):
    new = make_training(2_000, seed=9)
    logit = ensemble.logit(new.values, new.owned)
    for rows in (new.owned, ~new.owned):
        assert np.median(logit[rows & new.bought]) > np.median(logit[rows & ~new.bought]) + 0.2


def test_tame_fills_gaps_and_takes_shares_as_logs():
    values = np.array([[100.0, 0.25, 7.0], [np.nan, np.nan, 7.0]], np.float32)
    seen = tame(values, (0, 1), (1,), np.array([1.5, -2.0]))
    assert seen == pytest.approx(
        np.array([[np.arcsinh(100), np.log(0.2501)], [1.5, -2.0]]), abs=1e-5
    )


def test_a_feature_that_is_never_known_does_no_harm(training, settings):
    values = training.values.copy()
    values[:, training.names.index("segment__size_adoption_lift")] = np.nan
    blank = replace(training, values=values)
    assert np.isfinite(fit_ensemble(blank, settings, 1).logit(values, blank.owned)).all()


def test_in_a_dormant_division_activity_alone_speaks_for_never_bought_cells(ensemble, training):
    values = training.values.copy()
    quiet = np.arange(len(values)) % 2 == 0
    values[quiet, training.names.index(QUIET)] = DORMANT_MONTHS
    found, owned = ensemble.logit(values, training.owned), training.owned
    alone = ensemble.activity.logit(values)
    assert found[quiet & ~owned] == pytest.approx(alone[quiet & ~owned])
    assert (found[~quiet & ~owned] != alone[~quiet & ~owned]).all()
    values[quiet, training.names.index(QUIET)] = DORMANT_MONTHS - 1
    assert (ensemble.logit(values, owned)[quiet & ~owned] != alone[quiet & ~owned]).all()


def scores_when(ensemble, training, quiet, sold):
    values = training.values.copy()
    values[:, training.names.index(QUIET)] = quiet
    values[:, training.names.index(STILL_SOLD)] = sold
    return 1 / (1 + np.exp(-ensemble.logit(values, training.owned)))


def test_a_score_is_that_of_a_division_that_is_sold_times_its_chance(ensemble, training):
    doubted = np.arange(len(training.owned)) % 2 == 0
    before = scores_when(ensemble, training, 2, 1.0)
    after = scores_when(ensemble, training, 2, np.where(doubted, 0.25, 1.0))
    assert after[doubted] == pytest.approx(before[doubted] / 4)
    assert (after[~doubted] == before[~doubted]).all()


def test_nobody_buys_from_a_dormant_division_more_likely_than_it_is_sold_at_all(ensemble, training):
    before, after = (scores_when(ensemble, training, DORMANT_MONTHS, sold) for sold in (1.0, 0.15))
    owned = training.owned
    assert after[owned] == pytest.approx(0.15 * before[owned])
    assert (after < np.minimum(before, 0.15)).all()
    assert 1 / after[~owned] - 1 == pytest.approx((1 / before[~owned] - 1) + (1 / 0.15 - 1))
    assert (np.argsort(after[~owned]) == np.argsort(before[~owned])).all()


def test_no_member_learns_from_the_chance_that_a_division_is_sold(training, settings):
    values = training.values.copy()
    values[:, training.names.index(STILL_SOLD)] = np.where(training.bought, 1.0, 0.01)
    told = fit_ensemble(replace(training, values=values), settings, 1)
    plain = fit_ensemble(training, settings, 1)
    scores = [one.logit(training.values, training.owned) for one in (told, plain)]
    assert np.array_equal(*scores)


def test_activity_looks_at_the_customer_and_the_rates_of_the_division_only(ensemble, training):
    seen = {training.names[i] for i in ensemble.activity.columns}
    assert seen == {
        name for name in training.names if name.startswith(("any_", "mix_", "division__"))
    } - {STILL_SOLD}


def test_the_whitespace_trees_never_fall_with_a_learned_feature(ensemble, training):
    column = training.names.index("segment__size_adoption_lift")
    rows = training.values[~training.owned][:200]
    ladder = []
    for lift in np.linspace(-1.5, 1.5, 9):
        changed = rows.copy()
        changed[:, column] = lift
        blind = changed[:, blind_columns(training.names)]
        ladder.append(raw(ensemble.trees[WHITESPACE], blind))
    assert np.diff(ladder, axis=0).min() >= -1e-12


def with_open_outcomes(training, exposure):
    """Every second row sees two of six months, and a third of the odds of buying."""
    cut = np.arange(len(training.bought)) % 2 == 0
    values = training.values.copy()
    values[cut, training.names.index(MONTHS)] = 2
    lost = cut & training.bought & (np.random.default_rng(5).random(len(cut)) < 2 / 3)
    return replace(
        training,
        values=values,
        bought=training.bought & ~lost,
        weight=np.ones(len(cut)),
        exposure=np.where(cut & ~training.owned, exposure, 0.0),
    )


def level(ensemble, rows):
    chance = 1 / (1 + np.exp(-ensemble.logit(rows.values, rows.owned)))
    return chance[~rows.owned].sum() / rows.bought[~rows.owned].sum()


def test_rows_with_an_open_outcome_teach_the_level_of_the_whole_horizon(make_training, settings):
    rows = make_training(6_000, seed=3, rate=0.05)
    new = make_training(6_000, seed=4, rate=0.05)
    longer = settings.model_copy(update={"rounds": 40})
    told = fit_ensemble(with_open_outcomes(rows, np.log(1 / 3)), longer, 1)
    untold = fit_ensemble(with_open_outcomes(rows, 0.0), longer, 1)
    assert level(told, new) == pytest.approx(1, abs=0.12)
    assert level(untold, new) < 0.8


def test_open_outcomes_do_not_lower_the_level_of_owners(make_training, settings):
    rows, new = make_training(6_000, seed=3), make_training(6_000, seed=4)
    rate = rows.bought[rows.owned].mean()
    seen = (1 - (1 - rate) ** (1 / 3)) / rate
    is_open, draw = np.arange(6_000) % 2 == 0, np.random.default_rng(5).random(6_000)
    values = rows.values.copy()
    values[is_open, rows.names.index(MONTHS)] = 2
    rows = replace(rows, values=values, bought=rows.bought & (~is_open | (draw < seen)))
    ensemble = fit_ensemble(rows, settings.model_copy(update={"rounds": 120}), 1)
    chance = 1 / (1 + np.exp(-ensemble.logit(new.values, new.owned)))
    assert chance[new.owned].mean() == pytest.approx(new.bought[new.owned].mean(), rel=0.06)


def test_a_usual_owner_buys_less_in_a_part_of_the_horizon():
    chance = 1 / (1 + np.exp(-exposure_of_owners(np.array([2.0, 6.0]), 6.0, 0.0)))
    assert chance == pytest.approx([1 - 0.5 ** (1 / 3), 0.5])


def test_a_shorter_outcome_is_scored_with_lower_odds(ensemble, training):
    never = training.values[~training.owned][:100]
    short = never.copy()
    short[:, training.names.index(MONTHS)] = 3
    whole = np.zeros(len(never), bool)
    assert ensemble.months == 6
    assert ensemble.logit(short, whole) == pytest.approx(
        ensemble.logit(never, whole) - np.log(2), abs=1e-6
    )


def test_what_a_shorter_outcome_means_to_an_owner_is_learned(make_training, settings):
    rows = with_open_outcomes(make_training(6_000, seed=3), np.log(1 / 3))
    ensemble = fit_ensemble(rows, settings.model_copy(update={"rounds": 40}), 1)
    held = rows.values[rows.owned]
    short = held.copy()
    short[:, rows.names.index(MONTHS)] = 2
    owned = np.ones(len(held), bool)
    assert (ensemble.logit(short, owned) - ensemble.logit(held, owned)).mean() < -0.3


def test_the_length_of_the_outcome_is_no_column_of_the_never_bought_members(ensemble, training):
    at = training.names.index(MONTHS)
    assert at not in blind_columns(training.names)
    assert at not in ensemble.linear.columns
