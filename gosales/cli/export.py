"""The lists in the forms of other programs."""

from __future__ import annotations

from typing import Any

import click

from gosales.cli.options import open_session, options
from gosales.core.errors import ConfigError
from gosales.export.target import KNOWN, Target, parse_target


class TargetParam(click.ParamType):
    """One of our forms, or a database URL."""

    name = "FORM"

    def convert(self, value: Any, param: Any, ctx: Any) -> Target:
        """Parse; an unknown form is wrong usage (exit code 2)."""
        if isinstance(value, Target):
            return value
        try:
            return parse_target(value)
        except ConfigError as error:
            self.fail(str(error), param, ctx)


@click.command("export")
@click.option("--to", "target", type=TargetParam(), required=True, help=f"{KNOWN}.")
@click.option("--rep", "reps", multiple=True, help="Only this rep's list; repeatable.")
@click.option(
    "--rows",
    type=click.IntRange(1, 100_000),
    help="Most rows of a rep, of each level. Default: the settings', 50.",
)
@click.option(
    "--pseudonyms",
    is_flag=True,
    help="Pseudonyms instead of customers' ids and names, the same in every export.",
)
@options("division")
def export_command(
    target: Target, reps: tuple[str, ...], rows: int | None, pseudonyms: bool, **given: Any
) -> None:
    """Hand the published lists to a CRM, a spreadsheet, a browser or a database.

    Files go to outputs/exports/. A database gets both lists whole, replaced in one transaction.

    Example: gosales export --to xlsx --rep "Ann Lee"
    """
    if target.url and (reps or rows or given["divisions"]):
        raise click.UsageError("A database gets whole lists: without --rep, --division and --rows.")
    from gosales.export.pitches import Wanted
    from gosales.pipeline.export import export
    from gosales.pipeline.session import working

    session = open_session(given)
    most = rows or session.config.export.rows_per_rep
    with working(session, "export") as work:
        wanted = Wanted(reps, session.options.divisions, most)
        run = export(work, target, wanted, pseudonyms=pseudonyms)
    for name, count in run.written.items():
        click.echo(f"{name}: {count:,} rows")
    for note in run.notes:
        click.echo(note)
