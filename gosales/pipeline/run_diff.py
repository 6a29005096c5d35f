"""Two scorings held against each other: `gosales runs diff`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gosales.core.columns import Customer, Diff, Fact, Scores
from gosales.core.errors import WorkspaceError
from gosales.pipeline.publish_lists import write_list
from gosales.pipeline.score_causes import PARTS, Causes, NewLines, causes_of
from gosales.pipeline.scorings import (
    DIFF,
    ENDS,
    KEY,
    SCORES,
    Scoring,
    input_difference,
    model_difference,
    scoring_of,
    side_by_side,
)
from gosales.utils.lock import holding
from gosales.utils.paths import Workspace
from gosales.whitespace.changes import (
    CAUSES,
    ENTERED,
    LEFT,
    NEW_CUTOFF,
    NEW_MODEL,
    NEW_ORDERS,
    OTHER_INPUTS,
    UNTOLD,
    Between,
    Move,
    Orders,
    Standing,
    main_cause,
    say_move,
)

SHOWN = 5
LEAST = 0.5 * 10.0**-6
"""A smaller change is none: scores are rounded to six digits."""

BY = {NEW_ORDERS: Diff.BY_ORDERS, NEW_CUTOFF: Diff.BY_CUTOFF, NEW_MODEL: Diff.BY_MODEL}


@dataclass(frozen=True)
class RunDiff:
    """What changed from one scoring to another.

    Attributes:
        before, after: The runs' ids.
        between: What lies between them, as sentences.
        table: Columns of `Diff.ORDER`: cells whose score changed, or that came to the scores or
            the whitespace list or left them; the largest changes first.
        cells: How many cells either run scored.
    """

    before: str
    after: str
    between: tuple[str, ...]
    table: pd.DataFrame
    cells: int

    def write(self, folder: Path) -> list[Path]:
        """Write the table as CSV and Parquet; returns the files."""
        write_list(self.table, folder / DIFF)
        return [folder / f"{DIFF}.csv", folder / f"{DIFF}.parquet"]

    def summary(self) -> str:
        """What a terminal shows: what lies between, rows per cause, the largest changes."""
        lines = [f"From run {self.before}", f"to run   {self.after}"]
        lines += [f"  {text}" for text in self.between]
        lines += ["", f"{len(self.table):,} of {self.cells:,} cells changed:"]
        counts = self.table[Diff.CAUSE].value_counts()
        lines += [f"  {cause:<15} {counts[cause]:>9,}" for cause in CAUSES if cause in counts]
        moved = self.table[self.table[Diff.CHANGE].notna()]
        for title, rows in (
            ("The largest rises", moved.nlargest(SHOWN, Diff.CHANGE)),
            ("The largest falls", moved.nsmallest(SHOWN, Diff.CHANGE)),
        ):
            way = 1 if "rises" in title else -1
            shown = rows[way * rows[Diff.CHANGE] > 0]
            lines += ["", f"{title}:"] if len(shown) else []
            for row in shown.to_dict("records"):
                lines += [f"  {_who(row)}, {row[Diff.DIVISION]}", f"      {row[Diff.WHY]}"]
        return "\n".join(lines)


def _who(row: dict[str, Any]) -> str:
    name, customer = row[Diff.NAME], row[Diff.CUSTOMER]
    return f"{name} ({customer})" if name else str(customer)


def diff_runs(workspace: Workspace, before: str, after: str) -> RunDiff:
    """Compare the scores of two runs, and measure what moved each.

    Raises:
        WorkspaceError: A run is not there or made no lists, or they foretell different horizons.
        WorkspaceBusy: Another command is working on the workspace.
    """
    old, new = scoring_of(workspace, before), scoring_of(workspace, after)
    months = [one.about[1] for one in (old, new)]
    if months[0] != months[1]:
        raise WorkspaceError(
            f"Run {old.run_id} foretells {months[0]} months and run {new.run_id} {months[1]}: "
            "their scores do not mean the same.",
            remedy="Compare runs of the same horizon.",
        )
    with holding(workspace.outputs, "runs diff"):
        cells = side_by_side(old.folder, new.folder)
        causes = causes_of(old, new)
    between = between_of(old, new, causes)
    table = _table(cells, causes, between, same_cutoff=old.about[0] == new.about[0])
    return RunDiff(old.run_id, new.run_id, _between_told(between), table, len(cells))


def between_of(before: Scoring, after: Scoring, causes: Causes) -> Between:
    """What lies between two runs, in words."""
    scored = pd.read_parquet(before.folder / SCORES, columns=[Scores.DIVISION])
    return Between(
        before.about[0].date,
        after.about[0].date,
        model_difference(before, after),
        input_difference(before, after),
        causes.untold,
        frozenset(scored[Scores.DIVISION].unique()),
    )


def _between_told(between: Between) -> tuple[str, ...]:
    told = [
        f"cutoff: {between.after}, was {between.before}"
        if between.after != between.before
        else f"cutoff: {between.after} in both",
        f"models: {between.model or 'the same'}",
        f"inputs: {between.inputs}",
    ]
    if between.untold:
        told.append(f"What moved each score cannot be told apart: {between.untold}")
    return tuple(told)


def _table(
    cells: pd.DataFrame, causes: Causes, between: Between, *, same_cutoff: bool
) -> pd.DataFrame:
    """The columns of `Diff.ORDER`, of cells that changed."""
    rows = cells.merge(causes.parts, how="left", on=KEY)
    change = rows[f"{Scores.SCORE}_after"] - rows[f"{Scores.SCORE}_before"]
    listed = [rows[f"rank{end}"].notna() for end in ENDS]
    rows = rows.assign(change=change.round(6))[
        change.isna() | (change.abs() > LEAST) | (listed[0] != listed[1])
    ]
    lookup = _Lookup(causes.lines)
    rest = OTHER_INPUTS if same_cutoff else NEW_CUTOFF
    moves = [_move(row, lookup, between, rest) for row in rows.to_dict("records")]
    name = rows[f"{Scores.NAME}_after"].fillna("")
    orders = [move.orders for move in moves]
    table = pd.DataFrame(
        {
            Diff.CUSTOMER: rows[Scores.CUSTOMER].to_numpy(object),
            Diff.NAME: name.where(name != "", rows[f"{Scores.NAME}_before"]).fillna(""),
            Diff.DIVISION: rows[Scores.DIVISION].to_numpy(object),
            Diff.BEFORE: rows[f"{Scores.SCORE}_before"],
            Diff.AFTER: rows[f"{Scores.SCORE}_after"],
            Diff.CHANGE: rows["change"],
            Diff.RANK_BEFORE: rows["rank_before"].astype("Int64"),
            Diff.RANK_AFTER: rows["rank_after"].astype("Int64"),
            Diff.CAUSE: [move.cause for move in moves],
            **{column: rows[cause].astype(float).round(6) for cause, column in BY.items()},
            Diff.ORDERS: [one.days if one else 0 for one in orders],
            Diff.LAST_ORDER: [str(one.last) if one else "" for one in orders],
            Diff.WHY: [say_move(move, between) for move in moves],
        }
    )
    size = table[Diff.CHANGE].abs().fillna(table[Diff.AFTER].fillna(table[Diff.BEFORE]))
    ordered = table.assign(size=size).sort_values(
        ["size", Diff.CUSTOMER, Diff.DIVISION], ascending=[False, True, True]
    )
    return ordered[list(Diff.ORDER)].reset_index(drop=True)


class _Lookup:
    """New lines by customer and by cell."""

    def __init__(self, lines: NewLines | None) -> None:
        self.known = lines is not None
        self.orders: dict[str, Orders] = {}
        self.bought: dict[tuple[str, str], Any] = {}
        if lines is None:
            return
        cells = lines.by_cell.sort_values(KEY)
        names = cells.groupby(Customer.ID)[Fact.DIVISION].agg(tuple).to_dict()
        for row in lines.by_customer.to_dict("records"):
            customer = row[Fact.CUSTOMER]
            first, last = (pd.Timestamp(row[key]).date() for key in ("first", "last"))
            counts = int(row["sold"]), int(row["returned"])
            self.orders[customer] = Orders(*counts, first, last, names[customer])
        for row in cells[cells["sold"] > 0].to_dict("records"):
            key = (row[Fact.CUSTOMER], row[Fact.DIVISION])
            self.bought[key] = pd.Timestamp(row["first"]).date()


def _move(row: dict[str, Any], lookup: _Lookup, between: Between, rest: str) -> Move:
    """One row as what the sentences speak of."""
    before, after = (_standing(row, end) for end in ENDS)
    cell = (row[Scores.CUSTOMER], row[Scores.DIVISION])
    orders = lookup.orders.get(cell[0])
    parts = {rest if cause == NEW_CUTOFF else cause: float(row[cause]) for cause in PARTS}
    if pd.isna(row[NEW_CUTOFF]):
        parts = _alone(between, row, orders, rest, known=lookup.known)
    cause = _cause(before, after, parts)
    return Move(cell[1], before, after, cause, parts, orders, lookup.bought.get(cell))


def _standing(row: dict[str, Any], end: str) -> Standing | None:
    score = row[f"{Scores.SCORE}{end}"]
    if pd.isna(score):
        return None
    rank = row[f"rank{end}"]
    remark = row[f"{Scores.CELL_STATUS}{end}"]
    return Standing(
        float(score),
        None if pd.isna(rank) else int(rank),
        str(row[f"{Scores.STATUS}{end}"]),
        "" if pd.isna(remark) else str(remark),
    )


def _alone(
    between: Between, row: dict[str, Any], orders: Orders | None, rest: str, *, known: bool
) -> dict[str, float]:
    """The whole change, where only one cause can be behind it; empty where several can."""
    change = row["change"]
    possible = [rest] if rest == NEW_CUTOFF or between.inputs else []
    possible += [NEW_MODEL] if between.model else []
    possible += [NEW_ORDERS] if orders or not known else []
    return {possible[0]: float(change)} if len(possible) == 1 and not pd.isna(change) else {}


def _cause(before: Standing | None, after: Standing | None, parts: dict[str, float]) -> str:
    if before is None or after is None:
        return LEFT if after is None else ENTERED
    if (before.rank is None) != (after.rank is None):
        return LEFT if after.rank is None else ENTERED
    return main_cause(parts) if parts else UNTOLD
