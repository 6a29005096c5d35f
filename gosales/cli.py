"""The `gosales` command. Parses, calls the pipeline, prints; decides nothing.

Heavy imports happen inside the command that needs them, so that `gosales --help` is instant.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gosales import __version__
from gosales.core.errors import GosalesError
from gosales.core.timeline import Cutoff

if TYPE_CHECKING:
    from gosales.pipeline.session import Session

Command = Callable[..., Any]
DEMO_FOLDER = "demo"
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
            "--seed", type=int, default=1, show_default=True, help="Of everything random."
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


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="gosales")
def gosales() -> None:
    """Find the customers that each division should call next, and see why."""


@gosales.command("score-all")
@options("cutoff", "horizon", "division", "seed", "strict")
def score_all_command(**given: Any) -> None:
    """Build the star, train, score: raw logs to both lists.

    Example: gosales score-all --workspace my_company
    """
    from gosales.pipeline.score_all import score_all
    from gosales.pipeline.summary import summarise

    session = _session(given)
    run = score_all(session)
    click.echo(summarise(run, session.workspace))


@gosales.command("build-star")
@options("cutoff", "strict")
def build_star_command(**given: Any) -> None:
    """Load the raw logs into the star schema.

    Example: gosales build-star --workspace my_company
    """
    from gosales.etl.quality import render
    from gosales.pipeline.build import build
    from gosales.pipeline.session import working

    with working(_session(given), "build-star") as work:
        run = build(work)
        run.star.close()
    click.echo(render(run.build.quality))


@gosales.command("train")
@options("cutoff", "horizon", "division", "seed", "strict")
def train_command(**given: Any) -> None:
    """Train, prove and save the division models on the star.

    Example: gosales train --division Simulation
    """
    from gosales.pipeline.build import published_star
    from gosales.pipeline.session import working
    from gosales.pipeline.summary import summarise_models
    from gosales.pipeline.train import engine_at, train

    session = _session(given)
    star = published_star(session)
    with working(session, "train") as work:
        run = train(work, engine_at(session, star))
    star.close()
    click.echo(summarise_models(run.metrics))


@gosales.command("score")
@options("cutoff", "horizon", "division", "seed", "strict")
def score_command(**given: Any) -> None:
    """Score all customers and rank the whitespace with the saved models.

    Example: gosales score --division Training --division Services
    """
    from gosales.pipeline.build import published_star
    from gosales.pipeline.score import score
    from gosales.pipeline.session import working
    from gosales.pipeline.summary import summarise_lists
    from gosales.pipeline.train import engine_at

    session = _session(given)
    star = published_star(session)
    with working(session, "score") as work:
        lists = score(work, engine_at(session, star))
    star.close()
    click.echo(summarise_lists(lists, session.workspace))


@gosales.command("validate")
@options("strict")
def validate_command(**given: Any) -> None:
    """Judge the saved models on data/holdout; exit 1 when a gate fails.

    Example: gosales validate --workspace my_company
    """
    from gosales.pipeline.summary import summarise_validation
    from gosales.pipeline.validate_holdout import require_passed, validate_holdout

    session = _session(given)
    run = validate_holdout(session)
    click.echo(summarise_validation(run, session.workspace))
    require_passed(run)


@gosales.command("backtest")
@options("cutoff", "horizon", "division", "seed")
def backtest_command(**given: Any) -> None:
    """Judge the recipe on up to six past cutoffs of the star.

    Example: gosales backtest --workspace my_company
    """
    from gosales.pipeline.backtest import backtest
    from gosales.pipeline.build import published_star
    from gosales.pipeline.session import working
    from gosales.pipeline.summary import summarise_backtest

    session = _session(given)
    star = published_star(session)
    with working(session, "backtest") as work:
        run = backtest(work, star)
    star.close()
    click.echo(summarise_backtest(run.summary, session.workspace))


@gosales.command("demo")
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


@gosales.command("init")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--copy", is_flag=True, help="Copy logs and lookups into the workspace's folders.")
@click.option("--dry-run", is_flag=True, help="Print the proposal; write and copy nothing.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Write it here, not to gosales.toml."
)
@WORKSPACE
@VERBOSE
def init_command(files: tuple[Path, ...], workspace: Path | None, **given: Any) -> None:
    """Look at raw logs never seen before and propose gosales.toml; never overwrites.

    FILES are the logs and, if there are any, tables of products and customers.

    Example: gosales init exports/sales.csv exports/products.csv --workspace my_company --copy
    """
    from gosales.pipeline.init import InitOptions, init, workspace_for

    run = init(workspace_for(workspace), list(files), InitOptions(**given))
    click.echo(run.summary() if run.written else run.text, nl=run.written is not None)


@gosales.command("check")
@options("cutoff", "strict")
def check_command(**given: Any) -> None:
    """Report on the data before any model; exit 1 on a blocker (with --strict, a warning).

    Example: gosales check --workspace my_company
    """
    from gosales.pipeline.check import check

    run = check(_session(given))
    click.echo(run.summary())
    run.refuse()


@gosales.group("runs")
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
    from gosales.utils.paths import find_workspace

    click.echo(render_list(list_runs(find_workspace(workspace))))


@runs_group.command("show")
@click.argument("run")
@WORKSPACE
@VERBOSE
def runs_show_command(run: str, workspace: Path | None) -> None:
    """One run: its settings, input hashes, versions, seed and figures.

    Example: gosales runs show 20250101T120000-ab12
    """
    from gosales.pipeline.runs import show_run
    from gosales.utils.paths import find_workspace

    click.echo(show_run(find_workspace(workspace), run))


@gosales.command("dashboard")
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option("--no-browser", is_flag=True, help="Only serve; open no browser.")
@WORKSPACE
@VERBOSE
def dashboard_command(workspace: Path | None, port: int, no_browser: bool) -> None:
    """Look at what was published, in the browser; served to this machine only.

    Example: gosales dashboard --workspace my_company --port 8600
    """
    from gosales.utils.paths import find_workspace

    given = ["--workspace", str(find_workspace(workspace).root), "--port", str(port)]
    _start("gosales.ui", [*given, *(["--no-browser"] if no_browser else [])])


def _start(module: str, given: list[str]) -> None:
    """Run a module instead of this program; where that cannot be, run it and wait for it."""
    import os
    import subprocess

    command = [sys.executable, "-P", "-m", module, *given]
    if os.name != "nt":
        os.execv(sys.executable, command)  # noqa: S606 - our own module, without a shell
    raise SystemExit(subprocess.call(command))


def _session(given: dict[str, Any]) -> Session:
    from gosales.pipeline.session import Options, Session
    from gosales.utils.paths import find_workspace

    chosen = {
        key: given[key]
        for key in ("cutoff", "horizon_months", "divisions", "config", "seed", "strict")
        if given.get(key) is not None
    }
    return Session.open(find_workspace(given["workspace"]), Options(**chosen))


def main(args: list[str] | None = None) -> None:
    """Entry point: an expected error prints its remedy and exits 1; a bug keeps its traceback."""
    given = sys.argv[1:] if args is None else args
    if sys.stderr.isatty():
        from gosales.utils.progress_bar import show_progress

        show_progress()
    try:
        gosales(args=given, prog_name="gosales")
    except GosalesError as error:
        if {"-v", "--verbose"} & set(given):
            raise
        click.echo(f"error: {error}", err=True)
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
