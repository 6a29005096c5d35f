"""The pages say what is so: generated parts are fresh, names exist, links lead somewhere."""

import ast
import importlib.util
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from gosales.cli import gosales
from gosales.config import Config, load_config
from gosales.core.columns import Diff, Plan, Scores, Whitespace
from gosales.etl.contracts import CONTRACTS
from gosales.etl.lines import Reason
from gosales.pipeline.session import Session
from gosales.utils.store import PARTS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "examples").rglob("*.md")],
    key=lambda path: path.as_posix(),
)
each_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix()
)
FENCE = re.compile(r"^```(?P<kind>[a-z0-9]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
SHELLS = ("sh", "bash", "console", "powershell")
# Put together from pieces, so that this file does not hold what it forbids.
REGISTRIES = ("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "conda.an" + "aconda.org")
MACHINE_PATH = re.compile(
    r"(?<![\w.~/$-])/(?:" + "|".join(["wo" + "rk", "home", "root", "tmp", "Users", "mnt"]) + r")/"
    r"|(?<![A-Za-z])[A-Z]:\\Users\\"
)


def load_make_docs():
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_docs"] = module
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts")
        spec.loader.exec_module(module)
    return module


make_docs = load_make_docs()
COMMANDS = {name: command for name, command, _ in make_docs.commands()}


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """The page without code blocks."""
    return FENCE.sub("", text(page))


def blocks(page: Path, *kinds: str) -> list[str]:
    return [match["body"] for match in FENCE.finditer(text(page)) if match["kind"] in kinds]


def shown_commands(page: Path) -> list[str]:
    """Every `gosales ...` of the page: in shell blocks, and in the prose between backticks."""
    lines = [
        line.removeprefix("$ ").partition("  #")[0].strip()
        for block in blocks(page, *SHELLS)
        for line in block.splitlines()
    ]
    quoted = re.findall(r"`([^`\n]+)`", prose(page))
    return [line for line in [*lines, *quoted] if re.match(r"gosales( |$)", line)]


# --- Generated parts ------------------------------------------------------------------------------


def test_generated_parts_are_up_to_date():
    stale = [path.relative_to(ROOT).as_posix() for path in make_docs.stale()]
    assert not stale, f"{stale}: run `make docs`"


def test_every_generator_is_used_by_a_page_and_every_marker_closes():
    used = set()
    for page in DOCS.rglob("*.md"):
        found = [match["name"] for match in make_docs.PART.finditer(text(page))]
        assert text(page).count("<!-- generated: ") == len(found), page.name
        used |= set(found)
    assert used == set(make_docs.PARTS)


def test_stale_parts_are_made_anew_and_the_prose_stays():
    page = "before\n<!-- generated: baselines -->\nold\n<!-- end: baselines -->\nafter\n"
    fresh = make_docs.renewed(page)
    assert "old" not in fresh
    assert "`rfm_logistic`" in fresh
    assert fresh.startswith("before\n")
    assert fresh.endswith("\nafter\n")
    assert make_docs.renewed(fresh) == fresh


# --- Settings -------------------------------------------------------------------------------------


def config_keys(model=Config, path=()):
    for name, field in model.model_fields.items():
        kind = field.annotation
        if hasattr(kind, "model_fields"):
            yield from config_keys(kind, (*path, name))
        else:
            yield (*path, name), field


def test_every_setting_has_a_description():
    assert [".".join(key) for key, field in config_keys() if not field.description] == []


def test_every_setting_is_on_the_settings_page():
    page = text(DOCS / "config.md")
    for (*section, name), _ in config_keys():
        part = page.split(f"### `[{'.'.join(section)}]`")[1].split("\n###")[0].split("\n## ")[0]
        assert f"| `{name}` |" in part, f"{section} {name}"


def whole_example() -> str:
    (match,) = [m for m in make_docs.PART.finditer(text(DOCS / "config.md"))
                if m["name"] == "config-example"]  # fmt: skip
    return FENCE.search(match["body"])["body"]


def test_the_whole_example_is_a_valid_settings_file_with_every_key(tmp_path):
    path = tmp_path / "gosales.toml"
    path.write_text(whole_example(), encoding="utf-8")
    assert isinstance(load_config(path), Config)
    raw = tomllib.loads(whole_example())
    for key, _ in config_keys():
        value = raw
        for name in key:
            assert name in value, f"{'.'.join(key)}: give it a value in EXAMPLES of make_docs.py"
            value = value[name]


def test_other_toml_blocks_can_be_read(tmp_path):
    for page in PAGES:
        for block in blocks(page, "toml"):
            tomllib.loads(block)
    for path in sorted((ROOT / "examples").rglob("gosales.toml")):
        assert load_config(path).source.shape == "long"


# --- Threats --------------------------------------------------------------------------------------


def named_tests() -> list[str]:
    """Every `tests/...` that the threat model names, row by row; a row without one fails."""
    rows = [row for row in text(DOCS / "threat_model.md").splitlines() if row.startswith("| ")][2:]
    found = [re.findall(r"`(tests/[^`]+)`", row.split(" | ")[-1]) for row in rows]
    assert len(rows) > 15
    assert all(found), rows[[bool(one) for one in found].index(False)]
    return [name for row in found for name in row]


def test_every_test_that_the_threat_model_names_is_there():
    for name in named_tests():
        path, _, function = name.partition("::")
        assert (ROOT / path).is_file(), name
        content = text(ROOT / path)
        assert f"def {function or 'test_'}" in content, name


# --- Columns, reasons, keys -----------------------------------------------------------------------


def test_every_output_column_is_documented():
    page = text(DOCS / "data.md")
    lists = {
        "icp_scores": Scores,
        "whitespace": Whitespace,
        "plan/plan": Plan,
        "diffs/<run>_<run>/diff": Diff,
    }
    for title, columns in lists.items():
        part = page.split(f"### `{title}.csv`")[1].split("\n### ")[0]
        found = re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)
        assert found == list(columns.ORDER), title


def test_every_star_column_is_documented():
    page = text(DOCS / "data.md")
    for contract in CONTRACTS:
        part = page.split(f"### `{contract.table}`")[1].split("\n### ")[0]
        found = re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)
        assert found == list(contract.columns), contract.table


def used_reasons() -> set[str]:
    """The reasons that the code names as `Reason.X`."""
    return {
        getattr(Reason, node.attr)
        for path in (ROOT / "gosales" / "etl").glob("*.py")
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Reason"
        and isinstance(getattr(Reason, node.attr), str)
    }


def test_every_reject_reason_is_documented_and_used():
    part = text(DOCS / "data.md").split("### Reject reasons")[1].split("\n### ")[0]
    found = set(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE))
    assert found == set(make_docs.reasons()) == used_reasons()


def test_every_key_of_metrics_is_documented():
    part = text(DOCS / "data.md").split("### `metrics.json`")[1].split("\n### ")[0]
    source = ast.parse(text(ROOT / "gosales" / "pipeline" / "figures.py"))
    (function,) = [n for n in source.body if getattr(n, "name", "") == "metrics"]
    written = {
        key.value
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict)
        for key in node.value.keys
    }
    assert {"populations", "judged_at"} <= written
    for key in sorted(written | set(make_docs.figures())):
        assert f"| `{key}` |" in part, key


def test_every_published_file_is_documented():
    page = text(DOCS / "data.md")
    for patterns in PARTS.values():
        for pattern in patterns:
            folder = pattern.partition("/")[0]
            assert folder in page, pattern


def test_every_data_remark_has_one_description():
    assert set(make_docs.note_codes()) == set(make_docs.NOTES)


# --- The command line -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"gosales"}))
def test_every_command_has_help_with_an_example_and_is_on_its_page(name):
    command = COMMANDS[name]
    assert command.help
    if not isinstance(command, click.Group):
        assert "Example" in command.help, "its help shows an example"
    assert f"## `{name}`" in text(DOCS / "cli.md")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_help_can_be_asked_for(name, capsys):
    with pytest.raises(SystemExit) as stop:
        gosales(args=[*name.split()[1:], "--help"], prog_name="gosales")
    assert stop.value.code == 0
    assert capsys.readouterr().out.startswith("Usage: " + name)


def parse(line: str) -> None:
    """Parse a command line without running it; a bare name need only exist.

    Raises click's errors for what does not exist.
    """
    command, args = gosales, shlex.split(line)[1:]
    while isinstance(command, click.Group) and args and not args[0].startswith("-"):
        found = command.commands.get(args[0])
        if found is None:
            raise click.UsageError(f"there is no {args[0]}")
        command, args = found, args[1:]
    if args and not {"--help", "-h", "--version"} & set(args):
        command.parse_args(click.Context(command, info_name=line), args)


def planned() -> set[str]:
    """Commands that the changelog says are not there yet."""
    part = text(ROOT / "CHANGELOG.md").partition("### Not there yet")[2].partition("\n#")[0]
    return set(re.findall(r"`([a-z-]+)`", part))


# A setting may be for a command to come, and says so.
PROGRAMS = [
    (page, line)
    for page in PAGES
    for line in dict.fromkeys(shown_commands(page))
    if not (page.name == "config.md" and {*line.split()[1:2]} & planned())
]


@pytest.mark.parametrize(
    ("page", "line"), PROGRAMS, ids=lambda value: value if isinstance(value, str) else value.name
)
def test_commands_on_the_pages_exist_and_their_options_parse(page, line):
    try:
        parse(line)
    except click.ClickException as error:
        pytest.fail(f"{page.name}: `{line}`: {error.format_message()}")


def test_the_parser_of_these_tests_refuses_what_does_not_exist():
    for line in ("gosales no-such-command", "gosales score-all --no-such-option"):
        with pytest.raises(click.ClickException):
            parse(line)


def test_commands_called_planned_are_not_there():
    assert not planned() & set(gosales.commands), "move them out of `Not there yet`"


QUICK_START = re.findall(
    r"^python ((?:-m )?gosales\S+)", "\n".join(blocks(ROOT / "README.md", *SHELLS)), re.MULTILINE
)


def test_the_readme_shows_the_original_quick_start():
    assert len(QUICK_START) == 5


@pytest.mark.parametrize("program", QUICK_START)
def test_scripts_and_modules_in_the_readme_run(program):
    done = subprocess.run(
        [sys.executable, *program.split(), "--help"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Usage: gosales ")


def test_make_targets_and_powershell_tasks_on_the_pages_exist():
    makefile, script = text(ROOT / "Makefile"), text(ROOT / "run.ps1")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    tasks = set(re.findall(r"^        '(\w+)' \{", script, re.MULTILINE))
    for page in PAGES:
        for name in re.findall(r"(?:^|`)make ([a-z-]+)", text(page), re.MULTILINE):
            assert name in targets, f"{page.name}: make {name}"
        for name in re.findall(r"run\.ps1 (\w+)", text(page)):
            assert name in tasks, f"{page.name}: run.ps1 {name}"


# --- Links and words ------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """Heading anchors in the way of GitHub."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
    return {title.strip().replace(" ", "-") for title in plain}


@each_page
def test_relative_links_resolve(page):
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked), target


@each_page
def test_pages_name_no_registry_and_no_path_of_one_machine(page):
    assert not [name for name in REGISTRIES if name in text(page)]
    assert not MACHINE_PATH.search(text(page)), MACHINE_PATH.search(text(page))


def test_the_pages_belong_together():
    """Every page under docs/ can be reached from the README."""
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        for target in LINK.findall(prose(page)):
            path = (page.parent / target.partition("#")[0]).resolve()
            pages = sorted(path.glob("*.md")) if path.is_dir() else [path]
            waiting += [one for one in pages if one.suffix == ".md" and one.exists()
                        and one not in seen]  # fmt: skip
    assert set(DOCS.rglob("*.md")) <= seen


def test_the_readme_stays_short():
    assert len(text(ROOT / "README.md").splitlines()) <= 220


def test_the_layout_of_a_workspace_is_the_one_in_the_code(tmp_path):
    """The folders that the command page draws are those of Workspace."""
    from gosales.utils.paths import Workspace

    page = text(DOCS / "cli.md")
    space = Workspace(tmp_path)
    for path in (space.config, space.logs, space.holdout, space.lookup, space.staging,
                 space.stars, space.models, space.outputs, space.runs):  # fmt: skip
        assert path.relative_to(tmp_path).as_posix() in page


def test_a_settings_file_named_on_the_command_line_is_read(tmp_path):
    """--config takes another file, as the settings page says."""
    from gosales.pipeline.session import Options
    from gosales.utils.paths import Workspace

    path = tmp_path / "other.toml"
    path.write_text("[time]\nhorizon_months = 3\n", encoding="utf-8-sig")
    session = Session.open(Workspace(tmp_path), Options(config=path))
    assert session.horizon_months == 3
