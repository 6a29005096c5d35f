"""Leaks to plant in the engine: each is what a real project once did in good faith.

A leak is a function that patches the engine. `peeking` gives the planted code a way to the whole
star, which honest code does not have: it only ever gets a `History`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import count
from threading import Lock

import ibis
import numpy as np

import gosales.core.star
import gosales.etl.lookups
import gosales.etl.tables
import gosales.features.cells
import gosales.models.boosting
import gosales.models.recipe
import gosales.pipeline.fit
from gosales.core.columns import Customer, Fact
from gosales.core.star import History, Star
from gosales.core.timeline import Cutoff
from gosales.features.cells import ChosenCells
from gosales.features.engine import FeatureEngine
from gosales.features.families.collaborative import item_cosine
from gosales.labels.purchases import label
from gosales.models.ridge_logistic import RidgeLogistic
from gosales.pipeline.gate import MODEL
from gosales.pipeline.snapshots import Lesson, lessons

TOLD = "paths__future_ridge"
"""The feature that tells, when one does."""


class Peek:
    """The star that was cut last, with all of its future.

    Who ever bought from what is asked when it is cut: features are learned beside queries, and ask
    no database.
    """

    star: Star
    ever: set[tuple[str, str]]

    @classmethod
    def into(cls, star: Star) -> None:
        cls.star = star
        cells = star.tables.facts.select(Fact.CUSTOMER, Fact.DIVISION).distinct().to_pandas()
        cls.ever = set(zip(cells[Fact.CUSTOMER], cells[Fact.DIVISION], strict=True))

    @classmethod
    def owned(cls, panel) -> np.ndarray:
        """Shape (n, D): ever bought, before or after any cutoff."""
        return np.array([[(c, d) in cls.ever for d in panel.divisions] for c in panel.customers])


def peeking(patch):
    cut = Star.as_of

    def as_of(self, cutoff):
        Peek.into(self)
        return cut(self, cutoff)

    patch.setattr(Star, "as_of", as_of)


def wrap(patch, owner, name, around):
    """Replace `owner.name` by `around(original)`."""
    patch.setattr(owner, name, around(getattr(owner, name)))


# --- Time -----------------------------------------------------------------------------------------


def cutoff_off_by_one_day(patch):
    def around(known_by):
        def later(tables, cutoff, two_clocks):
            return known_by(tables, Cutoff(cutoff.date + dt.timedelta(days=1)), two_clocks)

        return later

    wrap(patch, gosales.core.star, "known_by", around)


def known_at_ignored(patch):
    patch.setattr(gosales.core.star, "visible_date", lambda facts: facts[Fact.DATE])


# --- Loading --------------------------------------------------------------------------------------


def returns_netted_back(patch):
    """A sale is struck out when it is returned, whenever that is."""

    def around(known_by):
        def netted(tables, cutoff, two_clocks):
            cut, facts = known_by(tables, cutoff, two_clocks), tables.facts
            back = facts.filter(facts[Fact.LINE_TYPE] == Fact.RETURN)
            keys = [Fact.CUSTOMER, Fact.SKU]
            return replace(cut, facts=cut.facts.anti_join(back.select(keys).distinct(), keys))

        return netted

    wrap(patch, gosales.core.star, "known_by", around)


def latest_row_kept(patch):
    """Of rows with one order and SKU the latest counts, as if it were a correction."""

    def around(make_facts):
        def deduplicated(connection, *told, **more):
            make_facts(connection, *told, **more)
            connection.execute(
                f"DELETE FROM {Fact.TABLE} WHERE rowid NOT IN ("
                f"SELECT arg_max(rowid, {Fact.DATE}) FROM {Fact.TABLE} "
                f"GROUP BY {Fact.ORDER}, {Fact.CUSTOMER}, {Fact.SKU})"
            )

        return deduplicated

    wrap(patch, gosales.etl.tables, "make_facts", around)


def todays_attribute(patch):
    """Undated attributes are taken as if they had always been so."""

    def around(insert):
        def all_constant(connection, file, settings, *more):
            names = [n for n in file.header.names if n not in {"customer_id", "valid_from"}]
            customers = settings.lookup.customers.model_copy(update={"constant": tuple(names)})
            lookup = settings.lookup.model_copy(update={"customers": customers})
            changed = settings.model_copy(update={"lookup": lookup})
            return insert(connection, file, changed, *more)

        return all_constant

    wrap(patch, gosales.etl.lookups, "_insert_attributes", around)


def latest_name(patch):
    """The customers are called what they are called today."""
    peeking(patch)

    def todays(self):
        names = Peek.star.tables.names
        newest = ibis.row_number().over(
            group_by=Customer.ID, order_by=[names[Fact.DATE].desc(), names[Customer.NAME]]
        )
        ranked = names.mutate(newest=newest)
        return ranked.filter(ranked.newest == 0).select(Customer.ID, Customer.NAME)

    patch.setattr(History, "customer_names", todays)


# --- Features -------------------------------------------------------------------------------------


def popularity_over_all_time(patch):
    peeking(patch)

    def around(popularity):
        def ever(panel):
            values = popularity(panel)
            values[:, 0] = Peek.owned(panel).mean(0)
            return values

        return ever

    wrap(patch, gosales.features.cells, "division_popularity", around)


def encoder_over_all_time(patch):
    """A target encoding of the size band, fitted on all that is in the database."""
    peeking(patch)

    def around(segments):
        def encoded(panel, rows):
            values, owned = segments(panel, rows), Peek.owned(panel)
            band = panel.segments["size"]
            rate = np.stack([owned[band == b].mean(0) for b in band])
            values[:, :, 0] = rate[rows]
            return values

        return encoded

    wrap(patch, gosales.features.cells, "segment_popularity", around)


def factors_over_all_time(patch):
    peeking(patch)

    def around(collaborative):
        def ever(panel, rows):
            values = collaborative(panel, rows)
            values[:, :, 0] = item_cosine(Peek.owned(panel).astype(float), rows)
            return values

        return ever

    wrap(patch, gosales.features.cells, "collaborative", around)


def target_in_a_feature(patch):
    _tell_the_target(patch, lambda _: True)


def target_in_a_feature_at_month_ends(patch):
    """A table that is loaded anew at each month's end, after the books were closed."""
    _tell_the_target(patch, lambda day: (day + dt.timedelta(days=1)).day == 1)


def _tell_the_target(patch, on_day):
    """A feature says who buys in the horizon, as the engine's own history tells it."""
    outcomes_without_end(patch)
    asking = Lock()

    def around_several(several):
        def remembered(self, *asked):
            for cells in several(self, *asked):
                vars(cells)["history"] = self.history
                yield cells

        return remembered

    def target(cells, months):
        known = vars(cells).setdefault("targets", {})
        with (
            asking
        ):  # rows are asked for by several threads, and the database answers one at a time
            if months not in known:
                outcome = vars(cells)["history"].outcome(cells.panel.cutoff, months)
                known[months] = label(outcome, cells.spine).bought
        return known[months]

    def around_rows(rows):
        def told(self, customer, division, months=None):
            frame = rows(self, customer, division, months)
            if on_day(self.panel.cutoff.date):
                bought = target(self, months or self.panel.horizon_months)
                frame.values[:, frame.names.index(TOLD)] = bought[customer, division]
            return frame

        return told

    wrap(patch, FeatureEngine, "several", around_several)
    wrap(patch, ChosenCells, "rows", around_rows)


# --- Training and judging -------------------------------------------------------------------------


def outcomes_without_end(patch):
    """Outcomes are asked of the database, which does not refuse those beyond the cutoff."""

    def outcome(self, cutoff, horizon_months):
        facts = self.tables.facts.get_backend().table(Fact.TABLE)
        return Star(replace(self.tables, facts=facts)).outcome(cutoff, horizon_months)

    patch.setattr(History, "outcome", outcome)


def overlapping_label_windows(patch):
    outcomes_without_end(patch)

    def monthly(_months, horizon, snapshots, offset=0):
        return [Lesson(offset + age, horizon, offset) for age in range(1, snapshots + 1)]

    patch.setattr(gosales.pipeline.fit, "lessons", monthly)


def trained_on_the_judged_rows(patch):
    outcomes_without_end(patch)

    def with_now(months, horizon, snapshots, offset=0):
        return [Lesson(offset, horizon, offset), *lessons(months, horizon, snapshots, offset)]

    patch.setattr(gosales.pipeline.fit, "lessons", with_now)


def proof_trained_on_its_own_horizon(patch):
    def unpurged(months, horizon, snapshots, offset=0):
        judged = [Lesson(offset, horizon)] if offset else []
        return [*judged, *lessons(months, horizon, snapshots, offset)]

    patch.setattr(gosales.pipeline.fit, "lessons", unpurged)


def trees_that_differ_with_the_moment(patch):
    """The same rows, settings and seed give other trees each time, as threads can make them."""

    def around(train):
        number = count()

        def other(parameters, *more):
            return train({**parameters, "seed": next(number)}, *more)

        return other

    wrap(patch, gosales.models.boosting.lgb, "train", around)


def scaler_on_the_scored_rows(patch):
    def scaled(self, x):
        if not len(x):
            return np.empty(0)
        spread = np.where(x.std(0) > 1e-9, x.std(0), np.inf)
        standard = np.clip((x - x.mean(0)) / spread, -5, 5)
        return np.column_stack([standard, np.ones(len(x))]) @ self.weights

    patch.setattr(RidgeLogistic, "logit", scaled)


def calibration_on_the_judged_rows(patch):
    """Scores are moved to the base rate that they are then judged against."""

    def around(prove_fit):
        def calibrated(*given):
            proof = prove_fit(*given)
            score = proof.score[MODEL]
            fitted = np.clip(score * proof.labels.bought.mean() / score.mean(), 1e-6, 1 - 1e-6)
            return replace(proof, score={**proof.score, MODEL: fitted})

        return calibrated

    wrap(patch, gosales.pipeline.fit, "prove_fit", around)


def another_seed_each_time(patch):
    number = count()

    def around(fit_booster):
        def seeded(*given, **parameters):
            return fit_booster(*given, **parameters | {"seed": next(number)})

        return seeded

    wrap(patch, gosales.models.recipe, "fit_booster", around)
