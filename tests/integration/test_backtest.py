"""`gosales backtest`, from files to files."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import ibis
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from gosales.cli import main
from gosales.core.columns import Fact
from gosales.core.errors import TimelineError
from gosales.core.star import History, Star
from gosales.core.timeline import Cutoff
from gosales.evaluation.bootstrap import FIGURES
from gosales.evaluation.scoreboard import MACRO, POPULATIONS
from gosales.models.baselines import BASELINES
from gosales.pipeline.backtest_fold import REFERENCE, UNGATED, judge_at
from gosales.pipeline.build import published_star
from gosales.pipeline.gate import MODEL
from gosales.pipeline.session import Options, Session
from gosales.pipeline.sure_figures import COLUMNS, DIFFERENCES, EVERY
from gosales.utils.paths import Workspace
from tests.conftest import without_network
from tests.integration.conftest import SETTINGS, Place, sales


def run(place, *command):
    with pytest.raises(SystemExit) as end:
        main([*command, "--workspace", str(place.root)])
    assert end.value.code == 0


TABLES = ("figures", "differences", "gains", "reliability")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A workspace with a star, and a backtest with the reference published."""
    place = Place(tmp_path_factory.mktemp("backtest"))
    place.logs.mkdir(parents=True)
    more = "[backtest]\nfolds = 3\ncapacity = 25\ndraws = 200\n"
    (place.root / "gosales.toml").write_text(SETTINGS + more, encoding="utf-8")
    place.write(sales(customers=80))
    with without_network():
        run(place, "build-star")
        run(place, "backtest", "--reference")
    return place


@pytest.fixture(scope="module")
def summary(place):
    path = place.outputs / "backtest" / "metrics.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tables(place):
    folder = place.outputs / "backtest"
    return {name: pq.read_table(folder / f"{name}.parquet").to_pandas() for name in TABLES}


@pytest.fixture(scope="module")
def star(place):
    session = session_of(place)
    star = published_star(session)
    yield star
    star.close()


def session_of(place):
    return Session.open(Workspace(place.root), Options())


def test_the_summary_names_what_was_judged_and_how(summary):
    assert len(summary["cutoffs"]) == 3
    assert summary["cutoffs"] == sorted(summary["cutoffs"], reverse=True)
    assert (summary["capacity"], summary["draws"], summary["horizon_months"]) == (25, 200, 6)
    scores = {MODEL, UNGATED, REFERENCE, *BASELINES}
    assert set(summary["scores"]) == scores
    assert set(summary["populations"]) == set(POPULATIONS)
    assert MACRO in summary["populations"]["never_bought"]
    macro = summary["scores"][MODEL]["all"]
    for name in FIGURES:
        assert macro[f"{name}_low"] <= macro[name] <= macro[f"{name}_high"]
    assert set(summary["money"]) == set(summary["cutoffs"])
    assert all(one["populations"]["all"]["forecast"] > 0 for one in summary["money"].values())
    for ours in (MODEL, UNGATED):
        assert set(summary["differences"][ours]) == scores - {ours}


def test_every_fold_is_purged_and_says_what_it_had_seen(summary):
    assert [fold["cutoff"] for fold in summary["folds"]] == summary["cutoffs"]
    for fold in summary["folds"]:
        assert fold["known_until"] <= fold["cutoff"] < fold["judged_until"]
        assert fold["training_outcomes_end"] <= fold["cutoff"]
        assert all(one < fold["cutoff"] for one in fold["training_cutoffs"])


def test_tables_hold_every_cutoff_and_all_together_in_both_forms(place, summary, tables):
    assert tuple(tables["figures"].columns) == COLUMNS
    assert tuple(tables["differences"].columns) == DIFFERENCES
    for name, table in tables.items():
        assert set(table["cutoff_date"]) == {EVERY, *summary["cutoffs"]}, name
        plain = pd.read_csv(place.outputs / "backtest" / f"{name}.csv", dtype={"cutoff_date": str})
        assert list(plain.columns) == list(table.columns)
        numbers = table.select_dtypes("number").columns
        assert plain[numbers].to_numpy(float) == pytest.approx(
            table[numbers].to_numpy(float, na_value=np.nan), nan_ok=True
        )


def test_the_summary_agrees_with_the_tables(summary, tables):
    rows = tables["figures"]
    inside = (rows["cutoff_date"] == EVERY) & (rows["division"] == MACRO)
    (row,) = rows[inside & (rows["score"] == MODEL) & (rows["population"] == "all")].to_dict(
        "records"
    )
    told = summary["scores"][MODEL]["all"]
    assert told == summary["populations"]["all"][MACRO]
    for name in ("n", "buyers", "auc", "auc_low", "lift_5", "capture_at_capacity"):
        assert told[name] == pytest.approx(row[name])


class Reader(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


def test_the_page_shows_never_bought_first_and_asks_the_network_nothing(place, summary):
    text = (place.outputs / "backtest" / "report.html").read_text(encoding="utf-8")
    read = Reader(text)
    assert read.tags.count("svg") == 2
    assert not {"script", "link", "img", "iframe"} & set(read.tags)
    assert read.text.index("Never bought:") < read.text.index("Lapsed:")
    assert all(cutoff in read.text for cutoff in summary["cutoffs"])
    assert "nan" not in read.text.lower().replace("nance", "")


def test_the_same_backtest_gives_the_same_bytes(place):
    folder = place.outputs / "backtest"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    run(place, "backtest", "--reference")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


# --- Purged folds ---------------------------------------------------------------------------------


def scores_at(star, place, cutoff):
    fold = judge_at(star, Cutoff.parse(cutoff), session_of(place), reference=True, capacity=25)
    return fold.judged


def test_what_happened_after_a_cutoff_changes_no_score_of_its_fold(star, place, summary):
    """Later lines are moved to other divisions, multiplied, cut off: only the outcome differs."""
    cutoff = summary["cutoffs"][-1]
    facts = star.tables.facts
    later = facts[Fact.DATE] > Cutoff.parse(cutoff).date
    strange = facts.mutate(
        **{
            Fact.DIVISION: ibis.ifelse(later, "Training", facts[Fact.DIVISION]),
            Fact.VALUE: ibis.ifelse(later, facts[Fact.VALUE] * 7, facts[Fact.VALUE]),
        }
    )
    kept = strange.filter(~later | (strange[Fact.CUSTOMER] < "0040"))
    ours = scores_at(star, place, cutoff)
    theirs = scores_at(Star(replace(star.tables, facts=kept)), place, cutoff)
    assert not np.array_equal(theirs.bought, ours.bought)
    for name, score in ours.score.items():
        assert np.array_equal(theirs.score[name], score), name
    assert np.array_equal(theirs.population, ours.population)


def test_a_fold_that_knows_a_later_line_stops_the_backtest(star, place, summary, monkeypatch):
    """A planted leak: the history is cut a month late."""
    honest = Star.as_of

    def late(self, cutoff):
        known = honest(self, Cutoff(cutoff.plus_months(1)))
        return History(cutoff, known.tables, known.two_clocks)

    monkeypatch.setattr(Star, "as_of", late)
    with pytest.raises(TimelineError, match="leaks: a known line"):
        scores_at(star, place, summary["cutoffs"][0])


def test_a_fold_that_learns_from_an_open_outcome_stops_the_backtest(
    star, place, summary, monkeypatch
):
    """A planted leak: training cutoffs a month too young, their outcomes read from the star."""
    from gosales.pipeline import fit
    from gosales.pipeline.snapshots import Lesson

    def young(months, h, most, offset=0):
        return [] if offset else [Lesson(h - 1, h, 0)]

    monkeypatch.setattr(fit, "lessons", young)
    monkeypatch.setattr(
        History, "outcome", lambda self, cutoff, months: star.outcome(cutoff, months)
    )
    with pytest.raises(TimelineError, match="leaks: a training outcome"):
        scores_at(star, place, summary["cutoffs"][-1])
