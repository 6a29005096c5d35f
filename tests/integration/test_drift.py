"""What a scoring says of its distance from the training: published, told, and strict."""

import datetime as dt
import json

import pytest

from tests.integration.conftest import SETTINGS, sales

EAGER = """
[drift]
least_customers = 20
volume_ratio = 1.5
"""
STEADY = sales()  # the market of `scored`


def drift(place):
    return json.loads((place.outputs / "drift.json").read_text(encoding="utf-8"))


def settings(place, more):
    (place.root / "gosales.toml").write_text(SETTINGS + more, encoding="utf-8")


def doubled(rows):
    """The last three months once more on the day after, under other order numbers."""
    last = max(row[2] for row in rows)
    late = [row for row in rows if row[2] > last - dt.timedelta(days=85)]
    extra = [(*r[:2], r[2], f"{r[3]}-{i}", *r[4:]) for i in range(3) for r in late]
    return [*rows, *extra]


def test_a_steady_market_makes_no_warning_and_the_file_has_the_documented_shape(scored):
    found = drift(scored)
    assert set(found) == {
        "cutoff_date", "features", "scores", "labels", "volume", "data_age", "warnings"
    }  # fmt: skip
    assert found["warnings"] == []
    assert {tuple(sorted(row)) for row in found["features"]} == {("feature", "psi", "status")}
    assert {row["division"] for row in found["scores"]} == {"CAD", "Printers", "Training"}
    assert {row["status"] for row in found["scores"]} == {"unjudged"}  # 40 customers are too few
    assert found["data_age"]["model_months"] == 0
    assert {row["division"] for row in found["labels"]} == {"CAD", "Printers", "Training"}


def test_base_rates_are_those_of_a_plain_loop(scored):
    row = drift(scored)["labels"][-1]
    day = dt.date.fromisoformat(row["cutoff_date"])
    known = {sale[0] for sale in STEADY if sale[2] <= day}
    later = {s[0] for s in STEADY if s[2] > day and s[5] == row["division"]}
    assert (row["customers"], row["buyers"]) == (len(known), len(known & later))


def test_a_jump_in_volume_is_told_and_refused_when_strict(scored_copy, gosales):
    place = scored_copy
    settings(place, EAGER)
    place.write(doubled(sales(customers=60)))
    assert gosales("build-star", place).code == 0
    before = place.published()
    strict = gosales("score", place, "--strict")
    assert strict.code == 1
    assert "with --strict" in strict.err
    assert place.published() == before
    answer = gosales("score", place)
    assert answer.code == 0
    (told,) = [text for text in drift(place)["warnings"] if "in twice?" in text]
    assert f"Warning: {told}" in answer.out


def test_old_data_and_old_models_are_told(scored_copy, gosales):
    answer = gosales("score", scored_copy, "--cutoff", "2025-12-31")
    assert answer.code == 0, answer.err
    found = drift(scored_copy)
    age = found["data_age"]
    last = max(row[2] for row in STEADY)
    assert age["last_order"] == str(last)
    assert age["days"] == (dt.date(2025, 12, 31) - last).days
    assert age["model_months"] == (2025 - last.year) * 12 + 12 - last.month
    assert any("days before the cutoff" in text for text in found["warnings"])
    assert any(f"know nothing after {last}" in text for text in found["warnings"])


def test_scores_and_features_of_another_kind_of_customer_have_moved(scored_copy, gosales):
    """Models of the old market, asked about one where nearly everyone is new and buys once."""
    place = scored_copy
    settings(place, EAGER)
    last = max(row[2] for row in STEADY)
    what = ("PRI-1", "Printers", 1, "900000.00", "North", "Rep 1")
    new = [(f"N{i:04d}", f"New {i}", last, f"N{i}", *what) for i in range(400)]
    place.write([*STEADY, *new])
    assert gosales("build-star", place).code == 0
    answer = gosales("score", place)
    assert answer.code == 0, answer.err
    found = drift(place)
    assert found["features"][0]["status"] == "drifted"
    assert any("features have moved" in text for text in found["warnings"])
    assert any("The scores of" in text for text in found["warnings"])
    assert gosales("score", place, "--strict").code == 1


@pytest.mark.parametrize("content", ['{"scores": {"CAD": {"edges": [1], "shares": 7}}}', "{"])
def test_a_broken_profile_is_one_message(scored_copy, gosales, content):
    place = scored_copy
    run = json.loads((place.outputs / "published.json").read_text("utf-8"))["run_id"]
    path = place.outputs / "runs" / run / "training_profile.json"
    path.write_text(content, encoding="utf-8")
    answer = gosales("score", place)
    assert answer.code == 1
    assert "training_profile.json" in answer.err
