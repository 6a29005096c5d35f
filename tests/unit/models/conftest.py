"""A made-up training set with the columns that the models ask for by name."""

import datetime as dt

import numpy as np
import pytest

from gosales.core.frames import TrainingSet
from gosales.core.timeline import Cutoff
from gosales.models.baselines import fit_baselines
from gosales.models.calibration import Calibration
from gosales.models.division_model import OWN, DivisionModel, Shared, Side
from gosales.models.money_model import INTERVAL_COLUMNS, fit_money_model
from gosales.models.product_model import ProductCount, fit_product_model
from gosales.models.recipe import fit_ensemble
from gosales.models.settings import ModelSettings

NAMES = (
    "own_recency__days_since_last",
    "own_frequency__orders_12m",
    "own_monetary__value_12m",
    "own_breadth__skus_owned",
    "any_recency__days_since_last",
    "any_frequency__orders_12m",
    "any_frequency__orders_decay_12m",
    "any_monetary__value_12m",
    "division__buyer_share",
    "division__adoption_rate",
    "division__adoption_rate_12m",
    "division__quiet_months",
    "division__still_sold",
    "segment__size_adoption_lift",
    "horizon__months",
)
MORE_NAMES = tuple(name for name in INTERVAL_COLUMNS if name not in NAMES)
DIVISIONS = ("CAD", "CPE", "Simulation")
LEVELS = {"CAD": 9.0, "CPE": 10.0, "Simulation": 8.0}
"""Log of the cents that an order day brings."""


def draw(rows, seed, rate=0.3):
    """Rows where activity raises the chance to buy, and owners buy more often and spend more."""
    rng = np.random.default_rng(seed)
    owned, division = rng.random(rows) < 0.3, rng.integers(0, 3, rows).astype(np.int32)
    activity = rng.gamma(2.0, 2.0, rows)
    own = np.where(owned, rng.gamma(2.0, 1.0, rows), np.nan)
    share = np.array([0.4, 0.2, 0.1])[division]
    values = np.column_stack(
        [
            400 / (own + 0.1),
            own,
            own * 50_000,
            np.where(owned, 1 + own // 1, np.nan),
            400 / (activity + 0.1),
            activity // 1,
            activity,
            activity * 90_000,
            share,
            share / 2,
            share / 3,
            np.zeros(rows),
            np.ones(rows),
            rng.normal(0, 0.3, rows),
            np.full(rows, 6.0),
            *([np.full(rows, np.nan)] * len(MORE_NAMES)),
        ]
    ).astype(np.float32)
    logit = np.log(rate / (1 - rate)) + 0.4 * (activity - 4) + owned + 2 * (share - 0.2)
    bought = rng.random(rows) < 1 / (1 + np.exp(-logit))
    spent = rng.lognormal(8 + 0.2 * activity + owned, 1.0).astype(np.int64)
    return TrainingSet(
        divisions=DIVISIONS,
        names=(*NAMES, *MORE_NAMES),
        values=values,
        division=division,
        owned=owned,
        bought=bought,
        value_cents=np.where(bought, spent, 0),
        weight=np.where(owned | bought, 1.0, 2.0),
        exposure=np.zeros(rows),
        cutoffs=(Cutoff(dt.date(2024, 6, 30)),),
        outcomes_end=dt.date(2024, 12, 30),
    )


@pytest.fixture(scope="session")
def make_training():
    return draw


@pytest.fixture(scope="session")
def training():
    return draw(2_500, seed=1)


@pytest.fixture(scope="session")
def levels():
    return LEVELS


@pytest.fixture(scope="session")
def settings():
    return ModelSettings(rounds=12)


@pytest.fixture(scope="session")
def shared(training, settings):
    return Shared(
        training.names,
        fit_ensemble(training, settings, 1),
        fit_baselines(training),
        fit_money_model(training, LEVELS, 1),
    )


@pytest.fixture(scope="session")
def make_model(shared):
    """`make_model(division, kind, shared)`: with a calibration of its own and three products."""

    def make(division="CAD", kind=OWN, parts=shared):
        counts = [ProductCount("pro", 8, 40, 120_000.0), ProductCount("lite", 3, 50, 9_999.5)]
        return DivisionModel(
            division,
            parts,
            Side(kind, "popularity_x_activity", Calibration(0.9, -0.2)),
            Side(kind, "popularity_x_activity", Calibration(1.1, 0.1)),
            fit_product_model([*counts, ProductCount("old", 0, 0, 0.0)]),
            {"history_end": "2024-12-31", "horizon_months": 6, "evidence": {"auc_gain": 0.02}},
        )

    return make
