import numpy as np
import pytest
from scipy import sparse

from gosales.core.columns import UNASSIGNED
from gosales.core.timeline import Cutoff
from gosales.features.cube import build_cube
from gosales.features.engine import FeatureEngine
from gosales.features.ledger import NEVER, Ledger
from gosales.features.panel import Panel, Purchases
from gosales.features.tables import Snapshots

JUNE = Cutoff.parse("2024-06-30")
LOG = [
    ("bolt", "CPE", "x1", "2024-05-20", 50, 2, None, "West", "Kim"),
    ("acme", "CAD", "pro", "2024-06-20", 100, 1, None, "East", "Lee"),
    ("acme", "CAD", "pro", "2023-01-20", 40, 1, None, "West", "Kim"),
    ("acme", "GIS", "map", "2022-06-20", 10),
    ("cora", "CAD", "lite", "2024-04-01", 30, 1, None, None, "Lee"),
    ("cora", "CAD", "lite", "2024-04-02", -30, -1),
    ("dora", UNASSIGNED, "zzz", "2024-04-02", 70),
]


def as_rows(features):
    """Arrays by name as a list of rows; NaN is None."""
    columns = [np.asarray(values, float).tolist() for values in features.values()]
    return [
        {name: None if value != value else value for name, value in zip(features, row, strict=True)}
        for row in zip(*columns, strict=True)
    ]


@pytest.fixture(scope="session")
def cells(make_star):
    """The features of LOG."""
    return FeatureEngine(make_star(*LOG).as_of(JUNE), 6).at(0)


@pytest.fixture(scope="session")
def cube_of(make_star):
    """The cube of a log at 2024-06-30, made once for each log."""
    made = {}

    def cube(rows):
        if (key := tuple(rows)) not in made:
            made[key] = build_cube(make_star(*rows).as_of(JUNE))
        return made[key]

    return cube


@pytest.fixture(scope="session")
def measured(cube_of):
    """`measured(family, rows, age=0, by="cells")`: the family's features of the rows' one group.

    `by="customers"` measures over all divisions; the cutoff is `age` months before 2024-06-30. Told
    are those of the database, after a look that those on arrays are the same.
    """

    def measure(family, rows, age=0, by="cells", horizon=6):
        cube = cube_of(rows)
        m = Snapshots(cube, (age,), horizon).measures(getattr(cube, by))
        features = {name: f.value.cast("float64") for name, f in family(m).items()}
        (row,) = m.rows.aggregate(**features).to_pyarrow().to_pylist()
        known = Ledger.of(cube, getattr(cube, by)).known_at(age)
        (other,) = as_rows({k: f.value for k, f in family(known.sums(horizon)).items()})
        assert other == row
        return row

    return measure


@pytest.fixture(scope="session")
def make_panel():
    """A panel from `{customer: {division: [months ago of each order day]}}`.

    An owned cell is one with an order; `returned` names (customer, division) cells that are not.
    `skus`: customers x SKUs, how much of each; by default each division has one SKU.
    """

    def make(past, *, horizon=6, segments=None, returned=(), skus=None):
        customers = sorted(past)
        divisions = sorted({division for held in past.values() for division in held})
        cells = [(c, d) for c in customers for d in divisions if d in past[c]]
        orders = [(c, d, ago) for c, d in cells for ago in past[c][d]]
        orders.sort(key=lambda order: (-order[2], order[:2]))
        own = np.zeros((4, len(customers), len(divisions)), np.float32)
        own[0] = np.nan
        for c, d in cells:
            at = customers.index(c), divisions.index(d)
            own[(slice(None), *at)] = _own(past[c][d], horizon, (c, d) not in returned)
        if skus is None:
            skus = [[np.log1p(len(past[c].get(d, ()))) for d in divisions] for c in customers]
        return Panel(
            cutoff=JUNE,
            horizon_months=horizon,
            customers=np.array(customers, object),
            divisions=tuple(divisions),
            owned=own[1] > 0,
            months_since_first=np.where(np.isnan(own[0]), NEVER, own[0]),
            orders_12m=own[2],
            orders_season=own[3],
            value_12m=100 * own[2],
            branch=np.full(len(customers), None, object),
            rep=np.full(len(customers), None, object),
            segments={k: np.array(v, np.int32) for k, v in (segments or {}).items()},
            purchases=Purchases(
                np.array([customers.index(c) for c, _, _ in orders], np.int32),
                np.array([divisions.index(d) for _, d, _ in orders], np.int32),
                np.array([ago for _, _, ago in orders], np.int32),
                np.ones(len(orders), np.int32),
            ),
            skus=lambda rows: sparse.csr_array(np.array(skus, float)[rows]),
        )

    return make


def _own(months_ago, horizon, owned):
    season = range(12 - horizon, 12)
    return (
        max(months_ago, default=np.nan),
        float(owned and bool(months_ago)),
        sum(ago < 12 for ago in months_ago),
        sum(ago in season for ago in months_ago),
    )


@pytest.fixture(scope="session")
def random_panel(make_panel):
    """`random_panel(seed, n, d, owned_share)`: a panel of n customers with random pasts."""

    def make(seed, n, d, share=0.4, horizon=6):
        rng = np.random.default_rng(seed)
        held = rng.random((n, d)) < share
        held[:d] |= np.eye(d, dtype=bool)[:n]
        past = {
            f"c{i:05d}": {
                f"d{j:02d}": sorted(rng.integers(0, 40, rng.integers(1, 5)).tolist())
                for j in np.flatnonzero(held[i])
            }
            for i in range(n)
        }
        return make_panel(past, horizon=horizon)

    return make
