"""Who may come in, and the first page that visitors get: in front of Streamlit, as ASGI.

Without a password or a header's name in the environment everyone who reaches the port comes in;
the server listens on this machine only.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any

from gosales.core.errors import WorkspaceError

PASSWORD = "GOSALES_DASHBOARD_PASSWORD"  # noqa: S105 - the variable's name
USER_HEADER = "GOSALES_DASHBOARD_USER_HEADER"
COOKIE, WIDTH = "gosales_door", "gosales_width"
"""The lock's key, and how wide the visitor's window is, in pixels."""

SHORTEST = 8
HTML = b"text/html"
SENT_ALWAYS = (
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
)
"""The address holds names of customers: no other site hears of it, and none may frame it."""

TELL = (
    "Object.defineProperty(navigator,'languages',{get:()=>['en-US']});"
    f"document.cookie='{WIDTH}='+Math.min(innerWidth,screen.width)+';path=/;SameSite=Strict'"
)
"""The server learns a width in no other way before it makes the page."""

STALE = {b"etag", b"last-modified", b"content-length"}

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Lock:
    """What a visitor must show; empty texts ask for nothing.

    Attributes:
        user_header: A header that a reverse proxy fills in for those it has let in.
    """

    password: str = field(default="", repr=False)
    user_header: str = ""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def opens(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a request with these headers may come in."""
        if self.user_header and not headers.get(self.user_header.lower().encode(), b"").strip():
            return False
        return not self.password or self._known(headers)

    def _known(self, headers: Mapping[bytes, bytes]) -> bool:
        cookie = _cookie(headers.get(b"cookie", b""))
        given = _password(headers.get(b"authorization", b""))
        return hmac.compare_digest(cookie.encode(), self.token.encode()) or hmac.compare_digest(
            given.encode(), self.password.encode()
        )


def lock_of(environment: Mapping[str, str]) -> Lock:
    """The lock that the environment asks for. Raises WorkspaceError for one that is too weak."""
    password = environment.get(PASSWORD, "")
    if password and len(password) < SHORTEST:
        raise WorkspaceError(
            f"The password in {PASSWORD} is too short.",
            remedy=f"Take at least {SHORTEST} characters, or unset it.",
        )
    return Lock(password, environment.get(USER_HEADER, "").strip())


class Door:
    """ASGI middleware: the lock, a few headers, and a first page that knows where the server is."""

    def __init__(self, app: App, lock: Lock | None = None, root: str = "") -> None:
        self.app = app
        self.lock = lock if lock is not None else lock_of(os.environ)
        self.root = root.strip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer 401 or 403."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if not self.lock.opens(headers):
            await self._refuse(scope, send)
        elif scope["type"] == "websocket":
            await self.app(scope, receive, send)
        else:
            page = HTML in headers.get(b"accept", b"")
            await self.app(_plain(scope) if page else scope, receive, _Reply(self, send))

    async def _refuse(self, scope: Scope, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        ask = [(b"www-authenticate", b'Basic realm="GoSales", charset="UTF-8"')]
        head = [(b"content-type", b"text/plain; charset=utf-8"), *SENT_ALWAYS]
        status = 401 if self.lock.password else 403
        start = {"type": "http.response.start", "status": status}
        await send(start | {"headers": head + (ask if self.lock.password else [])})
        body = b"A password is needed." if self.lock.password else b"Come in through the proxy."
        await send({"type": "http.response.body", "body": body})

    def first_page(self, page: bytes) -> bytes:
        """Streamlit's page, told where its server is, which language it speaks and how wide it is.

        Without the first it tries `<page>/_stcore/health` on every deep link, which is nowhere,
        and the browser logs an error for each. Without the second its tables write numbers in the
        browser's language, beside figures and charts in English.
        """
        root = json.dumps(f"/{self.root}").replace("<", "\\u003c")
        script = f"<script>window.__streamlit={{BACKEND_BASE_URL:location.origin+{root}}};{TELL}"
        page = page.replace(b"<title>Streamlit</title>", b"<title>GoSales</title>", 1)
        return page.replace(b"<script", f"{script}</script>".encode() + b"<script", 1)


class _Reply:
    """Passes a response on, with our headers; an HTML page is held until it is whole."""

    def __init__(self, door: Door, send: Send) -> None:
        self.door, self.send = door, send
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message["headers"], *SENT_ALWAYS]
            if self.door.lock.password:
                headers.append((b"set-cookie", _set_cookie(self.door.lock.token)))
            message = {**message, "headers": headers}
            kind = dict(headers).get(b"content-type", b"")
            if message["status"] == 200 and kind.startswith(HTML):
                self.start = message
                return
        elif self.start is not None:
            self.body += message.get("body", b"")
            if message.get("more_body"):
                return
            await self._page()
            return
        await self.send(message)

    async def _page(self) -> None:
        body = self.door.first_page(self.body)
        start = self.start or {}
        kept = [(name, value) for name, value in start["headers"] if name.lower() not in STALE]
        length = (b"content-length", str(len(body)).encode())
        await self.send({**start, "headers": [*kept, length]})
        await self.send({"type": "http.response.body", "body": body})


def _plain(scope: Scope) -> Scope:
    """The request without a wish for compression or for `not modified`: its page is changed."""
    unwanted = {b"accept-encoding", b"if-none-match", b"if-modified-since"}
    kept = [(name, value) for name, value in scope["headers"] if name.lower() not in unwanted]
    return {**scope, "headers": kept}


def _cookie(header: bytes) -> str:
    try:
        found = SimpleCookie(header.decode("latin-1")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _set_cookie(token: str) -> bytes:
    return f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict".encode()


def _password(header: bytes) -> str:
    """The password of Basic authentication; any user name will do."""
    kind, _, value = header.partition(b" ")
    if kind.lower() != b"basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
