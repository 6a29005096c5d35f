"""Write the generated parts of docs/, each between two comments, from the code they describe.

    python scripts/make_docs.py            write them (`make docs` does the same)
    python scripts/make_docs.py --check    write nothing; exit 1 when one is out of date

A part stands between `<!-- generated: NAME -->` and `<!-- end: NAME -->`; the text around it is
written by hand. A column or reason that has no description in meanings.py is an error, as is a
setting without one: whoever adds one says in a sentence what it means.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_origin

import click
import numpy as np
from example_settings import EXAMPLES
from meanings import (
    BACKTEST,
    BACKTEST_BINS,
    BACKTEST_GAINS,
    BACKTEST_REST,
    BASELINE_MEANING,
    CALIBRATION,
    DIFF,
    DIFFERENCES,
    DRIFT,
    FIGURES,
    GAINS,
    MONEY_FIGURES,
    NOTES,
    PLAN,
    QUALITY,
    REASONS,
    REJECT_COLUMNS,
    SCORES,
    STAR,
    STAR_TABLES,
    WHITESPACE,
)
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gosales.cli import gosales
from gosales.config import Config
from gosales.core.columns import (
    Diff,
    Plan,
    Scores,
    Whitespace,
)
from gosales.etl import rejects
from gosales.etl.contracts import CONTRACTS
from gosales.etl.lines import Reason
from gosales.etl.quality import DataQuality
from gosales.etl.sku_map import SkuMap, load_sku_map
from gosales.evaluation import bootstrap, curves, metrics, money
from gosales.features.catalog import catalog
from gosales.models.baselines import BASELINES
from gosales.pipeline.backtest_curves import BIN_COLUMNS, GAIN_COLUMNS
from gosales.pipeline.drift import REPORTED
from gosales.pipeline.sure_figures import COLUMNS as FIGURE_COLUMNS
from gosales.pipeline.sure_figures import DIFFERENCES as DIFFERENCE_COLUMNS
from gosales.pipeline.sure_figures import LIMITS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PART = re.compile(
    r"<!-- generated: (?P<name>[a-z-]+) -->\n(?P<body>.*?)<!-- end: (?P=name) -->", re.DOTALL
)
WIDTH = 96

# --- Building blocks ------------------------------------------------------------------------------


def table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(_cell(text) for text in row) + " |" for row in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def described(columns: Iterator[str] | list[str], meanings: dict[str, str], title: str) -> str:
    """A table of columns and what they mean. Raises KeyError for one that is not described."""
    return table((title, "meaning"), [(f"`{name}`", meanings[name]) for name in columns])


# --- The parts ------------------------------------------------------------------------------------


def sections(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Every settings section: its name in gosales.toml, and its class."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield f"{path}{name}", kind
            yield from sections(kind, f"{path}{name}.")


def plain_keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The keys of a section that are no sections themselves."""
    return {
        name: field
        for name, field in model.model_fields.items()
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel))
    }


def config_keys() -> str:
    """Every section with its keys."""
    blocks = []
    for path, model in sections(Config):
        keys = plain_keys(model)
        if not keys:
            continue
        rows = [
            (f"`{name}`", _type_name(field.annotation), _default(field), str(field.description))
            for name, field in keys.items()
        ]
        blocks.append(f"### `[{path}]`\n\n{table(('key', 'type', 'default', 'meaning'), rows)}")
    return "\n\n".join(blocks)


def _type_name(kind: Any) -> str:
    """A type in the words of TOML."""
    words = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    if kind in words:
        return words[kind]
    origin, inner = get_origin(kind), [one for one in get_args(kind) if one is not Ellipsis]
    if origin is types.UnionType:
        return " or ".join(_type_name(one) for one in inner if one is not type(None))
    if origin is tuple:
        return f"list of {_type_name(inner[0])}s"
    if origin is dict:
        return f"table of {_type_name(inner[1])}s"
    if str(origin) == "typing.Literal":
        return " or ".join(f"`{one}`" for one in inner)
    if origin is not None:  # Annotated
        return _type_name(inner[0])
    return {"date": "day"}.get(getattr(kind, "__name__", ""), str(kind))


def _default(field: FieldInfo) -> str:
    value = field.default
    return "-" if value in (None, (), {}) else f"`{_toml(value)}`"


def config_example() -> str:
    """A whole gosales.toml in which every key stands, with its meaning."""
    blocks = []
    for path, model in sections(Config):
        keys = plain_keys(model)
        if not keys:
            continue
        lines = [f"[{path}]"]
        for name, field in keys.items():
            value = EXAMPLES.get(f"{path}.{name}", field.default)
            lines += [f"# {line}" for line in _wrap(str(field.description))]
            shown = "..." if value is None else _toml(value, day=field.annotation)
            lines.append(f"# {name} = {shown}" if value is None else f"{name} = {shown}")
        blocks.append("\n".join(lines))
    return "```toml\n" + "\n\n".join(blocks) + "\n```"


def _toml(value: Any, day: Any = None) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value if "datetime" in str(day) else f'"{value}"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(one, day) for one in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return str(value)


def _wrap(text: str) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) > WIDTH:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line]


def commands() -> Iterator[tuple[str, click.Command, click.Context]]:
    """Every command of the command line, with subcommands: its full name, itself, its context."""
    root = gosales.make_context("gosales", [], resilient_parsing=True, terminal_width=WIDTH)
    yield "gosales", gosales, root
    yield from _below(gosales, root)


def _below(
    group: click.Group, parent: click.Context
) -> Iterator[tuple[str, click.Command, click.Context]]:
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        if command is None or command.hidden:
            continue
        context = click.Context(command, info_name=name, parent=parent, terminal_width=WIDTH)
        yield context.command_path, command, context
        if isinstance(command, click.Group):
            yield from _below(command, context)


def cli() -> str:
    """The help of every command."""
    return "\n\n".join(
        f"## `{name}`\n\n```text\n{_plain(command.get_help(context))}\n```"
        for name, command, context in commands()
    )


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines())


def star_tables() -> str:
    """The star's tables with their columns."""
    blocks = []
    for contract in CONTRACTS:
        meanings = STAR[contract.table]
        rows = [(f"`{name}`", kind, meanings[name]) for name, kind in contract.columns.items()]
        body = table(("column", "type", "meaning"), rows)
        blocks.append(f"### `{contract.table}`\n\n{STAR_TABLES[contract.table]}\n\n{body}")
    return "\n\n".join(blocks)


def reasons() -> list[str]:
    """Every reason for which the code may reject a line."""
    return [
        value
        for name, value in vars(Reason).items()
        if not name.startswith("_") and isinstance(value, str)
    ]


def note_codes() -> list[str]:
    """Every code that the code gives a remark on the data, besides the reject reasons."""
    found = set()
    for path in sorted((ROOT / "gosales" / "etl").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Note"), args=[ast.Constant(value=str(code)), *_]):
                    found.add(code)
    blocking = [code for code in sorted(found) if NOTES[code].startswith("Blocker")]
    return blocking + [code for code in sorted(found) if code not in blocking]


def sku_map() -> str:
    """What the shipped map knows."""
    found: SkuMap = load_sku_map()
    rows = [
        (
            division.name,
            ", ".join(" or ".join(f"`{name}`" for name in one.value) for one in division.products),
        )
        for division in found.divisions
    ]
    return table(("division", "value columns (SKUs)"), rows)


def figures() -> list[str]:
    """The keys of one list of figures in metrics.json."""
    return list(metrics.summary(np.array([0.2, 0.4]), np.array([False, True])))


def money_figures() -> list[str]:
    """The keys of one population of the money in metrics.json."""
    one, sure = np.array([1.0]), np.array([True])
    cells = money.MoneyCells(np.array([0]), one, one, one, one, one, sure, one)
    return [
        "n",
        "buyers",
        *money.totals(cells),
        *money.ranges(cells),
        "deciles",
        "captured",
    ]


def features() -> str:
    """The feature catalog, one table per family."""
    families: dict[str, list[tuple[str, ...]]] = {}
    for row in catalog(6):
        family = row["feature"].partition("__")[0]
        rows = families.setdefault(family, [])
        rows.append((f"`{row['feature']}`", row["of"], row["meaning"]))
    blocks = [
        f"### {family}\n\n{table(('feature', 'of', 'meaning'), rows)}"
        for family, rows in families.items()
    ]
    count = sum(len(rows) for rows in families.values())
    return f"{count} features in {len(families)} families.\n\n" + "\n\n".join(blocks)


def baselines() -> str:
    """The simple scores with what they look at."""
    rows = [
        (f"`{name}`", BASELINE_MEANING[name], ", ".join(f"`{one}`" for one in spec.columns))
        for name, spec in BASELINES.items()
    ]
    return table(("simple score", "in words", "features"), rows)


def _gains() -> list[str]:
    score, bought = np.array([0.2, 0.4]), np.array([False, True])
    return ["population", *curves.gains(score, bought, np.array([0.0, 1.0]))[0]]


def _reliability() -> list[str]:
    return ["population", *curves.reliability(np.array([0.2]), np.array([True]))[0]]


def _backtest_figures() -> str:
    keys = [name for name in FIGURE_COLUMNS if name not in (*figures(), *LIMITS)]
    sure = ", ".join(f"`{name}`" for name in bootstrap.FIGURES)
    rest = [(f"`{name}`", BACKTEST_REST[name].format(names=sure)) for name in BACKTEST_REST]
    return table(("column", "meaning"), [*((f"`{name}`", BACKTEST[name]) for name in keys), *rest])


PARTS: dict[str, Callable[[], str]] = {
    "config-keys": config_keys,
    "config-example": config_example,
    "cli": cli,
    "icp-scores": lambda: described(list(Scores.ORDER), SCORES, "column"),
    "whitespace": lambda: described(list(Whitespace.ORDER), WHITESPACE, "column"),
    "plan": lambda: described(list(Plan.ORDER), PLAN, "column"),
    "diff": lambda: described(list(Diff.ORDER), DIFF, "column"),
    "star-tables": star_tables,
    "reject-reasons": lambda: described(reasons(), REASONS, "reason"),
    "notes": lambda: described(note_codes(), NOTES, "code"),
    "reject-columns": lambda: described(list(rejects.COLUMNS), REJECT_COLUMNS, "column"),
    "data-quality": lambda: described([one.name for one in fields(DataQuality)], QUALITY, "key"),
    "drift": lambda: described([*REPORTED, "warnings"], DRIFT, "key"),
    "figures": lambda: described(figures(), FIGURES, "figure"),
    "money-figures": lambda: described(money_figures(), MONEY_FIGURES, "figure"),
    "gains": lambda: described(_gains(), GAINS, "column"),
    "calibration": lambda: described(_reliability(), CALIBRATION, "column"),
    "backtest-figures": _backtest_figures,
    "backtest-differences": lambda: described(list(DIFFERENCE_COLUMNS), DIFFERENCES, "column"),
    "backtest-gains": lambda: described(list(GAIN_COLUMNS), BACKTEST_GAINS, "column"),
    "backtest-reliability": lambda: described(list(BIN_COLUMNS), BACKTEST_BINS, "column"),
    "sku-map": sku_map,
    "features": features,
    "baselines": baselines,
}


def renewed(text: str) -> str:
    """A page with all its generated parts made anew."""

    def part(match: re.Match[str]) -> str:
        name = match["name"]
        return f"<!-- generated: {name} -->\n\n{PARTS[name]()}\n\n<!-- end: {name} -->"

    return PART.sub(part, text)


def stale() -> dict[Path, str]:
    """Pages whose generated parts are out of date, with what they should be."""
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md"))}
    fresh = {path: renewed(text) for path, text in pages.items()}
    return {path: text for path, text in fresh.items() if text != pages[path]}


def main() -> int:
    """Write what is out of date, or only tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
    check = parser.parse_args().check
    pages = stale()
    for path, text in pages.items():
        print(f"{'out of date' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.write_text(text, encoding="utf-8", newline="\n")
    if check and pages:
        print("Run: make docs", file=sys.stderr)
    return int(check and bool(pages))


if __name__ == "__main__":
    raise SystemExit(main())
