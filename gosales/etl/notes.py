"""Remarks on the data, for a person."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """A warning or blocker: what is so, and what the reader can do about it."""

    code: str
    message: str
    remedy: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)
