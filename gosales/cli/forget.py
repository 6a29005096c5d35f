"""Remove a customer everywhere."""

from __future__ import annotations

from pathlib import Path

import click

from gosales.cli.options import VERBOSE, WORKSPACE, open_workspace


@click.command("forget")
@click.argument("customer")
@click.option("--yes", is_flag=True, help="Do it; there is no way back.")
@click.option("--dry-run", is_flag=True, help="Only show what would be rewritten (the default).")
@WORKSPACE
@VERBOSE
def forget_command(customer: str, workspace: Path | None, *, yes: bool, dry_run: bool) -> None:
    """Remove a customer from the star, the outputs and every run; its lines stay out from then on.

    CUSTOMER is the id, as in icp_scores.csv. Raw logs stay as they are; those with it are named.

    Example: gosales forget 10423 --yes
    """
    if yes and dry_run:
        raise click.UsageError("Either --yes or --dry-run.")
    from gosales.pipeline.forget import forget

    click.echo(forget(open_workspace(workspace), customer, dry=not yes).summary())
