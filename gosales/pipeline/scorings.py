"""The lists of one run with what they were made of, and what two of them do not share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from gosales.core.columns import Scores, Whitespace
from gosales.core.errors import WorkspaceError
from gosales.core.timeline import Cutoff
from gosales.pipeline.runs import find_run, flat, read_manifest, run_ids
from gosales.utils.paths import Workspace
from gosales.utils.store import LISTS, MODELS, STAR, RunStore, hashes

SCORES, WHITESPACE = "icp_scores.parquet", "whitespace.parquet"
KEY = [Scores.CUSTOMER, Scores.DIVISION]
KEPT = (Scores.NAME, Scores.SCORE, Scores.STATUS, Scores.CELL_STATUS, Scores.VALUE)
WHOLE_JOB = "score-all"
ENDS = ("_before", "_after")
"""Of the columns of two runs side by side."""

DIFFS, DIFF = "diffs", "diff"
"""The folder of comparisons, and the name of the table in each."""

MOST_NAMES = 3


@dataclass(frozen=True)
class Scoring:
    """A run that made lists."""

    workspace: Workspace
    manifest: dict[str, Any]

    @property
    def run_id(self) -> str:
        return str(self.manifest["run_id"])

    @property
    def folder(self) -> Path:
        return self.workspace.runs / self.run_id

    @cached_property
    def about(self) -> tuple[Cutoff, int]:
        """Cutoff and horizon in months of its scores."""
        row = pd.read_parquet(self.folder / SCORES, columns=[Scores.CUTOFF, Scores.HORIZON])
        first = row.iloc[0]
        return Cutoff.parse(str(first[Scores.CUTOFF])), int(first[Scores.HORIZON])

    def made_by(self, part: str) -> dict[str, Any]:
        """The manifest of the run that made its star or its models; empty when that is gone."""
        if self.manifest["command"] == WHOLE_JOB:
            return self.manifest
        try:
            return read_manifest(self.workspace, self.manifest["made_from"].get(part, ""))
        except WorkspaceError:
            return {}

    @property
    def models(self) -> Path:
        """The folder of the models that scored it; it may be gone."""
        return self.workspace.runs / str(self.made_by(MODELS).get("run_id", "-")) / "models"

    @cached_property
    def model_hashes(self) -> dict[str, str]:
        return hashes(self.models)

    @property
    def inputs(self) -> dict[str, str]:
        """Raw logs and tables that its star was made of -> SHA-256."""
        found: dict[str, str] = self.made_by(STAR).get("input_hashes", {})
        return found


def scoring_of(workspace: Workspace, run_id: str) -> Scoring:
    """The lists of a run.

    Raises:
        WorkspaceError: There is no such run, it did not end, or it made no lists.
    """
    folder = find_run(workspace, run_id)
    manifest = read_manifest(workspace, folder.name)
    if not (folder / SCORES).is_file():
        raise WorkspaceError(
            f"Run {folder.name} did `{manifest['command']}` and made no lists.",
            remedy="Choose runs of `score-all` or `score`: `gosales runs list` shows them.",
        )
    return Scoring(workspace, manifest)


def last_two(workspace: Workspace) -> tuple[str, str]:
    """The run of the published lists, and before it the newest older one that made lists.

    Raises:
        WorkspaceError: There are no such two.
    """
    now = RunStore(workspace).published().parts.get(LISTS, "")
    before = lists_before(workspace, now)
    if before is None:
        raise WorkspaceError(
            "There are no two scorings to compare yet.",
            remedy="Run `gosales score-all` when there are new orders, then compare.",
        )
    return before, now


def lists_before(workspace: Workspace, run_id: str) -> str | None:
    """The newest run that is older than `run_id` and has lists."""
    older = (run for run in reversed(run_ids(workspace)) if run < run_id)
    return next((r for r in older if (workspace.runs / r / WHITESPACE).is_file()), None)


def side_by_side(before: Path, after: Path) -> pd.DataFrame:
    """A row per cell that either folder's lists score, by customer and division.

    Columns: customer_id, division, and with `_before` and `_after` the name, score, status, remark,
    expected value and rank on the whitespace list; missing where a list does not have the cell.
    """
    sides = _side(before), _side(after)
    return sides[0].merge(sides[1], how="outer", on=KEY, suffixes=ENDS, sort=True)


def _side(folder: Path) -> pd.DataFrame:
    scores = pd.read_parquet(folder / SCORES).reindex(columns=[*KEY, *KEPT])
    listed = pd.read_parquet(folder / WHITESPACE)
    listed = listed[listed[Whitespace.LEVEL] == "division"]
    ranks = listed[[*KEY, Whitespace.RANK]].astype({Whitespace.RANK: "Int64"})
    return scores.merge(ranks, how="left", on=KEY)


def model_difference(before: Scoring, after: Scoring) -> str:
    """How the models of two runs differ, in words; empty when they are the same files."""
    if before.model_hashes == after.model_hashes and before.model_hashes:
        return ""
    old, new = before.made_by(MODELS), after.made_by(MODELS)
    if not old or not new:
        return "the run that trained one of them is gone"
    told = []
    if old.get("cutoff") != new.get("cutoff"):
        told.append(f"trained on history to {new.get('cutoff')}, not {old.get('cutoff')}")
    if old.get("seed") != new.get("seed"):
        told.append(f"seed {new.get('seed')}, not {old.get('seed')}")
    told += _other("setting", flat(old.get("settings", {})), flat(new.get("settings", {})))
    told += _other("version of", old.get("versions", {}), new.get("versions", {}))
    if not told and before.inputs != after.inputs:
        told.append("trained on other inputs")
    return "; ".join(told) or "trained anew"


def input_difference(before: Scoring, after: Scoring) -> str:
    """How the files and settings behind two stars differ, in words."""
    old, new = before.inputs, after.inputs
    told = []
    for what, names in (
        ("new file", [name for name in new if name not in old]),
        ("changed file", [name for name in new if name in old and new[name] != old[name]]),
        ("missing file", [name for name in old if name not in new]),
    ):
        told += [f"{what} {_few(names)}"] if names else []
    settings = (flat(one.manifest.get("settings", {})) for one in (before, after))
    told += _other("setting", *settings)
    versions = (one.manifest.get("versions", {}) for one in (before, after))
    return "; ".join([*told, *_other("version of", *versions)]) or "nothing that is recorded"


def _other(what: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What is not the same; the code of a package counts as its version."""
    names = {
        name.removesuffix("-code") for name in {**old, **new} if old.get(name) != new.get(name)
    }
    return [f"other {what} {_few(list(names))}"] if names else []


def _few(names: list[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(sorted(names)[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def diff_folder(workspace: Workspace, before: str, after: str) -> Path:
    """Where the comparison of two runs is kept."""
    return workspace.outputs / DIFFS / f"{before}_{after}"
