"""The dashboard's entry: which pages there are. Started by `gosales dashboard`.

Not with a bare `streamlit run`, which would show the strings below constants: see `launch.FIXED`.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from gosales.ui import window

# A compass, in place: a named icon would be fetched from a server elsewhere.
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<circle cx="16" cy="16" r="15" fill="#0F5FA8"/>'
    '<path d="M22 10 18.5 18.5 10 22 13.5 13.5Z" fill="#FCFCFB"/></svg>'
)

STYLE = Path(__file__).with_name("style.css")

PAGES = {
    "screens/overview.py": ("Overview", ":material/dashboard:"),
    "screens/whitespace.py": ("Whitespace", ":material/format_list_numbered:"),
    "screens/plan.py": ("Call plan", ":material/call:"),
    "screens/account.py": ("Account", ":material/account_circle:"),
    "screens/trust.py": ("Can I trust it?", ":material/verified:"),
    "screens/quality.py": ("Data quality", ":material/rule:"),
    "screens/runs.py": ("Runs", ":material/history:"),
    "screens/guide.py": ("Help", ":material/help:"),
}


def main() -> None:
    """Show the page that was asked for."""
    st.set_page_config(page_icon=ICON, layout="wide")  # before any page, which has an icon too
    pages = [
        st.Page(path, title=title, icon=icon, default=path == next(iter(PAGES)))
        for path, (title, icon) in PAGES.items()
    ]
    asked = st.navigation(pages, position="top")
    st.set_page_config(page_title=f"{asked.title} - GoSales")
    st.html(STYLE)
    window.watch()
    asked.run()


if __name__ == "__main__":
    main()
