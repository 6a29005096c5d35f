"""Import files for Salesforce, HubSpot and Dynamics 365: docs/export tells how to use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gosales.export.csv_files import (
    UTF8_MARKED,
    cut,
    fitting,
    money,
    percent,
    whole_percent,
    write_csv,
)
from gosales.export.pitches import Pitch, Pitches
from gosales.export.settings import DynamicsSettings, HubspotSettings, SalesforceSettings
from gosales.utils.spreadsheet import neutralise


@dataclass(frozen=True)
class Room:
    """Most characters of a deal's name, a line of text and a long text."""

    name: int
    line: int
    text: int


SALESFORCE, HUBSPOT = Room(120, 255, 32_000), Room(120, 65_536, 65_536)
DYNAMICS, DYNAMICS_SCORE = Room(300, 255, 2_000), Room(128, 255, 10_000)
DYNAMICS_ACCOUNT_NUMBER = 20
"""Most characters of an account's number in Dynamics."""

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
            [_account(pitch, pitches, SALESFORCE) for pitch in pitches.best_of_accounts()],
        ),
        **write_csv(
            folder / "salesforce_opportunities.csv",
            settings.opportunities.model_dump(),
            [_deal(pitch, pitches, SALESFORCE) | given for pitch in pitches.not_open()],
        ),
    }


def write_hubspot(pitches: Pitches, settings: HubspotSettings, folder: Path) -> dict[Path, int]:
    """Companies, and deals with the company of each."""
    given = {"pipeline": settings.pipeline, "stage": settings.stage}
    return {
        **write_csv(
            folder / "hubspot_companies.csv",
            settings.companies.model_dump(),
            [_account(pitch, pitches, HUBSPOT) for pitch in pitches.best_of_accounts()],
        ),
        **write_csv(
            folder / "hubspot_deals.csv",
            settings.deals.model_dump(),
            [_deal(pitch, pitches, HUBSPOT) | given for pitch in pitches.not_open()],
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
            [_account(pitch, pitches, DYNAMICS) for pitch in pitches.best_of_accounts()],
            UTF8_MARKED,
        ),
        **write_csv(
            folder / "dynamics_opportunities.csv",
            settings.opportunities.model_dump(),
            [_deal(pitch, pitches, DYNAMICS) for pitch in pitches.not_open()],
            UTF8_MARKED,
        ),
        **write_csv(
            folder / "dynamics_predictive_scores.csv",
            settings.scores.model_dump(),
            [_score(pitch, pitches, settings.score_of, record_ids) for pitch in scored],
            UTF8_MARKED,
        ),
    }


def _account(best: Pitch, pitches: Pitches, room: Room) -> dict[str, Any]:
    """What an account's row may hold, by the keys of the headers' settings."""
    return {
        "account": best.customer_id,
        "name": best.name,
        "division": fitting(best.division, room.line),
        "score": percent(best.chance),
        "grade": best.grade,
        "expected_value": money(best.value),
        "products": fitting(best.products, room.line),
        "remark": best.remark,
        "reasons": fitting(best.reasons, room.text),
        "cutoff": pitches.cutoff.isoformat(),
        "run": pitches.run_id,
    }


def _deal(pitch: Pitch, pitches: Pitches, room: Room) -> dict[str, Any]:
    """What an opportunity's row may hold."""
    return {
        "pitch": pitch.key,
        "account": pitch.customer_id,
        "title": _title(pitch, room.name),
        "close_date": pitches.horizon_end.isoformat(),
        "amount": money(pitch.amount),
        "chance": whole_percent(pitch.chance),
        "score": percent(pitch.chance),
        "grade": pitch.grade,
        "products": fitting(pitch.products, room.line),
        "remark": pitch.remark,
        "reasons": fitting(pitch.reasons, room.text),
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
        "title": _title(pitch, DYNAMICS_SCORE.name),
        "score": whole_percent(pitch.chance),
        "grade": GRADES.get(pitch.grade, LOWEST_GRADE),
        "trend": NO_TREND,
        "reasons": fitting(pitch.reasons, DYNAMICS_SCORE.text),
        "scored_on": pitches.cutoff.isoformat(),
        "account": pitch.customer_id,
    }


def _title(pitch: Pitch, most: int) -> str:
    """Account and division; the account gives way when it is too long."""
    what = f" - {cut(pitch.what, most // 2)}"
    room = most - len(what)
    over = len(neutralise(cut(pitch.account, room) + what)) - most
    return cut(pitch.account, room - max(over, 0)) + what
