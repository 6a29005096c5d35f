"""The team of the log, where nobody wrote a capacity file."""

import pandas as pd
import pytest

from gosales.core.errors import ConfigError, ContractError
from gosales.pipeline.plan_team import Market, read_team, team_of_log
from gosales.whitespace.plan import Rep
from gosales.whitespace.settings import PlanSettings


def market(*places, active=("Ann", "Ben")):
    accounts = pd.DataFrame(places, columns=["rep", "branch"]).astype(object)
    return Market(accounts.where(accounts.notna(), None), ("CAD", "Training"), frozenset(active))


PLACES = (("Ann", "East"), ("Ann", "West"), ("Ann", "West"), ("Ben", None), ("Old", "East"))


def test_reps_who_still_sell_get_the_same_slots_and_their_usual_branch():
    team = team_of_log(market(*PLACES), 7)
    assert team.reps == (Rep("Ann", 7, None, "West"), Rep("Ben", 7, None, None))


def test_where_nobody_sold_lately_all_reps_count():
    team = team_of_log(market(*PLACES, active=()), 7)
    assert [rep.name for rep in team.reps] == ["Ann", "Ben", "Old"]


def test_branches_and_at_last_one_list_stand_for_missing_reps():
    assert team_of_log(market((None, "West"), (None, "East")), 3).reps == (
        Rep("East", 3, None, "East"),
        Rep("West", 3, None, "West"),
    )
    assert team_of_log(market((None, None)), 3).reps == (Rep("team", 3),)
    with pytest.raises(ConfigError):
        team_of_log(market(), 3)


def test_hours_become_slots_and_slots_win(tmp_path):
    path = tmp_path / "reps.csv"
    path.write_text("rep,hours,slots\nBen,7.9,\nAnn,8,2\nCyd,0,\n", encoding="utf-8")
    team = read_team(path, market(*PLACES), PlanSettings(minutes_per_pitch=90))
    assert [(rep.name, rep.slots) for rep in team.reps] == [("Ann", 2), ("Ben", 5), ("Cyd", 0)]
    path.write_text("rep,hours\nBen,7.9\n", encoding="utf-8")
    with pytest.raises(ContractError, match="at least 600 minutes"):
        read_team(path, market(*PLACES), PlanSettings(minutes_per_pitch=600))


def test_a_misspelled_rep_is_a_warning_with_the_nearest_name(tmp_path):
    path = tmp_path / "reps.csv"
    path.write_text("rep,slots\nann,2\nBenn,2\n", encoding="utf-8")
    team = read_team(path, market(*PLACES), PlanSettings())
    assert [rep.name for rep in team.reps] == ["Ann", "Benn"]
    assert team.warnings == ("reps.csv: Benn has no account in the log. Is it Ben?",)
