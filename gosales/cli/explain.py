"""Why accounts score as they do: `gosales explain`."""

from __future__ import annotations

from typing import Any

import click

from gosales.cli.options import open_session, options


@click.command("explain")
@click.argument("customer")
@options("cutoff", "horizon", "division")
def explain_command(customer: str, **given: Any) -> None:
    """One account: its scores, reasons, counter-reasons, look-alike owners.

    CUSTOMER is an id, or a name; a misspelt one gets the nearest ones named. Also explains accounts
    that are not listed.

    Example: gosales explain 1042 --division Training
    """
    from gosales.pipeline.build import published_star
    from gosales.pipeline.explain_account import account_engine, explain_account

    session = open_session(given)
    star = published_star(session)
    try:
        account = explain_account(session, account_engine(session, star), customer)
    finally:
        star.close()
    click.echo(account.summary())
