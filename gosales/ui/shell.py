"""What every page shares: its title, its empty state, its errors, and foreign text as text."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gosales.core.columns import Scores
from gosales.core.errors import GosalesError
from gosales.ui import charts, tables
from gosales.ui.board import Board
from gosales.ui.demo_market import make_demo
from gosales.ui.wording import escape, sentences, told
from gosales.utils.paths import Workspace
from gosales.utils.store import BACKTEST, CERTIFICATE, LISTS, MODELS, STAR, VALIDATION

T = TypeVar("T")
URL: Any = "query-params"
"""Where a widget keeps its choice: in the page's address."""

DEMO = "demo-workspace"
MOST_BOXES = 3
ACCOUNT_PAGE = "screens/account.py"
PROOFS = (MODELS, VALIDATION, BACKTEST, CERTIFICATE)
WITHOUT_LISTS = {
    "screens/trust.py": ("See what was judged and proven", ":material/verified:", PROOFS),
    "screens/quality.py": ("See what was read", ":material/rule:", (STAR,)),
}
"""Pages that need no lists: the link to each, its icon, and the parts of which one is enough."""

NOTHING_YET = """
There is nothing to look at: no run has published its lists in this workspace.

- To see the engine at work on an invented market, press the button below; it makes the folder
  `demo` in the workspace. In a terminal: `gosales demo`, then `gosales dashboard --workspace demo`.
- To use your own sales logs, put them into `data/database_samples` of the workspace and run
  `gosales score-all`.

Then load this page again.
"""


@contextmanager
def page(title: str, *, question: str = "") -> Iterator[None]:
    """Show a page's head, and an expected error as a sentence instead of a traceback."""
    st.title(title)
    if question:
        st.caption(question)
    try:
        yield
    except GosalesError as error:
        st.error(f"{escape(error.problem)}\n\n{told(error.remedy)}", icon=":material/error:")


def published(*parts: str) -> Board:
    """The board of the workspace; where none of the parts is published, says what to do and stops.

    Args:
        parts: What the page can show; without it the lists.
    """
    found = board()
    if not any(part in found.parts for part in parts or (LISTS,)):
        st.info(NOTHING_YET, icon=":material/info:")
        st.caption(f"Workspace: {escape(found.workspace.root)}")
        _lead_to_others(found)
        _offer_demo(found)
        st.stop()
    return found


def board() -> Board:
    """The board of the workspace, or of the demo that this visitor opened."""
    demo = st.session_state.get(DEMO)
    if demo:
        st.info("This is the demo market, not your data.", icon=":material/science:")
    return Board.open(Workspace(Path(demo)) if demo else None)


def _lead_to_others(found: Board) -> None:
    """Links to the pages that have something to show without lists."""
    for path, (label, icon, parts) in WITHOUT_LISTS.items():
        if any(part in found.parts for part in parts):
            st.page_link(path, label=label, icon=icon)


def _offer_demo(empty: Board) -> None:
    if st.button("Load the demo", type="primary", icon=":material/science:"):
        with st.spinner("Inventing a market and scoring it, about a minute..."):
            st.session_state[DEMO] = str(make_demo(empty.workspace))
        st.rerun()


def kept(view: Callable[..., T], board: Board, *asked: Hashable) -> T:
    """A view that only a new run can change, or a customer forgotten, made once for all visitors.

    Args:
        asked: What the view takes after the board.
    """
    key = (view.__module__, view.__name__, str(board.workspace.root), repr(asked))
    state = [*sorted(board.parts.items()), ("forgotten", board.forgotten())]
    found: T = _made(key, state, (view, board, asked))
    return found


@st.cache_data(max_entries=256, show_spinner=False)
def _made(key: tuple[str, ...], state: list[tuple[str, str]], _how: Any) -> Any:  # noqa: ARG001 - the key
    view, board, asked = _how
    return view(board, *asked)


def remarks(found: Sequence[str]) -> None:
    """Warnings that cannot be missed: each in its own box, and of many the rest in a list."""
    first = found if len(found) <= MOST_BOXES else found[: MOST_BOXES - 1]
    for text in first:
        st.warning(told(text), icon=":material/warning:")
    rest = found[len(first) :]
    if rest:
        with st.expander(f"{len(rest)} more warnings", icon=":material/warning:"):
            st.markdown("\n".join(f"- {told(text)}" for text in rest))


def metrics(shown: Sequence[tuple[str, str, str | None]], width: int = 170) -> None:
    """Figures in boxes, as many in a line as there is room for: label, value, note."""
    with st.container(horizontal=True):
        for label, value, note in shown:
            st.metric(label, value, help=note, border=True, width=width)


def chart_with_data(chart: charts.Chart, reading: str, data: pd.DataFrame) -> None:
    """A chart, one sentence on how to read it, and its numbers."""
    shown, numbers = st.tabs(["Chart", "Data"])
    with shown:
        st.altair_chart(chart, width="stretch")
        st.caption(reading)
    with numbers:
        tables.show(data)


def colours() -> charts.Palette:
    """What boxes are filled with on a page as bright as the visitor's."""
    return charts.NIGHT if st.context.theme.type == "dark" else charts.DAY


def beside(key: str, widths: Sequence[int]) -> list[DeltaGenerator]:
    """Places beside each other; below each other where the window is not wide (style.css)."""
    with st.container(key=f"beside-{key}"):
        return st.columns(widths, gap="large")


def reasons(cell: object) -> None:
    """The sentences of a `reasons` cell, each on its line."""
    told = sentences(cell)
    if not told:
        st.caption("Not a listed row: reasons are made for the top of the list only.")
        return
    lines = [
        f":material/remove: {escape(text.removeprefix('But: '))}"
        if text.startswith("But: ")
        else f":material/add: {escape(text)}"
        for text in told
    ]
    with st.container(key="reasons"):  # style.css has the lines under the first one indented
        st.markdown("\n\n".join(lines))


def account_link(customer: str, label: str = "Open the account") -> None:
    """A link to a customer's page."""
    st.page_link(
        ACCOUNT_PAGE,
        label=label,
        icon=":material/account_circle:",
        query_params={"customer": customer},
    )


def has_names(table: pd.DataFrame) -> bool:
    """Whether any customer of the table has a name besides its id."""
    name = table[Scores.NAME].fillna("")
    return bool(((name != "") & (name != table[Scores.CUSTOMER])).any())


def named(table: pd.DataFrame) -> pd.DataFrame:
    """The table with a customer's id where the log has no name."""
    name = table[Scores.NAME].fillna("").str.strip()
    return table.assign(**{Scores.NAME: name.where(name != "", table[Scores.CUSTOMER])})
