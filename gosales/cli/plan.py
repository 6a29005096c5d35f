"""Call plans: `gosales plan` and `gosales plan readout`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gosales.cli.options import CutoffParam, open_session, options

FILE = click.Path(path_type=Path)


class ShareParam(click.ParamType):
    """A share: `10%` or `0.1`."""

    name = "SHARE"

    def __init__(self, most: float, least: float = 0.0) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """Parse; what is no share is wrong usage (exit code 2)."""
        if isinstance(value, float):
            return value
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            share = -1.0
        if not self.least <= share <= self.most:
            limits = f"{100 * self.least:g}% to {100 * self.most:g}%"
            self.fail(f"{text!r} is no share from {limits}", param, ctx)
        return share


class FloorParam(click.ParamType):
    """`DIVISION=NUMBER`."""

    name = "DIVISION=N"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, int]:
        """Parse; anything else is wrong usage (exit code 2)."""
        if isinstance(value, tuple):
            return value
        name, _, number = str(value).rpartition("=")
        if not name or not number.isdigit():
            self.fail(f"{value!r} is not like Training=10", param, ctx)
        return name, int(number)


class NamesParam(click.ParamType):
    """`lapsed`, `active` or both with a comma between."""

    name = "lapsed,active"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        """Parse; an unknown word is wrong usage (exit code 2)."""
        names = tuple(dict.fromkeys(part.strip() for part in str(value).split(",") if part.strip()))
        wrong = [name for name in names if name not in {"lapsed", "active"}]
        if wrong:
            self.fail(f"{wrong[0]!r} is neither lapsed nor active", param, ctx)
        return names


@click.group("plan", invoke_without_command=True)
@click.option(
    "--capacity",
    type=FILE,
    help="Reps: rep, hours or slots, optional divisions (`;` between), branch. Default: the log's.",
)
@click.option("--slots", type=click.IntRange(1, 10_000), help="Of each rep without --capacity: 20.")
@click.option(
    "--include", type=NamesParam(), help="Pitch these cells too, not only the whitespace."
)
@click.option("--floor", "floors", type=FloorParam(), multiple=True, help="Least pitches of one.")
@click.option("--explore", type=ShareParam(0.5), help="Share of slots for uncertain cells.")
@click.option("--holdout", type=ShareParam(0.5), help="Share of the list to leave uncalled.")
@click.option("--detect", type=ShareParam(100.0, 0.01), help="Lift to tell the power for: 30%.")
@click.option("--cooldown-days", type=click.IntRange(0), help="Rest after a pitch: 90.")
@click.option("--pitches", type=FILE, help="Past pitches. Default: data/lookup/pitches.csv.")
@click.option("--feedback", type=FILE, help="Answers. Default: data/lookup/feedback.csv.")
@click.option("--date", type=CutoffParam(), help="Day of the plan. Default: the lists' cutoff.")
@options("seed", "strict")
@click.pass_context
def plan_group(context: click.Context, **given: Any) -> None:
    """Call lists under the reps' capacity: the pitches worth most together.

    An account is pitched once, by its own rep (or its branch's, when that one is not in the team),
    and rests afterwards. With --holdout a random control group is frozen into the plan, and
    `gosales plan readout` later tells what the calls changed.

    Example: gosales plan --capacity reps.csv --holdout 10% --floor Training=10
    """
    if context.invoked_subcommand is not None:
        return
    from gosales.pipeline.plan import plan
    from gosales.pipeline.plan_summary import summarise_plan

    session = open_session(given)
    click.echo(summarise_plan(plan(session, _request(given)), session.workspace))


def _request(given: dict[str, Any]) -> Any:
    from gosales.pipeline.plan import PlanRequest
    from gosales.pipeline.plan_past import PastFiles

    names = ("slots", "include", "explore", "holdout", "detect", "cooldown_days")
    settings = {name: given[name] for name in names if given[name] is not None}
    if given["floors"]:
        settings["floors"] = dict(given["floors"])
    day = given["date"].date if given["date"] else None
    files = PastFiles(given["pitches"], given["feedback"])
    return PlanRequest(given["capacity"], day, files, settings)


@plan_group.command("readout")
@click.option(
    "--run",
    "run_ids",
    multiple=True,
    help="A plan's run; several are pooled. Default: the published plan.",
)
@click.option("--since", type=CutoffParam(), help="Later purchases count. Default: the plan's day.")
@click.option("--log", type=FILE, help="Newer raw logs, a file or folder. Default: see below.")
@click.option("--feedback", type=FILE, help="Answers. Default: data/lookup/feedback.csv.")
@options("seed", "strict")
@click.pass_context
def plan_readout_command(context: click.Context, **given: Any) -> None:
    """Compare what treated and control accounts bought after a plan.

    The frozen list must be unaltered. Purchases come from --log, else from the history where it
    goes on after the plan, else from data/holdout; they count up to the end of the horizon.

    Example: gosales plan readout --log new_exports/
    """
    from gosales.pipeline.plan_readout import ReadoutRequest, readout
    from gosales.pipeline.plan_report import summarise_readout

    given = _inherited(context, given)
    session = open_session(given)
    since = given["since"].date if given["since"] else None
    request = ReadoutRequest(given["run_ids"], since, given["log"], given["feedback"])
    click.echo(summarise_readout(readout(session, request), session.workspace))


def _inherited(context: click.Context, given: dict[str, Any]) -> dict[str, Any]:
    """Options that stand before `readout` count for it: `gosales plan --workspace W readout`."""
    said = click.core.ParameterSource.COMMANDLINE
    before = context.parent
    if before is None:
        return given
    return {
        name: before.params[name]
        if context.get_parameter_source(name) is not said
        and before.get_parameter_source(name) is said
        else value
        for name, value in given.items()
    }
