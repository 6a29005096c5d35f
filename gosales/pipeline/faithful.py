"""Are the reasons true of the score? Each is taken away, and the score has to move as it said."""

from __future__ import annotations

from typing import Any

import numpy as np

from gosales.features.panel import spread
from gosales.models.neutral import neutralised
from gosales.pipeline.reasons import Reasoner, Reasons, Said

MOST_ROWS = 2_000


def faithfulness(reasoner: Reasoner, reasons: Reasons) -> dict[str, Any]:
    """Figures for `metrics.json`: `rows`, `reasons_tested`, `faithful_share`, `agreement`.

    At most MOST_ROWS rows with a reason, spread evenly, are scored again from the start.
    """
    rows = sorted({one.row for one in reasons.said})
    chosen = {rows[i] for i in spread(len(rows), MOST_ROWS)}
    tested = [one for one in reasons.said if one.row in chosen]
    kept = faithful(reasoner, reasons, tested)
    return {
        "rows": len(chosen),
        "reasons_tested": len(tested),
        "faithful_share": round(float(np.mean(kept)), 4) if tested else None,
        "agreement": round(reasons.agreed / reasons.tried, 4) if reasons.tried else None,
    }


def faithful(reasoner: Reasoner, reasons: Reasons, said: list[Said]) -> list[bool]:
    """For each claim, whether the score moves as it says when its concept is made usual."""
    frame = reasons.frame
    moved: dict[Said, float] = {}
    of_row: dict[int, list[Said]] = {}
    for one in said:
        of_row.setdefault(one.row, []).append(one)
    for rows, model, owned in reasoner.groups(frame):
        inside = [one for row in rows.tolist() for one in of_row.get(row, ())]
        usual = reasoner.usual(int(frame.division[rows[0]]), owned=owned).values
        concept = reasoner.explainer(model).concept
        for name in {one.concept for one in inside}:
            claims = [one for one in inside if one.concept == name]
            values = frame.values[[one.row for one in claims]]
            flags = np.full(len(claims), owned)
            neutral = neutralised(values, usual, concept, name)
            change = model.score(values, flags) - model.score(neutral, flags)
            moved |= dict(zip(claims, change.tolist(), strict=True))
    return [one.way * moved[one] > 0 for one in said]
