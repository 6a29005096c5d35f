import pytest

from gosales.core.timeline import Cutoff
from gosales.features.catalog import COLUMNS, catalog
from gosales.features.engine import FeatureEngine

ROWS = catalog(6)


@pytest.fixture(scope="module")
def frame_names(make_star):
    star = make_star(("acme", "CAD", "pro", "2024-06-01", 100))
    return FeatureEngine(star.as_of(Cutoff.parse("2024-06-30")), 6).at(0).names


def test_the_catalog_names_every_column_of_the_frame_in_its_order(frame_names):
    assert tuple(row["feature"] for row in ROWS) == frame_names
    assert len(set(frame_names)) == len(frame_names)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["feature"])
def test_each_feature_has_one_sentence(row):
    text = row["meaning"]
    assert tuple(row) == COLUMNS
    assert text[0].isupper()
    assert text.endswith(".")
    assert ". " not in text
    assert text == text.strip()


def test_the_horizon_changes_no_name():
    assert [row["feature"] for row in catalog(12)] == [row["feature"] for row in ROWS]


@pytest.mark.parametrize(
    ("feature", "of"),
    [
        ("own_recency__days_since_last", "customer x division"),
        ("any_recency__days_since_last", "customer"),
        ("mix__divisions_owned", "customer"),
        ("division__owner_share", "division"),
        ("division__adoption_rate_newest", "division"),
        ("division__quiet_months", "division"),
        ("profile__adopter", "customer x division"),
        ("collaborative__neighbours_adopting", "customer x division"),
        ("tastes__neighbours", "customer x division"),
        ("paths__lag_sum", "customer x division"),
    ],
)
def test_each_feature_names_its_grain(feature, of):
    assert {row["feature"]: row["of"] for row in ROWS}[feature] == of


def test_sentences_run_on_behind_their_prefix():
    meaning = {row["feature"]: row["meaning"] for row in ROWS}
    assert meaning["own_recency__days_since_last"] == (
        "In this division: days since the last order."
    )
    assert meaning["own_breadth__skus_owned"].startswith("In this division: SKUs")
