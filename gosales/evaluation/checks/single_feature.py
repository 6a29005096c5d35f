"""L11: no single feature or attribute foretells a first purchase too well.

Who buys for the first time is hard to foretell. A column that does it almost alone, or far better
than the whole model, most likely says what happened afterwards: a status, a date or a flag that
was filled in when the deal was done.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gosales.evaluation.checks.area import Z999, Area, Flags, Floats, area
from gosales.evaluation.checks.check import NOT_APPLICABLE, Check, verdict

CODE, NAME = "L11", "single_feature"
ALARM = 0.95
ABOVE_MODEL = 0.1
SHOWN = 5
PRIOR = 5.0
MISSING = -1e30
MODEL = "the model"


def single_feature(cutoff: str, areas: dict[str, Area], model: Area | None) -> Check:
    """Raise the alarm on any of `areas`, or on the model itself, that is too good.

    Args:
        areas: Column -> its macro AUC on never-bought cells, in the better direction.
    """
    if model is None or not areas:
        return no_feature(cutoff, "No division has enough buyers who never bought from it before.")
    alarms = {name: why for name, one in areas.items() if (why := _alarm(one, model))}
    if model.value > ALARM:
        alarms[MODEL] = f"above {ALARM}"
    best = sorted(areas, key=lambda name: (-areas[name].value, name))[:SHOWN]
    told = f"The best single column is {best[0]}, AUC {areas[best[0]]}; "
    told += f"the model has {model}."
    if alarms:
        told = "Too good to be true: " + "; ".join(
            f"{name}, AUC {(areas | {MODEL: model})[name].value:.3f} ({why})"
            for name, why in sorted(alarms.items())
        )
    evidence = {
        "model": model.as_dict(),
        "best": {name: areas[name].as_dict() for name in best},
        "alarms": dict(sorted(alarms.items())),
    }
    return Check(CODE, NAME, cutoff, verdict(not alarms), told, evidence)


def no_feature(cutoff: str, why: str) -> Check:
    """The check cannot be made, and why."""
    return Check(CODE, NAME, cutoff, NOT_APPLICABLE, why)


def column_area(column: Floats, bought: Flags, inside: Flags) -> Area | None:
    """The macro AUC of a column of shape (n, D), upside down where that is better."""
    filled = np.where(np.isnan(column), MISSING, column)
    found = area(filled, bought, inside)
    if found is None or found.value >= 0.5:
        return found
    return area(-filled, bought, inside)


def attribute_area(codes: NDArray[np.int32], bought: Flags, inside: Flags) -> Area | None:
    """The macro AUC of an attribute: the rate of its groups, learned on the other half.

    Args:
        codes: Shape (n,), group of each customer, -1 for none.
    """
    n, d = bought.shape
    groups = codes + 1
    half = np.arange(n) % 2
    score = np.zeros((n, d))
    for side in (0, 1):
        known = inside & (half != side)[:, None]
        counted = _per_group(groups, known)
        hits = _per_group(groups, bought & known)
        usual = hits.sum(0) / np.maximum(counted.sum(0), 1)
        rate = (hits + PRIOR * usual) / (counted + PRIOR)
        score[half == side] = rate[groups[half == side]]
    return area(score, bought, inside)


def _per_group(groups: NDArray[np.int32], flags: Flags) -> Floats:
    size = int(groups.max(initial=0)) + 1
    return np.column_stack([np.bincount(groups, column, size) for column in flags.T])


def _alarm(found: Area, model: Area) -> str:
    """Why a column is too good; empty when it is not."""
    if found.value > ALARM:
        return f"above {ALARM}"
    gain = found.value - model.value
    margin = Z999 * float(np.sqrt(((found.influence - model.influence) ** 2).sum()))
    if gain > ABOVE_MODEL and gain > margin:
        return f"{gain:.2f} above the model"
    return ""
