"""How wide a window is: what it told last, then its cookie, then a guess."""

from types import SimpleNamespace

import pytest

from gosales.ui import window


@pytest.mark.parametrize(
    ("told", "cookies", "agent", "narrow"),
    [
        (None, {"gosales_width": "390"}, "Desktop", True),
        (None, {"gosales_width": "820"}, "Mobile", False),
        (None, {"gosales_width": "<b>"}, "Desktop", False),
        (None, {}, "Mozilla/5.0 (iPhone) Mobile/15E148", True),
        (None, {}, "", False),
        ({"width": 500}, {"gosales_width": "1280"}, "", True),
        ({"width": None}, {"gosales_width": "1280"}, "", False),
    ],
)
def test_the_window_tells_its_width_and_else_the_browser_is_asked(
    monkeypatch, told, cookies, agent, narrow
):
    context = SimpleNamespace(cookies=cookies, headers={"User-Agent": agent})
    monkeypatch.setattr(window.st, "context", context)
    monkeypatch.setattr(window.st, "session_state", {} if told is None else {window.KEY: told})
    assert window.narrow() is narrow


@pytest.mark.parametrize(
    ("width", "margins"), [(390, 32), (639, 32), (640, 64), (1120, 64), (1200, 112), (1600, 160)]
)
def test_a_table_has_the_window_but_for_its_margins(monkeypatch, width, margins):
    monkeypatch.setattr(window, "width", lambda: width)
    assert window.room() == width - margins
