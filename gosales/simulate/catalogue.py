"""The SKUs of the demo market, as data: columns of the raw log, prices, and who sells what.

Which SKUs an order holds is detail below the law: the law decides division, month and value. Large
orders (a printer, a scanner) take the capital weights, others the routine ones.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sku:
    """One product column pair of the raw log, as one division sells it."""

    column: str
    division: str
    price: float  # list price of a unit in dollars; turns a value into a quantity
    routine: float  # relative weight in ordinary orders
    capital: float  # relative weight in large orders
    launched: int = 0  # first year on sale
    retired: int = 9999  # last year on sale
    quantity_column: str = ""  # "" = column + "_Qty"
    unpriced: float = 0.0  # how often its value is left empty beside another SKU

    @property
    def quantity_header(self) -> str:
        return self.quantity_column or f"{self.column}_Qty"


SKUS: tuple[Sku, ...] = (
    Sku("SWX_Core", "Solidworks", 4_200, 10, 6),
    Sku("SWX_Pro_Prem", "Solidworks", 6_800, 6, 12),
    Sku("SW_Electrical", "Solidworks", 5_500, 1.2, 2),
    Sku("SW_Inspection", "Solidworks", 3_100, 0.8, 0.5),
    Sku("DraftSight", "Solidworks", 300, 2.0, 0.2),
    Sku("Core_New_UAP", "Maintenance", 1_350, 10, 8),
    Sku("Pro_Prem_New_UAP", "Maintenance", 1_900, 6, 10),
    Sku("PDM", "PDM", 1_500, 10, 10),
    Sku("EPDM_CAD_Editor_Seats", "PDM", 1_750, 5, 9),
    Sku("Simulation", "Simulation", 6_500, 10, 10),
    Sku("SW_Plastics", "Simulation", 6_000, 2, 3, unpriced=0.6),
    Sku("Services", "Services", 1_600, 10, 10),
    Sku("Training", "Training", 1_100, 10, 10),
    Sku("Success_Plan", "Success Plan", 2_900, 10, 10),
    Sku("Supplies", "Hardware", 180, 16, 1, quantity_column="Consumables_Qty"),
    Sku("AM_Support", "Hardware", 3_500, 2.0, 4),
    Sku("SpareParts_RepairParts_TimeAndMaterials", "Hardware", 420, 5, 0.3),
    Sku("AM_Software", "Hardware", 1_200, 0.8, 1.5),
    Sku("FormLabs", "Hardware", 5_200, 0.4, 6),
    Sku("FDM", "Hardware", 24_000, 0.1, 6),
    Sku("SAF", "Hardware", 90_000, 0.0, 0.8, launched=2021),
    Sku("SLA", "Hardware", 38_000, 0.0, 1.8),
    Sku("P3", "Hardware", 80_000, 0.0, 0.7, launched=2022),
    Sku("Metals", "Hardware", 120_000, 0.0, 0.6),
    Sku("Polyjet", "Hardware", 45_000, 0.05, 3.0),
    Sku("Fortus", "Hardware", 75_000, 0.0, 2.0),
    Sku("uPrint", "Hardware", 14_000, 0.0, 1.5, retired=2021),
    Sku("_1200_Elite_Fortus250", "Hardware", 28_000, 0.0, 1.0, retired=2020),
    Sku("Post_Processing", "Post_Processing", 650, 10, 10),
    Sku("HV_Simulation", "CPE", 16_000, 6, 6),
    Sku("CATIA", "CPE", 14_000, 8, 8),
    Sku("Delmia_Apriso", "CPE", 30_000, 0.8, 2),
    Sku("DELMIA", "CPE", 18_000, 2.5, 3, quantity_column="Delmia_Qty"),
    Sku("Creaform", "Scanning", 32_000, 1.5, 9),
    Sku("Artec", "Scanning", 19_000, 1.5, 7),
    Sku("AM_Support", "Scanning", 2_800, 8, 2),
    Sku("CAMWorks", "CAMWorks", 5_000, 10, 10),
    Sku("CAMWorks_Seats", "CAMWorks", 2_600, 5, 4),
)

CAPITAL_ORDER = 6_000  # dollars; from here on an order takes the capital weights
HABIT = 1.0  # how much a customer's own taste bends the weights (log scale)
INDUSTRY_TASTE = 0.6  # how much the industry's does

# Chance of one, two, three SKUs in an order (as far as the division has so many).
PAIRS_PER_ORDER = (0.62, 0.27, 0.11)
SPLIT_ORDER = 0.30  # chance that an order of several SKUs is written on one log line each

# Value and quantity header of every column pair, once.
PAIR_COLUMNS: tuple[tuple[str, str], ...] = tuple(
    dict.fromkeys((sku.column, sku.quantity_header) for sku in SKUS)
)
