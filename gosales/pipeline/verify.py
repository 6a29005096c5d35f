"""Make a run again from its raw logs, settings and seed, and compare it byte for byte.

The run is made again in a folder aside, together with the runs that it was built on (a `score`
needs the star and the models of earlier runs). Nothing of it is published or kept.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gosales.core.errors import CheckFailed, WorkspaceError
from gosales.etl.build_star import gather_from
from gosales.pipeline.backtest import backtest
from gosales.pipeline.build import build, published_star, sources_of
from gosales.pipeline.engines import star_for
from gosales.pipeline.runs import find_run, read_manifest
from gosales.pipeline.score import score
from gosales.pipeline.score_all import score_all
from gosales.pipeline.session import NOT_OUTPUT, Session, versions, working
from gosales.pipeline.train import engine_at, train
from gosales.pipeline.validate_holdout import holdout_of, validate_holdout
from gosales.utils.lock import holding
from gosales.utils.paths import Workspace
from gosales.utils.progress import track
from gosales.utils.store import MODELS, STAR, hashes

SHOWN = 5


@dataclass(frozen=True)
class Verification:
    """What a run looks like beside the same run made again.

    Attributes:
        same: Files that came out byte for byte the same.
        altered: Files of the run that were changed, added or removed after it.
        inputs: Raw files that are no longer what the run read.
        versions: Software that is another now: name -> then and now.
        different: Files that came out differently.
    """

    run_id: str
    same: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    different: tuple[str, ...] = ()

    def summary(self) -> str:
        """What was found, a line each."""
        found = {
            "same again": self.same,
            "altered after the run": self.altered,
            "inputs changed since": self.inputs,
            "versions changed since": self.versions,
            "came out differently": self.different,
        }
        lines = [f"  {what + ':':<24}{_listed(names)}" for what, names in found.items() if names]
        return "\n".join((f"Run {self.run_id}", *lines))

    def refuse(self) -> None:
        """Raise CheckFailed when anything differs that should not."""
        if self.altered:
            raise CheckFailed(
                f"{len(self.altered)} file(s) of run {self.run_id} are not what it wrote: "
                f"{_listed(self.altered)}.",
                remedy="Something changed them since. Run the command again and use its files.",
            )
        if self.inputs:
            raise CheckFailed(
                f"The inputs of run {self.run_id} are no longer those it read: "
                f"{_listed(self.inputs)}.",
                remedy="Put the files of that day back; `gosales runs show` tells their hashes.",
            )
        if self.different:
            why = _listed(self.versions) if self.versions else "nothing that is recorded"
            raise CheckFailed(
                f"Made again, {len(self.different)} file(s) of run {self.run_id} came out "
                f"differently: {_listed(self.different)}. Changed since: {why}.",
                remedy="Install the versions of that day to get the same again."
                if self.versions
                else "This should not happen: please report it.",
            )


def _listed(names: tuple[str, ...]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def verify_run(workspace: Workspace, run_id: str) -> Verification:
    """Compare a run with what its manifest says, and with itself made again.

    Raises:
        WorkspaceError: There is no such run, it did not end, is too old to tell what it was made
            of, or cannot be made again.
    """
    with holding(workspace.outputs, "runs verify"):
        manifest = read_manifest(workspace, run_id)
        chain = _chain(workspace, manifest)
        written, found = manifest["output_hashes"], hashes(find_run(workspace, run_id), NOT_OUTPUT)
        altered = [name for name in {**written, **found} if written.get(name) != found.get(name)]
        changed = [f"{k} {v} -> {versions().get(k, '-')}" for k, v in _changes(manifest).items()]
        report = Verification(run_id, altered=tuple(sorted(altered)), versions=tuple(changed))
        inputs = _changed_inputs(workspace, chain)
        if inputs:
            return replace(report, inputs=tuple(inputs))
        again = _made_again(workspace, chain)
        same = [name for name in written if again.get(name) == written[name]]
        different = sorted(name for name in {**written, **again} if name not in same)
        return replace(report, same=tuple(same), different=tuple(different))


def _changes(manifest: dict[str, Any]) -> dict[str, str]:
    now = versions()
    return {name: then for name, then in manifest["versions"].items() if now.get(name) != then}


def _chain(workspace: Workspace, manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The manifests of the run and of all that it was built on, the oldest first."""
    found, waiting = {}, [manifest]
    while waiting:
        one = waiting.pop()
        run_id, command = one["run_id"], one["command"]
        if command not in REPLAYS:
            raise WorkspaceError(
                f"Run {run_id} did `{command}`, which cannot be made again.",
                remedy=f"These can: {', '.join(REPLAYS)}.",
            )
        if one.get("forgotten"):
            raise WorkspaceError(
                f"A customer was removed from run {run_id} after it, so it cannot be made again.",
                remedy="Verify a run that was made since.",
            )
        found[run_id] = one
        needed = {one["made_from"].get(part) for part in _needs(one)}
        waiting += [read_manifest(workspace, run) for run in needed - {None} - set(found)]
    return [found[run_id] for run_id in sorted(found)]


def _needs(manifest: dict[str, Any]) -> tuple[str, ...]:
    """The published parts that a run was built on."""
    needs = REPLAYS[manifest["command"]].needs
    if manifest["command"] == "train" and not manifest["options"]["divisions"]:
        return (STAR,)  # of all divisions: no other's models are carried over
    return needs


def _changed_inputs(workspace: Workspace, chain: list[dict[str, Any]]) -> list[str]:
    changed: set[str] = set()
    for manifest in chain:
        session = Session.again(workspace, manifest)
        for key, sources in (("input_hashes", sources_of), ("holdout_hashes", holdout_of)):
            then = manifest.get(key)
            if then is not None:
                made_of = gather_from(sources(session), session.config.etl())
                now = made_of.hashes
                changed |= {name for name in {**then, **now} if then.get(name) != now.get(name)}
    return sorted(changed)


def _made_again(workspace: Workspace, chain: list[dict[str, Any]]) -> dict[str, str]:
    """Hashes of what the last run of the chain makes, when all are made again."""
    with tempfile.TemporaryDirectory(prefix=".verify-", dir=workspace.outputs) as scratch:
        aside = Workspace(workspace.root, Path(scratch))
        for manifest in chain:
            with track(f"Making run {manifest['run_id']} again"):
                REPLAYS[manifest["command"]].job(Session.again(aside, manifest))
        return hashes(aside.runs / chain[-1]["run_id"], NOT_OUTPUT)


def _build_star(session: Session) -> None:
    with working(session, "build-star") as work:
        build(work).star.close()


def _train(session: Session) -> None:
    with working(session, "train") as work, star_for(session) as star:
        train(work, engine_at(session, star))


def _backtest(session: Session) -> None:
    star = published_star(session)
    with working(session, "backtest") as work:
        backtest(work, star)
    star.close()


def _score(session: Session) -> None:
    with working(session, "score") as work, star_for(session) as star:
        score(work, engine_at(session, star))


@dataclass(frozen=True)
class _Replay:
    """How to make a run again, and which published parts it is built on."""

    job: Callable[[Session], Any]
    needs: tuple[str, ...] = ()


REPLAYS = {
    "score-all": _Replay(score_all),
    "build-star": _Replay(_build_star),
    "train": _Replay(_train, (STAR, MODELS)),
    "score": _Replay(_score, (STAR, MODELS)),
    "backtest": _Replay(_backtest, (STAR,)),
    "validate": _Replay(validate_holdout, (STAR, MODELS)),
}
