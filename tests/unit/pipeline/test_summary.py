"""What the terminal says of a run: figures, and doubts where there are none or poor ones."""

from types import SimpleNamespace

import pandas as pd
import pytest

from gosales.core.columns import Scores, Whitespace
from gosales.evaluation.scoreboard import MIN_BUYERS
from gosales.pipeline.summary import summarise_lists, summarise_models
from gosales.utils.paths import Workspace


def metrics(auc, *divisions):
    """Of a run whose never-bought cells have that AUC; divisions as (cells, buyers)."""
    cells, buyers = map(sum, zip(*divisions, strict=True))
    macro = {"auc": auc, "ap": auc, "lift_10": auc, "n": cells, "buyers": buyers}
    macro["divisions"] = sum(b >= MIN_BUYERS for _, b in divisions)
    boards = {f"D{at}": {"n": n, "buyers": b} for at, (n, b) in enumerate(divisions)}
    return {
        "judged_at": "2024-06-30",
        "horizon_months": 6,
        "populations": {"never_bought": {"_macro": macro, **boards}},
        "baselines": {"recency": {"never_bought": macro}},
    }


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (metrics(None, (700, 4), (300, 5)), "Too few to judge: 9 of 1,000 such cells bought"),
        (metrics(None, (0, 0)), "every customer had bought from every division"),
        (metrics(0.51, (700, 40)), "hardly better than chance"),
        (
            metrics(0.7, (700, 40), (300, 9), (0, 0)),
            "Means over 1: 1 of 2 divisions had fewer than 10 such buyers, too few to be judged",
        ),
    ],
)
def test_doubts_are_told(found, told):
    assert told in summarise_models(found)


def test_a_sound_figure_stands_alone():
    text = summarise_models(metrics(0.7, (700, 40)))
    assert text.splitlines()[2:] == [
        "  AUC                            0.700  0.700",
        "  average precision              0.700  0.700",
        "  lift in the top 10 %           0.700  0.700",
    ]


def test_an_empty_list_says_why(tmp_path):
    nothing = pd.DataFrame(columns=[Whitespace.LEVEL, Whitespace.CUSTOMER])
    lists = SimpleNamespace(whitespace=nothing, drift=(), scores=range(7))
    text = summarise_lists(lists, Workspace(tmp_path))
    assert "Top opportunities (7 scores): none, since no customer" in text


def test_names_stand_below_each_other_whatever_the_divisions_are_called(tmp_path):
    rows = pd.DataFrame(
        [
            (name, str(at), "division", "", 0.5, 9.0, "Because", None, None)
            for at, name in enumerate(("CAD", "EASTER & SEASONAL", "X" * 99))
        ],
        columns=[Whitespace.DIVISION, Whitespace.CUSTOMER, Whitespace.LEVEL, Whitespace.NAME,
                 Scores.SCORE, Scores.VALUE, Whitespace.REASONS, Whitespace.REP, Whitespace.BRANCH],
    )  # fmt: skip
    lists = SimpleNamespace(whitespace=rows, drift=(), scores=range(3))
    lines = summarise_lists(lists, Workspace(tmp_path)).splitlines()[1:7:2]
    assert {line.index("50.0 %") for line in lines} == {2 + 24 + 1 + 36 + 2}
