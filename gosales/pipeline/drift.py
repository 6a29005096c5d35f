"""How far a scoring is from what its models were trained on: the content of `drift.json`.

A training leaves `training_profile.json` in its run's folder: how the features of its rows were
spread, and the scores of its proof, which are out of sample. A scoring is held against it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.columns import Scores
from gosales.core.concepts import TITLES, concept_of
from gosales.core.errors import ModelError
from gosales.core.frames import FeatureFrame
from gosales.core.timeline import Cutoff
from gosales.evaluation.drift import DRIFTED, STABLE, UNJUDGED, WATCH, Profile, judged
from gosales.evaluation.settings import DriftSettings
from gosales.features.cells import DIVISION_NAMES, HORIZON_FEATURE, CellFeatures
from gosales.features.engine import FeatureEngine
from gosales.pipeline.drift_history import data_age, label_drift, volume_drift
from gosales.pipeline.figures import shipped_scores
from gosales.pipeline.fit import Fitted
from gosales.utils.paths import has_file
from gosales.utils.store import read_json
from gosales.whitespace.wording import together

PROFILE = "training_profile.json"
LEFT_OUT = frozenset({*DIVISION_NAMES, HORIZON_FEATURE})
"""Features with one value per division or cutoff: no spread to compare. Labels tell of those."""
REPORTED = ("cutoff_date", "features", "scores", "labels", "volume", "data_age")
MOST_ROWS = 50_000
LEAST_ROWS = 100
NAMED = 3


def training_profile(fitted: Fitted, history_end: Cutoff) -> dict[str, Any]:
    """The content of `training_profile.json`."""
    rows, proof = fitted.training, fitted.proof
    features, scores = {}, {}
    if rows is not None and len(rows.weight) >= LEAST_ROWS:
        for column, name in enumerate(rows.names):
            if name not in LEFT_OUT:
                features[name] = Profile.of(rows.values[:, column], rows.weight).as_dict()
    if proof is not None:
        shipped, even = shipped_scores(fitted), np.ones(len(proof.labels.bought))
        trained = {model.division for model in fitted.models}
        for d, division in enumerate(proof.divisions):
            if division in trained:
                scores[division] = Profile.of(shipped[:, d], even).as_dict()
    return {"history_end": str(history_end), "features": features, "scores": scores}


def sample_cells(cells: CellFeatures) -> FeatureFrame:
    """The features of all customers' cells, or of so many drawn ones' that they still tell."""
    n, d = cells.panel.shape
    draw = np.random.default_rng(cells.panel.cutoff.date.toordinal())
    customers = np.sort(draw.permutation(n)[: max(MOST_ROWS // max(d, 1), 1)])
    everywhere = np.tile(np.arange(d, dtype=np.int32), len(customers))
    return cells.of(customers).rows(np.repeat(customers, d).astype(np.int32), everywhere)


@dataclass(frozen=True)
class Drift:
    """A scoring beside the profile of its models' training."""

    engine: FeatureEngine
    settings: DriftSettings
    profile: dict[str, Any]

    @classmethod
    def of(cls, engine: FeatureEngine, settings: DriftSettings, trained: Path) -> Drift:
        """With the profile in the folder of the run that trained the models."""
        path = trained / PROFILE
        content = read_json(path, made_by="train") if has_file(path) else {}
        return cls(engine, settings, content)

    def report(self, sample: FeatureFrame | None, table: pd.DataFrame) -> dict[str, Any]:
        """What `drift.json` holds.

        Args:
            sample: Of the cells that were scored.
            table: Columns of `Scores.ORDER`.

        Raises:
            ModelError: The profile cannot be read.
        """
        content = {
            "cutoff_date": str(self.engine.history.cutoff),
            "features": self._features(sample) if sample else [],
            "scores": self._scores(table),
            "labels": label_drift(self.engine, self.settings),
            "volume": volume_drift(self.engine.history, self.settings),
            "data_age": data_age(self.engine.history, self.settings) | self._model_age(),
        }
        return content | {"warnings": warnings_of(content, self.settings)}

    def _features(self, sample: FeatureFrame) -> list[dict[str, Any]]:
        """The most moved feature first."""
        few = len(sample.spine.customers) < self.settings.least_customers
        limits = self.settings.watch_index, self.settings.feature_index
        rows = []
        for name, profile in self._profiles("features").items():
            if name in sample.names:
                rows.append({"feature": name} | _row(profile, sample.column(name), limits, few))
        return sorted(rows, key=lambda row: (-row["psi"], row["feature"]))

    def _scores(self, table: pd.DataFrame) -> list[dict[str, Any]]:
        profiles = self._profiles("scores")
        limits = self.settings.watch_index, self.settings.score_index
        rows = []
        for division, part in table.groupby(Scores.DIVISION):
            if division in profiles:
                few = len(part) < self.settings.least_customers
                profile, found = profiles[str(division)], part[Scores.SCORE].to_numpy(float)
                row = {"division": str(division)} | _row(profile, found, limits, few)
                moved = round(profile.moved(found), 6)
                if row["status"] == DRIFTED and moved <= self.settings.score_move:
                    row["status"] = WATCH
                rows.append(row | {"moved": moved})
        return rows

    def _profiles(self, key: str) -> dict[str, Profile]:
        try:
            return {n: Profile.from_dict(one) for n, one in self.profile.get(key, {}).items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelError(
                f"{PROFILE} of the models cannot be read: {type(error).__name__}: {error}.",
                remedy="Restore the folder or train again with `gosales train`.",
            ) from error

    def _model_age(self) -> dict[str, Any]:
        """Whole months from what the models know to the cutoff; no profile, no age."""
        end = self.profile.get("history_end")
        months = None
        if end is not None:
            known = Cutoff.parse(str(end)).date
            months = max(self.engine.history.cutoff.age_in_months(known), 0)
        late = months is not None and months > self.settings.model_months
        judgement = UNJUDGED if months is None else DRIFTED if late else STABLE
        return {"models_know_until": end, "model_months": months, "model_status": judgement}


def _row(
    profile: Profile, values: NDArray[Any], limits: tuple[float, float], few: bool
) -> dict[str, Any]:
    index = round(profile.index(values), 6)
    return {"psi": index, "status": UNJUDGED if few else judged(index, *limits)}


def warnings_of(content: dict[str, Any], settings: DriftSettings) -> list[str]:
    """What is worth a warning, in sentences that say what to do."""
    found: list[str] = []
    features = content["features"]
    moved = [row["feature"] for row in features if row["status"] == DRIFTED]
    if moved and len(moved) > math.floor(settings.feature_share * len(features)):
        found.append(
            f"{len(moved)} of {len(features)} features have moved from what the models were "
            f"trained on. Those that moved the most tell of an account {_concepts(moved)}. Look "
            "for a change in the logs, and train again."
        )
    return [
        *found,
        *_score_warnings(content["scores"]),
        *_label_warnings(content["labels"]),
        *_age_warnings(content),
    ]


def _concepts(features: list[str]) -> str:
    """What the first of these features are about, in the words of the reasons."""
    titles = dict.fromkeys(TITLES[concept_of(name)] for name in features)
    return _listed(list(titles)[:NAMED])


def _score_warnings(rows: list[dict[str, Any]]) -> list[str]:
    moved = [row for row in rows if row["status"] == DRIFTED]
    if not moved:
        return []
    moved.sort(key=lambda row: (-row["psi"], row["division"]))
    told = _listed([f"{row['division']} (index {row['psi']:.2f})" for row in moved])
    look = f"Look at {'its' if len(moved) == 1 else 'their'} lines, and train again."
    return [f"The scores of {told} are spread otherwise than in training. {look}"]


def _label_warnings(rows: list[dict[str, Any]]) -> list[str]:
    newest = {row["division"]: row for row in rows}
    days: dict[str, list[str]] = {}
    gone: dict[str, list[str]] = {}
    for name, row in newest.items():
        if row["status"] == DRIFTED and not row["base_rate"]:
            gone.setdefault(row["cutoff_date"], []).append(name)
        elif row["status"] == DRIFTED:
            told = f"{100 * row['base_rate']:.1f} % of the customers bought from {name}"
            days.setdefault(row["cutoff_date"], []).append(told)
    return [
        f"After {day}, nobody bought from {_listed(names)}. What is no longer sold belongs into "
        "[divisions] exclude; else look for lines that are missing."
        for day, names in gone.items()
    ] + [
        f"After {day}, {_listed(told)}, far from what was usual before. Probabilities learned from "
        "earlier horizons may be off."
        for day, told in days.items()
    ]


def _listed(told: list[str]) -> str:
    """The first NAMED of them, and how many more there are."""
    more = len(told) - NAMED
    return together(told if more <= 0 else [*told[:NAMED], f"{more} more"])


def _age_warnings(content: dict[str, Any]) -> list[str]:
    found, age, volume = [], content["data_age"], content["volume"]
    if volume["status"] == DRIFTED:
        found.append(
            f"The last {volume['months']} months have {volume['lines']:,} lines, the same months a "
            f"year before had {volume['lines_before']:,}. Is a file missing, or in twice?"
        )
    if age["status"] == DRIFTED:
        found.append(
            f"The last order is of {age['last_order']}, {age['days']} days before the cutoff, and "
            f"the longest gap before was {age['usual_gap_days']}. Load newer logs, or score with "
            "an earlier --cutoff."
        )
    if age["model_status"] == DRIFTED:
        found.append(
            f"The models know nothing after {age['models_know_until']}, {age['model_months']} "
            "months before the cutoff. Train again with `gosales train`."
        )
    return found
