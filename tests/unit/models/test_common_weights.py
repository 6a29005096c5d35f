"""The weights that small logs lean on."""

import numpy as np

from gosales.features.catalog import catalog
from gosales.models.common_weights import SHIPPED, common_weights
from gosales.models.recipe import blind_columns


def test_every_feature_of_the_linear_member_has_a_weight():
    """Else features were renamed or added: benchmarks/learn_common_weights.py makes them anew."""
    names = tuple(row["feature"] for row in catalog(6))
    blind = {names[i] for i in blind_columns(names)}
    known = {line.split('"')[1] for line in SHIPPED.read_text("utf-8").splitlines() if '"' in line}
    assert known == blind


def test_weights_come_in_the_order_of_the_names_and_unknown_ones_are_zero():
    names = ["any_recency__days_since_last", "nonsense", "division__adoption_rate"]
    weights = common_weights(names)
    assert weights[1] == 0.0
    assert np.array_equal(weights[::-1], common_weights(names[::-1]))
    assert weights[0] != 0.0
    assert weights[2] != 0.0


def test_none_outweighs_the_rest():
    names = [row["feature"] for row in catalog(6)]
    weights = np.abs(common_weights(names))
    assert 0.05 < weights.max() < 0.5


def test_more_of_what_learned_families_say_is_a_better_sign_on_the_whole():
    rising = ("segment__", "profile__", "collaborative__", "tastes__", "paths__")
    names = [row["feature"] for row in catalog(6) if row["feature"].startswith(rising)]
    assert common_weights(names).sum() > 0
