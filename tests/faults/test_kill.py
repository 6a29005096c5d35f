"""Kill -9 at any moment: every file stays whole, and the next command makes all belong together."""

from __future__ import annotations

import shutil

import pytest

from tests.faults.conftest import (
    CAMPAIGN,
    CUTOFFS,
    assert_one_run,
    assert_whole,
    litter,
    published,
    shown,
)
from tests.integration.conftest import Place

SIGKILLED = -9


@pytest.fixture(scope="module")
def kills(forks, place, chance):
    """The faults to try: at random times, and at steps of the publishing."""
    ended = forks.run(place, "score-all", "--cutoff", CUTOFFS[1])
    assert ended.code == 0, ended.said
    total = len(ended.steps)
    commit = next(at for at, step in enumerate(ended.steps, 1) if step.endswith("published.json"))
    if CAMPAIGN:
        times = [chance.uniform(0, ended.seconds) for _ in range(50)]
        steps = list(range(1, total + 1))
    else:
        times = [chance.uniform(0.1, 0.95) * ended.seconds for _ in range(3)]
        steps = [chance.randrange(commit, total) for _ in range(2)]
    names = ("outputs/published.json", "outputs/whitespace.csv", ".copied.json")
    kills = [{"kill_to": [name]} for name in names] + [{"kill_after": time} for time in times]
    return kills + [{"kill_at": step} for step in steps]


@pytest.mark.slow
def test_kills_lose_nothing(forks, place, kills):
    """In one test, since each kill starts from what the last one left."""
    for turn, kill in enumerate(kills):
        before = published(place)["run_id"]
        ended = forks.run(place, "score-all", "--cutoff", CUTOFFS[turn % 2], **kill)
        assert ended.code in (SIGKILLED, 0), ended.said
        assert_whole(place, before, published(place)["run_id"])
        mended = forks.run(place, "runs", "list")
        assert mended.code == 0, mended.said
        now = assert_one_run(place)
        assert now == before or published(place)["run_id"] != before


@pytest.mark.slow
def test_what_killed_runs_left_is_swept(forks, place, kills):
    ended = forks.run(place, "score-all", "--cutoff", CUTOFFS[0])
    assert ended.code == 0, ended.said
    assert litter(place) == []
    assert len(list((place.root / "data" / "star").iterdir())) == 1


@pytest.mark.slow
def test_a_killed_first_run_publishes_nothing_or_all(forks, place, chance, tmp_path):
    fresh = Place(tmp_path / "fresh")
    shutil.copytree(place.logs, fresh.logs)
    shutil.copy(place.root / "gosales.toml", fresh.root)
    ended = forks.run(fresh, "score-all", kill_after=chance.uniform(0.2, 2))
    assert ended.code == SIGKILLED
    assert forks.run(fresh, "runs", "list").code == 0
    assert shown(fresh) == {}
    ended = forks.run(fresh, "score-all")
    assert ended.code == 0, ended.said
    assert_one_run(fresh)
