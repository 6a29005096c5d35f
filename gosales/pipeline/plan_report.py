"""The readout of a plan as a page and as text."""

from __future__ import annotations

from typing import Any

from gosales.evaluation import page
from gosales.utils.paths import Workspace

WIDTH = 17
GROUPS = ("treated", "control")
FIGURES = ("accounts", "bought", "share", "expected_buyers", "value", "value_per_account")
COMPARISONS = {
    "share_that_bought": "Share that bought the pitched division",
    "value_per_account": "Money per account in the pitched division",
    "value_per_account_in_all_divisions": "Money per account in all divisions",
}


def report(found: dict[str, Any]) -> str:
    """`readout.html`."""
    tables = (("Kind of pitch", "kinds", "kind"), ("Divisions", "divisions", "division"),
              ("Reps", "reps", "rep"))  # fmt: skip
    sections = [
        page.paragraph(_about(found)),
        page.paragraph(verdict(found)),
        *([page.paragraph(_spoilt(found))] if found["control_with_feedback"] else []),
        page.heading("Treated and control"),
        page.table(("group", *FIGURES), [_row(name, found["groups"][name]) for name in GROUPS]),
        page.table(
            ("treated minus control", "difference", "from", "to (95 %)"),
            [
                (title, *(found[key][part] for part in ("difference", "low", "high")))
                for key, title in COMPARISONS.items()
                if found[key] is not None
            ],
        ),
    ]
    for title, key, name in tables:
        rows = [_row(one[name], one) for one in found[key]]
        sections += [page.heading(f"{title} (treated)"), page.table((name, *FIGURES), rows)]
    sections += [page.heading("Feedback (treated)"), _feedback(found)]
    return page.page("Call plan readout", sections)


def summarise_readout(found: dict[str, Any], workspace: Workspace) -> str:
    """The readout in the words of the terminal."""
    lines = [_about(found), "", f"{'':10}" + "".join(f"{name:>{WIDTH}}" for name in FIGURES)]
    for group in GROUPS:
        figures = (found["groups"][group][name] for name in FIGURES)
        lines.append(f"{group:10}" + "".join(f"{_figure(value):>{WIDTH}}" for value in figures))
    for key, title in COMPARISONS.items():
        if found[key] is not None:
            low, high = (_figure(found[key][part]) for part in ("low", "high"))
            lines.append(f"{title}: {_figure(found[key]['difference'])} ({low} to {high})")
    lines += ["", verdict(found)]
    told = [f"{one['outcome']} {one['pitches']}" for one in found["feedback"]]
    if told:
        lines.append(f"Feedback on the treated: {', '.join(told)}.")
    if found["control_with_feedback"]:
        lines.append(_spoilt(found))
    return "\n".join([*lines, "", f"Report: {workspace.outputs / 'plan' / 'readout.html'}"])


def verdict(found: dict[str, Any]) -> str:
    """What the comparison shows, in a sentence that does not say more than it can."""
    difference = found["share_that_bought"]
    if difference is None:
        return (
            "The plan has no control group, so what the calls changed cannot be told: compare "
            "bought with expected, and plan with --holdout next time."
        )
    early = "" if _complete(found) else " The horizon is not over yet."
    if difference["low"] > 0:
        return f"The treated bought more than the control group, beyond chance.{early}"
    if difference["high"] < 0:
        return f"The treated bought less than the control group, beyond chance.{early}"
    return (
        "The difference between the groups may be chance: the interval holds zero. That is no "
        f"proof that calls do nothing.{early}"
    )


def _spoilt(found: dict[str, Any]) -> str:
    return (
        f"{found['control_with_feedback']} account(s) of the control group have feedback, so they "
        "were called. They stay in the comparison, which then shows less than there is."
    )


def _complete(found: dict[str, Any]) -> bool:
    return bool(found["days"] >= 28 * found["horizon_months"])


def _about(found: dict[str, Any]) -> str:
    return (
        f"Plan of {found['plan_date']}, unaltered since; purchases after {found['since']} up to "
        f"{found['until']} ({found['days']} days), from {found['source']}."
    )


def _row(name: str, figures: dict[str, Any]) -> tuple[Any, ...]:
    return (name, *(figures[key] for key in FIGURES))


def _feedback(found: dict[str, Any]) -> str:
    rows = [(one["outcome"], one["pitches"], one["bought"]) for one in found["feedback"]]
    return page.table(("outcome", "pitches", "bought"), rows)


def _figure(value: float | int | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3f}"
