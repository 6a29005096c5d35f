"""Commands that judge: a holdout, past cutoffs."""

from __future__ import annotations

from typing import Any

import click

from gosales.cli.options import open_session, options


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
def backtest_command(**given: Any) -> None:
    """Judge the recipe on up to six past cutoffs of the star.

    Example: gosales backtest --workspace my_company
    """
    from gosales.pipeline.backtest import backtest
    from gosales.pipeline.build import published_star
    from gosales.pipeline.session import working
    from gosales.pipeline.summary import summarise_backtest

    session = open_session(given)
    star = published_star(session)
    with working(session, "backtest") as work:
        run = backtest(work, star)
    star.close()
    click.echo(summarise_backtest(run.summary, session.workspace))
