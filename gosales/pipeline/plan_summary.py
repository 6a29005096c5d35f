"""A plan in the words of the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from gosales.core.columns import Plan
from gosales.pipeline.plan import PlanRun
from gosales.utils.paths import Workspace

SHOWN_REPS, SHOWN_PITCHES, SHOWN_WORTHS = 2, 4, 3
NAME, WHAT = 36, 34


def summarise_plan(run: PlanRun, workspace: Workspace) -> str:
    """Who gets how much, how good it is, what the experiment can show, where the files are."""
    facts, folder = run.facts, workspace.outputs / "plan"
    blocks = (
        _head(facts),
        _lists(run.rows),
        _quality(facts),
        _floors(facts),
        _experiment(facts),
        (f"Warning: {text}" for text in facts["warnings"]),
        (f"Plan:  {folder / 'plan.csv'}", f"Facts: {folder / 'plan.json'}"),
    )
    return "\n\n".join(text for block in blocks if (text := "\n".join(block)))


def _head(facts: dict[str, Any]) -> Iterator[str]:
    slots = sum(rep["slots"] for rep in facts["reps"])
    treated = facts["treated"]
    yield f"Call plan of {facts['plan_date']} for {facts['team']}:"
    yield (
        f"{treated['accounts']:,} pitches in {slots:,} slots, "
        f"{treated['expected_value']:,.0f} expected in {facts['horizon_months']} months."
    )
    out = facts["left_out"].items()
    told = [f"{count:,} {name.replace('_', ' ')}" for name, count in out if count]
    if told:
        yield f"Left out: {', '.join(told)}."
    if facts["without_reasons"]:
        yield (
            f"{facts['without_reasons']:,} have no reasons: they lie beyond [whitespace] "
            "listed_rows."
        )
    if facts["feedback"]:
        answers = (f"{count:,} {name}" for name, count in facts["feedback"].items())
        yield f"Feedback read: {', '.join(answers)}."


def _lists(rows: pd.DataFrame) -> Iterator[str]:
    """The first pitches of the first reps."""
    treated = rows[rows[Plan.GROUP] == Plan.TREATED]
    for rep in treated[Plan.REP].drop_duplicates().head(SHOWN_REPS):
        theirs = treated[treated[Plan.REP] == rep]
        yield f"{rep} ({len(theirs)} pitches)"
        for row in theirs.head(SHOWN_PITCHES).to_dict("records"):
            yield from _pitch(row)


def _pitch(row: dict[str, Any]) -> Iterator[str]:
    name = str(row[Plan.NAME] or row[Plan.CUSTOMER])
    product = row[Plan.PRODUCT] or row[Plan.SKU]
    what = row[Plan.DIVISION] + (f" ({product})" if product else "")
    yield (
        f"  {row[Plan.SLOT]:>3}  {name[:NAME]:<{NAME}} {what[:WHAT]:<{WHAT}} "
        f"{100 * row[Plan.SCORE]:5.1f} %  {row[Plan.VALUE]:>9,.0f}"
    )
    reason = str(row[Plan.REASONS]).split("; ")[0]
    if reason:
        yield f"       {reason}"


def _quality(facts: dict[str, Any]) -> Iterator[str]:
    best = facts["optimum"]
    proof = "no better plan exists"
    if not best["proven"]:
        proof = f"a better plan could win at most {100 * best['gap']:.2f} %"
    yield f"Solved ({best['method']}, {best['solver']}): {proof}."
    regret = 100 * best["greedy_regret"]
    yield f"Always taking the best pitch that is left would lose {regret:.2f} %."
    ranked = sorted(facts["reps"], key=lambda rep: (-rep["worth_of_one_more_slot"], rep["rep"]))
    worths = [
        f"{rep['rep']} {rep['worth_of_one_more_slot']:,.0f}"
        for rep in ranked[:SHOWN_WORTHS]
        if rep["worth_of_one_more_slot"] > 0
    ]
    if worths:
        yield f"One more slot is worth most to {', '.join(worths)}."
    else:
        yield "Nobody could use one more slot: no account is left to pitch."
    if facts["price_of_exploring"]:
        yield f"Exploring costs {facts['price_of_exploring']:,.0f} of expected money."


def _floors(facts: dict[str, Any]) -> Iterator[str]:
    floors = facts["floors"]
    if floors:
        told = (f"{one['division']} {one['planned']} (asked {one['asked']})" for one in floors)
        yield f"Floors: {', '.join(told)}."
        yield f"They cost {facts['price_of_floors']:,.0f} of expected money."


def _experiment(facts: dict[str, Any]) -> Iterator[str]:
    found = facts["experiment"]
    if not found:
        return
    yield (
        f"Control group: {found['control_accounts']:,} accounts that nobody calls, beside "
        f"{found['treated_accounts']:,} treated;"
    )
    yield f"{_percent(found['base_rate'], 1)} are expected to buy anyway."
    wanted = _percent(found["detectable_at_power"])
    if found["detectable_lift"] is None:
        yield "They are too few to show any lift."
    else:
        yield f"A lift of {_percent(found['detectable_lift'])} would show with {wanted} power."
    if found["power"] is not None:
        yield (
            f"The chance to show a lift of {_percent(found['lift'])} is "
            f"{_percent(found['power'])}; for {wanted} it takes {found['accounts_needed']:,} "
            "accounts."
        )


def _percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"
