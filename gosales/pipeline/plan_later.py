"""What was bought after a plan: from newer logs, the history where it goes on, or the holdout."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from gosales.core.columns import Fact
from gosales.core.errors import SalesLogError
from gosales.core.star import Outcome, Star
from gosales.core.timeline import Cutoff, add_months
from gosales.etl.build_star import build_star, open_star
from gosales.labels.purchases import purchases
from gosales.pipeline.build import published_star, refuse_blockers, sources_of
from gosales.pipeline.session import Work

LATER_STAR, LATER_LOG, LATER_STAGED = "later.duckdb", "later_log", "later_staging"
LATE_DAYS = 31
HISTORY, HOLDOUT = "the history", "data/holdout"


@dataclass(frozen=True)
class Window:
    """The days whose purchases count, `since` excluded and `until` included, and their source."""

    since: dt.date
    until: dt.date
    source: str


@dataclass
class Later:
    """The stars that may know what came after; each is opened once, and closed at the end."""

    work: Work
    log: Path | None = None
    _opened: dict[str, Star] = field(default_factory=dict)

    def bought(
        self, since: dt.date, horizon_months: int, end: dt.date
    ) -> tuple[Window, pd.DataFrame]:
        """Purchases after `since` up to `end`, or as far as is known: customer, division, cents.

        Raises:
            SalesLogError: Nothing after `since` is known.
        """
        star, source = self._after(since)
        until = min(star.last_day, end)
        day = star.tables.facts[Fact.DATE]
        facts = star.tables.facts.filter((day > since) & (day <= until))
        first = facts[Fact.DATE].min().to_pyarrow().as_py()
        if first is None:
            raise _nothing_later(since)
        if (first - since).days > LATE_DAYS:
            self.work.warnings.append(
                f"{source} has no line between {since} and {first}: purchases then are missing."
            )
        found = purchases(Outcome(Cutoff(since), horizon_months, facts)).to_pandas()
        return Window(since, until, source), found

    def close(self) -> None:
        """Close the stars and remove those that were made for this only."""
        for star in self._opened.values():
            star.close()
        (self.work.folder / LATER_STAR).unlink(missing_ok=True)
        for name in (LATER_LOG, LATER_STAGED):
            shutil.rmtree(self.work.folder / name, ignore_errors=True)

    def _after(self, since: dt.date) -> tuple[Star, str]:
        if self.log is not None:
            return self._star(str(self.log)), str(self.log)
        history = self._star(HISTORY)
        if history.last_day > since:
            return history, HISTORY
        holdout = self.work.session.workspace.holdout
        if not holdout.is_dir() or not any(holdout.iterdir()):
            raise _nothing_later(since)
        return self._star(HOLDOUT), HOLDOUT

    def _star(self, source: str) -> Star:
        if source not in self._opened:
            self._opened[source] = self._open(source)
        return self._opened[source]

    def _open(self, source: str) -> Star:
        session = self.work.session
        if source == HISTORY:
            return published_star(session)
        logs = session.workspace.holdout if self.log is None else self._folder(self.log)
        target = self.work.folder / LATER_STAR
        # Staged aside: the shared folder keeps the files of the history alone.
        staged = self.work.folder / LATER_STAGED
        sources = replace(sources_of(session), logs=logs, staging=staged)
        made = build_star(sources, session.config.etl(), target)
        refuse_blockers(made.quality.as_dict()["blockers"])
        return open_star(made.path, session.config.limits.memory_gb)

    def _folder(self, log: Path) -> Path:
        """The folder of the newer logs; a single file is copied into the run's folder."""
        if log.is_dir():
            return log
        if not log.is_file():
            raise SalesLogError(f"{log} does not exist.", remedy="Correct the path after --log.")
        folder = self.work.folder / LATER_LOG
        folder.mkdir()
        shutil.copyfile(log, folder / log.name)
        return folder


def end_of(plan_date: dt.date, horizon_months: int) -> dt.date:
    """Last day on which a purchase counts for a plan."""
    return add_months(plan_date, horizon_months)


def _nothing_later(since: dt.date) -> SalesLogError:
    return SalesLogError(
        f"There is no sales line after {since} to read the plan out with.",
        remedy="Name newer logs with --log, put them into data/holdout, or add them to the history "
        "and run `gosales build-star`.",
    )
