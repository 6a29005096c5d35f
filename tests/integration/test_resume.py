"""A run that broke off is taken up where it was whole, and comes out as if it never had."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from gosales.cli import main
from gosales.pipeline import score_all as job
from gosales.pipeline.resume import _Training, train
from gosales.pipeline.session import Options, Work
from gosales.utils.store import hashes
from tests.integration.conftest import copied, sales, workspace

ROWS = sales(customers=14, months=22)


class Broken(BaseException):
    """Stands for a kill."""


def manifest(place):
    run_id = json.loads((place.outputs / "published.json").read_text(encoding="utf-8"))["run_id"]
    path = place.outputs / "runs" / run_id / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8"))


def models(place):
    return hashes(place.root / "models")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A workspace after the main job."""
    place = workspace(tmp_path_factory.mktemp("undisturbed") / "workspace")
    place.write(ROWS)
    with pytest.raises(SystemExit) as end:
        main(["score-all", "--workspace", str(place.root)])
    assert not end.value.code
    return place


@pytest.fixture
def place(undisturbed, tmp_path):
    return copied(undisturbed, tmp_path)


@pytest.fixture
def break_at(monkeypatch, place, gosales):
    """`break_at("score")`: run the job, which breaks off at that stage, or `after` it."""

    def run(stage, *options, after=False):
        real = getattr(job, stage)

        def broken(*args, **kwargs):
            if after:
                real(*args, **kwargs)
            raise Broken

        with monkeypatch.context() as patched:
            patched.setattr(job, stage, broken)
            with pytest.raises(Broken):
                gosales("score-all", place, *options)
        return max(path.name for path in (place.outputs / "runs").iterdir())

    return run


def count(monkeypatch, name):
    """How often a stage really runs."""
    calls, real = [], getattr(job, name, train)
    target = (
        "gosales.pipeline.resume.train" if name == "train" else f"gosales.pipeline.build.{name}"
    )

    def counted(*args, **kwargs):
        calls.append(name)
        return real(*args, **kwargs)

    monkeypatch.setattr(target, counted)
    return calls


@pytest.mark.parametrize("after", [False, True], ids=["before the scoring", "after it"])
def test_a_run_that_broke_off_is_taken_up(place, gosales, break_at, monkeypatch, after):
    undisturbed, undisturbed_models = place.published(), models(place)
    figures = (place.outputs / "metrics.json").read_bytes()
    (place.logs / "log.csv").unlink()
    place.write(ROWS, name="same.csv")  # another name is another star, with equal lists
    broken = break_at("score", after=after)
    trained = count(monkeypatch, "train")
    assert gosales("score-all", place).code == 0
    told = manifest(place)
    assert (told["star_from"], told["models_from"]) == (broken, broken)
    assert trained == []
    assert models(place) == undisturbed_models
    assert (place.outputs / "metrics.json").read_bytes() == figures
    again = place.published()
    assert again["icp_scores.csv"] == undisturbed["icp_scores.csv"]
    assert again["whitespace.csv"] == undisturbed["whitespace.csv"]


def _append(path: Path, text: str) -> list[str]:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return []


def _tamper(place) -> list[str]:
    path = max((place.outputs / "runs").glob("*/models/cad_model/MLmodel"))
    path.write_text("x", encoding="utf-8")
    return []


CHANGES = {
    "seed": lambda place: ["--seed", "2"],
    "settings": lambda place: _append(place.root / "gosales.toml", "kept_zeros = 0.5\n"),
    "cutoff": lambda place: ["--cutoff", "2023-06-30"],
    "division": lambda place: ["--division", "CAD"],
    "log": lambda place: _append(place.logs / "log.csv", ",".join(map(str, ROWS[0])) + "\n"),
    "tampering": _tamper,
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A workspace whose only run broke off after its training."""
    place = workspace(tmp_path_factory.mktemp("trained") / "workspace")
    place.write(ROWS)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(job, "score", _break)
        with pytest.raises(Broken):
            main(["score-all", "--workspace", str(place.root)])
    return place


def _break(*_args, **_kwargs):
    raise Broken


@pytest.fixture
def broken_off(trained, tmp_path):
    return copied(trained, tmp_path)


@pytest.mark.parametrize("change", CHANGES)
def test_training_is_not_taken_up_when_anything_differs(broken_off, gosales, monkeypatch, change):
    """The next run goes on to train: that is seen by breaking it off there."""
    more = CHANGES[change](broken_off)
    again = []
    monkeypatch.setattr("gosales.pipeline.resume.train", _break)
    monkeypatch.setattr(Work, "note", lambda work, **facts: again.append(facts))
    with pytest.raises(Broken):
        gosales("score-all", broken_off, *more)
    star = [facts["star_from"] for facts in again if "star_from" in facts]
    assert bool(star) == (change in ("seed", "settings", "division", "tampering"))


def test_training_with_another_library_or_code_is_not_taken_up(broken_off, gosales, monkeypatch):
    monkeypatch.setattr("gosales.pipeline.resume.versions", lambda: {"lightgbm": "another"})
    monkeypatch.setattr("gosales.pipeline.resume.train", _break)
    with pytest.raises(Broken):
        gosales("score-all", broken_off)


def test_a_training_of_chosen_divisions_is_left_to_nobody(tmp_path):
    """The models of the others are of another run, and may be newer when the next one asks."""
    session = SimpleNamespace(options=Options(divisions=("CAD",)))
    work = SimpleNamespace(session=session, folder=tmp_path, manifest={}, warnings=[])
    _Training.about_to(work, "star").keep()
    assert list(tmp_path.iterdir()) == []


def test_training_is_taken_up_when_nothing_differs(broken_off, gosales, monkeypatch):
    """Else the test above would say nothing."""
    monkeypatch.setattr("gosales.pipeline.resume.train", _break)
    assert gosales("score-all", broken_off).code == 0


def test_a_finished_run_is_repeated_in_full_but_for_its_star(place, gosales, monkeypatch):
    before, before_models, first = place.published(), models(place), manifest(place)
    trained = count(monkeypatch, "train")
    assert gosales("score-all", place).code == 0
    assert trained == ["train"]
    assert (place.published(), models(place)) == (before, before_models)
    second = manifest(place)
    changed = {key for key in second if second[key] != first.get(key)}
    assert changed <= {"run_id", "seconds", "made_from", "star_from", "output_hashes"}
    assert {k for k, v in second["output_hashes"].items() if v != first["output_hashes"][k]} == {
        "icp_scores.csv",  # its rows hold the run's id
        "icp_scores.parquet",
        "whitespace.csv",
        "whitespace.parquet",
    }


def test_only_the_last_broken_star_is_kept(place, gosales, break_at):
    for cutoff in ("2023-05-31", "2023-06-30"):
        last = break_at("resume_or_train", "--cutoff", cutoff)
    stars = {path.stem for path in (place.root / "data" / "star").glob("*.duckdb")}
    assert stars == {manifest(place)["run_id"], last}


def test_a_damaged_star_is_built_again(broken_off, gosales, monkeypatch):
    (star,) = (broken_off.root / "data" / "star").glob("*.duckdb")
    star.write_bytes(star.read_bytes()[:5000])
    monkeypatch.setattr("gosales.pipeline.build.build_star", _break)
    with pytest.raises(Broken):
        gosales("score-all", broken_off)
