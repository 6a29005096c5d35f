"""What every check says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PASSED, FAILED, NOT_APPLICABLE = "passed", "failed", "not applicable"


@dataclass(frozen=True)
class Check:
    """One check, and what came of it.

    Attributes:
        code, name: Of the check, as on docs/leak_certificate.md.
        cutoff: The cutoff that it looked at.
        result: PASSED, FAILED, or NOT_APPLICABLE, which is never a pass.
        told: One sentence: what was found, or why the check cannot be made.
        evidence: Numbers and digests, plain JSON values.
    """

    code: str
    name: str
    cutoff: str
    result: str
    told: str
    evidence: dict[str, Any] = field(default_factory=dict)


def verdict(clean: bool) -> str:
    """PASSED or FAILED."""
    return PASSED if clean else FAILED
