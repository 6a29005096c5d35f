import pytest

from gosales.core.concepts import CONCEPTS, FAMILIES, TITLES, concept_columns, concept_of
from gosales.core.errors import ModelError
from gosales.features.catalog import catalog

FEATURES = [row["feature"] for row in catalog(6)]


@pytest.mark.parametrize("feature", FEATURES)
def test_each_catalog_feature_belongs_to_exactly_one_concept(feature):
    family = feature.split("__")[0]
    assert [c for c, families in FAMILIES.items() if family in families] == [concept_of(feature)]


def test_every_concept_and_family_is_used():
    assert {concept_of(feature) for feature in FEATURES} == set(CONCEPTS) == set(TITLES)
    families = {feature.split("__")[0] for feature in FEATURES}
    assert families == {family for names in FAMILIES.values() for family in names}
    assert len(CONCEPTS) <= 14
    assert concept_columns(("any_trend__x", "own_recency__y")) == [4, 1]


def test_a_feature_of_no_family_is_refused():
    with pytest.raises(ModelError, match="weather__rain belongs to no business concept"):
        concept_of("weather__rain")
