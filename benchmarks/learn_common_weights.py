"""Make `gosales/models/common_weights.toml`: what matters on every log, from invented markets.

    python benchmarks/learn_common_weights.py gosales/models/common_weights.toml

Ten laws, two markets of each: seasons, growth, decline, sequences, size only, few customers, many
orders, few orders, one large division, late divisions. They share nothing with the demo market, and
no public log is among them. In each month a customer may order once from each division, with a
chance that its law tells. The linear member is fitted on each market, and the weights of the
standardised features are averaged, every law counting alike. Make them anew when features change.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gosales.core.frames import TrainingSet
from gosales.core.timeline import Cutoff
from gosales.features.engine import FeatureEngine
from gosales.labels.purchases import label
from gosales.models.recipe import blind_columns, fit_linear
from gosales.models.settings import ModelSettings
from gosales.pipeline.build import build
from gosales.pipeline.exposure import exposure
from gosales.pipeline.session import Options, Session, working
from gosales.pipeline.snapshots import Draw, combine, drawn_rows, lessons
from gosales.utils.paths import Workspace

Floats = NDArray[np.float64]
HORIZON = 6
SEEDS = (1, 2)
NEVER = -1
AT_ONCE, LATER = "at once", "later"
SETTINGS = """[source]
shape = "long"
[columns]
customer = "customer"
date = "date"
order = "order"
sku = "sku"
division = "division"
quantity = "units"
value = "revenue"
[lookup.customers]
file = "data/lookup/customers.csv"
columns = { customer_id = "customer" }
constant = ["industry", "size"]
[models]
tracking = false
"""


@dataclass(frozen=True)
class Law:
    """One way in which a market may work; log rates are per month.

    Attributes:
        first, again: Log rate of a first and of a later order.
        taste: Spread of a hidden taste of three dimensions.
        size, spread: How much size moves a division's chance, and how much activity differs.
        season, trend: Swing over the year, and change per month, of the log rates.
        follows: Log lift of the next division half a year after the one before it.
        dominant: Log lift of the first division.
        orders, skus: Further orders of a month, SKUs of a division.
        arrivals: When customers arrive: at once, evenly (LATER), or by a power that is above 1.
        launches: Whether half of the divisions are launched within the history.
    """

    customers: int
    divisions: int
    months: int
    first: float
    again: float = -1.0
    taste: float = 0.9
    size: float = 0.5
    size_alone: bool = False
    spread: float = 0.6
    season: float = 0.0
    trend: float = 0.0
    follows: float = 0.0
    dominant: float = 0.0
    orders: float = 0.0
    skus: int = 6
    arrivals: str | float = AT_ONCE
    launches: bool = False


LAWS = {
    "few": Law(150, 25, 48, -4.3),
    "seasons": Law(1_200, 8, 42, -5.0, -1.6, season=1.4),
    "growth": Law(2_500, 8, 42, -5.0, trend=0.015, arrivals=2.6),
    "decline": Law(1_200, 8, 48, -3.6, -0.3, trend=-0.05),
    "dominant": Law(1_200, 8, 42, -5.8, -0.8, dominant=3.5, orders=1.0),
    "sparse": Law(6_000, 8, 36, -7.6, -4.0, taste=0.6, spread=0.3),
    "dense": Law(300, 12, 30, -4.0, 1.0, orders=3.0, skus=20),
    "sequences": Law(1_200, 8, 48, -5.2, -2.0, taste=0.0, size=0.0, spread=0.3, follows=3.2),
    "size": Law(1_200, 8, 36, -4.8, taste=0.0, size=0.9, size_alone=True, spread=0.2),
    "late": Law(1_800, 10, 42, -4.6, arrivals=LATER, launches=True),
}


@dataclass
class Market:
    """Customers and divisions of a law, and their orders."""

    law: Law
    rng: np.random.Generator
    lines: list[pd.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        law, rng = self.law, self.rng
        n, d, t = law.customers, law.divisions, law.months
        self.big = rng.normal(size=n)
        self.active = law.spread * (0.6 * self.big + 0.8 * rng.normal(size=n))
        hidden, wanted = rng.normal(size=(n, 3)), rng.normal(size=(d, 3)) / np.sqrt(3)
        self.taste = law.taste * hidden @ wanted.T
        self.liked = 0.7 * rng.normal(size=d)
        self.liked[0] += law.dominant
        self.pull = law.size * rng.normal(size=d) + law.size * law.size_alone
        self.phase = rng.integers(0, 12, d)
        self.arrived = np.zeros(n, int)
        if law.arrivals == LATER:
            self.arrived = rng.integers(0, t - 1, n)
        elif law.arrivals != AT_ONCE:
            self.arrived = np.minimum((t * rng.power(law.arrivals, n)).astype(int), t - 1)
        late = rng.integers(6, t - 8, d) if law.launches else np.zeros(d, int)
        self.launched = np.where(np.arange(d) < d / 2, 0, late)
        self.price = np.exp(rng.normal(4, 1, d))[:, None] * np.exp(
            rng.normal(0, 0.5, (d, law.skus))
        )
        self.bought = np.cumsum(rng.dirichlet(np.ones(law.skus), size=d), axis=1)

    def chances(self, first: NDArray[np.int64], month: int) -> Floats:
        """Shape (customers, divisions): to order in the month.

        Args:
            first: Month of the first order, NEVER for none; of that shape.
        """
        law = self.law
        swing = law.season * np.cos(2 * np.pi * (month - self.phase) / 12) + law.trend * month
        new = law.first + swing + self.liked + self.taste + self.big[:, None] * self.pull
        since = np.where(first == NEVER, -99, month - first)
        ready = np.exp(-0.5 * ((since - 6) / 1.5) ** 2) * (since >= 0)
        new = new + law.follows * np.roll(ready, 1, axis=1) + self.active[:, None]
        later = law.again + swing + self.active[:, None] + 0.3 * self.taste
        rate = np.where(first == NEVER, np.exp(new), np.minimum(np.exp(later), 3.0))
        open_ = (self.arrived[:, None] <= month) & (self.launched <= month)
        return np.where(open_, 1 - np.exp(-rate), 0.0)

    def live(self) -> pd.DataFrame:
        """All lines of the history."""
        first = np.full((self.law.customers, self.law.divisions), NEVER)
        for month in range(self.law.months):
            bought = self.rng.random(first.shape) < self.chances(first, month)
            first[bought & (first == NEVER)] = month
            self._order(*np.nonzero(bought), month)
        return pd.concat(self.lines, ignore_index=True)

    def _order(self, customer: NDArray[np.intp], division: NDArray[np.intp], month: int) -> None:
        rng = self.rng
        orders = 1 + rng.poisson(self.law.orders, len(customer))
        c, d = np.repeat(customer, orders), np.repeat(division, orders)
        sku = np.minimum((rng.random(len(c))[:, None] > self.bought[d]).sum(1), self.law.skus - 1)
        units = 1 + rng.poisson(1 + np.exp(0.5 * self.big[c]))
        value = units * self.price[d, sku] * np.exp(0.5 * rng.normal(size=len(c)))
        day = pd.Timestamp(2020, 1, 1) + pd.DateOffset(months=month)
        usual = rng.integers(0, 28, self.law.customers)[c]
        days = np.where(rng.random(len(c)) < 0.6, usual, rng.integers(0, 28, len(c)))
        dates = (day + pd.to_timedelta(days, "D")).strftime("%Y-%m-%d")
        self.lines.append(
            pd.DataFrame(
                {
                    "customer": [f"C{10_000 + i}" for i in c],
                    "date": dates,
                    "order": [f"{when}-{i}" for when, i in zip(dates, c, strict=True)],
                    "sku": [f"{i:02d}-{j}" for i, j in zip(d, sku, strict=True)],
                    "division": [f"Division {i:02d}" for i in d],
                    "units": units,
                    "revenue": value.round(2),
                }
            )
        )

    def customers(self) -> pd.DataFrame:
        """What a lookup says of them; the industry means nothing."""
        size = np.array(["XS", "S", "M", "L"])[np.digitize(self.big, [-0.8, 0.2, 1.0])]
        industry = np.array(["A", "B", "C", "D"])[self.rng.integers(0, 4, self.law.customers)]
        names = [f"C{10_000 + i}" for i in range(self.law.customers)]
        return pd.DataFrame({"customer": names, "industry": industry, "size": size})


def weights_of(market: Market, folder: Path) -> dict[str, float]:
    """Feature -> weight of the linear member, fitted at the end of the market's history."""
    for part in ("data/database_samples", "data/lookup"):
        (folder / part).mkdir(parents=True)
    market.live().to_csv(folder / "data" / "database_samples" / "sales.csv", index=False)
    market.customers().to_csv(folder / "data" / "lookup" / "customers.csv", index=False)
    (folder / "gosales.toml").write_text(SETTINGS, encoding="utf-8")
    session = Session.open(Workspace(folder.resolve()), Options(seed=1))
    with working(session, "build-star") as work:
        star = build(work).star
        rows = lessons_of(FeatureEngine(star.as_of(Cutoff(star.last_day)), HORIZON))
        star.close()
    never, settings = rows.where(~rows.owned), ModelSettings()
    columns = blind_columns(never.names)
    member = fit_linear(never, columns, settings.ridge_penalty)
    names = [never.names[i] for i in columns]
    return dict(zip(names, member.model.weights[:-1].tolist(), strict=True))


def lessons_of(engine: FeatureEngine) -> TrainingSet:
    """The rows that the recipe learns from at the history's end."""
    settings = ModelSettings()
    wanted = lessons(engine.months, HORIZON, settings.snapshots)
    ages = sorted({lesson.age for lesson in wanted}, reverse=True)
    parts = []
    for age, cells in zip(ages, engine.several(ages), strict=True):
        for lesson in (one for one in wanted if one.age == age):
            labels = label(engine.history.outcome(cells.panel.cutoff, lesson.months), cells.spine)
            draw = Draw.of(cells.spine, labels, settings.kept_zeros)
            parts.append(drawn_rows(cells, draw, exposure(cells.panel, lesson.months)))
    return combine(parts, 10**9, 1)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("output", type=Path)
    given = parser.parse_args()
    of_law = []
    for name, law in LAWS.items():
        found = []
        for seed in SEEDS:
            with tempfile.TemporaryDirectory() as folder:
                rng = np.random.default_rng([seed, *name.encode()])
                found.append(weights_of(Market(law, rng), Path(folder)))
            print(name, seed, f"largest weight {max(map(abs, found[-1].values())):.2f}", flush=True)
        of_law.append(pd.DataFrame(found).mean())
    mean = pd.DataFrame(of_law).mean()
    lines = [f'"{name}" = {weight:.4f}' for name, weight in sorted(mean.items())]
    head = "# Made by benchmarks/learn_common_weights.py: mean weights of standardised features.\n"
    given.output.write_text(head + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
