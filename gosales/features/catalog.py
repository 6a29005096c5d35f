"""The feature catalog: every feature with one sentence, generated from the code."""

from __future__ import annotations

from gosales.features.cells import DIVISION_NAMES, HORIZON_FEATURE
from gosales.features.families.adoption_paths import PATH_FEATURES
from gosales.features.families.collaborative import COLLABORATIVE_FEATURES
from gosales.features.families.mix import mix
from gosales.features.families.popularity import DIVISION_FEATURES, SEGMENT_FEATURES
from gosales.features.families.profile import PROFILE_FEATURES
from gosales.features.families.tastes import TASTE_FEATURES
from gosales.features.relational import ANY_FAMILIES, OWN_FAMILIES, features_of, of_cells
from gosales.features.sums import Sums, TouchedCells

COLUMNS = ("feature", "of", "meaning")
CELL, CUSTOMER, DIVISION = "customer x division", "customer", "division"


def catalog(horizon_months: int) -> list[dict[str, str]]:
    """One row per feature, in the order of the frame: `feature`, `of` (its grain), `meaning`."""
    nobody = Sums.of_nobody(horizon_months)
    own = features_of(nobody, OWN_FAMILIES, "own")
    anywhere = features_of(nobody, ANY_FAMILIES, "any")
    cells = TouchedCells(of_cells(nobody), nobody.starts)
    return [
        *_rows({name: f"In this division: {_lower(f.meaning)}" for name, f in own.items()}, CELL),
        *_rows({name: f"Overall: {_lower(f.meaning)}" for name, f in anywhere.items()}, CUSTOMER),
        *_rows({f"mix__{name}": f.meaning for name, f in mix(cells).items()}, CUSTOMER),
        *_rows(dict(zip(DIVISION_NAMES, DIVISION_FEATURES.values(), strict=True)), DIVISION),
        *_rows({f"segment__{name}": text for name, text in SEGMENT_FEATURES.items()}, CELL),
        *_rows({f"profile__{name}": text for name, text in PROFILE_FEATURES.items()}, CELL),
        *_rows(
            {f"collaborative__{name}": text for name, text in COLLABORATIVE_FEATURES.items()}, CELL
        ),
        *_rows({f"tastes__{name}": text for name, text in TASTE_FEATURES.items()}, CELL),
        *_rows({f"paths__{name}": text for name, text in PATH_FEATURES.items()}, CELL),
        *_rows({HORIZON_FEATURE: "Length of the outcome in months."}, CELL),
    ]


def _rows(meanings: dict[str, str], of: str) -> list[dict[str, str]]:
    return [dict(zip(COLUMNS, (name, of, text), strict=True)) for name, text in meanings.items()]


def _lower(text: str) -> str:
    return text if text[:3].isupper() else text[0].lower() + text[1:]
