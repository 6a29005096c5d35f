"""What each business concept adds to a shipped score.

The shipped score is a calibrated blend of boosted and linear members, or a simple score where the
gate ships one. In log odds all of these are sums, so they can be taken apart exactly: base plus
parts of the concepts are the log odds of the score. Which is proof of nothing yet, since features
stand for each other: `neutral.py` asks the score itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gosales.core.concepts import CONCEPTS, Concept, concept_columns
from gosales.models.baseline_parts import baseline_parts
from gosales.models.division_model import BASELINE, DivisionModel, Shared, Side, popularity
from gosales.models.recipe import (
    BLEND,
    LINEAR,
    Ensemble,
    LinearMember,
    seen_columns,
    tame,
)
from gosales.models.ridge_logistic import CLIP
from gosales.models.tree_paths import PathTable

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
ACTIVITY = "any_frequency__orders_decay_12m"


@dataclass(frozen=True)
class Parts:
    """A score taken apart.

    Attributes:
        base: Shape (rows,), log odds where every concept adds nothing.
        concepts: Shape (rows, concepts), log odds that each adds.
    """

    base: Floats
    concepts: Floats

    @property
    def margin(self) -> Floats:
        """Shape (rows,): the log odds that they add up to."""
        return self.base + self.concepts.sum(1)

    def __getitem__(self, rows: NDArray[np.int64] | Flags) -> Parts:
        return Parts(self.base[rows], self.concepts[rows])


@dataclass(frozen=True)
class Explainer:
    """Takes the scores of division models with the same shared parts apart."""

    shared: Shared
    concept: NDArray[np.int64]
    tables: dict[str, PathTable]

    @classmethod
    def of(cls, shared: Shared) -> Explainer:
        """Read the trees once."""
        concept = np.array(concept_columns(shared.names), np.int64)
        boosters = shared.ensemble.trees if shared.ensemble else {}
        tables = {
            name: PathTable.of(booster, concept[seen_columns(name, shared.names)], len(CONCEPTS))
            for name, booster in boosters.items()
            if name in BLEND[False] + BLEND[True]
        }
        return cls(shared, concept, tables)

    def parts(self, model: DivisionModel, values: NDArray[np.float32], owned: Flags) -> Parts:
        """The parts of rows of one division.

        Args:
            values: Shape (rows, features).
            owned: Shape (rows,).
        """
        base, concepts = np.zeros(len(values)), np.zeros((len(values), len(CONCEPTS)))
        for flag, side in ((False, model.never), (True, model.held)):
            rows = owned == flag
            if rows.any():
                found = self._side(model.division, side, values[rows], owned=flag)
                line = side.calibration
                base[rows] = line.slope * found.base + line.shift
                concepts[rows] = line.slope * found.concepts
        return Parts(base, concepts)

    def _side(
        self, division: str, side: Side, values: NDArray[np.float32], *, owned: bool
    ) -> Parts:
        shared = self.shared
        if side.kind != BASELINE and shared.ensemble is not None:
            return self._ensemble(shared.ensemble, values, owned=owned)
        if side.baseline in shared.baselines:
            baseline = shared.baselines[side.baseline]
            return Parts(*baseline_parts(baseline, shared.names, values, division))
        return _of_popularity(shared, values, owned=owned)

    def _ensemble(self, ensemble: Ensemble, values: NDArray[np.float32], *, owned: bool) -> Parts:
        members = {name: self._member(ensemble, name, values) for name in BLEND[owned]}
        found = {name: member for name, member in members.items() if member is not None}
        if found:
            shares = ensemble.shares(list(found))
            base = np.average([one.base for one in found.values()], axis=0, weights=shares)
            concepts = np.average([one.concepts for one in found.values()], axis=0, weights=shares)
        else:
            rate = np.log(ensemble.rate / (1 - ensemble.rate))
            base = np.full(len(values), rate)
            concepts = np.zeros((len(values), len(CONCEPTS)))
        quiet = ensemble.dormant(values)
        if ensemble.activity is not None and not owned and quiet.any():
            alone = self._linear(ensemble.activity, values[quiet])
            base[quiet], concepts[quiet] = alone.base, alone.concepts
        told = base + concepts.sum(axis=1)
        flags = np.full(len(values), owned)
        base += ensemble.if_sold(told, values, flags) - told
        base += ensemble.exposure(values, flags)
        return Parts(base, concepts)

    def _member(self, ensemble: Ensemble, name: str, values: NDArray[np.float32]) -> Parts | None:
        if name == LINEAR:
            return None if ensemble.linear is None else self._linear(ensemble.linear, values)
        if name not in self.tables:
            return None
        table = self.tables[name]
        seen = values[:, seen_columns(name, ensemble.names)]
        return Parts(np.full(len(values), table.base), table(seen))

    def _linear(self, member: LinearMember, values: NDArray[np.float32]) -> Parts:
        model = member.model
        x = tame(values, member.columns, member.logs, member.fill)
        standard = np.clip((x - model.mean) / model.scale, -CLIP, CLIP)
        summing = np.zeros((len(member.columns), len(CONCEPTS)))
        places = self.concept[list(member.columns)]
        summing[np.arange(len(places)), places] = model.weights[:-1]
        return Parts(np.full(len(values), model.weights[-1]), standard @ summing)


def _of_popularity(shared: Shared, values: NDArray[np.float32], *, owned: bool) -> Parts:
    """Without any known outcome: the division at a typical activity, and the rest."""
    flags = np.full(len(values), owned)
    typical = values.copy()
    typical[:, shared.names.index(ACTIVITY)] = shared.typical_activity - 0.1
    division = popularity(shared, typical, flags)
    concepts = np.zeros((len(values), len(CONCEPTS)))
    concepts[:, CONCEPTS.index(Concept.VOLUME)] = popularity(shared, values, flags) - division
    concepts[:, CONCEPTS.index(Concept.DIVISION)] = division
    return Parts(np.zeros(len(values)), concepts)
