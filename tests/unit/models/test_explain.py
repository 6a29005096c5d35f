"""A score taken apart adds up to itself, whatever stands behind it."""

from dataclasses import replace

import numpy as np
import pytest

from gosales.core.concepts import CONCEPTS, Concept, concept_of
from gosales.models.baselines import BASELINES
from gosales.models.boosting import raw
from gosales.models.calibration import Calibration
from gosales.models.division_model import BASELINE, OWN, Side
from gosales.models.explain import Explainer
from gosales.models.recipe import GENERAL, QUIET, STILL_SOLD, seen_columns
from gosales.models.tree_paths import PathTable


def with_sides(model, kind, baseline):
    side = Side(kind, baseline, Calibration(0.8, 0.3))
    return replace(model, never=side, held=replace(side, calibration=Calibration(1.2, -0.1)))


@pytest.fixture
def mixed(training):
    """Rows of one division's shape: owned and not, some of a division gone quiet."""
    rows = training.where(np.arange(len(training.bought)) < 400)
    values = rows.values.copy()
    values[:40, rows.names.index(QUIET)] = 9.0
    return values, rows.owned


@pytest.mark.parametrize("kind", [OWN, *BASELINES])
def test_base_and_parts_are_the_log_odds_of_the_score(make_model, mixed, kind):
    model = with_sides(make_model(), OWN if kind == OWN else BASELINE, kind)
    values, owned = mixed
    parts = Explainer.of(model.shared).parts(model, values, owned)
    np.testing.assert_allclose(parts.margin, model.margin(values, owned), atol=1e-5)
    score = model.score(values, owned)
    np.testing.assert_allclose(1 / (1 + np.exp(-parts.margin)), score, atol=1e-5)
    assert np.abs(parts.concepts).max() > 0.1


def test_a_doubt_whether_a_division_comes_back_is_in_the_base(make_model, shared, mixed):
    model = with_sides(make_model(), OWN, "recency")
    values, owned = mixed
    values = values.copy()
    values[:80, shared.names.index(STILL_SOLD)] = 0.2
    parts = Explainer.of(model.shared).parts(model, values, owned)
    np.testing.assert_allclose(parts.margin, model.margin(values, owned), atol=1e-5)


@pytest.mark.parametrize("dropped", [{"ensemble": None}, {"ensemble": None, "baselines": {}}])
def test_what_stands_in_for_a_missing_model_adds_up_too(make_model, shared, mixed, dropped):
    model = with_sides(make_model(parts=replace(shared, **dropped)), OWN, "spend_12m")
    values, owned = mixed
    parts = Explainer.of(model.shared).parts(model, values, owned)
    np.testing.assert_allclose(parts.margin, model.margin(values, owned), atol=1e-5)


def test_without_any_member_only_the_base_is_left(make_model, shared, mixed):
    bare = replace(shared.ensemble, trees={}, linear=None, activity=None)
    model = with_sides(make_model(parts=replace(shared, ensemble=bare)), OWN, "recency")
    values, owned = mixed
    parts = Explainer.of(model.shared).parts(model, values, owned)
    assert not parts.concepts.any()
    np.testing.assert_allclose(parts.margin, model.margin(values, owned), atol=1e-12)


def test_a_part_belongs_to_the_concept_whose_features_make_it(make_model, mixed):
    model = with_sides(make_model(), BASELINE, "frequency")
    values, owned = mixed
    concepts = Explainer.of(model.shared).parts(model, values, owned).concepts
    moved = np.abs(concepts).max(0) > 0
    assert [CONCEPTS[i] for i in np.flatnonzero(moved)] == [Concept.VOLUME]


def test_paths_through_the_trees_add_up_and_follow_their_splits(shared, mixed):
    """Columns 0 and 1 alone are concept 0, all others concept 1."""
    booster, values = shared.ensemble.trees[GENERAL], mixed[0]
    values = values[:, seen_columns(GENERAL, shared.names)]
    concepts = np.where(np.arange(values.shape[1]) < 2, 0, 1)
    table = PathTable.of(booster, concepts, 2)
    found = table(values)
    np.testing.assert_allclose(table.base + found.sum(1), raw(booster, values), atol=1e-9)
    alike = values.copy()
    alike[:, 2:] = values[0, 2:]
    steady = PathTable.of(booster, np.arange(values.shape[1]), values.shape[1])(alike)
    never_split = [i for i, used in enumerate(booster.feature_importance()) if not used]
    assert not steady[:, never_split].any()
    assert steady.any()


def test_no_rows_are_no_trouble(make_model, training):
    model = with_sides(make_model(), OWN, "recency")
    none = np.zeros((0, len(training.names)), np.float32)
    assert Explainer.of(model.shared).parts(model, none, np.zeros(0, bool)).margin.shape == (0,)


def test_every_training_name_has_a_concept(training):
    assert {concept_of(name) for name in training.names} <= set(CONCEPTS)
