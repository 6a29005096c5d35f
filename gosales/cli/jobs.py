"""The main job and its steps: from raw logs to both lists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gosales.cli.options import VERBOSE, WORKSPACE, open_session, options

if TYPE_CHECKING:
    from gosales.pipeline.session import Session

DEMO_FOLDER = "demo"


@click.command("score-all")
@options("cutoff", "horizon", "division", "seed", "engine", "strict")
def score_all_command(**given: Any) -> None:
    """Build the star, train, score: raw logs to both lists.

    Example: gosales score-all --workspace my_company
    """
    from gosales.pipeline.results import check_results
    from gosales.pipeline.score_all import score_all
    from gosales.pipeline.summary import summarise

    session = open_session(given)
    check_results(session)
    run = score_all(session)
    click.echo(summarise(run, session.workspace))
    _put_back(session)


@click.command("build-star")
@options("cutoff", "strict")
def build_star_command(**given: Any) -> None:
    """Load the raw logs into the star schema.

    Example: gosales build-star --workspace my_company
    """
    from gosales.etl.quality import render
    from gosales.pipeline.build import build
    from gosales.pipeline.session import working

    with working(open_session(given), "build-star") as work:
        run = build(work)
        run.star.close()
    click.echo(render(run.build.quality))


@click.command("train")
@options("cutoff", "horizon", "division", "seed", "engine", "strict")
def train_command(**given: Any) -> None:
    """Train, prove and save the division models on the star.

    Example: gosales train --division Simulation
    """
    from gosales.pipeline.engines import star_for
    from gosales.pipeline.session import working
    from gosales.pipeline.summary import summarise_models
    from gosales.pipeline.train import engine_at, train

    session = open_session(given)
    with working(session, "train") as work, star_for(session) as star:
        run = train(work, engine_at(session, star))
    click.echo(summarise_models(run.metrics))


@click.command("score")
@options("cutoff", "horizon", "division", "seed", "engine", "strict")
def score_command(**given: Any) -> None:
    """Score all customers and rank the whitespace with the saved models.

    Example: gosales score --division Training --division Services
    """
    from gosales.pipeline.engines import star_for
    from gosales.pipeline.results import check_results
    from gosales.pipeline.score import score
    from gosales.pipeline.session import working
    from gosales.pipeline.summary import summarise_lists
    from gosales.pipeline.train import engine_at

    session = open_session(given)
    check_results(session)
    with working(session, "score") as work, star_for(session) as star:
        lists = score(work, engine_at(session, star))
    click.echo(summarise_lists(lists, session.workspace))
    _put_back(session)


def _put_back(session: Session) -> None:
    """Let the engine have the lists, where the settings say so, and tell it."""
    from gosales.pipeline.results import write_results

    for table, rows in write_results(session).items():
        click.echo(f"{session.config.source.results}: {table}, {rows:,} rows")


@click.command("demo")
@click.option("--customers", type=click.IntRange(1, 200_000), default=3000, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), default=DEMO_FOLDER, show_default=True)
@options("seed")
def demo_command(customers: int, folder: Path, **given: Any) -> None:
    """Make a workspace with the raw logs of an invented market, and run the main job on it.

    Example: gosales demo --customers 500 --folder my_demo
    """
    from gosales.pipeline.demo import demo
    from gosales.pipeline.summary import summarise

    run, session = demo(given["workspace"] or folder, customers, given["seed"])
    click.echo(summarise(run, session.workspace))


@click.command("init")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--copy", is_flag=True, help="Copy logs and lookups into the workspace's folders.")
@click.option("--dry-run", is_flag=True, help="Print the proposal; write and copy nothing.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Write it here, not to gosales.toml."
)
@WORKSPACE
@VERBOSE
def init_command(files: tuple[Path, ...], workspace: Path | None, **given: Any) -> None:
    """Look at raw logs never seen before and propose gosales.toml; never overwrites.

    FILES are the logs and, if there are any, tables of products and customers. Without any, those
    that lie in the workspace.

    Example: gosales init exports/sales.csv exports/products.csv --workspace my_company --copy
    """
    from gosales.pipeline.init import InitOptions, init, workspace_for

    run = init(workspace_for(workspace), list(files), InitOptions(**given))
    click.echo(run.summary() if run.written else run.text, nl=run.written is not None)


@click.command("check")
@options("cutoff", "strict")
def check_command(**given: Any) -> None:
    """Report on the data before any model; exit 1 on a blocker (with --strict, a warning).

    Example: gosales check --workspace my_company
    """
    from gosales.pipeline.check import check

    run = check(open_session(given))
    click.echo(run.summary())
    run.refuse()
