"""What a proof fits and judges, and that it knows no more than its own cutoff does."""

import datetime as dt

import pytest

import gosales.pipeline.fit
import gosales.pipeline.proof
from gosales.core.timeline import Cutoff, add_months
from gosales.features.engine import FeatureEngine
from gosales.models.recipe import fit_ensemble
from gosales.models.settings import ModelSettings
from gosales.pipeline.fit import Plan, fit
from gosales.pipeline.products import product_models

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


def test_every_fit_doubts_silent_divisions_as_far_as_its_own_cutoff_knows(make_star, monkeypatch):
    """The return in month 4 is known to the fit that ships, not to those of both proofs.

    The prior is one return in 36 months; a silence counts from its seventh month on.
    """
    doubts = []

    def told(training, settings, seed, revival):
        doubts.append(revival)
        return fit_ensemble(training, settings, seed, revival)

    monkeypatch.setattr(gosales.pipeline.proof, "fit_ensemble", told)
    monkeypatch.setattr(gosales.pipeline.fit, "fit_ensemble", told)
    engine = FeatureEngine(make_star(*log()).as_of(Cutoff(END)), 6)
    products = product_models(engine.history, 6)
    plan = Plan(ModelSettings(rounds=10, snapshots=2), ("CAD", "CPE", "PLM"), products, 10**6, 1)
    fit(engine, plan)
    monthly = {"a year before": 1 / (36 + 2), "half a year before": 1 / (36 + 8), "now": 2 / 46}
    assert doubts == pytest.approx([1 - (1 - chance) ** 6 for chance in monthly.values()])
