"""The log and the progress of long work: silent until somebody listens."""

import json
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace

import pytest
import rich.console
import rich.progress

from gosales.utils import db, progress, progress_bar
from gosales.utils.db import backend, connect, memory_budget_gb
from gosales.utils.log import get_log, log_to
from gosales.utils.progress import install, silent, track, track_whole
from gosales.utils.progress_bar import show_progress


@pytest.fixture(autouse=True)
def nobody_listens():
    yield
    install(silent)


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_inside_the_block_every_line_is_a_json_object(tmp_path):
    with log_to(tmp_path / "log.jsonl"):
        get_log().info("scored", customers=812, name="Größe")
        get_log().warning("odd")
    first, second = lines(tmp_path / "log.jsonl")
    assert (first["event"], first["customers"], first["name"]) == ("scored", 812, "Größe")
    assert (first["level"], second["level"]) == ("info", "warning")


def test_outside_of_the_block_the_log_goes_nowhere(tmp_path, capsys):
    get_log().info("before")
    with log_to(tmp_path / "log.jsonl"):
        get_log().info("inside")
    get_log().error("after")
    assert [line["event"] for line in lines(tmp_path / "log.jsonl")] == ["inside"]
    assert capsys.readouterr() == ("", "")


def test_a_logger_that_was_made_early_writes_too(tmp_path):
    log = get_log()
    with log_to(tmp_path / "log.jsonl"):
        log.info("inside")
    assert len(lines(tmp_path / "log.jsonl")) == 1


def test_a_failure_closes_the_log(tmp_path):
    with pytest.raises(ValueError, match="no"), log_to(tmp_path / "log.jsonl"):
        raise ValueError("no")
    get_log().info("after")
    assert lines(tmp_path / "log.jsonl") == []


@pytest.fixture
def heard():
    """What an installed reporter is told."""
    told = []

    @contextmanager
    def reporter(label, total):
        told.append((label, total))
        yield told.append

    install(reporter)
    return told


def test_progress_is_silent_by_default(capsys):
    with track("Reading", total=3) as advance:
        advance(3)
    assert capsys.readouterr() == ("", "")


def test_an_installed_reporter_hears_of_every_stage(heard):
    with track("Reading", total=3) as advance:
        advance(2)
    with track("Scoring"):
        pass
    assert heard == [("Reading", 3), 2, ("Scoring", None)]


def test_long_work_leaves_a_line_with_its_time_and_its_speed(capsys, monkeypatch):
    monkeypatch.setattr(progress_bar, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(progress_bar, "time", SimpleNamespace(monotonic=count(0, 2).__next__))
    show_progress()
    with track("Reading", total=2) as advance:
        advance(1, 3_000)
        advance(1, 5_000)
    with track("Waiting"):
        pass
    told = capsys.readouterr().err.splitlines()
    assert [line for line in told if ":" in line and line.isascii()] == [
        "Reading: 6.0 s, 1,333 rows/s",
        "Waiting: 2.0 s",
    ]


def test_a_stage_that_is_told_as_one_hides_those_within_it(heard):
    with track_whole("Proving", 2) as advance:
        with track("Scoring") as inner:
            inner(7)
        advance(1)
    with track("Reading"):
        pass
    assert heard == [("Proving", 2), 1, ("Reading", None)]


def test_the_time_left_is_told_where_a_stage_advances_once_in_a_minute(monkeypatch):
    """By rich's own default it would be forgotten after half a minute."""
    now, shown = [0.0], []

    class Shown(rich.progress.Progress):
        def __init__(self, *columns, **more):
            super().__init__(*columns, **more)
            shown.append(self)

    monkeypatch.setattr(rich.progress, "Progress", Shown)
    monkeypatch.setattr(rich.console, "monotonic", lambda: now[0])
    show_progress()
    with track("Proving", total=4) as advance:
        for _ in range(3):
            now[0] += 60
            advance(1)
        (task,) = shown[0].tasks
        assert task.time_remaining == 60


def test_quick_work_leaves_no_line_behind(capsys):
    show_progress()
    assert progress._reporter is not silent
    with track("Reading", total=2) as advance:
        advance(1)
    assert "s\n" not in capsys.readouterr().err


def test_the_memory_budget_is_the_setting_or_a_share_of_the_machine():
    assert memory_budget_gb(1.5) == 1.5
    assert 0 < memory_budget_gb() <= 8


@pytest.mark.parametrize(("machine", "budget"), [(4.0, 2.4), (13.0, 7.8), (64.0, 8.0)])
def test_the_default_budget_is_60_percent_of_the_machine_and_at_most_8_gb(
    monkeypatch, machine, budget
):
    monkeypatch.setattr(db, "_machine_memory_gb", lambda: machine)
    assert memory_budget_gb() == pytest.approx(budget)


def test_duckdb_is_held_to_the_budget():
    with connect(memory_gb=0.5) as connection:
        (limit,) = connection.execute("SELECT current_setting('memory_limit')").fetchone()
    assert limit == "476.8 MiB"


def test_connections_never_fetch_extensions(tmp_path):
    with connect(tmp_path / "a.duckdb", memory_gb=0.5) as connection:
        settings = "autoinstall_known_extensions", "autoload_known_extensions"
        query = "SELECT current_setting(?)"
        assert [connection.execute(query, [name]).fetchone()[0] for name in settings] == [False] * 2
        assert backend(connection).con is connection
