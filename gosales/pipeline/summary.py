"""What a command tells at its end: short, readable, plain ASCII."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gosales.core.columns import Scores, Whitespace
from gosales.evaluation.scoreboard import MACRO, MIN_BUYERS
from gosales.pipeline.score_all import ScoreAllRun
from gosales.pipeline.score_customers import ScoredLists
from gosales.pipeline.validate_holdout import ValidationRun
from gosales.utils.paths import Workspace

TOP = 10
NARROWEST, WIDEST = 16, 24
"""Characters of a division's name."""

HARDLY_BETTER = 0.55
LIKE_CHANCE = (
    "That is hardly better than chance (an AUC of 0.5): this log tells little about who buys next "
    "from a division that is new to it. Take the order of the list lightly."
)


def summarise(run: ScoreAllRun, workspace: Workspace) -> str:
    """The whole job in a screen: what was read, how good the models are, whom to call."""
    quality = run.quality
    read = (
        f"Read {quality['lines_read']:,} lines, loaded {quality['lines_loaded']:,}, "
        f"rejected {sum(quality['lines_rejected'].values()):,}."
    )
    warnings = [f"Warning: {item['message']}" for item in quality["warnings"]]
    return "\n".join(
        [
            read,
            *warnings,
            "",
            summarise_models(run.metrics),
            "",
            summarise_lists(run.lists, workspace),
        ]
    )


def summarise_models(metrics: dict[str, Any]) -> str:
    """The never-bought figures beside the best baseline's."""
    if not metrics.get("judged_at"):
        return str(metrics["note"])
    figures = metrics["populations"]["never_bought"]["_macro"]
    baselines = metrics["baselines"]
    best = max(baselines, key=lambda name: baselines[name]["never_bought"]["auc"] or 0.0)
    base = baselines[best]["never_bought"]
    months = metrics.get("months_covered", metrics["horizon_months"])
    rows = [
        (
            f"Judged on the {months} months after {metrics['judged_at']}, on "
            "customers who had never bought from the division:"
        ),
        f"  {'':28}{'model':>8}  {best}",
    ]
    names = (("auc", "AUC"), ("ap", "average precision"), ("lift_10", "lift in the top 10 %"))
    rows += [f"  {text:28}{_number(figures[key]):>8}  {_number(base[key])}" for key, text in names]
    return "\n".join([*rows, *_doubts(metrics), *_money(metrics.get("money"))])


def _doubts(metrics: dict[str, Any]) -> list[str]:
    """Why there is no figure, or why a figure is not to be trusted; nothing where it is sound."""
    figures = metrics["populations"]["never_bought"][MACRO]
    area, cells, buyers = (figures[key] for key in ("auc", "n", "buyers"))
    if area is not None:
        return _thin(metrics) + ([] if area >= HARDLY_BETTER else [LIKE_CHANCE])
    if not cells:
        return ["There was nobody to judge: every customer had bought from every division."]
    few = f"{buyers:,} of {cells:,} such cells bought, and a division's figures need {MIN_BUYERS}"
    return [f"Too few to judge: {few} buyers. The scores are untested there."]


def _thin(metrics: dict[str, Any]) -> list[str]:
    """How many divisions had too few first buyers to be judged by themselves, where some had."""
    boards = metrics["populations"]["never_bought"]
    judged = boards[MACRO]["divisions"]
    open_to = sum(board["n"] > 0 for name, board in boards.items() if name != MACRO)
    if judged == open_to:
        return []
    few = f"{open_to - judged} of {open_to} divisions had fewer than {MIN_BUYERS} such buyers"
    return [f"Means over {judged}: {few}, too few to be judged by themselves."]


def _money(figures: dict[str, Any] | None) -> list[str]:
    """Forecast and actual of all cells, in a line; none without a forecast."""
    if figures is None:
        return []
    found = figures["populations"]["all"]
    told, spent = f"{found['forecast']:,.0f} foretold", f"{found['actual']:,.0f} spent"
    ratio = _number(found["forecast_over_actual"])
    return [f"Money of all customers and divisions in those months: {told}, {spent} ({ratio})."]


def summarise_backtest(summary: dict[str, Any], workspace: Workspace) -> str:
    """Never-bought figures of every score, the shipped one's gain over each, and the report."""
    head = f"{'never bought':26}{'AUC':>7}{'AP/base':>9}{'lift':>7}{'E/A':>7}   AUC gain of shipped"
    lines = [f"Cutoffs: {', '.join(summary['cutoffs'])}", "", head]
    gains = summary["differences"].get("model", {})
    for name, boards in summary["scores"].items():
        board, gain = boards["never_bought"], gains.get(name, {}).get("never_bought", {}).get("auc")
        figures = (
            f"{_number(board['auc']):>7}{_number(board['ap_over_base']):>9}"
            f"{_number(board['lift_10']):>7}{_number(board['expected_over_actual']):>7}"
        )
        told = f"{gain['gain']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f})" if gain else ""
        lines.append(f"  {name:24}{figures}   {told}")
    return "\n".join([*lines, "", f"Report: {workspace.outputs / 'backtest' / 'report.html'}"])


def summarise_validation(run: ValidationRun, workspace: Workspace) -> str:
    """The gates, the never-bought figures beside the best simple score, and where the report is."""
    gates = [f"  {g.name:28}{_number(g.found):>8}  asked {g.asked}: {g.result}" for g in run.gates]
    report = workspace.outputs / "validation" / "report.html"
    return "\n".join([summarise_models(run.metrics), "", "Gates:", *gates, "", f"Report: {report}"])


def summarise_lists(lists: ScoredLists, workspace: Workspace) -> str:
    """The best opportunities, one per customer, and where the files are."""
    rows = lists.whitespace
    rows = rows[rows[Whitespace.LEVEL] == "division"].drop_duplicates(Whitespace.CUSTOMER).head(TOP)
    lines = [*(f"Warning: {text}" for text in lists.drift)]
    none = "" if len(rows) else " none, since no customer has a division left that it never bought"
    lines += [f"Top opportunities ({len(lists.scores):,} scores):{none}"]
    best = rows.to_dict("records")
    width = max((len(row[Whitespace.DIVISION][:WIDEST]) for row in best), default=0)
    for row in best:
        lines += _opportunity(row, max(width, NARROWEST))
    lines += ["", f"Scores:     {workspace.outputs / 'icp_scores.csv'}"]
    lines += [f"Whitespace: {workspace.outputs / 'whitespace.csv'}"]
    return "\n".join(lines)


def _opportunity(row: dict[str, Any], width: int) -> list[str]:
    name = row[Whitespace.NAME] or row[Whitespace.CUSTOMER]
    where = ", ".join(
        str(row[key]) for key in (Whitespace.REP, Whitespace.BRANCH) if _given(row[key])
    )
    head = (
        f"  {row[Whitespace.DIVISION][:width]:<{width}} {name[:36]:<36} "
        f"{100 * row[Scores.SCORE]:5.1f} %  {row[Scores.VALUE]:>10,.0f}"
    )
    reason = str(row[Whitespace.REASONS]).split("; ")[0]
    return [head + (f"  ({where})" if where else ""), f"      {reason}"]


def _given(value: Any) -> bool:
    return value is not None and not pd.isna(value)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
