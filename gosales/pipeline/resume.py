"""Take over the training of a run that broke off after it.

A run that has trained leaves a checkpoint in its folder: what the models depend on, and the hashes
of what it made. The next run on the very same things takes the models from there. Only runs that
never ended are taken up: a finished run is repeated in full when it is asked for again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from gosales.core.errors import GosalesError
from gosales.features.engine import FeatureEngine
from gosales.models.model_store import load_models
from gosales.pipeline.calibrate import Calibrations
from gosales.pipeline.fit import Fitted
from gosales.pipeline.session import CHECKPOINT, Work, versions
from gosales.pipeline.train import TrainRun, train
from gosales.utils.store import MANIFEST, MODELS, hashes, read_json, same_file, write_json

METRICS = "metrics.json"
"""The one file of a training that a scoring adds to, so the checkpoint keeps it as it was."""


def resume_or_train(work: Work, engine: FeatureEngine, star_key: str) -> TrainRun:
    """The training of a run that broke off after it, on the very same things; else a new one.

    Args:
        star_key: Digest of all that the star was made of.
    """
    training = _Training.about_to(work, star_key)
    found = training.find()
    if found is None:
        found = train(work, engine)
        training.keep()
    return found


@dataclass(frozen=True)
class _Training:
    """The training that a run comes to, and what the run had before: files, facts, warnings."""

    work: Work
    star_key: str
    files: frozenset[str]
    facts: frozenset[str]
    warned: int

    @classmethod
    def about_to(cls, work: Work, star_key: str) -> _Training:
        files, facts = frozenset(hashes(work.folder)), frozenset(work.manifest)
        return cls(work, star_key, files, facts, len(work.warnings))

    @property
    def key(self) -> str:
        """Digest of star, settings, options, versions and code."""
        options = self.work.session.options
        chosen = [str(options.cutoff), options.divisions, options.seed, options.engine]
        settings = self.work.session.config.model_dump(mode="json")
        facts = [self.star_key, settings, chosen, versions()]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    @property
    def possible(self) -> bool:
        """Not with chosen divisions, since the models of the others come from another run."""
        return not self.work.session.options.divisions

    def keep(self) -> None:
        """Leave a checkpoint, written last of all."""
        if self.possible:
            content = {
                "key": self.key,
                "files": hashes(self.work.folder, but=self.files | {METRICS}),
                "metrics": read_json(self.work.folder / METRICS, made_by="train"),
                "facts": {k: v for k, v in self.work.manifest.items() if k not in self.facts},
                "warnings": self.work.warnings[self.warned :],
            }
            write_json(self.work.folder / CHECKPOINT, content)

    def find(self) -> TrainRun | None:
        """The same training of a run that broke off later; None when there is none."""
        runs = self.work.session.workspace.runs
        if not self.possible:
            return None
        for path in sorted(runs.glob(f"*/{CHECKPOINT}"), reverse=True):
            if path.parent != self.work.folder and not (path.parent / MANIFEST).exists():
                taken = self._take(path.parent)
                if taken is not None:
                    return taken
        return None

    def _take(self, folder: Path) -> TrainRun | None:
        try:
            content = read_json(folder / CHECKPOINT, made_by="score-all")
        except GosalesError:
            return None
        files = content.get("files", {})
        if content.get("key") != self.key or not files.items() <= hashes(folder).items():
            return None
        for name in files:
            target = self.work.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            same_file(folder / name, target)
        self.work.made(MODELS)
        self.work.warnings.extend(content["warnings"])
        self.work.note(**content["facts"], models_from=folder.name)
        write_json(self.work.folder / METRICS, content["metrics"])
        return TrainRun(_loaded(self.work.folder / "models"), content["metrics"])


def _loaded(models: Path) -> Fitted:
    """Saved models, without the proofs that chose their kinds: those are in metrics.json."""
    return Fitted(load_models(models), None, None, Calibrations(None, None))
