"""Column names, once.

`Fact` is the star's fact table; the other classes name the tables beside it and the columns of the
published lists. A string literal of one of these names elsewhere is a defect.
"""

from __future__ import annotations

UNASSIGNED = "Unassigned"
"""Division of a SKU that no map knows: loaded, counted in a warning, never scored or listed."""


class Fact:
    """`fact_transactions`: one row per SKU sold or returned on one log line."""

    TABLE = "fact_transactions"
    CUSTOMER = "customer_id"
    DATE = "order_date"
    KNOWN_AT = "known_at"
    ORDER = "order_id"
    SKU = "product_sku"
    DIVISION = "division"
    QUANTITY = "quantity"
    VALUE = "value_cents"
    LINE_TYPE = "line_type"
    BRANCH = "branch"
    REP = "rep"
    SOURCE_FILE = "source_file"
    SOURCE_LINE = "source_line"

    SALE = "sale"
    RETURN = "return"


class Product:
    """`dim_product`: one row per division and SKU."""

    TABLE = "dim_product"
    SKU = "product_sku"
    DIVISION = "division"
    NAME = "product_name"
    LAUNCHED = "launched"
    RETIRED = "retired"


class Customer:
    """`dim_customer`, and `customer_name_history` with every name a customer has had."""

    TABLE = "dim_customer"
    NAMES = "customer_name_history"
    ID = "customer_id"
    NAME = "customer_name"
    FIRST_DATE = "first_date"
    LAST_DATE = "last_date"


class Calendar:
    """`dim_date`: every day from the first order to the last; weekday 1 is Monday."""

    TABLE = "dim_date"
    DATE = "calendar_date"
    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEKDAY = "weekday"


class Attribute:
    """`customer_attribute`: imported facts about customers, one row per fact and period."""

    TABLE = "customer_attribute"
    CUSTOMER = "customer_id"
    NAME = "attribute"
    VALUE = "attribute_value"
    VALID_FROM = "valid_from"
    VALID_TO = "valid_to"


class CellStatus:
    """`cell_status`: imported remarks on a customer x division (x SKU)."""

    TABLE = "cell_status"
    CUSTOMER = "customer_id"
    DIVISION = "division"
    SKU = "product_sku"
    STATUS = "cell_status"
    VALID_FROM = "valid_from"
    VALID_TO = "valid_to"

    DO_NOT_PITCH = "do_not_pitch"
    COMPETITOR = "competitor"
    DOES_ITSELF = "does_itself"
    OPEN_OPPORTUNITY = "open_opportunity"

    ALL = (DO_NOT_PITCH, COMPETITOR, DOES_ITSELF, OPEN_OPPORTUNITY)
    """The one that says the most comes first."""


class Scores:
    """Columns of `icp_scores.csv`, in their published order."""

    CUSTOMER = "customer_id"
    NAME = "customer_name"
    DIVISION = "division"
    CUTOFF = "cutoff_date"
    HORIZON = "horizon_months"
    SCORE = "icp_score"
    PERCENTILE = "icp_percentile"
    GRADE = "icp_grade"
    STATUS = "status"
    VALUE = "expected_value"
    REASONS = "reasons"
    MODEL = "model"
    RUN = "run_id"
    IF_BOUGHT = "value_if_bought"
    IF_BOUGHT_LOW = "value_if_bought_low"
    IF_BOUGHT_HIGH = "value_if_bought_high"
    WALLET = "wallet"
    ROOM = "room_to_grow"
    CELL_STATUS = CellStatus.STATUS
    LOW = "icp_score_low"
    HIGH = "icp_score_high"

    MONEY = (IF_BOUGHT, IF_BOUGHT_LOW, IF_BOUGHT_HIGH, WALLET, ROOM)

    ORDER = (
        CUSTOMER,
        NAME,
        DIVISION,
        CUTOFF,
        HORIZON,
        SCORE,
        PERCENTILE,
        GRADE,
        STATUS,
        VALUE,
        REASONS,
        MODEL,
        RUN,
        *MONEY,
        CELL_STATUS,
        LOW,
        HIGH,
    )


class Whitespace:
    """Columns of `whitespace.csv`, in their published order."""

    RANK = "rank"
    CUSTOMER = "customer_id"
    NAME = "customer_name"
    LEVEL = "level"
    DIVISION = "division"
    SKU = "product_sku"
    SCORE = "icp_score"
    PRODUCT_SCORE = "product_score"
    VALUE = "expected_value"
    REASONS = "reasons"
    LOOKALIKES = "lookalike_owners"
    BRANCH = "branch"
    REP = "rep"
    RUN = "run_id"
    CELL_STATUS = CellStatus.STATUS

    ORDER = (
        RANK,
        CUSTOMER,
        NAME,
        LEVEL,
        DIVISION,
        SKU,
        SCORE,
        PRODUCT_SCORE,
        VALUE,
        REASONS,
        LOOKALIKES,
        BRANCH,
        REP,
        RUN,
        CELL_STATUS,
    )


class Plan:
    """Columns of `plan/plan.csv`, in their published order."""

    REP = "rep"
    CUSTOMER = "customer_id"
    DIVISION = "division"
    SLOT = "slot"
    VALUE = "expected_value"
    GROUP = "group"
    KIND = "kind"
    NAME = "customer_name"
    BRANCH = "branch"
    STATUS = "status"
    SCORE = "icp_score"
    SKU = "product_sku"
    PRODUCT = "product_name"
    REASONS = "reasons"
    LOOKALIKES = "lookalike_owners"
    DATE = "plan_date"
    RUN = "run_id"

    TREATED = "treated"
    CONTROL = "control"
    PLANNED = "planned"
    EXPLORE = "explore"
    TEAM = "team"
    """Who calls where the log names neither a rep nor a branch."""

    ORDER = (
        REP,
        CUSTOMER,
        DIVISION,
        SLOT,
        VALUE,
        GROUP,
        KIND,
        NAME,
        BRANCH,
        STATUS,
        SCORE,
        SKU,
        PRODUCT,
        REASONS,
        LOOKALIKES,
        DATE,
        RUN,
    )


class Diff:
    """Columns of a comparison of two runs, `diffs/*/diff.csv`, in their order."""

    CUSTOMER = "customer_id"
    NAME = "customer_name"
    DIVISION = "division"
    BEFORE = "icp_score_before"
    AFTER = "icp_score_after"
    CHANGE = "change"
    RANK_BEFORE = "rank_before"
    RANK_AFTER = "rank_after"
    CAUSE = "cause"
    BY_ORDERS = "by_orders"
    BY_CUTOFF = "by_cutoff"
    BY_MODEL = "by_model"
    ORDERS = "new_orders"
    LAST_ORDER = "last_order"
    WHY = "why"

    ORDER = (
        CUSTOMER,
        NAME,
        DIVISION,
        BEFORE,
        AFTER,
        CHANGE,
        RANK_BEFORE,
        RANK_AFTER,
        CAUSE,
        BY_ORDERS,
        BY_CUTOFF,
        BY_MODEL,
        ORDERS,
        LAST_ORDER,
        WHY,
    )


class Status:
    """How a customer stands to a division at the cutoff."""

    WHITESPACE = "whitespace"
    LAPSED = "lapsed"
    ACTIVE = "active"
