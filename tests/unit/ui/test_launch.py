"""How the dashboard is started: on this machine only, and quiet."""

import importlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from gosales import cli
from gosales.cli import dashboard
from gosales.core.errors import WorkspaceError
from gosales.ui import launch
from gosales.ui.door import Door
from gosales.utils.paths import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def started(monkeypatch):
    calls = []
    monkeypatch.setattr(dashboard, "_start", lambda module, given: calls.append((module, given)))
    return calls


def run_cli(*args):
    try:
        cli.main(["dashboard", *args])
    except SystemExit as stop:
        return stop.code
    return 0


def test_the_command_hands_over_its_options(started, empty):
    given = ("--workspace", str(empty.root), "--port", "8600", "--no-browser")
    assert run_cli(*given) == 0
    root = str(empty.root.resolve())
    assert started == [("gosales.ui", ["--workspace", root, "--port", "8600", "--no-browser"])]


def test_a_missing_workspace_is_an_error_before_anything_starts(started, tmp_path, capsys):
    assert run_cli("--workspace", str(tmp_path / "no")) == 1
    assert not started
    assert "does not exist" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "70000", "x"])
def test_a_wrong_port_is_wrong_usage(started, port):
    assert run_cli("--port", port) == 2
    assert not started


@pytest.mark.skipif(os.name == "nt", reason="replaces the process where the system can")
def test_the_process_is_replaced_without_the_current_folder_on_its_path(monkeypatch):
    calls = []
    monkeypatch.setattr(os, "execv", lambda program, command: calls.append((program, command)))
    monkeypatch.setattr(subprocess, "call", lambda command: 0)
    with pytest.raises(SystemExit):  # a real execv does not return
        dashboard._start("gosales.ui", ["--port", "1"])
    assert calls == [(sys.executable, [sys.executable, "-P", "-m", "gosales.ui", "--port", "1"])]


def test_streamlit_binds_to_this_machine_and_calls_nobody():
    line = launch.arguments(8600, headless=True)
    assert line[:2] == ["run", str(Path(launch.__file__).with_name("server.py"))]
    for option in (
        "--server.address=127.0.0.1",
        "--server.port=8600",
        "--server.headless=true",
        "--browser.gatherUsageStats=false",
        "--server.showEmailPrompt=false",
        "--server.fileWatcherType=none",
        "--client.showErrorDetails=none",
        "--client.showErrorLinks=false",
        "--global.developmentMode=false",
        "--runner.magicEnabled=false",
        "--client.disableDataExport=true",
    ):
        assert option in line
    assert "--server.headless=false" in launch.arguments(8600, headless=False)


def test_the_server_tells_the_door_where_it_is(monkeypatch):
    from streamlit import config

    from gosales.ui import server

    with monkeypatch.context() as patched:
        patched.setattr(config, "get_option", lambda name: {"server.baseUrlPath": "sales"}[name])
        (door,) = importlib.reload(server).app._user_middleware
    importlib.reload(server)
    assert (door.cls, door.kwargs) == (Door, {"root": "sales"})


def test_streamlit_knows_every_option_and_colour_that_is_set():
    from streamlit import config

    known = set(config.get_config_options())
    assert set(launch.FIXED) <= known
    theme = tomllib.loads((launch.FOLDER / "theme.toml").read_text(encoding="utf-8"))["theme"]
    for key, value in theme.items():
        inner = [f"theme.{key}.{name}" for name in value] if isinstance(value, dict) else []
        assert set(inner or [f"theme.{key}"]) <= known


def test_the_environment_tells_the_workspace_and_keeps_what_a_user_set(tmp_path):
    environment = {"STREAMLIT_THEME_BASE": "dark"}
    launch.prepare(environment, tmp_path)
    assert environment[ENVIRONMENT] == str(tmp_path)
    assert environment["STREAMLIT_THEME_BASE"] == "dark"
    assert "localhost" in environment["STREAMLIT_SERVER_ALLOWED_HOSTS"]


def test_serve_prepares_and_starts_streamlit(monkeypatch, empty):
    from streamlit.web import cli as streamlit

    calls = []
    monkeypatch.setattr(streamlit, "main", lambda line, prog_name: calls.append(line))
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.chdir(empty.root)
    launch.serve(["--workspace", str(empty.root), "--port", "8601", "--no-browser"])
    assert calls == [launch.arguments(8601, headless=True)]
    assert os.environ[ENVIRONMENT] == str(empty.root.resolve())


def test_a_missing_extra_is_an_error_with_its_remedy(monkeypatch, empty, capsys):
    monkeypatch.setattr(launch, "find_spec", lambda name: None)
    with pytest.raises(WorkspaceError, match="not installed"):
        launch.require_streamlit()
    monkeypatch.setattr(sys, "argv", ["gosales.ui", "--workspace", str(empty.root)])
    with pytest.raises(SystemExit) as stop:
        launch.main()
    assert stop.value.code == 1
    told = capsys.readouterr().err
    assert "gosales-engine[ui]" in told
    assert told.startswith("error: ")
    assert told.isascii()


def test_only_the_app_its_pages_and_what_they_share_know_streamlit():
    folder = Path(launch.__file__).parent
    plain = [
        path
        for path in folder.glob("*.py")
        if path.stem not in {"app", "shell", "tables", "window", "launch", "server"}
    ]
    assert len(plain) > 5
    for path in plain:
        assert "import streamlit" not in path.read_text(encoding="utf-8"), path.name


@pytest.mark.parametrize("name", ["run_streamlit.sh", "run_streamlit.ps1"])
def test_the_scripts_start_the_same_command(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert text.isascii()
    assert "-m gosales.cli dashboard" in text


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_the_shell_script_passes_its_options_on(tmp_path):
    done = subprocess.run(
        ["sh", str(ROOT / "run_streamlit.sh"), "--help"],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "gosales dashboard" in done.stdout
