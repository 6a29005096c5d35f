"""Score every customer for every division at the history's cutoff, and rank the whitespace."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from gosales.config import Config
from gosales.core.columns import Customer, Fact, Scores, Status, Whitespace
from gosales.core.errors import ConfigError, ModelError
from gosales.core.frames import FeatureFrame
from gosales.core.star import History
from gosales.evaluation.scoreboard import ACTIVE, LAPSED, NEVER
from gosales.features.cells import CellFeatures
from gosales.features.engine import FeatureEngine
from gosales.features.holdings import Pairs
from gosales.features.lookalikes import nearest_owners
from gosales.features.states import States
from gosales.models.division_model import DivisionModel
from gosales.pipeline.cell_scores import COLUMNS, scored_divisions, scores_here
from gosales.pipeline.cell_statuses import CellStatuses, skipped
from gosales.pipeline.drift import sample_cells
from gosales.pipeline.faithful import faithfulness
from gosales.pipeline.products import owned_skus, product_names
from gosales.pipeline.proof import populations
from gosales.pipeline.reasons import Reasoner
from gosales.pipeline.sku_lists import ListedCells, best_products, market_customers
from gosales.pipeline.sku_models import SkuMarket, history_of
from gosales.pipeline.sku_reasons import product_reasons
from gosales.pipeline.spark_scores import scores_in_spark
from gosales.utils.coding import constant, spread, stacked
from gosales.utils.progress import track
from gosales.utils.spark import spark_session
from gosales.whitespace.ranking import best_first, division_rows, listed, product_rows
from gosales.whitespace.scores import SCORE_DIGITS, with_grades

CUSTOMERS = {Fact.CUSTOMER: "string"}
STATUS = {NEVER: Status.WHITESPACE, LAPSED: Status.LAPSED, ACTIVE: Status.ACTIVE}


@dataclass(frozen=True)
class ScoredLists:
    """What a scoring publishes.

    Attributes:
        scores: Columns of `Scores.ORDER`, by customer and division.
        whitespace: Columns of `Whitespace.ORDER`, by level and rank.
        reasons: What each concept adds to the listed rows' scores, in log odds.
        faith: How many of the reasons survive the test.
        sample: Features of scored cells, to see drift in.
        drift: Warnings that the run's `drift.json` gives.
    """

    scores: pd.DataFrame
    whitespace: pd.DataFrame
    reasons: pd.DataFrame
    faith: dict[str, Any]
    sample: FeatureFrame | None = None
    drift: tuple[str, ...] = ()


def score_customers(
    engine: FeatureEngine, models: list[DivisionModel], config: Config, run_id: str
) -> ScoredLists:
    """Score all customers known at the engine's cutoff.

    Raises:
        ModelError: There is no model, or the models were trained on another kind of log.
    """
    with track("Making features"):
        in_spark = spark_session(engine.history.tables.facts) is not None
        cells = engine.on_demand(0) if in_spark else engine.at(0)
        chosen = models_by_division(models, cells)
    total = len(cells.spine.customers) * len(scored_divisions(cells.spine, chosen))
    with track("Scoring", total=total) as advance:
        if in_spark:
            predicted = scores_in_spark(engine, cells, chosen)
        else:
            predicted = scores_here(cells, chosen, advance)
        cells.let_go()
        table = _score_table(engine.history, cells, chosen, predicted, run_id)
        del predicted  # eight numbers a cell, which are in the table now
    with track("Ranking the whitespace"):
        statuses = CellStatuses.of(engine.history)
        lists = _Ranking(engine.history, cells, chosen, config, statuses).lists(table)
    return replace(lists, sample=sample_cells(cells))


def models_by_division(
    models: list[DivisionModel], cells: CellFeatures
) -> dict[str, DivisionModel]:
    """The models by division, checked against the features and divisions at hand.

    Raises:
        ModelError: There is no model, or one was trained on other features or divisions.
    """
    if not models:
        raise ModelError("There is no model to score with.", remedy="Run `gosales train`.")
    for model in models:
        if model.shared.names != cells.names:
            raise ModelError(
                f"The saved model of {model.division!r} was trained on other features than this "
                "version makes.",
                remedy="Train again with `gosales train`.",
            )
        _refuse_other_divisions(model, cells)
    return {model.division: model for model in models}


def _refuse_other_divisions(model: DivisionModel, cells: CellFeatures) -> None:
    """What others buy is part of every feature, so that new divisions change the meaning of all.

    At a cutoff before the training's end, a division may be missing: it was not yet there.
    """
    trained, here = set(model.card["known_divisions"]), set(cells.spine.divisions)
    new, gone = sorted(here - trained), sorted(trained - here)
    if str(cells.spine.cutoff) < model.card["history_end"]:
        gone = []
    if new or gone:
        changes = (("new", new), ("gone", gone))
        told = "; ".join(f"{word}: {', '.join(names)}" for word, names in changes if names)
        raise ModelError(
            f"The saved model of {model.division!r} was trained on a log with other divisions "
            f"({told}).",
            remedy="Train again with `gosales train`, or run `gosales score-all`.",
        )


def _score_table(
    history: History,
    cells: CellFeatures,
    models: dict[str, DivisionModel],
    predicted: NDArray[np.float64],
    run_id: str,
) -> pd.DataFrame:
    """One row per customer x division that has a model, with branch and rep beside.

    Texts are categorical: each is held once, and a row has a number of a few bytes.

    Args:
        predicted: What the models say of them (see `cell_scores`).
    """
    spine, columns = cells.spine, scored_divisions(cells.spine, models)
    names = [spine.divisions[d] for d in columns]
    said = {name: predicted[:, :, at].ravel() for at, name in enumerate(COLUMNS)}
    population = populations(cells)[:, columns]
    kinds = [models[name].kinds(spine.owned[:, d]) for name, d in zip(names, columns, strict=True)]
    people, rows = _people(history, cells), population.size
    table = pd.DataFrame(
        {
            **{name: pd.Categorical(people[name]).repeat(len(columns)) for name in people},
            Scores.DIVISION: pd.Categorical.from_codes(
                np.tile(np.arange(len(columns)), len(people)), names
            ),
            Scores.CUTOFF: constant(str(spine.cutoff), rows),
            Scores.HORIZON: cells.panel.horizon_months,
            Scores.SCORE: said[Scores.SCORE],
            Scores.STATUS: pd.Categorical(population.ravel()).rename_categories(STATUS),
            Scores.VALUE: said[Scores.SCORE] * said[Scores.MONEY[0]],
            Scores.REASONS: constant("", rows),
            Scores.MODEL: pd.Categorical(np.column_stack(kinds).ravel()),
            Scores.RUN: constant(run_id, rows),
            **{name: said[name] for name in Scores.MONEY},
            **{name: np.round(said[name], SCORE_DIGITS) for name in (Scores.LOW, Scores.HIGH)},
        },
        copy=False,  # these are its own, and so many that a second copy would be felt
    )
    return with_grades(table)


def _people(history: History, cells: CellFeatures) -> pd.DataFrame:
    """customer_id, customer_name, branch, rep of every customer, in the spine's order."""
    names = history.customer_names().to_pandas().set_index(Customer.ID)[Customer.NAME]
    customers = cells.spine.customers
    return pd.DataFrame(
        {
            Scores.CUSTOMER: customers,
            Scores.NAME: names.reindex(pd.Index(customers)).fillna("").to_numpy(object),
            Whitespace.BRANCH: cells.panel.branch,
            Whitespace.REP: cells.panel.rep,
        }
    )


@dataclass(frozen=True)
class _Ranking:
    """From a score table to both lists; rows keep the index that they have in the score table."""

    history: History
    cells: CellFeatures
    models: dict[str, DivisionModel]
    config: Config
    statuses: CellStatuses

    def lists(self, table: pd.DataFrame) -> ScoredLists:
        table[Scores.CELL_STATUS] = pd.Categorical(self.statuses.of_cells(table))
        divisions, chosen, others = self.ranked(table)
        shown = pd.concat([chosen, others])
        place = self.cells_of(shown)
        reasoner = Reasoner.of(self.cells, self.models, place, self.config.divisions.leftover)
        reasons = reasoner.explain(*place)
        shown[Scores.REASONS] = reasons.texts
        names = table[Scores.NAME].to_numpy(object)[:: len(self.columns)]
        found = _lookalikes(self.cells, self.cells_of(chosen), names)
        alike = pd.Series(found, chosen.index, object)
        divisions[Whitespace.LOOKALIKES] = spread(alike, divisions.index)
        for rows in (table, divisions):
            rows[Scores.REASONS] = spread(shown[Scores.REASONS], rows.index)
        both = (divisions, self.products(shown, alike))
        return ScoredLists(
            table[list(Scores.ORDER)],
            stacked([rows[list(Whitespace.ORDER)] for rows in both]),
            reasons.table(shown),
            faithfulness(reasoner, reasons),
        )

    def ranked(self, table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """The division rows; the score rows of the listed ones; and of cells with products only."""
        settings = self.config.whitespace
        allowed = ~table[Scores.CELL_STATUS].isin(skipped(settings)).to_numpy()
        open_cells = self.open_cells(table)
        published = table[[name for name in table if name in Whitespace.ORDER]]
        every = division_rows(published, open_cells & allowed, settings.order_by)
        divisions, loose = self.without_leftovers(every)
        held = table[~open_cells & allowed].nlargest(settings.listed_rows, settings.order_by)
        chosen = table.loc[divisions.index[listed(divisions, settings)]]
        return divisions, chosen, pd.concat([table.loc[loose.index], held])

    def without_leftovers(self, every: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The division rows to publish, and the listed ones that only their products stand for.

        Raises:
            ConfigError: The settings name a leftover division that is not there.
        """
        leftover, known = self.config.divisions.leftover, self.cells.spine.divisions
        for name in leftover:
            if name not in known:
                raise ConfigError(
                    f"[divisions] leftover names {name!r}, which is no division.",
                    remedy=f"The divisions are: {', '.join(known)}.",
                )
        if not leftover:
            return every, every[:0]
        loose = every[Scores.DIVISION].isin(leftover).to_numpy()
        settings = self.config.whitespace
        divisions = best_first(every[~loose], settings.order_by)
        return divisions, every[loose & listed(every, settings)]

    def open_cells(self, table: pd.DataFrame) -> NDArray[np.bool_]:
        """Which rows are whitespace: never bought, or so long ago that it may be sold again."""
        never = (table[Scores.STATUS] == Status.WHITESPACE).to_numpy()
        rebuy = self.config.divisions.rebuy_after_months
        if not rebuy:
            return np.asarray(never)
        customer, division = self.cells_of(table)
        last = np.full(self.cells.panel.shape, np.inf)
        p = self.cells.panel.purchases
        np.minimum.at(last, (p.customer, p.division), p.months_ago)
        after = table[Scores.DIVISION].astype(object).map(rebuy).to_numpy(float, na_value=np.inf)
        return np.asarray(never | (last[customer, division] >= after))

    def products(self, shown: pd.DataFrame, alike: pd.Series) -> pd.DataFrame:
        """Product rows of the listed cells, with their reasons and the look-alikes of theirs."""
        models = {name: model.products for name, model in self.models.items()}
        panel, (customer, _) = self.cells.panel, self.cells_of(shown)
        known = market_customers(panel, customer)
        market = SkuMarket.of(history_of(self.history, panel, known), panel, known, models)
        rows = self.best_products(shown, market, np.searchsorted(known, customer))
        rows[Whitespace.LOOKALIKES] = spread(alike, rows.index)
        names, leftover = product_names(self.history), self.config.divisions.leftover
        rows[Scores.REASONS] = product_reasons(market.signals, panel, names, rows, leftover)
        return rows

    def best_products(
        self, shown: pd.DataFrame, market: SkuMarket, customer: NDArray[np.intp]
    ) -> pd.DataFrame:
        """The likeliest never-bought products of the listed cells, and what is remarked of them.

        Args:
            customer: Row in the market of each listed cell's.
        """
        chosen = {
            d: self.models[name].shared.products
            for d, name in enumerate(self.cells.panel.divisions)
            if name in self.models
        }
        score = shown[Scores.SCORE].to_numpy(float)
        cells = ListedCells(customer, self.cells_of(shown)[1], score)
        owned = self.owned(shown[Scores.CUSTOMER])
        found = best_products(market, chosen, cells, owned)
        rows = product_rows(shown, found, self.config.whitespace.order_by)
        return rows.assign(**{Whitespace.CELL_STATUS: self.statuses.of_products(rows)})

    def owned(self, customers: pd.Series) -> Pairs:
        """What is not to be offered."""
        asked = ibis.memtable({Fact.CUSTOMER: sorted(set(customers))}, schema=CUSTOMERS)
        owned = owned_skus(self.history, self.config.divisions.rebuy_after_months)
        rows = owned.semi_join(asked, Fact.CUSTOMER).to_pyarrow()
        never = sorted(self.statuses.skipped_products(skipped(self.config.whitespace)))
        too = pa.table([[pair[at] for pair in never] for at in range(3)], schema=rows.schema)
        return Pairs.of(pa.concat_tables([rows, too]))

    @cached_property
    def columns(self) -> list[int]:
        """Of the panel: the divisions of a customer's rows in the score table."""
        return scored_divisions(self.cells.spine, self.models)

    def cells_of(self, rows: pd.DataFrame) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Row and column in the panel of each row's cell, found by its index."""
        customer, at = np.divmod(rows.index.to_numpy(), len(self.columns))
        return customer.astype(np.int32), np.array(self.columns, np.int32)[at]


def _lookalikes(
    cells: CellFeatures,
    places: tuple[NDArray[np.int32], NDArray[np.int32]],
    names: NDArray[np.object_],
) -> NDArray[np.object_]:
    """Names of the nearest owners of each listed row; none of an account of the same name.

    Args:
        places: Row and column in the panel of each listed row's cell.
        names: Shape (n,), of the panel's customers; empty for none.
    """
    customer, division = places
    shown = np.where(names == "", cells.spine.customers, names)
    result = np.full(len(customer), "", object)
    states = States(cells.panel)
    for d in np.unique(division):
        rows = np.flatnonzero(division == d)
        nearest = nearest_owners(states, int(d), customer[rows])
        for row, owners in zip(rows, nearest, strict=True):
            others = dict.fromkeys(shown[one.owner] for one in owners)
            others.pop(shown[customer[row]], None)
            result[row] = "; ".join(others)
    return result


if __name__ == "__main__":
    from gosales.cli import main

    main(["score", *sys.argv[1:]])
