"""What drift says: one sentence for many divisions, not one for each."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gosales.core.columns import Scores
from gosales.core.timeline import Cutoff
from gosales.evaluation.drift import Profile
from gosales.evaluation.settings import DriftSettings
from gosales.features.cube import C
from gosales.pipeline.drift import Drift, warnings_of
from gosales.pipeline.drift_history import label_drift

QUIET = {"status": "stable", "model_status": "stable"}


def told(scores=(), labels=(), features=()):
    content = {"features": list(features), "scores": list(scores), "labels": list(labels),
               "volume": QUIET, "data_age": QUIET}  # fmt: skip
    return warnings_of(content, DriftSettings())


def moved(*indices):
    return [{"division": f"D{at}", "psi": psi, "status": "drifted"}
            for at, psi in enumerate(indices)]  # fmt: skip


def rate(division, share, status="drifted", day="2024-06-30"):
    return {"division": division, "base_rate": share, "cutoff_date": day, "status": status}


def test_divisions_whose_scores_moved_share_a_sentence_the_most_moved_first():
    (one,) = told(scores=moved(0.4))
    assert one == (
        "The scores of D0 (index 0.40) are spread otherwise than in training. Look at its lines, "
        "and train again."
    )
    (many,) = told(scores=moved(0.3, 0.9, 0.5, 0.4, 0.3))
    assert many == (
        "The scores of D1 (index 0.90), D2 (index 0.50), D3 (index 0.40) and 2 more are spread "
        "otherwise than in training. Look at their lines, and train again."
    )


def test_features_that_moved_are_told_as_what_they_are_about():
    names = ("collaborative__neighbours_adopting", "any_recency__days_since_last",
             "any_cadence__usual_gap_days", "paths__lag_sum", "mix__divisions_new_12m")  # fmt: skip
    rows = [{"feature": name, "psi": 0.9, "status": "drifted"} for name in names]
    calm = [{"feature": "own_trend__orders_year_ratio", "psi": 0.0, "status": "stable"}]
    (found,) = told(features=[*rows, *calm])
    assert found == (
        "5 of 6 features have moved from what the models were trained on. Those that moved the "
        "most tell of an account what similar accounts bought, the rhythm of its orders and "
        "related divisions that it bought. Look for a change in the logs, and train again."
    )


def test_only_the_newest_rate_of_a_division_is_told():
    rows = [rate("A", 0.5, day="2023-12-31"), rate("A", 0.1), rate("B", 0.2), rate("C", 0.3, "ok")]
    (found,) = told(labels=rows)
    assert found == (
        "After 2024-06-30, 10.0 % of the customers bought from A and 20.0 % of the customers "
        "bought from B, far from what was usual before. Probabilities learned from earlier "
        "horizons may be off."
    )


def test_divisions_from_which_nobody_bought_are_told_as_such():
    (found, other) = told(labels=[rate("A", 0.0), rate("B", 0.2), rate("C", 0.0)])
    assert found == (
        "After 2024-06-30, nobody bought from A and C. What is no longer sold belongs into "
        "[divisions] exclude; else look for lines that are missing."
    )
    assert "B" in other


def test_nothing_moved_nothing_said():
    assert told() == []


@pytest.mark.parametrize(
    ("known", "cutoff", "months", "judgement"),
    [
        ("2023-12-31", "2024-12-31", 12, "stable"),
        ("2023-12-31", "2025-01-31", 13, "drifted"),
        ("2023-12-31", "2023-06-30", 0, "stable"),
        (None, "2024-12-31", None, "unjudged"),
    ],
)
def test_models_are_old_once_they_are_older_than_the_setting(known, cutoff, months, judgement):
    history = SimpleNamespace(cutoff=Cutoff.parse(cutoff))
    profile = {"history_end": known} if known else {}
    settings = DriftSettings(model_months=12)
    age = Drift(SimpleNamespace(history=history), settings, profile)._model_age()
    assert (age["model_months"], age["model_status"]) == (months, judgement)


def test_scores_drift_only_where_they_have_moved_as_well():
    then, table = np.repeat([0.10, 0.30], [900, 100]), []
    for division, score in (("Alike", 0.101), ("Moved", 0.15)):
        scores = np.where(then == 0.10, score, then)
        table.append(pd.DataFrame({Scores.DIVISION: division, Scores.SCORE: scores}))
    profile = Profile.of(then, np.ones(1000)).as_dict()
    drift = Drift(None, DriftSettings(), {"scores": {"Alike": profile, "Moved": profile}})
    found = {row["division"]: row for row in drift._scores(pd.concat(table))}
    assert found["Alike"]["psi"] == found["Moved"]["psi"] > 5
    assert [found[name]["status"] for name in ("Alike", "Moved")] == ["watch", "drifted"]


def base_rates(customers, buyers, **settings):
    """`label_drift` where of so many customers that many bought CAD in each of five horizons."""
    age = [6 * at + 3 for at, count in enumerate(reversed(buyers)) for _ in range(count)]
    customer = [one for count in reversed(buyers) for one in range(count)]
    code = [1] * len(age) + [0] * customers  # and all bought something else at first
    ages = np.array(age + [40] * customers, np.int16)
    orders = {C.AGE: ages, C.ORDERS: np.ones(len(code))}
    ledger = SimpleNamespace(
        customer=np.array([*customer, *range(customers)]),
        columns=orders,
        division=np.array(code),
        divisions=np.array(["All", "CAD"]),
        shape=(customers, 2),
    )
    history = SimpleNamespace(cutoff=Cutoff.parse("2024-12-31"))
    engine = SimpleNamespace(ledger=ledger, horizon_months=6, months=41, history=history)
    rows = label_drift(engine, DriftSettings(**settings))
    return [row for row in rows if row["division"] == "CAD"]


@pytest.mark.parametrize(
    ("customers", "last", "judgement"),
    [(200, 100, "stable"), (200, 160, "watch"), (200, 30, "drifted"), (200, 0, "drifted"),
     (99, 0, "unjudged")],
)  # fmt: skip
def test_a_base_rate_is_held_against_the_mean_of_those_before(customers, last, judgement):
    least = {"least_customers": 100, "label_ratio": 2.0}
    rows = base_rates(customers, [95, 90, 98, 96, last], **least)
    assert [row["buyers"] for row in rows] == [95, 90, 98, 96, last]
    assert rows[-1]["status"] == judgement
    assert rows[-1]["cutoff_date"] == "2024-06-30"


def test_few_expected_buyers_tell_nothing():
    rows = base_rates(200, [25, 20, 29, 20, 0], least_customers=100)
    assert {row["status"] for row in rows} == {"unjudged"}
