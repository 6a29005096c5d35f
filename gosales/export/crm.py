"""Import files for Salesforce, HubSpot and Dynamics 365: docs/export tells how to use them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gosales.export.csv_files import UTF8_MARKED, cut, money, percent, whole_percent, write_csv
from gosales.export.pitches import Pitch, Pitches
from gosales.export.settings import DynamicsSettings, HubspotSettings, SalesforceSettings

SALESFORCE_NAME, DYNAMICS_NAME, SCORE_NAME = 120, 300, 128
"""Most characters that a name of an opportunity or a score may have."""

GRADES = {"A": 0, "B": 1, "C": 2}
LOWEST_GRADE, NO_TREND = 3, 3
LARGEST_DYNAMICS_FILE = 8_000_000
"""Bytes that the import of Dynamics takes at once."""


def write_salesforce(
    pitches: Pitches, settings: SalesforceSettings, folder: Path
) -> dict[Path, int]:
    """Accounts and opportunities, both to upsert by an external id."""
    given = {"stage": settings.stage}
    return {
        **write_csv(
            folder / "salesforce_accounts.csv",
            settings.accounts.model_dump(),
            [_account(pitch, pitches) for pitch in pitches.best_of_accounts()],
        ),
        **write_csv(
            folder / "salesforce_opportunities.csv",
            settings.opportunities.model_dump(),
            [_deal(pitch, pitches, SALESFORCE_NAME) | given for pitch in pitches.pitches],
        ),
    }


def write_hubspot(pitches: Pitches, settings: HubspotSettings, folder: Path) -> dict[Path, int]:
    """Companies, and deals with the company of each."""
    given = {"pipeline": settings.pipeline, "stage": settings.stage}
    return {
        **write_csv(
            folder / "hubspot_companies.csv",
            settings.companies.model_dump(),
            [_account(pitch, pitches) for pitch in pitches.best_of_accounts()],
        ),
        **write_csv(
            folder / "hubspot_deals.csv",
            settings.deals.model_dump(),
            [_deal(pitch, pitches, SALESFORCE_NAME) | given for pitch in pitches.pitches],
        ),
    }


def write_dynamics(
    pitches: Pitches,
    settings: DynamicsSettings,
    folder: Path,
    record_ids: Mapping[str, str],
) -> dict[Path, int]:
    """Accounts, opportunities and predictive scores; marked as UTF-8, as Dynamics asks for.

    Args:
        record_ids: Key of a pitch or id of an account -> the record's id in Dynamics.
    """
    scored = pitches.best_of_accounts() if settings.score_of == "account" else pitches.pitches
    return {
        **write_csv(
            folder / "dynamics_accounts.csv",
            settings.accounts.model_dump(),
            [_account(pitch, pitches) for pitch in pitches.best_of_accounts()],
            UTF8_MARKED,
        ),
        **write_csv(
            folder / "dynamics_opportunities.csv",
            settings.opportunities.model_dump(),
            [_deal(pitch, pitches, DYNAMICS_NAME) for pitch in pitches.pitches],
            UTF8_MARKED,
        ),
        **write_csv(
            folder / "dynamics_predictive_scores.csv",
            settings.scores.model_dump(),
            [_score(pitch, pitches, settings.score_of, record_ids) for pitch in scored],
            UTF8_MARKED,
        ),
    }


def _account(best: Pitch, pitches: Pitches) -> dict[str, Any]:
    """What an account's row may hold, by the keys of the headers' settings."""
    return {
        "account": best.customer_id,
        "name": best.name,
        "division": best.division,
        "score": percent(best.chance),
        "grade": best.grade,
        "expected_value": money(best.value),
        "products": best.products,
        "remark": best.remark,
        "reasons": best.reasons,
        "cutoff": pitches.cutoff.isoformat(),
        "run": pitches.run_id,
    }


def _deal(pitch: Pitch, pitches: Pitches, longest_name: int) -> dict[str, Any]:
    """What an opportunity's row may hold."""
    return {
        "pitch": pitch.key,
        "account": pitch.customer_id,
        "title": _title(pitch, longest_name),
        "close_date": pitches.horizon_end.isoformat(),
        "amount": money(pitch.amount),
        "chance": whole_percent(pitch.chance),
        "score": percent(pitch.chance),
        "grade": pitch.grade,
        "products": pitch.products,
        "remark": pitch.remark,
        "reasons": pitch.reasons,
        "run": pitches.run_id,
    }


def _score(
    pitch: Pitch, pitches: Pitches, score_of: str, record_ids: Mapping[str, str]
) -> dict[str, Any]:
    """A row of the predictive-score table."""
    key = pitch.customer_id if score_of == "account" else pitch.key
    return {
        "entity_id": record_ids.get(key, key),
        "entity_type": score_of,
        "title": _title(pitch, SCORE_NAME),
        "score": whole_percent(pitch.chance),
        "grade": GRADES.get(pitch.grade, LOWEST_GRADE),
        "trend": NO_TREND,
        "reasons": pitch.reasons,
        "scored_on": pitches.cutoff.isoformat(),
        "account": pitch.customer_id,
    }


def _title(pitch: Pitch, most: int) -> str:
    """Account and division; the account gives way when it is too long."""
    what = f" - {cut(pitch.what, most // 2)}"
    return cut(pitch.account, most - len(what)) + what
