"""The dashboard as a stranger on the network sees it: on this machine only, pages and no files."""

import http.client
import socket
import subprocess
import sys
import time

import pytest

LOOSE = """\
[server]
enableCORS = false
enableXsrfProtection = false
enableStaticServing = true
"""
"""What somebody may have put into a workspace that they give away: Streamlit looks for such a file
in the folder that it is started in."""

SECRETS = ("gosales.toml", "the secret")
ASKED = (
    "/../gosales.toml",
    "/../../../../../../etc/passwd",
    "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/static/../../../../../../../etc/passwd",
    "/static/..%2f..%2f..%2f..%2f..%2fetc/passwd",
    "/app/static/../../gosales.toml",
    "/app/static/..%5c..%5cgosales.toml",
    "/media/../../gosales.toml",
    "/component/../../../etc/passwd",
    "/_stcore/../../../../etc/passwd",
    "//etc/passwd",
    "/outputs/icp_scores.csv",
    "/data/",
    "/static/",
    "/app/static/",
    "/media/",
    "/.env",
)


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """A running dashboard on a free port, with a file that it must not give away."""
    root = tmp_path_factory.mktemp("served")
    (root / "gosales.toml").write_text("# the secret\n", encoding="utf-8")
    (root / ".streamlit").mkdir()
    (root / ".streamlit" / "config.toml").write_text(LOOSE, encoding="utf-8")
    (root / "outputs").mkdir()
    (root / "outputs" / "icp_scores.csv").write_text("the secret\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    command = [sys.executable, "-P", "-m", "gosales.ui", "--workspace", str(root)]
    with (root / "said").open("w", encoding="utf-8") as said:
        server = subprocess.Popen(
            [*command, "--port", str(number), "--no-browser"], stdout=said, stderr=said, cwd=root
        )
        try:
            wait_for(number, server)
            yield number
        finally:
            server.kill()
            server.wait()


def wait_for(number, server):
    for _ in range(600):
        assert server.poll() is None, "the dashboard ended"
        try:
            if ask(number, "/_stcore/health")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the dashboard does not answer")


def ask(number, path):
    connection = http.client.HTTPConnection("127.0.0.1", number, timeout=20)
    try:
        connection.putrequest("GET", path, skip_accept_encoding=True)  # sent as it is written
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", errors="replace")
    finally:
        connection.close()


def test_no_path_leads_to_a_file_or_a_listing(port):
    page = ask(port, "/")[1]
    assert "<html" in page.lower()
    for path in ASKED:
        status, text = ask(port, path)
        assert "root:x:" not in text, path
        assert not [secret for secret in SECRETS if secret in text], path
        assert "Index of" not in text, path
        assert "Directory listing" not in text, path
        assert status >= 300 or "<!doctype html>" in text.lower() or len(text) < 200, path


@pytest.mark.skipif(sys.platform != "linux", reason="all of 127.0.0.0/8 is this machine on Linux")
def test_it_listens_on_one_address_of_this_machine(port):
    """On any other address of the machine nobody answers; 127.0.0.2 stands for all of them."""
    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.2", port))
    with socket.socket() as same:
        same.connect(("127.0.0.1", port))


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1"])
def test_a_page_of_another_site_may_not_speak_to_it(port, host):
    """A foreign `Host` is DNS rebinding: the browser believes to talk to somebody else."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest("GET", "/_stcore/stream", skip_host=True)
    for name, value in {
        "Host": f"{host}:{port}",
        "Origin": "http://evil.example",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status in (400, 403, 404)
    connection.close()
