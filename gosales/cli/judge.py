"""Commands that judge: a holdout, past cutoffs, whether the future leaks into the past."""

from __future__ import annotations

from typing import Any

import click

from gosales.cli.options import CutoffParam, open_session, options
from gosales.core.timeline import Cutoff


@click.command("validate")
@options("strict")
def validate_command(**given: Any) -> None:
    """Judge the saved models on data/holdout; exit 1 when a gate fails.

    Example: gosales validate --workspace my_company
    """
    from gosales.pipeline.summary import summarise_validation
    from gosales.pipeline.validate_holdout import require_passed, validate_holdout

    session = open_session(given)
    run = validate_holdout(session)
    click.echo(summarise_validation(run, session.workspace))
    require_passed(run)


@click.command("backtest")
@options("cutoff", "horizon", "division", "seed")
@click.option(
    "--reference", is_flag=True, help="Let a LightGBM per division, from one cutoff, compete too."
)
def backtest_command(**given: Any) -> None:
    """Judge the recipe on six past cutoffs of the star, against six simple scores.

    Example: gosales backtest --workspace my_company
    """
    from gosales.pipeline.backtest import backtest
    from gosales.pipeline.build import published_star
    from gosales.pipeline.session import working
    from gosales.pipeline.summary import summarise_backtest

    session = open_session(given)
    star = published_star(session)
    with working(session, "backtest") as work:
        run = backtest(work, star, reference=given["reference"])
    star.close()
    click.echo(summarise_backtest(run.summary, session.workspace))


@click.command("prove")
@click.option(
    "--cutoff",
    "cutoffs",
    type=CutoffParam(),
    multiple=True,
    help="Where to look; repeatable. Default: one and two horizons before the log's end.",
)
@options("horizon", "division", "seed")
def prove_command(cutoffs: tuple[Cutoff, ...], **given: Any) -> None:
    """Prove on your own data that no future leaks into the scores; exit 1 when one does.

    The raw logs are copied with other lines after each cutoff; nothing known by then may change.

    Example: gosales prove --workspace my_company --cutoff 2024-06-30
    """
    from gosales.pipeline.prove import prove, require_no_leak
    from gosales.pipeline.prove_report import summarise_certificate

    session = open_session(given)
    certificate = prove(session, cutoffs)
    click.echo(summarise_certificate(certificate, session.workspace.outputs))
    require_no_leak(certificate)
