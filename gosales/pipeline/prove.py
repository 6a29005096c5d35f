"""The leak certificate: does the future reach the past anywhere between raw logs and lists?

At several cutoffs the raw logs are written anew with another future (see `prove_future`), and the
whole engine runs on each: loader, features, training, scores, lists. Nothing that was known at the
cutoff may come out differently, to the byte. Further checks look for leaks that another future
does not show. docs/leak_certificate.md tells what each one catches, and what it cannot show.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gosales.core.columns import Fact
from gosales.core.errors import CheckFailed, TimelineError
from gosales.core.timeline import Cutoff
from gosales.etl.build_star import open_star
from gosales.evaluation.checks.check import FAILED, Check
from gosales.evaluation.checks.placebo_cutoff import no_placebo
from gosales.pipeline.build import sources_of
from gosales.pipeline.prove_bench import Bench, open_bench
from gosales.pipeline.prove_clocks import clocks_of
from gosales.pipeline.prove_future import CHANGES, EXTENDED
from gosales.pipeline.prove_judge import alone, overlap
from gosales.pipeline.prove_report import write_certificate
from gosales.pipeline.prove_trial import ANEW, Laboratory
from gosales.pipeline.session import Session, working
from gosales.pipeline.snapshots import WARM_UP_MONTHS
from gosales.utils.progress import track_whole
from gosales.utils.store import CERTIFICATE

MOST_CUTOFFS = 2
PLACEBO_DAYS = 17
"""So many days before the newest cutoff lies a day on which nothing is usually cut."""

FEW_ROUNDS = 10
"""Of the trees at older cutoffs: bytes alone are compared there, not how good a model is."""

AT_EACH = ANEW + len(CHANGES)
AT_NEWEST = 1 + ANEW + 1 + (ANEW + 1) + ANEW
"""Work in trials: shuffled labels, the repeated run, the judged horizon, placebo, clocks."""


@dataclass
class Certificate:
    """What was found.

    Attributes:
        exact: Cutoff -> whether the copies that were changed give the very star of the raw logs.
        clocks: See `prove_clocks`.
    """

    cutoffs: list[str]
    horizon_months: int
    seed: int
    input_hashes: dict[str, str]
    checks: list[Check] = field(default_factory=list)
    exact: dict[str, bool] = field(default_factory=dict)
    clocks: dict[str, Any] = field(default_factory=dict)

    @property
    def leaks(self) -> list[Check]:
        return [check for check in self.checks if check.result == FAILED]


@dataclass(frozen=True)
class Span:
    """What the log covers."""

    first: dt.date
    last: dt.date
    horizon_months: int

    def covers(self, cutoff: Cutoff) -> bool:
        """Whether the whole horizon after the cutoff is in the log."""
        return cutoff.plus_months(self.horizon_months) <= self.last


def prove(session: Session, asked: tuple[Cutoff, ...] = ()) -> Certificate:
    """Make the certificate and publish it, whatever it says.

    Args:
        asked: Where to look. Default: one and two horizons before the log's end.

    Raises:
        TimelineError: There is no day with both a past and a future.
    """
    with (
        working(session, "prove") as work,
        tempfile.TemporaryDirectory(prefix=".prove-", dir=work.folder) as scratch,
    ):
        lab = Laboratory(session, sources_of(session), Path(scratch) / "span")
        span, hashes = span_of(lab)
        cutoffs = chosen_cutoffs(asked, span)
        names = [str(cutoff) for cutoff in cutoffs]
        certificate = Certificate(names, session.horizon_months, session.options.seed, hashes)
        label, total = f"Proving {', '.join(names)}", AT_EACH * len(cutoffs) + AT_NEWEST
        with track_whole(label, total) as advance:
            for at, cutoff in enumerate(cutoffs):
                place = replace(lab, advance=advance, rounds=FEW_ROUNDS if at else None)
                prove_at(certificate, place, cutoff, span, newest=at == 0)
        certificate.checks.sort(key=lambda check: check.code)
        write_certificate(certificate, work.folder)
        work.made(CERTIFICATE)
        work.note(input_hashes=hashes, prove_cutoffs=names, leaks=len(certificate.leaks))
    return certificate


def require_no_leak(certificate: Certificate) -> None:
    """Raise CheckFailed when a check failed, naming the first."""
    if not certificate.leaks:
        return
    first = certificate.leaks[0]
    raise CheckFailed(
        f"{len(certificate.leaks)} leak check(s) failed: {first.code} {first.name} at cutoff "
        f"{first.cutoff}. {first.told}",
        remedy="Read outputs/leak_certificate.html; docs/leak_certificate.md tells what each check "
        "means. Trust no score or figure until it passes.",
    )


def span_of(lab: Laboratory) -> tuple[Span, dict[str, str]]:
    """What the workspace's raw logs cover, and the hashes of their files."""
    built = lab.build()
    star = open_star(built.path, lab.session.config.limits.memory_gb)
    first = star.tables.facts[Fact.DATE].min().execute()
    day = first if type(first) is dt.date else first.date()
    span = Span(day, star.last_day, lab.session.horizon_months)
    star.close()
    lab.clear()
    return span, built.input_hashes


def chosen_cutoffs(asked: tuple[Cutoff, ...], span: Span) -> list[Cutoff]:
    """The cutoffs to look at, newest first.

    Raises:
        TimelineError: One of them has no line before or none after it, or there is none at all.
    """
    horizon, last = span.horizon_months, Cutoff(span.last)
    for cutoff in asked:
        if not span.first <= cutoff.date < span.last:
            raise TimelineError(
                f"The log covers {span.first} to {span.last}; {cutoff} does not leave lines on "
                "both sides.",
                remedy="Choose a cutoff in between with --cutoff.",
            )
    if asked:
        return sorted(set(asked), reverse=True)
    found = [last.months_before(horizon * back) for back in range(1, MOST_CUTOFFS + 1)]
    warm = Cutoff(span.first).plus_months(WARM_UP_MONTHS)
    kept = [
        cutoff for at, cutoff in enumerate(found) if cutoff.date >= (warm if at else span.first)
    ]
    if not kept:
        raise TimelineError(
            f"The log covers {span.first} to {span.last}, less than the horizon of {horizon} "
            "months, so there is no past to prove anything about.",
            remedy="Load more history, or look closer with --horizon-months or --cutoff.",
        )
    return kept


def prove_at(
    certificate: Certificate, lab: Laboratory, cutoff: Cutoff, span: Span, *, newest: bool
) -> None:
    """All checks at one cutoff; those that cost much at the newest only."""
    bench = open_bench(lab, cutoff, span.covers)
    certificate.exact[bench.name] = bench.exact
    certificate.checks += [bench.changed(name) for name in CHANGES]
    certificate.checks += [alone(bench.base), bench.attributes(), overlap(bench.base)]
    if newest:
        certificate.checks += [bench.repeated(), bench.judged_hidden()]
        certificate.checks += [bench.shuffled(), bench.single_feature()]
        lab.advance(1)
        certificate.checks += _placebo(certificate, lab, bench, span)
        outcome = bench.outcome() if bench.covered else None
        certificate.clocks = clocks_of(lab.at(cutoff), bench.base, outcome)
        lab.advance(ANEW)
    bench.close()


def _placebo(certificate: Certificate, lab: Laboratory, usual: Bench, span: Span) -> list[Check]:
    """Compare with an odd day: its figures, and whether it keeps its future out too."""
    day = Cutoff(usual.cutoff.date - dt.timedelta(days=PLACEBO_DAYS))
    if day.date < span.first:
        lab.advance(ANEW + 1)
        return [no_placebo(usual.name, "There is no earlier day in the log.")]
    odd = open_bench(lab, day, span.covers)
    certificate.exact[odd.name] = odd.exact
    checks = [usual.against(odd), odd.changed(EXTENDED)]
    odd.close()
    return checks
