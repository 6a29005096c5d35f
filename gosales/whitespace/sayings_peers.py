"""Sentences about others: similar accounts, divisions that lead here, customers of its kind."""

from __future__ import annotations

import numpy as np

from gosales.whitespace.facts import Facts, Step
from gosales.whitespace.wording import month, months, only, percent, sentence, things, times

CLEARLY = 1.2
"""A share has to be so many times another to be told beside it."""

FADED_MONTHS = 2
LONG_AGO = 1_200
"""Months; what is older stands for never."""

MOSTLY = 0.5
LEAST_COUNTED, LEAST_ADDED = 10, 5
"""Rates of fewer customers, and changes among fewer, tell nothing."""

NOTHING = "Nothing about it stands out"


def peers(facts: Facts, good: bool) -> str | None:
    """What the accounts with the most similar purchases did."""
    return _neighbours(facts, good, "collaborative", "similar accounts")


def taste(facts: Facts, good: bool) -> str | None:
    """What the accounts with the most products in common did."""
    return _neighbours(facts, good, "tastes", "the accounts that buy the most similar products")


def _neighbours(facts: Facts, good: bool, family: str, who: str) -> str | None:
    here = facts.division
    added = facts.get(f"{family}__neighbours_adopting"), facts.share("added")
    owns = facts.get(f"{family}__neighbours"), facts.share("owns")
    lately = facts.get(f"{family}__neighbours_recent"), facts.share("bought")
    candidates = (
        [(*lately, f"bought {here} in the last 12 months", "did")]
        if facts.owned
        else [(*added, f"added {here} in the last 12 months", "did"), (*owns, f"own {here}", "do")]
    )
    told = [
        (abs(np.log((share + 0.02) / (usual + 0.02))), share, usual, what, verb)
        for share, usual, what, verb in candidates
        if apart(share, usual, good=good)
    ]
    if not told:
        return None
    _, share, usual, what, verb = max(told)
    many = f"{only(share, good)}{percent(share)} of {who}"
    none = f"none of the {who.removeprefix('the ')}"
    return sentence(f"{many if share > 0 else none} {what}, {percent(usual)} of all {verb}")


def apart(share: float, usual: float, *, good: bool) -> bool:
    """Whether a share is far enough from the usual one, in that direction, to be told beside it."""
    if good:
        return bool(share >= CLEARLY * usual and share >= usual + 0.005)
    return bool(share <= usual / CLEARLY and share <= usual - 0.005)


def related(facts: Facts, good: bool) -> str | None:
    """The division it bought that leads here the most, or the least."""
    if facts.owned:
        return None
    for step in facts.steps:
        if apart(step.rate, step.usual, good=good):
            return (
                f"{_held(facts, step)}: {only(step.rate, good)}{percent(step.rate)} of such "
                f"customers added {facts.division} within the next {facts.horizon_months} months, "
                f"{percent(step.usual)} of all did"
            )
    return None


def _held(facts: Facts, step: Step) -> str:
    when = "within the last month" if step.first < 1 else f"{months(step.first)} ago"
    if step.state == "fresh":
        return f"First bought {step.division} {when}"
    if step.state == "active":
        return f"Has bought {step.division} since {month(facts.cutoff, step.first)}"
    return f"Bought {step.division} until {month(facts.cutoff, step.last)}"


def profile(facts: Facts, good: bool) -> str | None:
    """The segment of the customer that says the most."""
    buys, owns = (f"add {facts.division}", f"own {facts.division}")
    candidates = [(group.owner, owns, group.name) for group in facts.groups]
    if not facts.owned:
        candidates = [(group.adoption, buys, group.name) for group in facts.groups] + candidates
    fitting = [
        (abs(np.log(ratio)), -place, ratio, what, name)
        for place, (ratio, what, name) in enumerate(candidates)
        if ratio > 0 and apart(ratio, 1.0, good=good)
    ]
    if not fitting:
        return None
    _, _, ratio, what, name = max(fitting)
    return f"{name} {what} {times(ratio)}"


def division(facts: Facts, good: bool) -> str | None:
    """How the division itself fares, beside the usual one."""
    here = facts.division
    if facts.owned:
        return _bought_again(facts, good)
    name = "division__adoption_rate_12m"
    rate, usual = facts.get(name), facts.typical(name)
    if not good and (said := faded(facts, FADED_MONTHS)):
        return said
    if apart(rate, usual, good=good) and not facts.count("could_add") < LEAST_COUNTED:
        return sentence(
            f"{only(rate, good)}{percent(rate)} of the customers without it added {here} in the "
            f"last 12 months, {percent(usual)} in a usual division"
        )
    added, before = facts.count("added"), facts.count("before")
    if apart(facts.get("division__adoption_trend"), 1.0, good=good) and (
        max(added, before) >= LEAST_ADDED
    ):
        many = "No customer" if not added else things(added, "customer")
        many = many if good or not added else f"Only {many}"
        h = facts.horizon_months
        return f"{many} added {here} in the last {h} months, {before:.0f} in the {h} before"
    return None


def faded(facts: Facts, least_months: int) -> str | None:
    """Since when nobody at all has ordered from the division, if that is so long ago."""
    quiet = facts.get("division__quiet_months")
    if not least_months <= quiet <= LONG_AGO:
        return None
    return f"Nobody has ordered {facts.division} since {month(facts.cutoff, quiet)}"


def _bought_again(facts: Facts, good: bool) -> str | None:
    """Of the owners, how many bought in the last 12 months."""
    owners, usual_owners = (
        facts.get("division__owner_share"),
        facts.typical("division__owner_share"),
    )
    if not (owners > 0 and usual_owners > 0):
        return None
    share = facts.get("division__buyer_share_12m") / owners
    usual = facts.typical("division__buyer_share_12m") / usual_owners
    if not apart(share, usual, good=good) or share > 1:
        return None
    return sentence(
        f"{only(share, good)}{percent(share)} of the owners of {facts.division} bought it in "
        f"the last 12 months, {percent(usual)} in a usual division"
    )


def plain_rate(facts: Facts) -> str:
    """What can be said of a row that nothing speaks for; no reason, so nothing is claimed."""
    rate = facts.get("division__adoption_rate_12m")
    owners = facts.get("division__owner_share")
    if facts.owned:
        rate = facts.get("division__buyer_share_12m") / owners if owners > 0 else np.nan
    few = not facts.owned and facts.count("could_add") < LEAST_COUNTED
    if not np.isfinite(rate) or rate > 1 or few:
        return f"{NOTHING} for {facts.division}"
    if facts.owned and rate == 1:
        return f"All owners of {facts.division} bought it in the last 12 months"
    if facts.owned:
        lead = "Like most owners" if rate > MOSTLY else NOTHING
        return (
            f"{lead}: {percent(rate)} of the owners of {facts.division} bought it in the last "
            "12 months"
        )
    return (
        f"{NOTHING}: {percent(rate)} of the customers without it added "
        f"{facts.division} in the last 12 months"
    )
