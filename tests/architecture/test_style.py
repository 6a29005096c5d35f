"""The limits on size and on catching errors that no linter rule here covers."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
RUNTIME = re.compile(r"gosales/(data|outputs|models/[^/]+_model)/")

MODULES = sorted(
    path
    for path in (ROOT / "gosales").rglob("*.py")
    if not RUNTIME.match(path.relative_to(ROOT).as_posix())
)
each_module = pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix()
)


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def caught_names(handler: ast.ExceptHandler) -> set[str]:
    if handler.type is None:
        return {"everything"}
    return {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}


def test_there_are_modules_to_look_at():
    assert MODULES


@each_module
def test_modules_stay_short(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_MODULE_LINES, f"{lines} lines: think again"


@each_module
def test_functions_stay_short(path):
    long = [
        f"{node.name} (line {node.lineno}): {length} lines"
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := node.end_lineno - node.lineno + 1) > MAX_FUNCTION_LINES
    ]
    assert not long, long


@each_module
def test_errors_are_caught_by_name(path):
    """Catching everything is for the outermost boundary: it raises again, or its line says why.

    Why means a reason behind the exemption: `# noqa: BLE001 - the last line of defence`.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    blind = [
        f"line {node.lineno}"
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ExceptHandler)
        and caught_names(node) & {"everything", "Exception", "BaseException"}
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
        and not re.search(r"# noqa: BLE001\W+\w+", lines[node.lineno - 1])
    ]
    assert not blind, blind
