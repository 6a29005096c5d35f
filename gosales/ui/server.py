"""What `streamlit run` serves: the pages behind their door."""

from __future__ import annotations

from pathlib import Path

from starlette.middleware import Middleware
from streamlit import config
from streamlit.web.server.starlette import App

from gosales.ui.door import Door

app = App(
    Path(__file__).with_name("app.py"),
    middleware=[Middleware(Door, root=str(config.get_option("server.baseUrlPath")))],
)
