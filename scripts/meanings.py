"""What columns, reasons and figures mean: a sentence each, for the generated docs."""

from __future__ import annotations

from gosales.core.columns import (
    Attribute,
    Calendar,
    CellStatus,
    Customer,
    Diff,
    Fact,
    Plan,
    Product,
    Scores,
    Whitespace,
)
from gosales.etl.lines import Reason

SCORES = {
    Scores.CUSTOMER: "The customer's id, as text, exactly as in the log (`1042.0` becomes `1042`; "
    "a [formula](#spreadsheet-formulas) is made harmless).",
    Scores.NAME: "Its latest name known by the cutoff; may be empty.",
    Scores.DIVISION: "The division that the score is about.",
    Scores.CUTOFF: "Last day, inclusive, that the score knows of.",
    Scores.HORIZON: "Months after the cutoff that the score foretells.",
    Scores.SCORE: "Probability, 0 to 1, that the customer buys from the division in the horizon.",
    Scores.PERCENTILE: "Share of customers with the same score or a lower one in this division, "
    "0 to 100.",
    Scores.GRADE: "By percentile within the division: A the top 5 %, B to 20 %, C to 50 %, D to "
    "80 %, E to 95 %, F the rest.",
    Scores.STATUS: "`whitespace` (never bought, or returned it all), `lapsed` (not in the last 12 "
    "months) or `active`.",
    Scores.VALUE: "Money expected in the horizon: the probability times the value if bought. In "
    "the unit of the log's value column; the sum over rows is a forecast.",
    Scores.REASONS: "Up to three sentences that speak for the row, then at most one that speaks "
    "against it (`But: ...`); each has passed a [test](reasons.md). Filled for listed rows only.",
    Scores.MODEL: "What stands behind the score: `own`, `pooled` or `baseline` (see model.md).",
    Scores.RUN: "The run that made the row.",
    Scores.IF_BOUGHT: "Money of the horizon if the customer buys, on average (see money.md).",
    Scores.IF_BOUGHT_LOW: "One purchase in ten is worth less than this.",
    Scores.IF_BOUGHT_HIGH: "One purchase in ten is worth more than this.",
    Scores.WALLET: "A ceiling: 85 % of comparable customers who buy from the division in a horizon "
    "spend less in it.",
    Scores.ROOM: "What the wallet leaves after the customer's own spend of the last 12 months, "
    "taken for the horizon's length; never below 0.",
    Scores.CELL_STATUS: "What `data/lookup/cells.csv` says of the whole cell on the cutoff; empty "
    "for nothing.",
    Scores.LOW: "Lower end of the score's interval, by how far scores were off in the last two "
    "horizons: for nine in ten.",
    Scores.HIGH: "Upper end of it: on the log odds as far from the score as the lower end.",
}
WHITESPACE = {
    Whitespace.RANK: "1 is best. Counts anew for each level.",
    Whitespace.CUSTOMER: "The customer's id.",
    Whitespace.NAME: "Its latest name known by the cutoff; may be empty.",
    Whitespace.LEVEL: "`division` (the customer never bought from it) or `product` (it never "
    "bought this SKU).",
    Whitespace.DIVISION: "The division to pitch, or the product's division.",
    Whitespace.SKU: "The SKU to pitch; empty on division rows.",
    Whitespace.SCORE: "Probability to buy from the division in the horizon.",
    Whitespace.PRODUCT_SCORE: "Probability to buy this SKU in the horizon; empty on division rows.",
    Whitespace.VALUE: "Money expected in the horizon from the division, or from the SKU: never "
    "more than from its division.",
    Whitespace.REASONS: "As in `icp_scores.csv`, filled for listed rows; on product rows first "
    "[why this product](reasons.md#why-this-product).",
    Whitespace.LOOKALIKES: "Up to three owners of the division that were most alike before they "
    "bought it: references for the call. Filled for listed rows.",
    Whitespace.BRANCH: "Branch of the customer's latest line that names one.",
    Whitespace.REP: "Sales representative of that line.",
    Whitespace.RUN: "The run that made the row.",
    Whitespace.CELL_STATUS: "What `data/lookup/cells.csv` says of the SKU on product rows, else of "
    "the whole cell, on the cutoff; empty for nothing.",
}
PLAN = {
    Plan.REP: "Who pitches.",
    Plan.CUSTOMER: "The customer's id.",
    Plan.DIVISION: "The division to pitch.",
    Plan.SLOT: "Place in the rep's list, 1 is first; control accounts come after the treated.",
    Plan.VALUE: "Money expected from the division in the horizon.",
    Plan.GROUP: "`treated` (to be called) or `control` (to be left alone until the readout).",
    Plan.KIND: "`planned` (for its worth) or `explore` (drawn by lot, to learn).",
    Plan.NAME: "The customer's name; may be empty.",
    Plan.BRANCH: "The account's branch.",
    Plan.STATUS: "How the customer stands to the division, as in `icp_scores.csv`.",
    Plan.SCORE: "Probability to buy from the division in the horizon.",
    Plan.SKU: "The SKU to start with: the best product row of the cell; may be empty.",
    Plan.PRODUCT: "Its name, where the log or the product lookup has one.",
    Plan.REASONS: "As in `icp_scores.csv`; empty for a cell beyond `[whitespace] listed_rows`.",
    Plan.LOOKALIKES: "As in `whitespace.csv`.",
    Plan.DATE: "Day of the plan; later purchases count in its readout.",
    Plan.RUN: "The run that made the plan.",
}
DIFF = {
    Diff.CUSTOMER: "The customer's id.",
    Diff.NAME: "Its name in the later run, else in the earlier; may be empty.",
    Diff.DIVISION: "The division.",
    Diff.BEFORE: "Score of the earlier run; empty where it did not score the cell.",
    Diff.AFTER: "Score of the later run; empty where it did not.",
    Diff.CHANGE: "The later score less the earlier one.",
    Diff.RANK_BEFORE: "Rank on the earlier whitespace list, division rows; empty: not on it.",
    Diff.RANK_AFTER: "Rank on the later one.",
    Diff.CAUSE: "`new orders`, `new model` or `new cutoff`: the part that moved the score the most "
    "in the direction in which it went. `other inputs`: with the same cutoff, what others ordered, "
    "look-ups, settings. `entered`, `left`: the cell came to the scores or to the whitespace list, "
    "or went. `not told apart`: it could not be measured, and `why` says for what reason.",
    Diff.BY_ORDERS: "What the customer's own new orders add to the score.",
    Diff.BY_CUTOFF: "What the later cutoff adds without them: time that went by, what others "
    "ordered, look-ups.",
    Diff.BY_MODEL: "What the later models add. The three sum to the change.",
    Diff.ORDERS: "Days with an order that the earlier run did not know of.",
    Diff.LAST_ORDER: "Day of the last such line; empty: none.",
    Diff.WHY: "The cause in one sentence, with numbers and days.",
}
STAR_TABLES = {
    Fact.TABLE: "One row per SKU sold or returned on one log line.",
    Product.TABLE: "One row per division and SKU.",
    Customer.TABLE: "One row per customer.",
    Customer.NAMES: "Every name a customer has had, by day.",
    Calendar.TABLE: "Every day from the first order to the last.",
    Attribute.TABLE: "Imported facts about customers, one row per fact and period.",
    CellStatus.TABLE: "Imported remarks on a customer and a division or SKU.",
}
VALID = {
    Attribute.VALID_FROM: "First day on which it holds; empty: since always.",
    Attribute.VALID_TO: "Last day on which it holds; empty: until further notice.",
}
STAR = {
    Fact.TABLE: {
        Fact.CUSTOMER: "Customer id.",
        Fact.DATE: "Day of the event.",
        Fact.KNOWN_AT: "Day on which the line was entered, where the log says so.",
        Fact.ORDER: "Order or invoice number.",
        Fact.SKU: "Product.",
        Fact.DIVISION: "Division of the SKU, or `Unassigned`.",
        Fact.QUANTITY: "Units; negative on a return.",
        Fact.VALUE: "Money in whole cents; negative on a return.",
        Fact.LINE_TYPE: "`sale`, or `return` for negative units, or negative money without units.",
        Fact.BRANCH: "Branch of the line.",
        Fact.REP: "Sales representative of the line.",
        Fact.SOURCE_FILE: "Raw file that the line comes from.",
        Fact.SOURCE_LINE: "Its record number there; the first data record is 1.",
    },
    Product.TABLE: {
        Product.DIVISION: "Division.",
        Product.SKU: "Product.",
        Product.NAME: "Its name, from the lookup or else from its latest line.",
        Product.LAUNCHED: "First day on sale, from the lookup.",
        Product.RETIRED: "Day from which it is no longer sold, from the lookup.",
    },
    Customer.TABLE: {
        Customer.ID: "Customer id.",
        Customer.NAME: "Its latest name.",
        Customer.FIRST_DATE: "Day of its first line.",
        Customer.LAST_DATE: "Day of its last line.",
    },
    Customer.NAMES: {
        Customer.ID: "Customer id.",
        Customer.NAME: "A name it had.",
        Fact.DATE: "Day of a line with that name.",
        Fact.KNOWN_AT: "Day on which that line was entered.",
    },
    Calendar.TABLE: {
        Calendar.DATE: "The day.",
        Calendar.YEAR: "Its year.",
        Calendar.QUARTER: "Its quarter, 1 to 4.",
        Calendar.MONTH: "Its month, 1 to 12.",
        Calendar.WEEKDAY: "Its weekday, 1 (Monday) to 7.",
    },
    Attribute.TABLE: {
        Attribute.CUSTOMER: "Customer id.",
        Attribute.NAME: "Header of the lookup's column.",
        Attribute.VALUE: "What it says of the customer.",
        **VALID,
    },
    CellStatus.TABLE: {
        CellStatus.CUSTOMER: "Customer id.",
        CellStatus.DIVISION: "Division.",
        CellStatus.SKU: "SKU; empty for the whole division.",
        CellStatus.STATUS: "`open_opportunity`, `competitor`, `does_itself` or `do_not_pitch`.",
        **VALID,
    },
}
REASONS = {
    Reason.BLANK: "The record is empty.",
    Reason.HEADER: "The header line, once more.",
    Reason.FIELD_COUNT: "It has more or fewer fields than the header, or a quote never closes.",
    Reason.CUSTOMER_MISSING: "It has no customer id.",
    Reason.SKU_MISSING: "It names no SKU (long logs).",
    Reason.EXCLUDED_SKU: "Its SKU is excluded by `[products] exclude_skus` (long logs).",
    Reason.NUMBER_UNREADABLE: "A quantity, value or price cannot be read as a number. One such "
    "field rejects the whole line.",
    Reason.NUMBER_OUT_OF_RANGE: "A value of 10^12 or more, or a quantity of 10^9 or more.",
    Reason.CURRENCY: "It is in another currency, without a rate between 0.2 and 5.",
    Reason.NO_SALE: "No SKU on it has a quantity or a value other than zero.",
    Reason.DATE_MISSING: "It has no date.",
    Reason.DATE_UNREADABLE: "Its date cannot be read, or only the other way round than the rest.",
    Reason.DATE_IMPLAUSIBLE: "Its date is before 1970, after `[time] last_day`, or a stray: after "
    "a gap of over 90 days with under 0.1 % of the lines behind it.",
    Reason.DUPLICATE_LINE: "The same line is in another file too (overlapping exports).",
    Reason.FORGOTTEN: "Its customer was forgotten (`gosales forget`); its text is left out.",
    Reason.DUPLICATE_GP: "It or its twin is flagged as a duplicate, and the twin, known before or "
    "with it, is loaded.",
}
NOTES = {
    "mostly_unreadable": "Blocker: over half of the lines cannot be read.",
    "no_division": "Blocker: no SKU of the log has a division.",
    "attributes_undated": "Attributes of customers.csv without dates, not named as constant, were "
    "left out.",
    "column_unmapped": "A numeric column looks like a product that the SKU map does not know.",
    "customer_ids_alike": "Ids differ by capitals or leading zeros only; they are kept apart.",
    "customer_name_shared": "One name belongs to several customer ids; they are kept apart.",
    "customers_unmatched": "Customers of cells.csv or customers.csv have another id in the log, or "
    "none of them is there.",
    "dates_assumed": "No date tells whether 3/4/2024 is 3 April; the SKU map decided.",
    "file_empty": "A raw file holds no line.",
    "file_not_read": "A file among the raw logs is no csv, csv.gz or parquet file.",
    "file_truncated": "A packed file breaks off; what could be unpacked was read.",
    "file_twice": "Two files have the same bytes; they were loaded once.",
    "file_unfinished": "A file is called like a log that is still being copied; it was not read.",
    "folder_not_read": "A folder among the raw logs is not looked into.",
    "line_id_reused": "Lines of different content share a line id; all were loaded.",
    "no_money": "No line has a value, so expected values are zero.",
    "not_utf8": "A file is not UTF-8; such lines were read as Windows text (cp1252).",
    "posting_dates_ignored": "Most entry dates are late, as after a migration; they are ignored.",
    "product_twice": "A SKU has several divisions in products.csv; the first one counts.",
    "sales_alike": "Many sales stand in two files, in lines that are not equal; both count.",
    "sku_unassigned": "SKUs have no division: loaded, but never scored or listed.",
    "titles_skipped": "A file begins with titles above its header; they were passed over.",
    "status_unmatched": "Lines of cells.csv name a division or SKU that the log does not have.",
}
REJECT_COLUMNS = {
    "source_file": "Raw file.",
    "record": "Record number in it; the first data record is 1.",
    "reason": "One of the reasons below.",
    "text": "The record as the file has it, but for [formulas](#spreadsheet-formulas) and "
    "[contact data](#contact-data).",
}
QUALITY = {
    "lines_read": "Records of all raw files, blank ones and repeated headers included.",
    "lines_loaded": "Lines that became part of the star.",
    "lines_rejected": "Reason -> number of lines. Loaded and rejected always add up to read.",
    "blockers": "What stopped the run: code, message, remedy.",
    "warnings": "What is worth a look: code, message, remedy.",
    "first_day": "Day of the first loaded line.",
    "last_day": "Day of the last loaded line: the default cutoff.",
    "months": "Length of the history in months.",
    "customers": "Customers with a loaded line.",
    "products": "SKUs with a loaded line.",
    "files": "Per file: its SHA-256, encoding, and lines read, loaded and rejected.",
    "coverage": "Per month: lines, customers and value.",
    "divisions": "Per division: lines, customers, value, and buyers in the last horizon.",
    "training_cutoffs": "Months between cutoffs (6, 3) -> how many past cutoffs can be learned "
    "from.",
    "contact_columns": "File -> headers of the [contact columns](#contact-data) in it that were "
    "left out.",
}
FIGURES = {
    "n": "Cells: customers x divisions.",
    "buyers": "Cells that bought in the horizon.",
    "base_rate": "Buyers over cells: what a random list would hit.",
    "expected": "Sum of the scores: how many buyers they foretell.",
    "auc": "Chance that a random buyer scores above a random non-buyer; 0.5 is no better than "
    "chance.",
    "ap": "Average precision: area under the precision-recall steps; compare it with the base "
    "rate.",
    "ap_over_base": "The one over the other: 1 is a random list. Comparable between divisions.",
    "lift_5": "Base rate of the top 5 % of the list over that of all.",
    "lift_10": "Base rate of the top 10 % of the list over that of all.",
    "lift_20": "Base rate of the top 20 % of the list over that of all.",
    "precision_at_capacity": "Of the cells in the first `capacity` rows of one list over all "
    "divisions, the share that bought. A division's row is about its own cells among them.",
    "capture_at_capacity": "The share of all buyers (of the division's) in those rows.",
    "brier": "Mean squared distance of score and outcome; 0 is exact.",
    "brier_skill": "Share of the base rate's Brier score that the scores save: 0 is no better "
    "than the base rate, 1 is exact, below 0 is worse.",
    "ece": "Expected calibration error: mean distance of score and base rate over ten bins.",
    "ece_by_chance": "The `ece` that scores would have on average that are exactly right: with few "
    "buyers it is far from 0, and an `ece` near it finds no error.",
    "expected_over_actual": "Sum of the scores over the number of buyers; 1 is right.",
    "value_captured_10": "Share of the money bought that is in the top 10 % of the list.",
}
DRIFT = {
    "cutoff_date": "The cutoff of the scores.",
    "features": "Per feature, the most moved first: `feature`, `psi` (population stability index "
    "of the scored cells against the training's rows), `status`.",
    "scores": "Per division: `division`, `psi` (of the scores against those of the training's "
    "proof), `moved` (their mean distance to those at the same ranks, in log odds), `status`: "
    "drifted where both are beyond their limits.",
    "labels": "Per division and past cutoff: `division`, `cutoff_date`, `customers` known by it, "
    "`buyers` in the horizon after it, `base_rate`, `status` (against the cutoffs before).",
    "volume": "`lines` of the last `months`, `lines_before` of the same months a year before, as "
    "known then, their `ratio`, `status`.",
    "data_age": "`last_order`, its age in `days` at the cutoff, `usual_gap_days` (the longest gap "
    "of the year before), `limit_days`, `status`; `models_know_until`, `model_months` from then "
    "to the cutoff, `model_status`.",
    "warnings": "Sentences. With `--strict` one of them is exit code 1.",
}
BACKTEST = {
    "cutoff_date": "The cutoff that is judged; `_all` for all of them together.",
    "score": "`model` (what would have been shipped), `model_everywhere` (without its gates), a "
    "simple score, or `lightgbm_per_division` (with `--reference`).",
    "population": "`never_bought`, `lapsed`, `active` or `all`, fixed at the cutoff.",
    "division": "The division, or `_macro` for the mean over divisions.",
    "cutoffs": "Cutoffs that the figures stand on.",
    "divisions": "On `_macro` rows of one cutoff: divisions that the mean is over.",
}
BACKTEST_REST = {
    "FIGURE": "The [figures of `metrics.json`](#metricsjson): `n` to `value_captured_10`. In rows "
    "over all cutoffs `n`, `buyers` and `expected` are sums, `expected_over_actual` is that of "
    "these sums, all else means over the cutoffs at "
    "which the division had at least ten buyers.",
    "FIGURE_low, FIGURE_high": "95 % intervals of {names}. Empty below ten buyers, and for single "
    "divisions over all cutoffs.",
}
DIFFERENCES = {
    "cutoff_date": BACKTEST["cutoff_date"],
    "population": BACKTEST["population"],
    "score": "`model` or `model_everywhere`.",
    "against": "The score that it is compared with, on the same cells.",
    "figure": "`auc`, `ap_over_base` or `lift_10`, as macro means.",
    "gain": "The score's figure minus the other's.",
    "low": "Lower end of its 95 % interval; above 0 the score surely ranks better.",
    "high": "Upper end.",
    "cutoffs": BACKTEST["cutoffs"],
}
MONEY_FIGURES = {
    "n": "Cells: customers x divisions.",
    "buyers": "Cells that bought in the horizon.",
    "forecast": "Sum of `expected_value`.",
    "actual": "Money that these cells spent in the horizon, net of returns.",
    "forecast_over_actual": "The one over the other; 1 is right. Errors of the probabilities "
    "are in it.",
    "value_over_actual": "Over the buyers alone: sum of `value_if_bought` over what they spent. "
    "Tells of the value model alone.",
    "interval_coverage": "Share of the buyers between `value_if_bought_low` and "
    "`value_if_bought_high`; `interval_nominal` (0.8) is right.",
    "interval_below": "Share of the buyers below the range.",
    "interval_above": "Share of the buyers above the range.",
    "wallet_coverage": "Share of the buyers who spent no more than the `wallet`; "
    "`wallet_nominal` (0.85) is right.",
    "deciles": "Ten equally long parts of the list by `expected_value`, the best first: `n`, "
    "`forecast` and `actual` of each.",
    "captured": "Share of the list (0.01, 0.05, 0.1) -> `n` rows; the share of the money in "
    "them by `expected_value`, by `icp_score`, by `past_spend` (of the last 12 months, in the "
    "division, then anywhere) and by the `best_possible` order; and what the first has "
    "`over_icp_score` and `over_past_spend`: `gain`, with `low` and `high`, a 95 % interval "
    "from 200 draws of customers.",
}
GAINS = {
    "population": "`never_bought` or `all`.",
    "top_share": "The top of the list, as a share of it.",
    "rows": "Cells in it.",
    "buyers": "Buyers among them; ties at the edge count in part.",
    "capture": "Share of all buyers that are in it.",
    "lift": "Base rate in it over that of all.",
    "value_capture": "Share of the money bought that is in it.",
}
CALIBRATION = {
    "population": "`never_bought` or `all`.",
    "bin": "1 (lowest scores) to 10.",
    "rows": "Cells in the bin.",
    "mean_score": "Their mean score.",
    "base_rate": "Share of them that bought; equal scores share their buyers.",
}
# In backtest/ the curves have a cutoff, a score and a division in front.
CURVE_KEYS = {
    **{name: BACKTEST[name] for name in ("cutoff_date", "score", "population")},
    "division": "The division, or `_all` for the cells of all in one list.",
}
BACKTEST_GAINS = {**GAINS, **CURVE_KEYS}
BACKTEST_BINS = {**CALIBRATION, **CURVE_KEYS}
BASELINE_MEANING = {
    "base_rate": "The division's share of buyers, the same for every customer.",
    "recency": "How recently the customer ordered anything.",
    "frequency": "On how many days it ordered anything in the last year.",
    "spend_12m": "How much it spent in the last year.",
    "popularity_x_activity": "How often the division is adopted, by customers of this size, times "
    "the customer's activity.",
    "rfm_logistic": "Recency, frequency and money, in the division and overall, with weights for "
    "each division.",
}
