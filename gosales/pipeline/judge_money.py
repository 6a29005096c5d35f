"""The money part of `metrics.json`: forecasts beside what was spent in an unseen horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gosales.evaluation.money import MoneyCells, captured, deciles, ranges, totals
from gosales.evaluation.scoreboard import ALL, POPULATIONS
from gosales.models.money_model import COVER, WALLET_LEVEL
from gosales.pipeline.money import MoneyProof

Floats = NDArray[np.float64]
CENTS = 100.0
TIE_BREAK = 1e-9


@dataclass(frozen=True)
class MoneyTable:
    """Forecasts beside what happened; every array has shape (n, D), money in cents.

    Attributes:
        chance: Probability to buy.
        told: What was said of the money.
        bought, actual: What happened.
        population: NEVER, LAPSED or ACTIVE at the cutoff.
    """

    chance: Floats
    told: MoneyProof
    bought: NDArray[np.bool_]
    actual: NDArray[np.int64]
    population: NDArray[np.object_]


def money_figures(table: MoneyTable) -> dict[str, Any]:
    """Populations and divisions -> figures, None where undefined; money in the unit of the log."""
    return {
        "interval_nominal": COVER,
        "wallet_nominal": WALLET_LEVEL,
        "populations": {name: _clean(_population(table, name)) for name in POPULATIONS},
        "divisions": {
            division: _clean(totals(_cells(table, _column(table, d))))
            for d, division in enumerate(table.told.divisions)
        },
    }


MONEY_COLUMNS = (
    "population",
    "forecast",
    "actual",
    "forecast_over_actual",
    "interval_coverage",
    "wallet_coverage",
    "best 5 % by expected value",
    "by score",
    "by past spend",
)


def money_rows(figures: dict[str, Any]) -> list[tuple[Any, ...]]:
    """A row of MONEY_COLUMNS for each population."""
    return [
        (
            name,
            *(one[key] for key in MONEY_COLUMNS[1:6]),
            *(
                one["captured"]["0.05"][key]
                for key in ("expected_value", "icp_score", "past_spend")
            ),
        )
        for name, one in figures["populations"].items()
    ]


def _population(table: MoneyTable, name: str) -> dict[str, Any]:
    inside = np.full(table.chance.shape, True) if name == ALL else table.population == name
    cells = _cells(table, inside)
    # What a customer spends elsewhere orders the divisions that it never bought from.
    past = table.told.spent + TIE_BREAK * table.told.spent_anywhere[:, None]
    rivals = {"icp_score": table.chance[inside], "past_spend": past[inside]}
    return {
        "n": len(cells.actual),
        "buyers": int(cells.bought.sum()),
        **totals(cells),
        **ranges(cells),
        "deciles": deciles(cells),
        "captured": captured(cells, rivals),
    }


def _cells(table: MoneyTable, inside: NDArray[np.bool_]) -> MoneyCells:
    customer = np.nonzero(inside)[0]
    money = table.told.money
    value, low, high, wallet = (
        part[inside] / CENTS for part in (money.value, money.low, money.high, money.wallet)
    )
    return MoneyCells(
        customer,
        table.chance[inside] * value,
        value,
        low,
        high,
        wallet,
        table.bought[inside],
        table.actual[inside] / CENTS,
    )


def _column(table: MoneyTable, d: int) -> NDArray[np.bool_]:
    inside = np.zeros(table.chance.shape, bool)
    inside[:, d] = True
    return inside


def _clean(figures: Any) -> Any:
    """Plain JSON values; what is no number is None."""
    if isinstance(figures, dict):
        return {key: _clean(value) for key, value in figures.items()}
    if isinstance(figures, list):
        return [_clean(value) for value in figures]
    if isinstance(figures, float):
        return round(figures, 4) if np.isfinite(figures) else None
    return figures
