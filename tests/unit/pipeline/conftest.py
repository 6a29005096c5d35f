"""A small market whose features are made once, and models of it."""

import datetime as dt
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from gosales.core.timeline import Cutoff, add_months
from gosales.features.engine import FeatureEngine
from gosales.labels.purchases import label
from gosales.models.division_model import POOLED, DivisionModel, Shared, Side
from gosales.models.money_model import fit_money_model
from gosales.models.recipe import fit_ensemble
from gosales.models.settings import ModelSettings
from gosales.pipeline.money import price_levels
from gosales.pipeline.products import product_models
from gosales.pipeline.snapshots import Draw, drawn_rows

END = dt.date(2024, 12, 31)
DIVISIONS = ("CAD", "CPE", "PLM")


def orders(customers=60, months=30, seed=1):
    """Every customer orders now and then; few divisions each, two SKUs a division and more."""
    rng = np.random.default_rng(seed)
    for c in range(customers):
        held = rng.permutation(DIVISIONS)[: rng.integers(1, 4)]
        for month in np.flatnonzero(rng.random(months) < 0.25):
            day = add_months(END, -int(month)) - dt.timedelta(int(rng.integers(0, 25)))
            division, rep = rng.choice(held), f"rep {c % 3}" if c % 4 else None
            sku = f"{division}-{rng.integers(1, 6)}"
            money = float(rng.integers(10, 999))
            yield (f"{c:03}", str(division), sku, day, money, 1, None, "North", rep)


@pytest.fixture(scope="session")
def engine(make_star):
    """A feature engine that makes each cutoff's features once."""
    names = [(f"{c:03}", f"Customer {c}", "2023-01-01", None) for c in range(0, 60, 2)]
    plain = FeatureEngine(make_star(*orders(), names=names).as_of(Cutoff(END)), 6)
    told = {name: getattr(plain, name) for name in ("history", "ledger")}
    return SimpleNamespace(**told, at=cache(plain.at))


@pytest.fixture(scope="session")
def models(engine):
    """Learned from one cutoff, half a year ago."""
    cells = engine.at(6)
    labels = label(engine.history.outcome(cells.panel.cutoff, 6), cells.spine)
    rows = drawn_rows(cells, Draw.of(cells.spine, labels, keep=1.0))
    shared = Shared(
        rows.names,
        fit_ensemble(rows, ModelSettings(rounds=10), 1),
        {},
        fit_money_model(rows, price_levels(engine.history), 1),
    )
    products, side = product_models(engine.history, 6), Side(POOLED, "recency")
    card = {"known_divisions": list(DIVISIONS), "history_end": str(END)}
    return [DivisionModel(name, shared, side, side, products[name], card) for name in DIVISIONS]
