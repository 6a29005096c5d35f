"""The readout of a plan as a page and as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gosales.evaluation import page
from gosales.utils.paths import Workspace

GROUPS = ("treated", "control")
FIGURES = {
    "accounts": "{:,}",
    "bought": "{:,}",
    "share": "{:.1%}",
    "expected_buyers": "{:,.1f}",
    "value": "{:,.0f}",
    "expected_value": "{:,.0f}",
    "value_per_account": "{:,.0f}",
}
HEADS = tuple(name.replace("_", " ") for name in FIGURES)
COMPARISONS = {
    "share_that_bought": ("Share that bought the pitched division (points)", "{:+.1%}"),
    "value_per_account": ("Money per account in the pitched division", "{:+,.0f}"),
    "value_per_account_in_all_divisions": ("Money per account in all divisions", "{:+,.0f}"),
}


def report(found: dict[str, Any]) -> str:
    """`readout.html`."""
    tables = (("Kind of pitch", "kinds", "kind"), ("Divisions", "divisions", "division"),
              ("Reps", "reps", "rep"))  # fmt: skip
    sections = [
        *(page.paragraph(text) for text in (*_about(found), verdict(found), *_doubts(found))),
        page.heading("Treated and control"),
        page.table(("group", *HEADS), [_row(name, found["groups"][name]) for name in GROUPS]),
        page.table(
            ("treated minus control", "difference", "from", "to (95 %)"),
            list(_comparisons(found)),
        ),
    ]
    for title, key, name in tables:
        rows = [_row(one[name], one) for one in found[key]]
        sections += [page.heading(f"{title} (treated)"), page.table((name, *HEADS), rows)]
    sections += [page.heading("Feedback (treated)"), _feedback(found)]
    return page.page("Call plan readout", sections)


def summarise_readout(found: dict[str, Any], workspace: Workspace) -> str:
    """The readout in the words of the terminal."""
    table = [_row(name, found["groups"][name]) for name in GROUPS]
    lines = [*_about(found), "", f"{'':20}{table[0][0]:>14}{table[1][0]:>14}"]
    for at, name in enumerate(FIGURES, 1):
        lines.append(f"  {name.replace('_', ' '):18}{table[0][at]:>14}{table[1][at]:>14}")
    lines += ["", "Treated minus control, with 95 % intervals:"]
    lines += [
        f"  {title:50}{difference:>10}  ({low} to {high})"
        for title, difference, low, high in _comparisons(found)
    ]
    lines += ["", verdict(found)]
    told = [f"{one['outcome']} {one['pitches']}" for one in found["feedback"]]
    if told:
        lines.append(f"Feedback on the treated: {', '.join(told)}.")
    lines += _doubts(found)
    return "\n".join([*lines, "", f"Report: {workspace.outputs / 'plan' / 'readout.html'}"])


def verdict(found: dict[str, Any]) -> str:
    """What the comparison shows, in a sentence that does not say more than it can."""
    difference = found["share_that_bought"]
    if difference is None:
        return (
            "The plan has no control group, so what the calls changed cannot be told: compare "
            "bought with expected, and plan with --holdout next time."
        )
    over = all(one["horizon_over"] for one in found["plans"])
    early = "" if over else " The horizon is not over yet."
    if difference["low"] > 0:
        return f"The treated bought more than the control group, beyond chance.{early}"
    if difference["high"] < 0:
        return f"The treated bought less than the control group, beyond chance.{early}"
    return (
        "The difference between the groups may be chance: the interval holds zero. That is no "
        f"proof that calls do nothing.{early}"
    )


def _doubts(found: dict[str, Any]) -> list[str]:
    """What speaks against taking the figures as they are."""
    doubts = [f"Warning: {text}" for text in found["warnings"]]
    if found["control_with_feedback"]:
        doubts.append(
            f"{found['control_with_feedback']} account(s) of the control group have feedback, so "
            "they were called. They stay in the comparison, which then shows less than there is."
        )
    return doubts


def _about(found: dict[str, Any]) -> list[str]:
    return [
        f"Plan of {one['plan_date']}, unaltered since; purchases after {one['since']} up to "
        f"{one['until']} ({one['days']} days), from {one['source']}."
        for one in found["plans"]
    ]


def _row(name: str, figures: dict[str, Any]) -> tuple[str, ...]:
    return (name, *(_figure(figures[key], form) for key, form in FIGURES.items()))


def _comparisons(found: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for key, (title, form) in COMPARISONS.items():
        if found[key] is not None:
            parts = ("difference", "low", "high")
            yield (title, *(_figure(found[key][part], form) for part in parts))


def _feedback(found: dict[str, Any]) -> str:
    rows = [(one["outcome"], one["pitches"], one["bought"]) for one in found["feedback"]]
    return page.table(("outcome", "pitches", "bought"), rows)


def _figure(value: float | int | None, form: str) -> str:
    return "-" if value is None else form.format(value)
