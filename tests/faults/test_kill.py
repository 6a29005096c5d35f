"""Kill -9 at any moment: every file stays whole, and the next command makes all belong together."""

from __future__ import annotations

import shutil
import signal
from itertools import count

import pytest

from tests.campaign import CAMPAIGN, tried, was_tried
from tests.conftest import figure
from tests.faults.conftest import (
    CUTOFFS,
    assert_one_run,
    assert_whole,
    litter,
    published,
    shown,
)
from tests.integration.conftest import Place, copied

SIGKILLED = -9


RANDOM_KILLS = 50 if CAMPAIGN else 3


@pytest.fixture(scope="module")
def place(faulty, tmp_path_factory):
    return copied(faulty, tmp_path_factory.mktemp("killed"))


@pytest.fixture(scope="module")
def usual(forks, place):
    """A run that nothing ends."""
    ended = forks.run(place, "score-all", "--cutoff", CUTOFFS[1])
    assert ended.code == 0, ended.said
    return ended


def at_steps(usual, chance):
    """The faults at steps of the publishing; in a campaign at every step of the run."""
    total = len(usual.steps)
    commit = next(at for at, step in enumerate(usual.steps, 1) if step.endswith("published.json"))
    steps = range(1, total + 1) if CAMPAIGN else [chance.randrange(commit, total) for _ in range(2)]
    names = ("outputs/published.json", "outputs/whitespace.csv", ".copied.json")
    kills = [{"kill_at": step} for step in steps]
    new = [kill for kill in kills if not was_tried(told(kill))]
    return [*({"kill_to": [name]} for name in names), *new]


def told(kill):
    """A kill in words."""
    return f"survived {kill}"


def at_random(usual, chance):
    """Faults at times that are all equally likely, without end."""
    while True:
        yield {"kill_after": chance.uniform(0, usual.seconds)}


def killed(forks, place, turn, kill):
    """Try a kill, and whether all is whole after it. Says whether the process was killed."""
    before = published(place)["run_id"]
    ended = forks.run(place, "score-all", "--cutoff", CUTOFFS[turn % 2], **kill)
    assert ended.code in (SIGKILLED, 0), ended.said
    assert_whole(place, before, published(place)["run_id"])
    mended = forks.run(place, "runs", "list")
    assert mended.code == 0, mended.said
    now = assert_one_run(place)
    assert now == before or published(place)["run_id"] != before
    tried(told(kill))
    return ended.code == SIGKILLED


@pytest.mark.slow
def test_kills_lose_nothing(forks, place, usual, chance):
    """In one test, since each kill starts from what the last one left.

    A run that takes over a training is shorter than the usual one, and may end before its kill.
    """
    turns, steps = count(), at_steps(usual, chance)
    done = [killed(forks, place, next(turns), kill) for kill in steps]
    survived = []
    for kill in at_random(usual, chance):
        survived.append(killed(forks, place, next(turns), kill))
        if sum(survived) == RANDOM_KILLS:
            break
    figure(
        f"kills survived: {sum(done)} before steps of the run, {sum(survived)} at random times "
        f"({len(done) + len(survived) - sum(done) - sum(survived)} more came too late)"
    )
    assert all(done[:3])


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_command_that_is_stopped_says_so(forks, place, name):
    """Just before it would publish: by a scheduler, a terminal that is closed, Ctrl-C."""
    before, number = published(place), int(getattr(signal, name))
    ended = forks.run(place, "build-star", kill_to=["outputs/published.json"], signal=number)
    assert ended.code == 1, ended.said
    assert ended.said.strip().splitlines()[-1].startswith("error: The command was stopped (")
    assert ("Ctrl-C" if name == "SIGINT" else name) in ended.said
    assert "Traceback" not in ended.said
    assert published(place) == before
    assert litter(place) == []
    assert_one_run(place)


@pytest.mark.slow
def test_what_killed_runs_left_is_swept(forks, place, usual):
    ended = forks.run(place, "build-star", "--cutoff", CUTOFFS[0])
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
