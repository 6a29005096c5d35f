"""Loading models, settings and data runs no code: nothing here could, and hostile files try."""

import ast
import json
import pickle
import shutil
import sys
from pathlib import Path

import pytest

from gosales.config import load_config
from gosales.core.errors import GosalesError, ModelError
from gosales.etl.sku_map import load_sku_map
from gosales.models.model_store import load_models
from gosales.utils.paths import Workspace
from gosales.utils.store import RunStore

ROOT = Path(__file__).resolve().parents[2]
MODULES = [
    path for path in sorted((ROOT / "gosales").rglob("*.py")) if "_model" not in path.parent.name
]
LOADERS = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve",
           "yaml", "jsonpickle", "runpy", "code"}  # fmt: skip
"""Modules that make code of data."""

CALLS = {"eval", "exec", "compile", "__import__", "read_pickle", "load_module", "unsafe_load"}
PROGRAMS = {
    "gosales/cli/dashboard.py": {"execv", "call"},  # starts our own module in this Python
}
"""Modules that may start a program, and how."""

STARTERS = {"system", "popen", "execv", "execve", "spawnv", "Popen", "call", "check_call",
            "check_output"}  # fmt: skip


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def called(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            what = node.func
            yield getattr(what, "id", None) or getattr(what, "attr", ""), node


def test_no_module_can_make_code_of_data():
    found = []
    for path in MODULES:
        tree, name = ast.parse(path.read_text("utf-8")), path.relative_to(ROOT).as_posix()
        found += [(name, module) for module in imported(tree) if module in LOADERS]
        for call, node in called(tree):
            plain = isinstance(node.func, ast.Name)  # re.compile and DataFrame.eval are no names
            pickles = [one for one in node.keywords if one.arg == "allow_pickle"]
            starts = call in STARTERS and call not in PROGRAMS.get(name, set())
            if (call in CALLS and (plain or call not in {"compile", "eval"})) or pickles or starts:
                found.append((name, call))
    assert len(MODULES) > 200
    assert found == []


class Payload:
    """Unpickled, it leaves a mark."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


@pytest.fixture
def mark(tmp_path):
    return tmp_path / "it ran"


@pytest.fixture
def models(tmp_path, mark):
    """A folder as MLflow would load it, full of code that leaves a mark; no data of ours."""
    folder = tmp_path / "models" / "cad_model"
    (folder / "code").mkdir(parents=True)
    (folder / "data" / "division_model" / "trees").mkdir(parents=True)
    script = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\n"
    pickled = pickle.dumps(Payload(mark))
    (folder / "MLmodel").write_text(
        "flavors:\n  python_function:\n    loader_module: hostile_loader\n    code: code\n"
        "    python_model: python_model.pkl\n    data: data/division_model\n"
        f"    env: !!python/object/apply:os.system ['touch {mark.as_posix()}']\n",
        encoding="utf-8",
    )
    for name in ("hostile_loader.py", "conftest.py", "__init__.py"):
        (folder / "code" / name).write_text(script, encoding="utf-8")
    for name in ("python_model.pkl", "model.pkl", "model.joblib", "data/division_model/model.pkl"):
        (folder / name).write_bytes(pickled)
    for name in ("conda.yaml", "python_env.yaml"):
        text = f"!!python/object/apply:os.system ['touch {mark.as_posix()}']\n"
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_payload_would_leave_its_mark(models, mark):
    pickle.loads((models / "model.pkl").read_bytes())
    assert mark.exists()


@pytest.mark.parametrize("name", ["", "model.json", "trees/general.txt.gz"])
def test_a_hostile_model_folder_runs_nothing(models, mark, name):
    data = models / "data" / "division_model"
    if name:
        (data / name).write_bytes((models / "model.pkl").read_bytes())
    before = set(sys.modules)
    with pytest.raises(ModelError):
        load_models(models.parent)
    assert not mark.exists()
    assert not [module for module in set(sys.modules) - before if "hostile" in module]


@pytest.mark.parametrize("loader", [load_config, load_sku_map])
def test_pickled_and_yaml_settings_are_no_settings(models, mark, loader):
    for name in ("model.pkl", "conda.yaml", "MLmodel", "code/hostile_loader.py"):
        with pytest.raises(GosalesError):
            loader(models / name)
    assert not mark.exists()


TRAVERSAL = ["../elsewhere", "..", "/etc", "a/b", "a\\b", "C:x", "nul\0"]


@pytest.mark.parametrize("run_id", TRAVERSAL)
def test_a_published_run_lies_among_the_runs(tmp_path, models, run_id):
    """Else models and lists of any folder of the machine would be taken for this workspace's."""
    workspace = Workspace(tmp_path / "workspace")
    shutil.copytree(models.parent, workspace.runs.parent / "elsewhere" / "models")
    for content in ({"run_id": run_id}, {"run_id": "r", "parts": {"models": run_id}}):
        workspace.published.write_text(json.dumps(content), encoding="utf-8")
        with pytest.raises(GosalesError, match=r"published\.json"):
            RunStore(workspace).sync()
    assert not workspace.models.exists()
