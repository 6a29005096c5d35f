"""Why a row scores as it does: concepts of the score that survive a test, in sentences.

A concept is a reason only when three agree: its part of the score points that way; the score itself
moves that way when the concept is made usual (`models.neutral`); and the row's own numbers say so
(`whitespace.sayings`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Scores
from gosales.core.concepts import CONCEPTS, OF_THE_ACCOUNT, Concept
from gosales.core.frames import FeatureFrame, Spine
from gosales.features.cells import CellFeatures
from gosales.features.panel import spread
from gosales.models.division_model import DivisionModel
from gosales.models.explain import Explainer, Parts
from gosales.models.neutral import SAMPLE, Usual, neutralised, usual_values
from gosales.models.recipe import DORMANT_MONTHS, STILL_SOLD
from gosales.pipeline.row_facts import RowFacts, named
from gosales.whitespace.facts import Facts
from gosales.whitespace.sayings import say
from gosales.whitespace.sayings_peers import NOTHING, faded, plain_rate

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
MOST, MOST_AGAINST = 3, 1
TRIED = 6
"""Strongest concepts in each direction that are put to the test."""

ANYBODY = 0
"""A customer to ask what divisions have in common with all customers."""

DOUBTED = 0.5
"""Below this chance to be sold at all a division's silence is told, however short."""

LEAST = 0.02
"""Log odds below which a part or an effect is no reason."""

BUT, JOINT = "But: ", "; "


@dataclass(frozen=True)
class Said:
    """A concept that a row's sentences claim, for it (1) or against it (-1)."""

    row: int
    concept: Concept
    way: int


@dataclass(frozen=True)
class Reasons:
    """What is told of some rows.

    Attributes:
        frame: The rows.
        parts: Their scores taken apart, counted from the division's usual cell.
        texts: The sentences of each row, `; ` between.
        said: What these claim.
        tried, agreed: Strongest concepts by part that were put to the test, and that passed it.
    """

    frame: FeatureFrame
    parts: Parts
    texts: list[str]
    said: list[Said]
    tried: int
    agreed: int

    def table(self, rows: pd.DataFrame) -> pd.DataFrame:
        """customer_id, division, usual and the concepts' parts, in log odds."""
        concepts = np.round(self.parts.concepts, 4) + 0.0
        return pd.DataFrame(
            {
                Scores.CUSTOMER: rows[Scores.CUSTOMER].to_numpy(object),
                Scores.DIVISION: rows[Scores.DIVISION].to_numpy(object),
                "usual": np.round(self.parts.base, 4) + 0.0,
                **{str(name): concepts[:, i] for i, name in enumerate(CONCEPTS)},
            }
        )


@dataclass(frozen=True)
class Reasoner:
    """Explains cells at one cutoff; reads trees and usual cells once.

    Attributes:
        leftover: Divisions that no sentence names: what is in them has nothing in common.
    """

    cells: CellFeatures
    models: dict[str, DivisionModel]
    leftover: Collection[str] = ()
    explainers: dict[int, Explainer] = field(default_factory=dict)
    usuals: dict[tuple[int, bool], Usual] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        cells: CellFeatures,
        models: dict[str, DivisionModel],
        place: tuple[Ints, Ints],
        leftover: Collection[str] = (),
    ) -> Reasoner:
        """One that explains cells, given by their places in the panel; asks for features once."""
        customer, division = place
        owned = cells.spine.owned[customer, division]
        sides = set(zip(division.tolist(), owned.tolist(), strict=True))
        typical = [_typical(cells.spine, d, owned=flag) for d, flag in sorted(sides)]
        needed = np.unique(np.concatenate([customer, [ANYBODY], *typical]))
        return cls(cells.of(needed.astype(np.intp)), models, leftover)

    def explain(self, customer: Ints, division: Ints) -> Reasons:
        """The reasons of cells, given by their places in the panel, shape (rows,)."""
        frame = self.cells.rows(customer, division)
        parts = self.parts(frame)
        effects, tried = self.effects(frame, parts)
        way = np.sign(parts.concepts)
        holds = tried & (way * effects >= LEAST)
        sayable = holds & self._sayable(frame)
        texts, said = self._tell(frame, parts, np.where(sayable, way, 0).astype(int))
        strongest = tried & (np.abs(parts.concepts) >= _nth(parts.concepts, MOST))
        agreed = int((strongest & holds).sum())
        return Reasons(frame, parts, texts, said, int(strongest.sum()), agreed)

    def parts(self, frame: FeatureFrame) -> Parts:
        """The scores' parts, counted from the usual cell of the division and side."""
        base = np.zeros(len(frame.values))
        concepts = np.zeros((len(frame.values), len(CONCEPTS)))
        for rows, model, owned in self.groups(frame):
            usual = self.usual(int(frame.division[rows[0]]), owned=owned).parts
            flags = np.full(len(rows), owned)
            found = self.explainer(model).parts(model, frame.values[rows], flags)
            base[rows] = found.base + usual.sum()
            concepts[rows] = found.concepts - usual
        return Parts(base, concepts)

    def effects(self, frame: FeatureFrame, parts: Parts) -> tuple[Floats, NDArray[np.bool_]]:
        """Shape (rows, concepts): what neutralising does to log odds, and where it was tried."""
        strength = np.abs(parts.concepts)
        tried = strength >= LEAST
        for sign in (1, -1):
            one_way = np.where(np.sign(parts.concepts) == sign, strength, 0.0)
            tried &= (one_way == 0) | (one_way >= _nth(one_way, TRIED))
        result = np.zeros(strength.shape)
        for rows, model, owned in self.groups(frame):
            usual = self.usual(int(frame.division[rows[0]]), owned=owned).values
            margin = model.margin(frame.values[rows], np.full(len(rows), owned))
            for c, concept in enumerate(CONCEPTS):
                inside = tried[rows, c]
                chosen = rows[inside]
                if len(chosen):
                    of_concept = self.explainer(model).concept
                    neutral = neutralised(frame.values[chosen], usual, of_concept, concept)
                    left = model.margin(neutral, np.full(len(chosen), owned))
                    result[chosen, c] = margin[inside] - left
        return result, tried

    def groups(self, frame: FeatureFrame) -> list[tuple[NDArray[np.int64], DivisionModel, bool]]:
        """Rows of the same division and side, with their model."""
        owned, key = frame.owned, frame.division * 2 + frame.owned
        result = []
        for value in np.unique(key):
            rows = np.flatnonzero(key == value)
            name = self.cells.spine.divisions[frame.division[rows[0]]]
            result.append((rows, self.models[name], bool(owned[rows[0]])))
        return result

    def explainer(self, model: DivisionModel) -> Explainer:
        """The one of the model's shared parts."""
        key = id(model.shared)
        if key not in self.explainers:
            self.explainers[key] = Explainer.of(model.shared)
        return self.explainers[key]

    def usual(self, division: int, *, owned: bool) -> Usual:
        """The usual cell of a division and side; of all cells where the side has none."""
        if (division, owned) not in self.usuals:
            self.usuals[division, owned] = self._usual(division, owned=owned)
        return self.usuals[division, owned]

    def _usual(self, division: int, *, owned: bool) -> Usual:
        customers = _typical(self.cells.spine, division, owned=owned)
        frame = self.cells.rows(customers, np.full(len(customers), division, np.int32))
        model = self.models[self.cells.spine.divisions[division]]
        explainer, flags = self.explainer(model), np.full(len(customers), owned)
        popular = explainer.concept == CONCEPTS.index(Concept.DIVISION)
        values = usual_values(frame.values)
        values[popular] = self._across[popular]
        mean = explainer.parts(model, frame.values, flags).concepts.mean(0)
        neutral = neutralised(frame.values, values, explainer.concept, Concept.DIVISION)
        alike = explainer.parts(model, neutral, flags).concepts.mean(0)
        place = CONCEPTS.index(Concept.DIVISION)
        mean[place] = alike[place]
        return Usual(values, mean)

    @cached_property
    def _across(self) -> NDArray[np.float32]:
        """What is usual among the divisions of one customer."""
        everywhere = np.arange(len(self.cells.spine.divisions), dtype=np.int32)
        return usual_values(self.cells.rows(np.full_like(everywhere, ANYBODY), everywhere).values)

    def _sayable(self, frame: FeatureFrame) -> NDArray[np.bool_]:
        """Shape (rows, concepts): not where a sentence would name a leftover division."""
        of_account = np.array([concept in OF_THE_ACCOUNT for concept in CONCEPTS], bool)
        free = named(self.cells.spine.divisions, self.leftover)[frame.division]
        return np.asarray(free[:, None] | of_account)

    def _tell(
        self, frame: FeatureFrame, parts: Parts, way: NDArray[np.int_]
    ) -> tuple[list[str], list[Said]]:
        """The sentences of all rows. `way` is 1 or -1 where a concept passed the test, else 0."""
        facts = RowFacts(self.cells, frame, self.leftover)
        usual = {
            (int(frame.division[rows[0]]), owned): dict(
                zip(
                    frame.names,
                    self.usual(int(frame.division[rows[0]]), owned=owned).values.tolist(),
                    strict=True,
                )
            )
            for rows, _, owned in self.groups(frame)
        }
        order = np.argsort(-np.abs(parts.concepts), axis=1, kind="stable")
        owned = frame.owned
        nameless = ~named(self.cells.spine.divisions, self.leftover)[frame.division]
        texts: list[str] = []
        said: list[Said] = []
        for row in range(len(order)):
            passed = {CONCEPTS[c]: int(way[row, c]) for c in order[row] if way[row, c]}
            one = facts.of(row, usual[int(frame.division[row]), bool(owned[row])], set(passed))
            told: dict[int, list[str]] = {1: [], -1: []}
            claims: list[Said] = []
            for concept, sign in passed.items():
                if len(told[sign]) >= (MOST if sign > 0 else MOST_AGAINST):
                    continue
                text = say(concept, one, speaks_for=sign > 0)
                if text is not None:
                    told[sign].append(text)
                    claims.append(Said(row, concept, sign))
            if nameless[row]:
                good, gone = told[1] or [NOTHING], None
            else:
                good, gone = told[1] or [plain_rate(one)], faded(one, _silence_told(one))
            if gone is not None and gone not in told[-1]:  # a fact to know, whatever the score says
                told[-1] = [gone]
                claims = [claim for claim in claims if claim.way > 0]
            said += claims
            sentences = [*good, *(BUT + text for text in told[-1])]
            texts.append(JOINT.join(text.replace(JOINT, ", ") for text in sentences))
        return texts, said


def _silence_told(facts: Facts) -> int:
    """Months without an order from a division after which that is told."""
    return 1 if facts.get(STILL_SOLD) < DOUBTED else DORMANT_MONTHS


def _typical(spine: Spine, division: int, *, owned: bool) -> Ints:
    """Customers of a division's side, spread evenly, whose cells tell what is usual."""
    customers = np.flatnonzero(spine.owned[:, division] == owned)
    return customers[spread(len(customers), SAMPLE)].astype(np.int32)


def _nth(strength: Floats, n: int) -> Floats:
    """Shape (rows, 1): the n-th largest of each row's absolute values."""
    ordered = -np.sort(-np.abs(strength), axis=1)
    return ordered[:, n - 1 : n]
