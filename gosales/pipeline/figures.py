"""What a training publishes of its proof: the content of `metrics.json`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.evaluation.metrics import CAPACITY, Worth
from gosales.evaluation.scoreboard import MACRO, scoreboard
from gosales.models.baselines import BASELINES
from gosales.pipeline.fit import Fitted
from gosales.pipeline.gate import MODEL, Proof, best_baseline
from gosales.pipeline.judge_money import MoneyTable, money_figures

Floats = NDArray[np.float64]


def shipped_scores(fitted: Fitted) -> Floats:
    """Shape (m, D): what would have been shipped at the proof's cutoff, with today's kinds.

    A calibration map is the one that had not seen the proof. Only divisions that have a model.
    """
    proof = fitted.proof
    if proof is None:
        raise ValueError("nothing was judged")
    by_name = {model.division: model for model in fitted.models}
    shipped = proof.score[MODEL].copy()
    for owned in (False, True):
        inside = proof.cells(owned)
        for d, division in enumerate(proof.divisions):
            if division not in by_name:
                continue
            side = by_name[division].held if owned else by_name[division].never
            rows = inside[:, d]
            shipped[rows, d] = fitted.calibrations.judged(side, owned)[rows, d]
    return shipped


def metrics(fitted: Fitted, capacity: int = CAPACITY) -> dict[str, Any]:
    """The content of `metrics.json`.

    Args:
        capacity: Best rows of a list that can be worked.
    """
    proof = fitted.proof
    if proof is None:
        return {
            "judged_at": None,
            "note": "The models could not be judged on an unseen horizon: what came before it is "
            "too short, or in it nobody bought again.",
            "populations": {},
            "money": None,
            "products": fitted.products.evidence,
        }
    names = {model.division for model in fitted.models}
    kept = [name in names for name in proof.divisions]
    chance = shipped_scores(fitted)[:, kept]
    proof = proof.of(names)
    share = len(proof.customers) / max(proof.known, 1)
    worth = Worth(proof.labels.value_cents / 100.0, max(round(capacity * share), 1))
    bought = proof.labels.bought
    boards = {
        name: scoreboard(score, bought, proof.population, proof.divisions, worth)
        for name, score in proof.score.items()
    }
    shipped = scoreboard(chance, bought, proof.population, proof.divisions, worth)
    return {
        "judged_at": str(proof.cutoff),
        "horizon_months": proof.labels.months,
        "capacity": capacity,
        "note": f"Fitted on cutoffs before {proof.cutoff} and judged on the horizon after it, "
        "which also decided which divisions ship the model and which the baseline."
        + _told_of_draw(proof),
        "customers": proof.known,
        "judged_customers": len(proof.customers),
        "best_baseline": best_baseline(proof, owned=False),
        "populations": shipped,
        "money": _money(fitted, proof, chance),
        "products": fitted.products.evidence,
        "baselines": {
            name: {population: board[MACRO] for population, board in boards[name].items()}
            for name in BASELINES
        },
        "divisions": {model.division: model.card["evidence"] for model in fitted.models},
    }


def _told_of_draw(proof: Proof) -> str:
    judged = len(proof.customers)
    if judged == proof.known:
        return ""
    return f" Judged on {judged:,} of {proof.known:,} customers, drawn evenly."


def _money(fitted: Fitted, proof: Proof, chance: Floats) -> dict[str, Any] | None:
    if fitted.money is None:
        return None
    told, labels = fitted.money.of(proof.divisions), proof.labels
    table = MoneyTable(chance, told, labels.bought, labels.value_cents, proof.population)
    return money_figures(table)
