"""What `make campaign` tries, written down at once: a campaign that is broken off goes on later.

`campaign.log` in the checkout has a line for each thing that was tried without a finding, with the
commit whose code it was. What stands there of the present commit is not tried again.
"""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path

CAMPAIGN = bool(os.environ.get("GOSALES_CAMPAIGN"))
"""Set by `make campaign`: many more faults and inputs, hours instead of seconds."""

CHECKOUT = Path(__file__).resolve().parents[1]
LOG = CHECKOUT / "campaign.log"
CHANGED = "-changed"


@cache
def commit() -> str:
    """The commit that is checked out, with a mark when files differ from it; empty without git."""
    command = ["git", "describe", "--always", "--exclude=*", f"--dirty={CHANGED}"]
    try:
        said = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return said.stdout.strip()


def tried(what: str) -> None:
    """Write down that `what` was tried and found in order."""
    if CAMPAIGN:
        with LOG.open("a", encoding="utf-8") as stream:
            stream.write(f"{commit()} {what}\n")


def was_tried(what: str) -> bool:
    """Whether an earlier campaign tried it with this very code."""
    if not CAMPAIGN or not commit() or commit().endswith(CHANGED) or not LOG.is_file():
        return False
    return f"{commit()} {what}" in LOG.read_text(encoding="utf-8").splitlines()
