"""What a proof fits and judges, and that it knows no more than its own cutoff does."""

import datetime as dt

import pytest

import gosales.pipeline.proof
from gosales.core.timeline import Cutoff, add_months
from gosales.features.cells import DIVISION_NAMES
from gosales.features.engine import FeatureEngine
from gosales.models.recipe import STILL_SOLD
from gosales.models.settings import ModelSettings
from gosales.pipeline.fit import Plan, fit
from gosales.pipeline.products import product_models
from gosales.pipeline.proof import score_cells

END = dt.date(2024, 12, 31)
EVERY_MONTH = range(34)
BACK_AFTER_A_SILENCE = (4, *range(20, 34))
"""Months before the end in which a division was sold: none from 19 to 5."""


def log(customers=30):
    """Two divisions that are always sold, and one that came back four months before the end."""
    for division, months in (
        ("CAD", EVERY_MONTH),
        ("CPE", EVERY_MONTH),
        ("PLM", BACK_AFTER_A_SILENCE),
    ):
        for month in months:
            day = add_months(END, -month) - dt.timedelta(10)
            for c in range(month % 5, customers, 5):
                yield (f"{c:02}", division, f"{division}-1", day, 100.0)


def test_every_proof_doubts_silent_divisions_as_far_as_its_own_cutoff_knows(make_star, monkeypatch):
    """The return in month 4 is known to neither.

    The prior is one return in 36 months; a silence counts from its seventh month on.
    """
    doubts = {}

    def told(cells, ensemble, baselines, customers):
        found = cells.learned.division_values[:, DIVISION_NAMES.index(STILL_SOLD)]
        doubts[str(cells.panel.cutoff)] = dict(zip(cells.panel.divisions, found, strict=True))
        return score_cells(cells, ensemble, baselines, customers)

    monkeypatch.setattr(gosales.pipeline.proof, "score_cells", told)
    engine = FeatureEngine(make_star(*log()).as_of(Cutoff(END)), 6)
    products = product_models(engine.history, 6)
    plan = Plan(ModelSettings(rounds=10, snapshots=2), ("CAD", "CPE", "PLM"), products, 10**6, 1)
    fit(engine, plan)
    assert [found["CAD"] for found in doubts.values()] == [1, 1]
    monthly = {"2023-12-31": 1 / (36 + 2), "2024-06-30": 1 / (36 + 8)}
    back = {cutoff: 1 - (1 - chance) ** 6 for cutoff, chance in monthly.items()}
    assert {cutoff: found["PLM"] for cutoff, found in doubts.items()} == pytest.approx(
        back, rel=1e-4
    )
