"""Settings of the exports: how many rows, and what the columns are called in each CRM.

In a table of headers an empty text leaves its column out; a key must stay.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

from pydantic import Field, model_validator

from gosales.core.settings import Settings

Key = Annotated[str, Field(min_length=1)]

NAME = "The account's name. Overwrites the CRM's; empty leaves it out."
SCORE = "Probability to buy in the horizon, in per cent."
GRADE = "Grade A to F within the division."
VALUE = "Money expected in the horizon: the probability times the value if bought."
PRODUCTS = "Up to three products to pitch, best first: name and SKU, or the SKU alone."
REMARK = "What data/lookup/cells.csv says of the pitch, such as a competitor."
REASONS = "Why: up to three reasons and one counter-reason."
CUTOFF = "Last day that the score knows of."
RUN = "The run that made the score."
BRANCH = "Branch of the account's latest line."
REP = "Sales representative of that line, as the log names them."
ACCOUNT = "The account's id in the log: the key by which the CRM finds the account."
PITCH = "Key of the pitch, the same in every export: a hash of customer, division and SKU."
TITLE = "Name of the pitch: account and division."
CLOSE = "End of the horizon."
AMOUNT = "Value if bought; times the probability it is the expected value."
CHANCE = "Probability in whole per cent."


class Headers(Settings):
    """Column headers; two of one table must differ."""

    @model_validator(mode="after")
    def _differ(self) -> Headers:
        counts = Counter(text for text in self.model_dump().values() if text)
        if twice := [text for text, times in counts.items() if times > 1]:
            raise ValueError(f"two columns are called {twice[0]!r}")
        return self


class SalesforceAccounts(Headers):
    """`[export.salesforce.accounts]`"""

    account: Key = Field("GoSales_Customer_Id__c", description=ACCOUNT)
    name: str = Field("", description=NAME)
    division: str = Field("GoSales_Division__c", description="The division to pitch first.")
    score: str = Field("GoSales_Score__c", description=SCORE)
    grade: str = Field("GoSales_Grade__c", description=GRADE)
    expected_value: str = Field("GoSales_Expected_Value__c", description=VALUE)
    products: str = Field("GoSales_Products__c", description=PRODUCTS)
    remark: str = Field("", description=REMARK)
    reasons: str = Field("GoSales_Reasons__c", description=REASONS)
    cutoff: str = Field("GoSales_Cutoff__c", description=CUTOFF)
    run: str = Field("GoSales_Run__c", description=RUN)


class SalesforceOpportunities(Headers):
    """`[export.salesforce.opportunities]`"""

    pitch: Key = Field("GoSales_Pitch_Id__c", description=PITCH)
    account: Key = Field("Account.GoSales_Customer_Id__c", description=ACCOUNT)
    title: str = Field("Name", description=TITLE)
    stage: str = Field("StageName", description="The stage named in `[export.salesforce]`.")
    close_date: str = Field("CloseDate", description=CLOSE)
    amount: str = Field("Amount", description=AMOUNT)
    chance: str = Field("Probability", description=CHANCE)
    score: str = Field("GoSales_Score__c", description=SCORE)
    grade: str = Field("GoSales_Grade__c", description=GRADE)
    products: str = Field("GoSales_Products__c", description=PRODUCTS)
    remark: str = Field("", description=REMARK)
    reasons: str = Field("Description", description=REASONS)
    run: str = Field("GoSales_Run__c", description=RUN)


class SalesforceSettings(Settings):
    """`[export.salesforce]`"""

    stage: str = Field(
        "Prospecting", min_length=1, description="Stage that a new opportunity begins in."
    )
    accounts: SalesforceAccounts = SalesforceAccounts()
    opportunities: SalesforceOpportunities = SalesforceOpportunities()


class Companies(Headers):
    """What HubSpot and Dynamics have of an account."""

    account: Key = Field(description=ACCOUNT)
    name: str = Field("", description=NAME)
    division: str = Field("GoSales Division", description="The division to pitch first.")
    score: str = Field("GoSales Score", description=SCORE)
    grade: str = Field("GoSales Grade", description=GRADE)
    expected_value: str = Field("GoSales Expected Value", description=VALUE)
    products: str = Field("GoSales Products", description=PRODUCTS)
    remark: str = Field("", description=REMARK)
    reasons: str = Field("GoSales Reasons", description=REASONS)
    cutoff: str = Field("GoSales Cutoff", description=CUTOFF)
    run: str = Field("GoSales Run", description=RUN)


class HubspotCompanies(Companies):
    """`[export.hubspot.companies]`"""

    account: Key = Field("GoSales Customer ID", description=ACCOUNT)


class HubspotDeals(Headers):
    """`[export.hubspot.deals]`"""

    pitch: Key = Field("GoSales Pitch ID", description=PITCH)
    account: Key = Field("GoSales Customer ID", description=ACCOUNT)
    title: str = Field("Deal Name", description=TITLE)
    pipeline: str = Field("Pipeline", description="The pipeline named in `[export.hubspot]`.")
    stage: str = Field("Deal Stage", description="The stage named in `[export.hubspot]`.")
    close_date: str = Field("Close Date", description=CLOSE)
    amount: str = Field("Amount", description=AMOUNT)
    score: str = Field("GoSales Deal Score", description=SCORE)
    grade: str = Field("GoSales Deal Grade", description=GRADE)
    products: str = Field("GoSales Deal Products", description=PRODUCTS)
    remark: str = Field("", description=REMARK)
    reasons: str = Field("Deal Description", description=REASONS)
    run: str = Field("GoSales Deal Run", description=RUN)


class HubspotSettings(Settings):
    """`[export.hubspot]`"""

    pipeline: str = Field("Sales Pipeline", min_length=1, description="Pipeline of new deals.")
    stage: str = Field(
        "Appointment Scheduled", min_length=1, description="Stage that a new deal begins in."
    )
    companies: HubspotCompanies = HubspotCompanies()
    deals: HubspotDeals = HubspotDeals()


class DynamicsAccounts(Companies):
    """`[export.dynamics.accounts]`"""

    account: Key = Field("Account Number", description=ACCOUNT)


class DynamicsOpportunities(Headers):
    """`[export.dynamics.opportunities]`"""

    pitch: Key = Field("GoSales Pitch ID", description=PITCH)
    account: Key = Field("Potential Customer", description=ACCOUNT)
    title: str = Field("Topic", description=TITLE)
    close_date: str = Field("Est. close date", description=CLOSE)
    amount: str = Field("Est. revenue", description=AMOUNT)
    chance: str = Field("Probability", description=CHANCE)
    score: str = Field("GoSales Score", description=SCORE)
    grade: str = Field("GoSales Grade", description=GRADE)
    products: str = Field("GoSales Products", description=PRODUCTS)
    remark: str = Field("", description=REMARK)
    reasons: str = Field("Description", description=REASONS)
    run: str = Field("GoSales Run", description=RUN)


class DynamicsScores(Headers):
    """`[export.dynamics.scores]`"""

    entity_id: Key = Field(
        "msdyn_entityid",
        description="The scored record: its id from `record_ids`, else its key.",
    )
    entity_type: Key = Field("msdyn_entitytype", description="What kind of record that is.")
    title: str = Field("msdyn_name", description=TITLE)
    score: Key = Field("msdyn_score", description="The probability in whole per cent, 0 to 100.")
    grade: str = Field("msdyn_grade", description="0 (A), 1 (B), 2 (C) or 3 (D; our D, E and F).")
    trend: str = Field("msdyn_scoretrend", description="Always 3: not enough information.")
    reasons: str = Field("msdyn_scorereasons", description=REASONS)
    scored_on: str = Field("msdyn_scoredon", description=CUTOFF)
    account: str = Field("Account Number", description=ACCOUNT)


class DynamicsSettings(Settings):
    """`[export.dynamics]`"""

    score_of: Literal["opportunity", "lead", "account"] = Field(
        "opportunity",
        description="What the predictive scores are about: a row per pitch for opportunities and "
        "leads, a row per account for accounts.",
    )
    record_ids: str | None = Field(
        None,
        description="CSV file with the columns `key` (pitch key or account id) and `record_id` "
        "(the record's id in Dynamics), from the workspace.",
    )
    accounts: DynamicsAccounts = DynamicsAccounts()
    opportunities: DynamicsOpportunities = DynamicsOpportunities()
    scores: DynamicsScores = DynamicsScores()


class DatabaseSettings(Settings):
    """`[export.database]`"""

    schema_name: str | None = Field(
        None, description="Schema of the tables. Default: the connection's own."
    )
    scores_table: str = Field("icp_scores", min_length=1, description="Table of all scores.")
    whitespace_table: str = Field(
        "whitespace", min_length=1, description="Table of the ranked whitespace."
    )


class ExportSettings(Settings):
    """`[export]`"""

    rows_per_rep: int | None = Field(
        None,
        ge=1,
        le=100_000,
        description="Most rows of a rep, of each level; `--rows` goes before. Default: 50, or "
        "1,000 where the log names no reps and no branches.",
    )
    salesforce: SalesforceSettings = SalesforceSettings()
    hubspot: HubspotSettings = HubspotSettings()
    dynamics: DynamicsSettings = DynamicsSettings()
    database: DatabaseSettings = DatabaseSettings()
