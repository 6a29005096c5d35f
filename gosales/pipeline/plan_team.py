"""Who pitches: a capacity file, or the reps of the log."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gosales.core.columns import Plan, Whitespace
from gosales.core.errors import ConfigError, ContractError
from gosales.pipeline.plan_tables import Record, read_table
from gosales.whitespace.plan import Rep
from gosales.whitespace.settings import PlanSettings

MINUTES = 60.0


@dataclass(frozen=True)
class Team:
    """The reps, where they come from in a sentence, and what looks odd about them."""

    reps: tuple[Rep, ...]
    origin: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Market:
    """What the log knows of who sells what where.

    Attributes:
        accounts: A row per account with its rep and branch, None where there is none.
        divisions: Every division that is scored.
        active: Reps with a line in the last 12 months.
    """

    accounts: pd.DataFrame
    divisions: tuple[str, ...]
    active: frozenset[str]

    @property
    def branches(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.accounts[Whitespace.BRANCH].dropna())))

    @property
    def reps(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.accounts[Whitespace.REP].dropna())))

    def branch_of(self, rep: str) -> str | None:
        """The branch of most of the rep's accounts; None where the log names none."""
        theirs = self.accounts[self.accounts[Whitespace.REP] == rep][Whitespace.BRANCH].dropna()
        counts = Counter(theirs)
        return min(counts, key=lambda name: (-counts[name], name)) if counts else None


def read_team(path: Path, market: Market, settings: PlanSettings) -> Team:
    """The team of a capacity file: `rep`, `hours` or `slots`, optional `divisions` and `branch`.

    Raises:
        ContractError: The file cannot be used; the error names the record and a remedy.
    """
    records = read_table(path, ("rep",), ("slots", "hours", "divisions", "branch"))
    if not records:
        raise ContractError(f"{path.name} has no rep.", remedy="Write a line for each rep.")
    reps: dict[str, Rep] = {}
    warnings = []
    for record in records:
        name, warning = _name(record, market)
        if name in reps:
            raise record.wrong(
                f"the rep {name!r} stands in the file twice", "Keep one line for each rep."
            )
        reps[name] = _rep(record, name, market, settings)
        warnings += warning
    if not any(rep.slots for rep in reps.values()):
        raise ContractError(
            f"Nobody in {path.name} has a slot.",
            remedy=f"Give at least one rep slots, or hours of at least "
            f"{settings.minutes_per_pitch:g} minutes.",
        )
    chosen = tuple(reps[name] for name in sorted(reps))
    return Team(chosen, f"{len(chosen)} reps of {path.name}", tuple(warnings))


def team_of_log(market: Market, slots: int) -> Team:
    """The reps who sold in the last 12 months, else the branches, else one team, with equal slots.

    Raises:
        ConfigError: There is no account at all.
    """
    if not len(market.accounts):
        raise ConfigError("There is no account to plan for.", remedy="Run `gosales score-all`.")
    reps = [name for name in market.reps if name in market.active] or list(market.reps)
    if reps:
        team = tuple(Rep(name, slots, None, market.branch_of(name)) for name in reps)
        return Team(
            team, f"the {len(team)} reps who sold in the last 12 months, {slots} slots each"
        )
    if market.branches:
        team = tuple(Rep(name, slots, None, name) for name in market.branches)
        return Team(team, f"{len(team)} branches of {slots} slots each (the log names no rep)")
    return Team(
        (Rep(Plan.TEAM, slots),), f"one list of {slots} slots (the log names no rep or branch)"
    )


def _name(record: Record, market: Market) -> tuple[str, list[str]]:
    """The rep as the log writes it; a warning for one that has no account there."""
    text = record.need("rep")
    by_case = {name.casefold(): name for name in market.reps}
    if text in market.reps or text.casefold() in by_case:
        return (text if text in market.reps else by_case[text.casefold()]), []
    near = difflib.get_close_matches(text, market.reps, n=1, cutoff=0.8)
    hint = f" Is it {near[0]}?" if near else ""
    return text, [f"{record.file}: {text} has no account in the log.{hint}"]


def _rep(record: Record, name: str, market: Market, settings: PlanSettings) -> Rep:
    divisions = [text.strip() for text in record["divisions"].split(";") if text.strip()]
    known = frozenset(record.known("division", text, market.divisions) for text in divisions)
    branch = record["branch"]
    home = record.known("branch", branch, market.branches) if branch else market.branch_of(name)
    return Rep(name, _slots(record, settings), known or None, home)


def _slots(record: Record, settings: PlanSettings) -> int:
    if record["slots"]:
        slots = record.number_of("slots")
        if slots != int(slots):
            raise record.wrong(
                f"slots is {record['slots']}, which is no whole number",
                "A slot is one pitch; give time as hours instead.",
            )
        return int(slots)
    if not record["hours"]:
        raise record.wrong(
            "neither slots nor hours is filled", "Give the rep slots, or hours; 0 for none."
        )
    return int(record.number_of("hours") * MINUTES / settings.minutes_per_pitch + 1e-9)
