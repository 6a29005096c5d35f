"""The workspace: which folder a command works on, and where things lie in it."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from gosales.core.errors import ConfigError, WorkspaceError

ENVIRONMENT = "GOSALES_WORKSPACE"
MAX_SLUG = 60
FALLBACK = "division"
LIKE_HASHED = re.compile(r"_[0-9a-f]{4}$")
"""A plain slug that ends like a hashed one gets a hash too, so that the two never meet."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Any folder with the layout of docs/cli.md; every path of it in one place.

    Attributes:
        root: The folder.
        written: Where all that commands make goes, if not into the folder itself.
    """

    root: Path
    written: Path | None = None

    @property
    def _own(self) -> Path:
        return self.written or self.root

    @property
    def config(self) -> Path:
        return self.root / "gosales.toml"

    @property
    def logs(self) -> Path:
        return self.root / "data" / "database_samples"

    @property
    def holdout(self) -> Path:
        return self.root / "data" / "holdout"

    @property
    def lookup(self) -> Path:
        return self.root / "data" / "lookup"

    @property
    def staging(self) -> Path:
        return self._own / "data" / "staging"

    @property
    def stars(self) -> Path:
        return self._own / "data" / "star"

    @property
    def models(self) -> Path:
        return self._own / "models"

    @property
    def outputs(self) -> Path:
        return self._own / "outputs"

    @property
    def runs(self) -> Path:
        return self.outputs / "runs"

    @property
    def published(self) -> Path:
        return self.outputs / "published.json"

    @property
    def tracking(self) -> Path:
        return self.outputs / "mlflow.db"


def find_workspace(given: Path | None = None) -> Workspace:
    """The given folder, `$GOSALES_WORKSPACE`, the current folder or the checkout's own.

    Raises:
        WorkspaceError: The named folder does not exist, or none can be found.
    """
    named = given or (Path(env) if (env := os.environ.get(ENVIRONMENT)) else None)
    if named is not None:
        return Workspace(_existing(named))
    here = Path.cwd()
    if (here / "gosales.toml").is_file() or (here / "data" / "database_samples").is_dir():
        return Workspace(_usable(here))
    package = Path(__file__).resolve().parents[1]
    if (package.parent / "pyproject.toml").is_file():
        return Workspace(package)
    raise WorkspaceError(
        f"{here} is no workspace: it holds neither gosales.toml nor data/database_samples.",
        remedy="Go to one, name one with --workspace DIR, or make one with `gosales demo`.",
    )


def has_file(path: Path) -> bool:
    """Whether an optional file is there. What has its place is never passed over unseen.

    Raises:
        WorkspaceError: A folder is in its place, a link that leads nowhere, or a file in the place
            of one of its folders.
    """
    if path.is_file():
        return True
    _refuse_other(path, "file")
    return False


def has_folder(path: Path) -> bool:
    """Whether a folder is there. Raises WorkspaceError as `has_file` does."""
    if path.is_dir():
        return True
    _refuse_other(path, "folder")
    return False


def files_of(folder: Path, pattern: str) -> list[Path]:
    """What a folder has under a pattern, without what lies behind links that lead out of it."""
    inside = folder.resolve()
    return [path for path in folder.glob(pattern) if path.resolve().is_relative_to(inside)]


def _refuse_other(path: Path, wanted: str) -> None:
    """Raise WorkspaceError for whatever is there instead, or in the place of its folders."""
    taken = next((one for one in (path, *path.parents) if os.path.lexists(one)), None)
    if taken is None or (taken != path and taken.is_dir()):
        return
    wanted = wanted if taken == path else "folder"
    raise WorkspaceError(
        f"{taken} is {_kind(taken)} in the place of a {wanted}.",
        remedy=f"Move it away, or put the {wanted} there.",
    )


def _kind(path: Path) -> str:
    if path.is_symlink() and not path.exists():
        return "a link that leads nowhere"
    if path.is_dir():
        return "a folder"
    return "a file" if path.is_file() else "something else"


def path_inside(workspace: Path, given: str, key: str) -> Path:
    """The path that a setting names, which has to lie in the workspace.

    Settings may come from somebody else; what they name must not show other files of this machine.
    Links that the workspace itself holds are followed.

    Raises:
        ConfigError: It lies elsewhere.
    """
    path = Path(os.path.normpath(workspace / given))
    if "\0" not in given and path.is_relative_to(os.path.normpath(workspace)):
        return path
    raise ConfigError(
        f"{key} names {given!r}, which is not in the workspace {workspace}.",
        remedy="Copy the file into the workspace, and name it by its path from there.",
    )


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise WorkspaceError(
            f"The workspace {folder} does not exist.",
            remedy="Make the folder and put raw sales logs into its data/database_samples.",
        )
    return _usable(folder.resolve())


def _usable(folder: Path) -> Path:
    """The folder. Raises WorkspaceError where DuckDB takes its path for more than a path."""
    if "?" in str(folder):
        raise WorkspaceError(
            f"The workspace {folder} has a question mark in its path: DuckDB cannot write there.",
            remedy="Give the folder another name.",
        )
    if "=" in str(folder):
        raise WorkspaceError(
            f"The workspace {folder} has an equals sign in its path: DuckDB takes a folder called "
            "division=CAD for a column of every table in it, instead of their own.",
            remedy="Give the folder another name.",
        )
    return folder


def slugs(names: list[str]) -> dict[str, str]:
    """A file-safe name for each name; colliding ones get a short hash of the original.

    A hash that is another's too is made longer.

    >>> slugs(["Success Plan", "success-plan", "CPE"])
    {'Success Plan': 'success_plan_399c', 'success-plan': 'success_plan_931d', 'CPE': 'cpe'}
    """
    plain = {name: _slug(name) for name in names}
    alone = _alone(plain)
    digits = {
        name: 0 if name in alone and _telling(name, slug) and not LIKE_HASHED.search(slug) else 4
        for name, slug in plain.items()
    }
    while True:
        made = {name: _hashed(name, slug, digits[name]) for name, slug in plain.items()}
        doubtful = made.keys() - _alone(made)
        if not doubtful:
            return made
        digits |= {name: 2 * digits[name] for name in doubtful}


def _alone(slug_of: dict[str, str]) -> set[str]:
    """Names whose slug is no other's."""
    counts = Counter(slug_of.values())
    return {name for name, slug in slug_of.items() if counts[slug] == 1}


def _slug(name: str) -> str:
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", ascii_name.lower()).strip("_")[:MAX_SLUG] or FALLBACK


def _telling(name: str, slug: str) -> bool:
    """Whether the slug keeps most of the name, so that nobody takes it for another's."""
    return slug != FALLBACK and len(slug) >= 0.5 * len(name.strip())


def _hashed(name: str, slug: str, digits: int) -> str:
    return f"{slug}_{hashlib.sha256(name.encode()).hexdigest()[:digits]}" if digits else slug
