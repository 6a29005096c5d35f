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


@runs_group.command("diff")
@click.argument("before", metavar="RUN", required=False)
@click.argument("after", metavar="RUN", required=False)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for diff.csv and diff.parquet. Default: outputs/diffs/RUN_RUN.",
)
@WORKSPACE
@VERBOSE
def runs_diff_command(
    before: str | None, after: str | None, output: Path | None, workspace: Path | None
) -> None:
    """Why scores changed from one run to another: a sentence per row.

    Each cause (new orders, new cutoff, new model) is measured by scoring again. Without RUNs: the
    published lists against the ones before. The beginning of a run's id will do.

    Example: gosales runs diff 20250401T080000 20250501T080000
    """
    from gosales.pipeline.run_diff import diff_runs
    from gosales.pipeline.scorings import diff_folder, last_two

    if before is not None and after is None:
        raise click.UsageError("Name both runs, or none for the last two.")
    space = open_workspace(workspace)
    found = diff_runs(
        space, *((before, after) if before is not None and after is not None else last_two(space))
    )
    click.echo(found.summary())
    files = found.write(output or diff_folder(space, found.before, found.after))
    click.echo("\n" + "\n".join(f"Rows: {path}" for path in files))
