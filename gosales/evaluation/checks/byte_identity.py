"""L01 to L07: does anything change that must not?

Two trials of the engine are compared part by part, by SHA-256. Parts stand in the order in which
they are made, so the first one that differs says where the leak is. A change that did not reach
the star proves nothing and is never a pass.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from gosales.evaluation.checks.check import NOT_APPLICABLE, Check, verdict

REPEATED, JUDGED = "repeated_run", "judged_horizon_hidden"
CODES = {
    REPEATED: "L01",
    "future_deleted": "L02",
    "future_scrambled": "L03",
    "future_extended": "L04",
    "labels_swapped": "L05",
    "late_posted": "L06",
    JUDGED: "L07",
}
PARTS = (
    "facts",
    "names",
    "attributes",
    "statuses",
    "features",
    "training_rows",
    "judged_scores",
    "metrics",
    "icp_scores",
    "whitespace",
)
"""What a trial makes, in order; all of it as known at the cutoff."""

MOST_NAMED = 12


@dataclass(frozen=True)
class Digests:
    """SHA-256 of what a trial made.

    Attributes:
        parts: Part (see PARTS) -> digest.
        features: Feature -> digest of its column over all cells; "" is of the cells themselves.
        future: Of the facts that were not known at the cutoff.
    """

    parts: dict[str, str]
    features: dict[str, str]
    future: str


def same_bytes(name: str, cutoff: str, before: Digests, after: Digests, change: str) -> Check:
    """Everything of the past must be the same.

    Args:
        change: What was done to the raw logs, in a sentence.
    """
    if name != REPEATED and before.future == after.future:
        return not_made(
            name, cutoff, "The change left no trace in the star: there was no such line."
        )
    differs = [part for part in PARTS if before.parts[part] != after.parts[part]]
    features = _features_that_differ(before, after)
    told = "Every part is the same, byte for byte."
    if differs:
        told = f"Differs first in {differs[0]}; in all: {', '.join(differs)}."
        if features:
            told += f" Features: {', '.join(features[:MOST_NAMED])}"
            told += f" and {len(features) - MOST_NAMED} more." if features[MOST_NAMED:] else "."
    evidence = _evidence(change, before, after) | {"differs": differs, "features": features}
    return Check(CODES[name], name, cutoff, verdict(not differs), told, evidence)


def same_judged_scores(cutoff: str, before: Digests, after: Digests, change: str) -> Check:
    """The scores that are judged on a horizon must not depend on what happened in it.

    The figures on them must: else the change did not reach the judged rows.
    """
    if before.parts["metrics"] == after.parts["metrics"]:
        return not_made(JUDGED, cutoff, "The judged horizon holds too few sales to exchange.")
    clean = before.parts["judged_scores"] == after.parts["judged_scores"]
    told = (
        "The judged scores do not depend on the horizon that they are judged on."
        if clean
        else "The judged scores change with the outcomes that they are judged on."
    )
    evidence = _evidence(change, before, after, ("judged_scores",))
    evidence |= {
        "metrics_before": before.parts["metrics"],
        "metrics_after": after.parts["metrics"],
    }
    return Check(CODES[JUDGED], JUDGED, cutoff, verdict(clean), told, evidence)


def broke(name: str, cutoff: str, error: str) -> Check:
    """The engine failed on changed raw logs where it did not on the unchanged ones."""
    told = f"The engine fails when only the future is changed: {error}"
    return Check(CODES[name], name, cutoff, verdict(False), told)


def not_made(name: str, cutoff: str, why: str) -> Check:
    """The check cannot be made, and why."""
    return Check(CODES[name], name, cutoff, NOT_APPLICABLE, why)


def _features_that_differ(before: Digests, after: Digests) -> list[str]:
    names = before.features.keys() | after.features.keys()
    found = (name for name in names if before.features.get(name) != after.features.get(name))
    return sorted(name or "(customers, divisions, what is owned)" for name in found)


def _evidence(
    change: str, before: Digests, after: Digests, parts: tuple[str, ...] = PARTS
) -> dict[str, Any]:
    return {
        "change": change,
        "future_before": before.future,
        "future_after": after.future,
        "past_before": _whole(before, parts),
        "past_after": _whole(after, parts),
        "before": {part: before.parts[part] for part in parts},
        "after": {part: after.parts[part] for part in parts},
    }


def _whole(digests: Digests, parts: tuple[str, ...]) -> str:
    """One digest of several."""
    return hashlib.sha256("".join(digests.parts[part] for part in parts).encode()).hexdigest()
