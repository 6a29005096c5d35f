"""Options that commands share, and the session that they open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gosales.core.errors import GosalesError
from gosales.core.timeline import Cutoff

if TYPE_CHECKING:
    from gosales.pipeline.session import Session
    from gosales.utils.paths import Workspace

Command = Callable[..., Any]
WORKSPACE = click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    help="Folder to work on. Default: $GOSALES_WORKSPACE, the current one, the checkout.",
)
VERBOSE = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,  # `main` looks at the arguments itself
    help="Show tracebacks of expected errors.",
)


class CutoffParam(click.ParamType):
    """A day, as YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: Any, ctx: Any) -> Cutoff:
        """Parse; a wrong day is wrong usage (exit code 2)."""
        if isinstance(value, Cutoff):
            return value
        try:
            return Cutoff.parse(value)
        except GosalesError as error:
            self.fail(str(error), param, ctx)


def options(*names: str) -> Callable[[Command], Command]:
    """Add the shared options of those names, and the ones that every command has."""
    shared = {
        "cutoff": click.option(
            "--cutoff", type=CutoffParam(), help="Last day that may be known. Default: last order."
        ),
        "horizon": click.option(
            "--horizon-months",
            type=click.IntRange(1, 36),
            help="Length of the outcome. Default: the settings', 6.",
        ),
        "division": click.option(
            "--division", "divisions", multiple=True, help="Only this one; repeatable."
        ),
        "seed": click.option(
            "--seed",
            type=click.IntRange(0),
            default=1,
            show_default=True,
            help="Of everything random.",
        ),
        "engine": click.option(
            "--engine",
            help="Where features are made: duckdb, postgresql://..., spark://... or local[N].",
        ),
        "strict": click.option("--strict", is_flag=True, help="Warnings are errors."),
    }
    always = (
        WORKSPACE,
        click.option(
            "--config", type=click.Path(path_type=Path), help="Settings instead of gosales.toml."
        ),
        VERBOSE,
    )

    def decorate(command: Command) -> Command:
        for option in reversed([*(shared[name] for name in names), *always]):
            command = option(command)
        return command

    return decorate


def open_session(given: dict[str, Any]) -> Session:
    """The workspace and settings that a command's options ask for."""
    from gosales.pipeline.session import Options, Session

    chosen = {
        key: given[key]
        for key in ("cutoff", "horizon_months", "divisions", "config", "seed", "engine", "strict")
        if given.get(key) is not None
    }
    return Session.open(open_workspace(given["workspace"]), Options(**chosen))


def open_workspace(given: Path | None) -> Workspace:
    """The workspace that is meant, once a publishing that was interrupted there is finished."""
    from gosales.utils.paths import find_workspace
    from gosales.utils.store import RunStore

    workspace = find_workspace(given)
    store = RunStore(workspace)
    store.published()  # what cannot be read stops every command, what cannot be copied none
    try:
        store.settle()
    except GosalesError as error:
        click.echo(f"note: {error}", err=True)
    return workspace
