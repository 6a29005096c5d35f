"""The door in front of the dashboard, asked as a server would ask it."""

import asyncio
import base64

import pytest

from gosales.core.errors import WorkspaceError
from gosales.ui import door
from gosales.ui.door import Door, Lock, lock_of

PAGE = b"<html><title>Streamlit</title><script src=x></script></html>"
HTML = [(b"accept", b"text/html"), (b"accept-encoding", b"gzip"), (b"if-none-match", b"w")]


class Inside:
    """The app behind the door: answers with PAGE in two pieces, and keeps what it was asked."""

    def __init__(self, kind=b"text/html; charset=utf-8"):
        self.kind, self.asked = kind, []

    async def __call__(self, scope, receive, send):
        self.asked.append(scope)
        if scope["type"] != "http":
            return
        headers = [(b"content-type", self.kind), (b"etag", b"w"), (b"content-length", b"60")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": PAGE[:20], "more_body": True})
        await send({"type": "http.response.body", "body": PAGE[20:]})


def ask(lock, headers=(), kind="http", inside=None, root=""):
    """The messages that come back, and the app inside."""
    inside, sent = inside or Inside(), []

    async def send(message):
        sent.append(message)

    asyncio.run(Door(inside, lock, root)({"type": kind, "headers": list(headers)}, None, send))
    return sent, inside


def basic(password, kind=b"Basic "):
    return (b"authorization", kind + base64.b64encode(b"any:" + password.encode()))


def body(sent):
    return b"".join(message.get("body", b"") for message in sent)


def test_without_a_lock_everyone_comes_in():
    for kind in ("http", "websocket", "lifespan"):
        _, inside = ask(Lock(), kind=kind)
        assert len(inside.asked) == 1


def test_the_first_page_knows_where_the_server_is():
    sent, inside = ask(Lock(), HTML, root="/sales/")
    assert b'BACKEND_BASE_URL:location.origin+"/sales"' in body(sent)
    assert b"<title>GoSales</title>" in body(sent)
    assert b"document.cookie='gosales_width='" in body(sent)
    assert b"navigator,'languages'" in body(sent)
    headers = dict(sent[0]["headers"])
    assert int(headers[b"content-length"]) == len(body(sent))
    assert b"etag" not in headers
    assert headers[b"referrer-policy"] == b"same-origin"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"x-frame-options"] == b"SAMEORIGIN"
    assert [name for name, _ in inside.asked[0]["headers"]] == [b"accept"]


def test_no_path_of_the_server_ends_the_script():
    sent, _ = ask(Lock(), HTML, root="/</script><img>/")
    assert b"</script><img>" not in body(sent)


def test_what_is_no_page_passes_unchanged():
    sent, _ = ask(Lock(), [(b"accept", b"*/*")], inside=Inside(b"text/javascript"))
    assert body(sent) == PAGE
    assert dict(sent[0]["headers"])[b"etag"] == b"w"
    assert len(sent) == 3


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "headers",
    [(), (basic("wrong password"),), (basic("correct horse", b"Bearer "),),
     ((b"authorization", b"Basic !!!"),), ((b"cookie", b"gosales_door=guess"),),
     ((b"cookie", b"gosales_door="),), ((b"cookie", b"=;;\xff"),)],
)  # fmt: skip
def test_without_the_password_nobody_comes_in(kind, headers):
    sent, inside = ask(Lock("correct horse"), headers, kind)
    assert not inside.asked
    if kind == "websocket":
        assert sent == [{"type": "websocket.close", "code": 1008}]
    else:
        assert sent[0]["status"] == 401
        assert b"www-authenticate" in dict(sent[0]["headers"])


def test_the_password_opens_and_leaves_a_cookie_for_the_websocket():
    lock = Lock("correct hörse")
    sent, inside = ask(lock, [basic("correct hörse")])
    assert inside.asked
    cookie = dict(sent[0]["headers"])[b"set-cookie"]
    assert b"HttpOnly; SameSite=Strict" in cookie
    _, inside = ask(lock, [(b"cookie", cookie.split(b";")[0])], "websocket")
    assert inside.asked
    assert ask(Lock("another door"), [(b"cookie", cookie.split(b";")[0])])[1].asked == []


def test_the_proxys_header_must_be_filled():
    lock = Lock(user_header="X-Forwarded-User")
    assert ask(lock)[0][0]["status"] == 403
    assert ask(lock, [(b"x-forwarded-user", b" ")])[1].asked == []
    assert ask(lock, [(b"x-forwarded-user", b"ann")])[1].asked


def test_both_are_asked_for_where_both_are_set():
    lock = Lock("correct horse", "X-User")
    assert ask(lock, [basic("correct horse")])[1].asked == []
    assert ask(lock, [(b"x-user", b"ann")])[1].asked == []
    assert ask(lock, [(b"x-user", b"ann"), basic("correct horse")])[1].asked


def test_the_lock_comes_from_the_environment_and_is_no_toy():
    assert (lock_of({}).password, lock_of({}).user_header) == ("", "")
    made = lock_of({door.PASSWORD: "correct horse", door.USER_HEADER: " X-User "})
    assert (made.password, made.user_header) == ("correct horse", "X-User")
    with pytest.raises(WorkspaceError, match="too short"):
        lock_of({door.PASSWORD: "1234567"})
    assert made.token not in repr(made)
    assert made.password not in repr(made)


def test_how_long_a_wrong_guess_takes_tells_nothing(monkeypatch):
    """Python's `==` ends at the first letter that differs."""
    compared, real = [], door.hmac.compare_digest
    monkeypatch.setattr(
        door.hmac, "compare_digest", lambda *both: compared.append(both) or real(*both)
    )
    lock = Lock("correct horse")
    assert not ask(lock, [basic("correct house"), (b"cookie", b"gosales_door=guess")])[1].asked
    wanted = [(b"guess", lock.token.encode()), (b"correct house", b"correct horse")]
    assert compared == wanted
