"""Chosen rows of the published lists in the form of another program, as one download."""

from __future__ import annotations

import io
import tempfile
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from gosales.core.errors import ConfigError
from gosales.export.pitches import Wanted
from gosales.export.read_pitches import read_pitches
from gosales.export.target import FORMS
from gosales.pipeline.export import published_lists, write_files
from gosales.pipeline.session import Options, Session
from gosales.utils.paths import Workspace

MOST_ROWS = 20_000
"""Rows of one download; a sheet of the workbook has no more."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time in an archive's entries: the same rows are the same bytes."""


@dataclass(frozen=True)
class Download:
    """A file's name and content."""

    name: str
    content: bytes


def export_rows(
    workspace: Workspace, keys: pd.DataFrame, form: str, plan: pd.DataFrame | None = None
) -> Download:
    """The rows of the whitespace list that `keys` names, and no others, in one of FORMS.

    Args:
        keys: customer_id, division, level and product_sku, as the list has them.
        plan: A call plan, whose slots order the rows and whose control group is left out.

    Returns:
        The file of that form; where a form has several, an archive of them.

    Raises:
        MissingArtifact: No lists are published yet.
        ConfigError: No such form, no row, or more than MOST_ROWS.
    """
    if form not in FORMS:
        raise ConfigError(f"There is no form {form!r}.", remedy=f"Known are {', '.join(FORMS)}.")
    if not 0 < len(keys) <= MOST_ROWS:
        raise ConfigError(
            f"{len(keys):,} rows cannot be exported at once.",
            remedy=f"Filter for 1 to {MOST_ROWS:,} rows, or take the CSV file, which has no limit.",
        )
    session = Session.open(workspace, Options())
    with tempfile.TemporaryDirectory() as scratch:
        chosen = Path(scratch) / "keys.parquet"
        keys.to_parquet(chosen, index=False)
        planned = Path(scratch) / "plan.parquet" if plan is not None else None
        if plan is not None:
            plan.to_parquet(planned, index=False)
        sources = replace(published_lists(session), plan=planned, keys=chosen)
        pitches = read_pitches(sources, Wanted(rows=len(keys)))
        written = write_files(session, pitches, form, Path(scratch) / form)
        return _packed([Path(path) for path in written], form)


def _packed(paths: list[Path], form: str) -> Download:
    if len(paths) == 1:
        return Download(paths[0].name, paths[0].read_bytes())
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.writestr(zipfile.ZipInfo(path.name, EPOCH), path.read_bytes())
    return Download(f"{form}.zip", stream.getvalue())
