"""What the runs of a workspace did: the list, and one run whole. Reads only.

A run's manifest is written when it ends; a folder without one is a run that failed, was killed or
is still going on. A run whose manifest somebody damaged is called unreadable.
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gosales.core.errors import WorkspaceError
from gosales.utils.parse import parse_json
from gosales.utils.paths import Workspace, has_folder
from gosales.utils.store import MANIFEST, Published, RunStore

FAILED, UNFINISHED, UNREADABLE = "failed", "unfinished", "unreadable"
RUN_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,79}")
STAMP = re.compile(r"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})-")
RESOLVED = ("run_id", "command", "seed", "cutoff", "divisions", "settings", "versions", "seconds")
RECORDS = ("options", "output_hashes", "made_from", "settings", "versions")
HASHES, HOLDOUT = "input_hashes", "holdout_hashes"
TABLES = (*RECORDS, HASHES, HOLDOUT)
FIGURES = ("n", "buyers", "base_rate", "auc", "ap", "lift_10", "ece", "expected_over_actual")
MOST_INPUTS = 40


@dataclass(frozen=True)
class RunCard:
    """One run in a line: `publishes` are the parts that are published from it now."""

    run_id: str
    command: str
    state: str
    publishes: tuple[str, ...]

    @property
    def when(self) -> str:
        """The UTC time that its id tells."""
        found = STAMP.match(self.run_id)
        if not found:
            return ""
        year, month, day, hour, minute, second = found.groups()
        return f"{year}-{month}-{day} {hour}:{minute}:{second}"


def list_runs(workspace: Workspace) -> list[RunCard]:
    """Every run, the newest first."""
    published = RunStore(workspace).published()
    return [_card(workspace, run_id, published) for run_id in reversed(run_ids(workspace))]


def run_ids(workspace: Workspace) -> list[str]:
    """The ids of all runs, the oldest first."""
    if not has_folder(workspace.runs):
        return []
    names = (path.name for path in workspace.runs.iterdir() if path.is_dir())
    return sorted(name for name in names if RUN_ID.fullmatch(name))


def find_run(workspace: Workspace, run_id: str) -> Path:
    """The folder of a run, by its id or a beginning that no other id has.

    Raises:
        WorkspaceError: No run has that id; the nearest ones are named.
    """
    known = run_ids(workspace)
    begun = [name for name in known if run_id and name.startswith(run_id)]
    if run_id in known or len(begun) == 1:
        return workspace.runs / (run_id if run_id in known else begun[0])
    near = difflib.get_close_matches(run_id, known, n=3, cutoff=0.5) or known[-1:]
    raise WorkspaceError(
        f"There is no run {run_id[:80]!r} in {workspace.runs}.",
        remedy=f"Did you mean {' or '.join(near)}? `gosales runs list` shows all."
        if near
        else "Nothing has run here yet; start with `gosales score-all`.",
    )


def read_manifest(workspace: Workspace, run_id: str) -> dict[str, Any]:
    """What a finished run was made of and what it made.

    Raises:
        WorkspaceError: There is no such run, it did not end, or it is from before output hashes.
    """
    folder = find_run(workspace, run_id)
    manifest = _manifest(folder)
    if manifest is None and _state(folder) == UNREADABLE:
        raise WorkspaceError(
            f"{folder / MANIFEST} is damaged, so there is nothing to hold the run to.",
            remedy="Put it back from a backup, or choose another run: `gosales runs list`.",
        )
    if manifest is None:
        raise WorkspaceError(
            f"Run {run_id} did not end, so there is nothing to hold it to.",
            remedy="Choose a finished one: `gosales runs list` shows the state of each.",
        )
    if not all(isinstance(manifest.get(key), dict) for key in RECORDS):
        raise WorkspaceError(
            f"Run {run_id} is from a version that did not record what it wrote.",
            remedy="Verify a run that was made since.",
        )
    return manifest


def render_list(cards: list[RunCard]) -> str:
    """The list as text."""
    if not cards:
        return "No runs yet."
    width = max(len(card.run_id) for card in cards)
    rows = [f"{'run':<{width}}  {'when (UTC)':<19}  {'command':<11}  {'state':<10}  published"]
    for card in cards:
        parts = ", ".join(card.publishes) or "-"
        told = f"{card.run_id:<{width}}  {card.when:<19}  {card.command:<11}"
        rows.append(f"{told}  {card.state:<10}  {parts}")
    return "\n".join(rows)


def show_run(workspace: Workspace, run_id: str, *, settings: bool = True) -> str:
    """One run as text: what it did, with what, and how well.

    Args:
        settings: Whether to tell its settings, which are many.

    Raises:
        WorkspaceError: There is no such run.
    """
    folder = find_run(workspace, run_id)
    run_id = folder.name
    card = _card(workspace, run_id, RunStore(workspace).published())
    manifest = _manifest(folder) or {}
    head = {
        "command": card.command,
        "when (UTC)": card.when,
        "state": card.state,
        "published now": ", ".join(card.publishes) or "nothing",
        "folder": folder,
    }
    told = ("seconds", "seed", "cutoff")
    head |= {key: manifest[key] for key in told if manifest.get(key) is not None}
    if isinstance(manifest.get("divisions"), list) and manifest["divisions"]:
        head["divisions"] = ", ".join(map(str, manifest["divisions"]))
    blocks = [_block(f"Run {run_id}", head)]
    if card.state in (FAILED, UNFINISHED):
        blocks.append(_block("How far it came", _last_words(folder)))
    if card.state == UNREADABLE:
        damaged = {MANIFEST: "It is damaged: put it back from a backup to see what the run was."}
        blocks.append(_block("Cannot be read", damaged))
    figures = {k: v for k, v in manifest.items() if k not in (*RESOLVED, *TABLES)}
    blocks.append(_block("Figures", {**_plain(figures), **_quality(folder), **_metrics(folder)}))
    blocks.append(
        _block(
            "Input files (SHA-256)",
            _first({**manifest.get(HASHES, {}), **manifest.get(HOLDOUT, {})}),
        )
    )
    if settings:
        blocks.append(_block("Settings", flat(manifest.get("settings", {}))))
    blocks.append(_block("Versions", manifest.get("versions", {})))
    return "\n\n".join(block for block in blocks if block)


def run_facts(workspace: Workspace, run_id: str) -> dict[str, str]:
    """What can be compared between runs: one text per fact, settings as `settings: a.b`.

    Raises:
        WorkspaceError: There is no such run.
    """
    folder = find_run(workspace, run_id)
    manifest = _manifest(folder) or {}
    keys = ("command", "seed", "cutoff", "seconds")
    told = {key: manifest[key] for key in keys if key in manifest}
    told |= {**_quality(folder), **_metrics(folder)}
    for kind, facts in (
        ("settings", flat(manifest.get("settings", {}))),
        ("version", manifest.get("versions", {})),
        ("input", manifest.get(HASHES, {})),
    ):
        told |= {f"{kind}: {key}": value for key, value in facts.items()}
    return {key: "-" if value is None else str(value) for key, value in told.items()}


def _card(workspace: Workspace, run_id: str, published: Published) -> RunCard:
    folder = workspace.runs / run_id
    manifest = _manifest(folder)
    parts = tuple(sorted(part for part, made in published.parts.items() if made == run_id))
    if manifest is None:
        first, _ = _log_ends(folder)
        return RunCard(run_id, str(first.get("command", "?")), _state(folder), parts)
    state = "current" if published.run_id == run_id else "done"
    return RunCard(run_id, str(manifest.get("command", "?")), state, parts)


def _state(folder: Path) -> str:
    """What became of a run that has no manifest, or none that can be read."""
    if (folder / MANIFEST).exists():
        return UNREADABLE
    _, last = _log_ends(folder)
    return FAILED if last.get("event") == "failed" else UNFINISHED


def about(workspace: Workspace, run_id: str) -> dict[str, Any]:
    """A run's manifest; empty where it has none that can be read."""
    return _manifest(workspace.runs / run_id) or {}


def _manifest(folder: Path) -> dict[str, Any] | None:
    """What a run's manifest tells, without tables in it that are none; None where it has none."""
    found = _read(folder / MANIFEST)
    if found is None:
        return None
    return {k: v for k, v in found.items() if k not in TABLES or isinstance(v, dict)}


def _table(content: dict[str, Any], key: str) -> dict[str, Any]:
    """The table of that name; empty where there is none."""
    found = content.get(key)
    return found if isinstance(found, dict) else {}


def _read(path: Path) -> dict[str, Any] | None:
    """A JSON object; None when it is not there or not whole."""
    try:
        content = parse_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _log_ends(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first and the last event of a run's log."""
    try:
        lines = (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()
        events = [parse_json(line) for line in (lines[:1] + lines[-1:])]
    except (OSError, ValueError):
        return {}, {}
    if not events or not all(isinstance(event, dict) for event in events):
        return {}, {}
    return events[0], events[-1]


def _last_words(folder: Path) -> dict[str, Any]:
    _, last = _log_ends(folder)
    told = {key: last[key] for key in ("timestamp", "event", "error") if key in last}
    return {key: " ".join(str(value).split()) for key, value in told.items()}


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    """Scalars as they are; of anything larger its size."""
    told = {}
    for key, value in sorted(facts.items()):
        small = not isinstance(value, dict | list)
        some = f" ({', '.join(list(map(str, value))[:8])})" if not small and value else ""
        told[key] = value if small else f"{len(value)}{some}"
    return told


def _quality(folder: Path) -> dict[str, Any]:
    quality = _read(folder / "data_quality.json")
    if quality is None:
        return {}
    found = {"lines_read": quality.get("lines_read"), "lines_loaded": quality.get("lines_loaded")}
    rejected = _table(quality, "lines_rejected")
    return found | {f"rejected: {reason}": lines for reason, lines in rejected.items()}


def _metrics(folder: Path) -> dict[str, Any]:
    """The never-bought figures, of training and of a validation."""
    told: dict[str, Any] = {}
    for name in ("metrics.json", "validation/metrics.json"):
        populations = _table(_read(folder / name) or {}, "populations")
        macro = _table(_table(populations, "never_bought"), "_macro")
        kind = "validation" if "/" in name else "training"
        told |= {f"{kind}: never_bought {key}": macro[key] for key in FIGURES if key in macro}
    return told


def _first(hashes: dict[str, Any]) -> dict[str, Any]:
    shown = dict(sorted(hashes.items())[:MOST_INPUTS])
    more = len(hashes) - len(shown)
    return shown | ({"...": f"and {more} more in manifest.json"} if more else {})


def flat(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings as dotted keys; keys without a value are left out."""
    found: dict[str, Any] = {}
    for key, value in sorted(settings.items()):
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        elif value not in (None, [], ""):
            found[f"{prefix}{key}"] = json.dumps(value, ensure_ascii=False)
    return found


def _block(title: str, facts: dict[str, Any]) -> str:
    if not facts:
        return ""
    width = max(len(key) for key in facts)
    return "\n".join((title, *(f"  {key:<{width}}  {value}" for key, value in facts.items())))
