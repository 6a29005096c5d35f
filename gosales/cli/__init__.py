"""The `gosales` command. Parses, calls the pipeline, prints; decides nothing.

Heavy imports happen inside the command that needs them, so that `gosales --help` is instant.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gosales import __version__
from gosales.cli.dashboard import dashboard_command
from gosales.cli.explain import explain_command
from gosales.cli.export import export_command
from gosales.cli.forget import forget_command
from gosales.cli.jobs import (
    build_star_command,
    check_command,
    demo_command,
    init_command,
    score_all_command,
    score_command,
    train_command,
)
from gosales.cli.judge import backtest_command, prove_command, validate_command
from gosales.cli.plan import plan_group
from gosales.cli.runs import runs_group
from gosales.cli.terminal import Stoppable, calm_output
from gosales.core.errors import GosalesError


@click.group(
    cls=Stoppable,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="gosales")
def gosales() -> None:
    """Find the customers that each division should call next, and see why."""


for command in (
    score_all_command,
    build_star_command,
    train_command,
    score_command,
    demo_command,
    init_command,
    check_command,
    validate_command,
    backtest_command,
    prove_command,
    explain_command,
    plan_group,
    runs_group,
    export_command,
    forget_command,
    dashboard_command,
):
    gosales.add_command(command)


def main(args: list[str] | None = None) -> None:
    """Entry point: an expected error prints its remedy and exits 1; a bug keeps its traceback."""
    given = sys.argv[1:] if args is None else args
    if sys.stderr.isatty():
        from gosales.utils.progress_bar import show_progress

        show_progress()
    try:
        with calm_output():
            gosales(args=given, prog_name="gosales")
    except Exception as error:
        told = error if isinstance(error, GosalesError) else _of_the_machine(error)
        if told is None or {"-v", "--verbose"} & set(given):
            raise
        click.echo(f"error: {told}", err=True)
        raise SystemExit(1) from error


def _of_the_machine(error: Exception) -> GosalesError | None:
    """A full disk and the like as an expected error; None for a bug."""
    from gosales.pipeline.trouble import in_plain_words

    return in_plain_words(error, Path.cwd())
