"""Settings of the ETL stage: where the log is, what its columns mean."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gosales.core.settings import LimitSettings, Settings, TimeSettings


class SourceSettings(Settings):
    """`[source]`"""

    shape: Literal["wide", "long"] = Field(
        "wide",
        description="`wide`: a value and a quantity column per SKU, read with the shipped SKU map; "
        "`long`: one row per SKU sold, read with [columns].",
    )
    engine: str = Field(
        "duckdb",
        description="Where the star is worked on: `duckdb`, `postgresql://user@host/database`, or "
        "a Spark master such as `local[2]` or `spark://host:7077`.",
    )
    facts: str | None = Field(
        None,
        description="Table or view in that engine with the columns of `fact_transactions`, instead "
        "of raw logs.",
    )
    results: str | None = Field(
        None,
        min_length=1,
        description="Where in that engine the lists are put after each scoring: a schema of "
        "Postgres; a database of Spark, or a folder (an absolute path or a URL) that it reaches.",
    )
    encoding: str | None = Field(
        None, description="Of the text files. Default: UTF-8 or UTF-16 by content, else cp1252."
    )
    delimiter: str | None = Field(
        None,
        pattern=r"^[^A-Za-z0-9\"\r\n\x00\x01]$",
        description="One sign between fields. Default: found from the header line.",
    )
    decimal_comma: bool = Field(
        False, description="Numbers are written `1.234,50` instead of `1,234.50`."
    )
    sku_map: str | None = Field(
        None, description="A SKU map of your own (TOML, a path in the workspace), for `wide` logs."
    )


class ColumnSettings(Settings):
    """`[columns]`: the log's header for each thing we need. Long logs need the first three."""

    customer: str | None = Field(None, description="Customer id; joins everything.")
    date: str | None = Field(None, description="The day of the event.")
    sku: str | None = Field(None, description="Product sold, a code rather than a text.")
    division: str | None = Field(
        None, description="Division of the line. Default: from the product lookup."
    )
    quantity: str | None = Field(None, description="Units sold; negative for a return.")
    value: str | None = Field(None, description="Money of the line.")
    unit_price: str | None = Field(
        None, description="Money per unit, used as quantity x price where there is no `value`."
    )
    customer_name: str | None = Field(None, description="Name to show for the customer.")
    known_at: str | None = Field(None, description="The day the line was entered, not changed.")
    order: str | None = Field(None, description="Order or invoice number.")
    line_id: str | None = Field(None, description="Id of the line, unique in the source system.")
    branch: str | None = Field(None, description="Branch or territory.")
    rep: str | None = Field(None, description="Sales representative.")
    sku_name: str | None = Field(None, description="Text that describes the product.")


class ProductSettings(Settings):
    """`[products]`"""

    exclude_skus: tuple[str, ...] = Field(
        (), description="SKUs that are no products (patterns such as `POST*`); lines are rejected."
    )


class LookupTable(Settings):
    """A lookup file and the headers it uses for our columns."""

    file: str | None = Field(None, description="Path in the workspace. Default: the contract's.")
    columns: dict[str, str] = Field(
        {}, description="Our column name -> the file's header, where they differ."
    )


class CustomerLookup(LookupTable):
    """`[lookup.customers]`"""

    constant: tuple[str, ...] = Field(
        (),
        description="Attributes that never change, so that today's value may be used for the past. "
        "Others are used only when the file dates them with valid_from.",
    )


class LookupSettings(Settings):
    """`[lookup]`: tables beside the log, in data/lookup."""

    products: LookupTable = LookupTable()
    customers: CustomerLookup = CustomerLookup()
    cells: LookupTable = LookupTable()


class PrivacySettings(Settings):
    """`[privacy]`"""

    keep_contact_columns: tuple[str, ...] = Field(
        (),
        description="Headers of contact columns (e-mail, phone, contact person, address) in the "
        "log or in customers.csv that are read all the same. Default: all are left out.",
    )


class EtlSettings(Settings):
    """All that building a star depends on, besides the files."""

    source: SourceSettings = SourceSettings()
    columns: ColumnSettings = ColumnSettings()
    time: TimeSettings = TimeSettings()
    products: ProductSettings = ProductSettings()
    lookup: LookupSettings = LookupSettings()
    privacy: PrivacySettings = PrivacySettings()
    limits: LimitSettings = LimitSettings()
