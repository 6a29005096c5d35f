"""Maps and intervals of the scores, from horizons that the fits had not seen.

A fit at two horizons before the history's end is judged on the older window, the proof on the newer
one. What a map learned on the older does to the newer decides whether a map is applied at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gosales.models.calibration import UNTRIED, Trial, Window, logit, try_map
from gosales.models.division_model import BASELINE, Side
from gosales.models.score_band import ScoreBand, fit_band
from gosales.pipeline.gate import MODEL, Proof

Floats = NDArray[np.float64]
BAND_BUYERS = 50
"""A division with fewer buyers on a side takes its intervals from all divisions together."""


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
    """Division -> the intervals of its side, from the proof's outcomes."""
    proof = calibrations.newer
    if proof is None:
        return dict.fromkeys(sides)
    inside, bought = proof.cells(owned), proof.labels.bought
    shared: dict[str, ScoreBand | None] = {}
    found: dict[str, ScoreBand | None] = {}
    for name, side in sides.items():
        score = calibrations.judged(side, owned)
        d = proof.divisions.index(name) if name in proof.divisions else None
        if d is not None and (bought & inside)[:, d].sum() >= BAND_BUYERS:
            found[name] = fit_band(score[inside[:, d], d], bought[inside[:, d], d])
            continue
        key = _scored_by(side)
        if key not in shared:
            shared[key] = fit_band(score[inside], bought[inside]) if inside.any() else None
        found[name] = shared[key]
    return found


def _scored_by(side: Side) -> str:
    return side.baseline if side.kind == BASELINE else MODEL


def _window(proof: Proof, name: str, owned: bool) -> Window:
    inside = proof.cells(owned)
    customer = np.broadcast_to(np.arange(len(inside))[:, None], inside.shape)
    return Window(
        logit(proof.score[name][inside]), proof.labels.bought[inside], customer[inside].copy()
    )
