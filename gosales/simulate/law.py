"""The law of the demo market, as data: how customers of a CAD and 3-D printing reseller behave.

Time passes in months. In every month each customer has a chance to order from each division:

* a division never bought before: `adopt` x the customer's fit (industry, size, hidden traits) x
  the lifts of the divisions already owned (`PATHS`, by months since their first order) x the
  customer's mood (health, energy, recent activity) x season x trend x running project;
* a division bought before: `repeat` x the customer's usage x a rhythm by months since the last
  order (`RHYTHMS`) x mood x season x project; subscriptions also renew after a year (`RENEWAL`).

At most one order per customer, division and month. A whole order may come back as a credit in one
of the two months after it; for the law the customer has bought all the same. Rates are per month,
money is US dollars of 2020, lifts multiply.

The law was set by looking at the market it makes (ownership shares, base rates), never at what a
model makes of it, and is frozen: a change makes every published figure incomparable.
"""

from __future__ import annotations

from dataclasses import dataclass

TRAITS = ("design", "production", "digital")  # hidden; standard normal over customers


@dataclass(frozen=True, slots=True)
class Division:
    """One selling division."""

    name: str
    rhythm: str  # key of RHYTHMS; "subscription" also renews
    season: str  # key of SEASONS
    entry: float  # relative chance to be a new customer's first purchase
    adopt: float  # monthly chance of a typical customer's first order, nothing else owned
    repeat: float  # monthly chance of another order at rhythm 1
    growth_pull: float  # exponent on HEALTH_ADOPT: how much first orders depend on growth
    size_pull: float  # log lift per standard deviation of log size
    traits: tuple[float, float, float]  # log lift per unit of each trait
    first_value: float  # mean first order of a typical customer, dollars
    repeat_value: float  # mean later order, dollars
    spread: float  # log standard deviation of the order value
    returned: float  # share of orders that come back
    trend: float  # log change of `adopt` per year since 2020
    margin: float  # gross profit share


DIVISIONS: tuple[Division, ...] = (
    Division("Solidworks", "licence", "year_end", 46, 0.0064, 0.032, 1.0, 0.20,
             (0.45, 0.10, 0.05), 9_500, 6_500, 0.60, 0.015, 0.00, 0.32),
    Division("Maintenance", "subscription", "renewals", 7, 0.0024, 0.010, 0.5, 0.15,
             (0.30, 0.00, 0.10), 3_200, 3_600, 0.30, 0.008, 0.00, 0.45),
    Division("PDM", "licence", "year_end", 1, 0.0011, 0.022, 1.6, 0.50,
             (0.20, 0.00, 0.50), 7_000, 4_200, 0.65, 0.015, 0.00, 0.40),
    Division("Simulation", "licence", "year_end", 3, 0.0013, 0.022, 1.2, 0.35,
             (0.55, 0.00, 0.15), 11_000, 7_500, 0.60, 0.015, 0.03, 0.38),
    Division("Services", "service", "flat", 7, 0.0028, 0.075, 1.0, 0.35,
             (0.10, 0.15, 0.40), 4_800, 4_200, 0.80, 0.012, 0.02, 0.55),
    Division("Training", "service", "classroom", 7, 0.0028, 0.050, 1.1, 0.20,
             (0.35, 0.05, 0.20), 2_400, 2_200, 0.60, 0.030, 0.00, 0.60),
    Division("Success Plan", "subscription", "renewals", 2, 0.0020, 0.008, 0.8, 0.25,
             (0.15, 0.05, 0.45), 2_900, 3_000, 0.30, 0.008, 0.05, 0.70),
    Division("Hardware", "consumable", "capital", 18, 0.0035, 0.420, 1.2, 0.30,
             (0.05, 0.60, 0.00), 34_000, 1_100, 1.00, 0.022, 0.02, 0.22),
    Division("Post_Processing", "consumable", "capital", 1, 0.0011, 0.260, 1.0, 0.15,
             (0.00, 0.45, 0.05), 8_500, 700, 0.90, 0.025, 0.06, 0.28),
    Division("CPE", "licence", "year_end", 1, 0.0009, 0.030, 1.3, 0.65,
             (0.40, 0.00, 0.35), 24_000, 14_000, 0.75, 0.015, 0.03, 0.30),
    Division("Scanning", "service", "capital", 4, 0.0014, 0.028, 1.2, 0.25,
             (0.10, 0.45, 0.15), 27_000, 6_000, 0.80, 0.022, 0.08, 0.24),
    Division("CAMWorks", "licence", "year_end", 3, 0.0018, 0.020, 1.0, 0.10,
             (0.10, 0.55, 0.00), 8_000, 4_500, 0.55, 0.018, 0.00, 0.35),
)  # fmt: skip

LAUNCHED = {"Success Plan": 2020 * 12 + 6}  # absolute month (year x 12 + month - 1)

# Share of customers, shift of log size, log lift of first orders by division.
INDUSTRIES: dict[str, tuple[float, float, dict[str, float]]] = {
    "Aerospace and Defense": (0.09, 0.7, {
        "Simulation": 0.9, "CPE": 1.2, "PDM": 0.5, "Scanning": 0.5, "Hardware": 0.3,
        "CAMWorks": 0.2, "Success Plan": 0.2}),
    "Automotive Supply": (0.11, 0.5, {
        "CPE": 0.6, "Scanning": 0.6, "Hardware": 0.4, "Simulation": 0.4, "PDM": 0.3,
        "Post_Processing": 0.3}),
    "Medical Devices": (0.10, 0.2, {
        "Hardware": 0.6, "Post_Processing": 0.8, "Simulation": 0.4, "PDM": 0.5, "Scanning": 0.3,
        "CAMWorks": -0.4}),
    "Industrial Machinery": (0.18, 0.1, {
        "Solidworks": 0.4, "PDM": 0.4, "Simulation": 0.2, "Services": 0.2, "Maintenance": 0.2,
        "Post_Processing": -0.5}),
    "Consumer Products": (0.10, 0.0, {
        "Hardware": 0.5, "Post_Processing": 0.5, "CPE": -0.7, "CAMWorks": -0.5, "Training": 0.2}),
    "Electronics": (0.09, 0.2, {
        "Solidworks": 0.2, "Simulation": 0.5, "CAMWorks": -0.8, "Scanning": -0.6, "PDM": 0.3}),
    "Molds and Tooling": (0.10, -0.5, {
        "CAMWorks": 1.2, "Scanning": 0.6, "PDM": -0.7, "CPE": -1.0, "Simulation": -0.5,
        "Success Plan": -0.3}),
    "Job Shops": (0.11, -0.8, {
        "CAMWorks": 0.9, "Simulation": -1.1, "PDM": -1.0, "CPE": -1.5, "Training": -0.3,
        "Success Plan": -0.5, "Post_Processing": -0.2}),
    "Engineering Services": (0.07, -0.4, {
        "Solidworks": 0.3, "Simulation": 0.7, "Hardware": -0.6, "Post_Processing": -1.0,
        "CAMWorks": -1.0, "Services": -0.4, "Scanning": 0.4}),
    "Education and Research": (0.05, 0.6, {
        "Hardware": 0.9, "Training": 0.4, "Maintenance": 0.3, "PDM": -1.0, "CPE": -0.6,
        "CAMWorks": 0.2, "Scanning": 0.3, "Services": -0.6}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Path:
    """Owning `source` multiplies the chance to adopt `target`, by months since its first order."""

    source: str
    target: str
    begins: int  # first month of the window (1 = the month after the first order)
    ends: int  # last month of the window
    within: float
    after: float


PATHS: tuple[Path, ...] = (
    Path("Solidworks", "Maintenance", 1, 3, 12.0, 4.0),  # the subscription follows the seat
    Path("Solidworks", "Training", 1, 8, 4.5, 1.4),  # new users learn within months
    Path("Solidworks", "Simulation", 12, 30, 5.0, 2.0),  # analysis after a year or two of design
    Path("Solidworks", "PDM", 8, 36, 4.0, 2.2),  # vaults when the files pile up
    Path("Solidworks", "CAMWorks", 6, 30, 2.8, 1.5),
    Path("Solidworks", "Services", 2, 12, 1.8, 1.2),
    Path("Maintenance", "Success Plan", 9, 16, 4.0, 1.7),  # sold with the first renewal
    Path("Training", "Success Plan", 1, 6, 2.5, 1.3),
    Path("PDM", "Services", 1, 6, 6.0, 1.8),  # a vault needs a roll-out
    Path("PDM", "Success Plan", 3, 12, 2.5, 1.4),
    Path("PDM", "CPE", 12, 36, 2.5, 1.6),
    Path("Simulation", "Training", 1, 5, 3.0, 1.2),
    Path("Simulation", "CPE", 12, 40, 4.0, 2.0),  # high-end solvers after desktop analysis
    Path("Services", "PDM", 2, 12, 1.8, 1.2),
    Path("Hardware", "Post_Processing", 1, 8, 12.0, 4.0),  # printed parts want finishing
    Path("Hardware", "Scanning", 9, 30, 4.0, 2.0),  # reverse engineering to feed the printer
    Path("Hardware", "Training", 1, 4, 2.0, 1.1),
    Path("Hardware", "Solidworks", 3, 18, 2.0, 1.3),
    Path("Scanning", "Solidworks", 2, 12, 2.0, 1.3),
    Path("Scanning", "Services", 1, 6, 2.5, 1.2),
    Path("CAMWorks", "Hardware", 8, 24, 2.2, 1.4),
    Path("CPE", "Services", 1, 9, 3.5, 1.5),
)

# A first order of the left division brings the right one in the same month, with this chance.
ATTACHED: tuple[tuple[str, str, float], ...] = (
    ("Solidworks", "Maintenance", 0.55), ("Solidworks", "Training", 0.10),
    ("PDM", "Services", 0.30), ("Hardware", "Post_Processing", 0.12),
    ("Hardware", "Training", 0.08), ("CAMWorks", "Training", 0.12), ("CPE", "Services", 0.20),
    ("Scanning", "Training", 0.08),
)  # fmt: skip

# Months since the last order (up to and including) -> multiple of `repeat`.
RHYTHMS: dict[str, tuple[tuple[int, float], ...]] = {
    "licence": ((2, 0.7), (6, 0.9), (18, 1.1), (36, 0.7), (60, 0.4)),
    "service": ((3, 1.7), (6, 1.2), (12, 0.8), (24, 0.5), (60, 0.25)),
    "consumable": ((1, 0.75), (3, 1.0), (5, 0.7), (8, 0.4), (12, 0.18), (24, 0.05), (60, 0.015)),
    "subscription": ((12, 0.7), (24, 1.3), (60, 0.5)),
}

# Months since the contract began -> chance to renew in that month; then the contract has lapsed.
RENEWAL = {11: 0.12, 12: 0.64, 13: 0.42, 14: 0.25}

# January to December.
SEASONS: dict[str, tuple[float, ...]] = {
    "flat": (0.95, 1, 1, 1, 1, 1, 0.9, 0.9, 1.05, 1.1, 1.05, 0.95),
    "year_end": (0.75, 0.85, 1.15, 0.9, 0.9, 1.15, 0.8, 0.8, 1.15, 0.95, 1.05, 1.6),
    "capital": (0.7, 0.85, 1.1, 0.9, 0.95, 1.15, 0.8, 0.85, 1.1, 1.0, 1.15, 1.7),
    "classroom": (1.25, 1.25, 1.1, 1.0, 0.9, 0.9, 0.7, 0.75, 1.25, 1.2, 1.0, 0.65),
    "renewals": (1.0, 1.0, 1.05, 1.0, 1.0, 1.05, 0.95, 0.95, 1.05, 1.0, 1.0, 1.05),
}

# Hidden health of a customer; rows and columns in this order, chances per month.
HEALTH = ("gone", "decline", "steady", "growth")
HEALTH_MOVES = (
    (0.993, 0.001, 0.005, 0.001),  # win-backs are rare
    (0.045, 0.885, 0.065, 0.005),
    (0.002, 0.018, 0.958, 0.022),
    (0.001, 0.009, 0.055, 0.935),
)
HEALTH_ADOPT = (0.0, 0.35, 1.0, 2.2)
HEALTH_REPEAT = (0.0, 0.55, 1.0, 1.35)
HEALTH_RENEW = (0.0, 0.65, 1.0, 1.05)
HEALTH_VALUE = (1.0, 0.75, 1.0, 1.25)
ARRIVES_GROWING = 0.35  # else steady

# Hidden energy: a slow mood that moves all of a customer's orders together.
ENERGY_MEMORY = 0.90
ENERGY_SPREAD = 0.50

# Orders of the last months make further first orders likelier: (1 + momentum) ** pull.
MOMENTUM_MEMORY = 0.80
MOMENTUM_PULL = 0.30

# Projects: planned for a month or two, then three months of orders over several divisions.
PROJECT_RATE = 0.010  # per month for a steady customer of typical size
PROJECT_PLANNING = (1, 2)  # months before it starts
PROJECT_MONTHS = 3
PROJECT_LIFT = 4.0
PROJECTS: tuple[tuple[str, ...], ...] = (
    ("Solidworks", "Simulation", "PDM", "Training", "Services"),  # a new product line
    ("Hardware", "Post_Processing", "Scanning", "CAMWorks", "Training"),  # a modern shop floor
    ("PDM", "CPE", "Services", "Success Plan", "Training"),  # a data-management roll-out
)

# How much customers differ beyond industry, size and traits (log standard deviations).
FIT_SPREAD = 0.55  # per customer and division, first orders
USAGE_SPREAD = 0.50  # per customer and division, later orders
VALUE_SPREAD = 0.35  # per customer and division, order value
VALUE_SIZE_PULL = 0.40
LOYALTY = (0.78, 1.06)  # uniform factor on renewals
REP_SPREAD = 0.30  # per rep, first orders

RETURN_TIMING = (0.7, 0.3)  # of the orders that come back: in the next month, in the one after
INFLATION = 0.03  # per year since 2020, on values
SMALLEST_ORDER = 40  # dollars
HIGHEST_CHANCE = 0.95

BURN_IN_MONTHS = 36  # the market lives before the log begins; those orders are not in it
ARRIVED_BEFORE_LOG = 0.52  # share of the known customers that arrive during the burn-in
NEWCOMERS_PER_MONTH = 0.006  # further customers, arriving after the history's end
NEWCOMER_MONTHS = 12  # drawn for this long whatever the holdout, so it never moves the history
