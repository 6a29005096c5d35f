"""What past runs did: `gosales runs`."""

from __future__ import annotations

from pathlib import Path

import click

from gosales.cli.options import VERBOSE, WORKSPACE, open_workspace


@click.group("runs")
def runs_group() -> None:
    """What past runs did.

    Example: gosales runs list
    """


@runs_group.command("list")
@WORKSPACE
@VERBOSE
def runs_list_command(workspace: Path | None) -> None:
    """Every run, the newest first: command, time, what is published from it.

    Example: gosales runs list --workspace my_company
    """
    from gosales.pipeline.runs import list_runs, render_list

    click.echo(render_list(list_runs(open_workspace(workspace))))


@runs_group.command("show")
@click.argument("run")
@WORKSPACE
@VERBOSE
def runs_show_command(run: str, workspace: Path | None) -> None:
    """One run: its settings, input hashes, versions, seed and figures.

    Example: gosales runs show 20250101T120000-ab12
    """
    from gosales.pipeline.runs import show_run

    click.echo(show_run(open_workspace(workspace), run))


@runs_group.command("verify")
@click.argument("run")
@WORKSPACE
@VERBOSE
def runs_verify_command(run: str, workspace: Path | None) -> None:
    """Make a run again from its raw logs, settings and seed; exit 1 when anything differs.

    Nothing is published. Takes as long as the run did.

    Example: gosales runs verify 20250101T120000-000ab12
    """
    from gosales.pipeline.verify import verify_run

    found = verify_run(open_workspace(workspace), run)
    click.echo(found.summary())
    found.refuse()
