"""The import contracts of pyproject.toml hold, and each of them notices a breach."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "from importlinter.cli import lint_imports_command; lint_imports_command()"
PACKAGES = [
    "cli", "ui", "pipeline", "config", "etl", "features", "labels", "models", "evaluation",
    "whitespace", "simulate", "export", "utils", "core",
]  # fmt: skip


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", COMMAND, "--no-cache", "--no-logo"],
        cwd=folder,
        check=False,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"},
    )


@pytest.fixture
def house(tmp_path):
    """An empty house with every package, under the contracts of the real one."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ["", *PACKAGES]:
        folder = tmp_path / "gosales" / package
        folder.mkdir()
        (folder / "__init__.py").touch()
    return tmp_path


def add_module(house: Path, module: str, code: str) -> None:
    path = house.joinpath(*module.split(".")).with_suffix(".py")
    path.parent.mkdir(exist_ok=True)
    (path.parent / "__init__.py").touch()
    path.write_text(code + "\n", encoding="utf-8")


def test_the_code_keeps_every_contract():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_layers_are_the_agreed_ones():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(
        c for c in pyproject["tool"]["importlinter"]["contracts"] if c["type"] == "layers"
    )
    assert contract["exhaustive"] is True
    assert [layer.replace("(", "").replace(")", "") for layer in contract["layers"]] == [
        "ui | cli",
        "pipeline",
        "config",
        "etl | features | labels | models | evaluation | whitespace | simulate | export",
        "utils",
        "core",
    ]


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("gosales.etl.build_star", "import gosales.cli"),
        ("gosales.models.train_division_model", "from gosales.cli import main"),
        ("gosales.pipeline.score_all", "from gosales.cli import main"),
        ("gosales.pipeline.compose", "import gosales.labels, gosales.features, gosales.config"),
        ("gosales.ui.pages.accounts", "import streamlit"),
        ("gosales.models.boosting", "import lightgbm"),
        ("gosales.cli.commands", "import click"),
    ],
)
def test_allowed_imports_pass(house, module, code):
    add_module(house, module, code)
    done = lint_imports(house)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("gosales.features.families.peek", "from gosales.labels import make"),  # strangers
        ("gosales.ui.views", "import gosales.cli"),
        ("gosales.core.star", "import gosales.utils"),  # upwards
        ("gosales.etl.load_csv", "from gosales import config"),
        ("gosales.etl.load_csv", "import gosales.cli"),  # a door belongs to its file only
        ("gosales.config.files", "def late():\n    import gosales.pipeline"),
        ("gosales.surprise.module", ""),  # every package has its layer
        ("gosales.pipeline.dashboard", "import streamlit"),  # libraries have one home
        ("gosales.evaluation.baseline", "import lightgbm"),
        ("gosales.models.recipe", "import lightgbm"),  # boosting knows what to do without OpenMP
        ("gosales.utils.progress", "from click import echo"),
    ],
)
def test_breaches_are_noticed(house, module, code):
    add_module(house, module, code)
    done = lint_imports(house)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout
