"""Maps and intervals of the scores, from horizons that the fits had not seen.

A fit at two horizons before the history's end is judged on the older window, the proof on the newer
one. What a map learned on the older does to the newer decides whether a map is applied at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gosales.models.calibration import UNTRIED, Trial, Window, logit, try_map
from gosales.models.division_model import BASELINE, Side
from gosales.models.score_band import ScoreBand
from gosales.pipeline.gate import MODEL, Proof
from gosales.pipeline.score_errors import Errors, band_of, find_errors

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibrations:
    """The trial of a map for each kind of score and side, made when it is first asked for."""

    older: Proof | None
    newer: Proof | None
    _made: dict[tuple[str, bool], Trial] = field(default_factory=dict)

    def of(self, name: str, owned: bool) -> Trial:
        """The trial of "model" or a baseline, on owned or never-bought cells."""
        if self.older is None or self.newer is None or name not in self.newer.score:
            return UNTRIED
        if (name, owned) not in self._made:
            windows = (_window(proof, name, owned) for proof in (self.older, self.newer))
            self._made[name, owned] = try_map(*windows)
        return self._made[name, owned]

    def side(self, side: Side, owned: bool) -> Side:
        """The side with the map that its scores have earned."""
        trial = self.of(_scored_by(side), owned)
        return Side(side.kind, side.baseline, trial.final, side.band)

    def evidence(self, side: Side, owned: bool) -> dict[str, float | bool]:
        """What the trial found, for the model's card."""
        trial = self.of(_scored_by(side), owned)
        return {
            "applied": trial.earned,
            "slope_tried": round(trial.tried.slope, 4),
            "shift_tried": round(trial.tried.shift, 4),
            "log_loss_gain": round(trial.gain, 6),
            "log_loss_gain_error": round(trial.error, 6),
        }

    def judged(self, side: Side, owned: bool) -> Floats:
        """Shape (m, D): probabilities at the proof's cutoff, with a map that has not seen them."""
        if self.newer is None:
            raise ValueError("nothing was judged")
        name = _scored_by(side)
        return self.of(name, owned).judged(logit(self.newer.score[name]))


def bands(
    calibrations: Calibrations, sides: dict[str, Side], owned: bool
) -> dict[str, ScoreBand | None]:
    """Division -> the intervals of its side; None where no outcome could be judged."""
    found: dict[str, ScoreBand | None] = dict.fromkeys(sides)
    known: dict[str, list[tuple[Errors, Proof]]] = {}
    for name, side in sides.items():
        key = _scored_by(side)
        if key not in known:
            known[key] = _errors(calibrations, key, owned)
        if known[key]:
            windows, proofs = zip(*known[key], strict=True)
            found[name] = band_of(windows, [_place(proof, name) for proof in proofs])
    return found


def _errors(calibrations: Calibrations, name: str, owned: bool) -> list[tuple[Errors, Proof]]:
    """The errors of one kind of score, with where they were seen, the newest first.

    The older horizon counts as well, unless a map was learned from it that mends them.
    """
    trial = calibrations.of(name, owned)
    proofs = [calibrations.newer, None if trial.earned else calibrations.older]
    found = []
    for proof in proofs:
        if proof is None or name not in proof.score or not proof.cells(owned).any():
            continue
        window = _window(proof, name, owned)
        mended = replace(window, logit=trial.judged.line(window.logit))
        division = np.nonzero(proof.cells(owned))[1]
        found.append((find_errors(mended, division, len(proof.divisions)), proof))
    return found


def _place(proof: Proof, division: str) -> int | None:
    return proof.divisions.index(division) if division in proof.divisions else None


def _scored_by(side: Side) -> str:
    return side.baseline if side.kind == BASELINE else MODEL


def _window(proof: Proof, name: str, owned: bool) -> Window:
    inside = proof.cells(owned)
    customer = np.broadcast_to(np.arange(len(inside))[:, None], inside.shape)
    return Window(
        logit(proof.score[name][inside]), proof.labels.bought[inside], customer[inside].copy()
    )
