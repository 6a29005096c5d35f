"""What the example of gosales.toml in the docs shows where the default says nothing.

A key without a value here is shown as a comment.
"""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, Any] = {
    "source.shape": "long",
    "source.encoding": "cp1252",
    "source.delimiter": ";",
    "source.sku_map": "sku_map.toml",
    "source.facts": "sales.fact_transactions",
    "source.results": "sales",
    "columns.customer": "Account",
    "columns.date": "Invoice Date",
    "columns.sku": "Item",
    "columns.division": "Product Line",
    "columns.quantity": "Units",
    "columns.value": "Revenue",
    "columns.customer_name": "Account Name",
    "columns.known_at": "Entered On",
    "columns.order": "Invoice",
    "columns.line_id": "Line Id",
    "columns.branch": "Territory",
    "columns.rep": "Salesperson",
    "columns.sku_name": "Item Text",
    "columns.unit_price": "Unit Price",
    "time.last_day": "2024-12-31",
    "time.cutoffs": ["2024-06-30", "2023-12-31"],
    "time.day_first": False,
    "divisions.include": ["Hardware", "Software", "Training"],
    "divisions.exclude": ["Internal"],
    "divisions.rebuy_after_months": {"Hardware": 36},
    "products.exclude_skus": ["FREIGHT*", "DISCOUNT"],
    "lookup.products.file": "data/lookup/items.csv",
    "lookup.products.columns": {"sku": "Item", "division": "Product Line"},
    "lookup.customers.file": "data/lookup/accounts.csv",
    "lookup.customers.columns": {"customer_id": "Account"},
    "lookup.customers.constant": ["industry", "state"],
    "privacy.keep_contact_columns": ["Contact Phone"],
    "lookup.cells.file": "data/lookup/cells.csv",
    "lookup.cells.columns": {"customer_id": "Account", "product_sku": "Item"},
    "plan.include": ["lapsed"],
    "plan.floors": {"Training": 10},
    "limits.memory_gb": 4.0,
    "backtest.capacity": 400,
    "drift.gap_days": 14,
    "export.rows_per_rep": 25,
    "export.dynamics.record_ids": "data/lookup/dynamics_ids.csv",
    "export.database.schema_name": "sales",
}
