"""Help: how to read a score, and what the words mean."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from gosales.ui import shell

TEXT = Path(__file__).resolve().parents[1] / "guide.md"


def page() -> None:
    """Show the page."""
    with shell.page("Help", question="How do I read this?"):
        st.markdown(TEXT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    page()
