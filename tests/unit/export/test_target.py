"""What --to may name, and that no password passes."""

import pytest

from gosales.core.errors import ConfigError
from gosales.export.target import FORMS, Target, file_of, parse_target


@pytest.mark.parametrize("form", FORMS)
def test_forms(form):
    assert parse_target(form) == Target(form)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("postgresql://me@host/db", "postgresql"),
        ("postgres://me@host:5432/db?sslmode=require", "postgresql"),
        ("postgresql+psycopg:///db", "postgresql"),
        ("sqlite:///a.db", "sqlite"),
        ("duckdb:////data/a.duckdb", "duckdb"),
    ],
)
def test_urls(url, kind):
    assert parse_target(url) == Target(kind, url)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:s3cret@host/db",
        "postgresql://me:@host/db",
        "postgresql://host/db?user=me&password=s3cret",
        "postgresql://host/db?PASSWORD=s3cret",
        "postgresql://me@host/db?sslpassword=s3cret",
        "postgresql://me:s3cret@host:port/db",
        "postgresql://me:s3cret@[host/db",
        "mysql://me:s3cret@host/db",
        "postgres:/me:s3cret@host/db",
        "me:s3cret@host",
    ],
)
def test_a_password_is_refused_and_never_repeated(text):
    with pytest.raises(ConfigError) as caught:
        parse_target(text)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "excel", "sqlite://", "duckdb:///", "sqlite:///?mode=ro"])
def test_anything_else_is_an_error_that_names_what_is_known(text):
    with pytest.raises(ConfigError, match=r"Known are salesforce|four slashes|names no file"):
        parse_target(text)


def test_files_of_urls():
    assert file_of("sqlite:///a/b.db?x=1") == "a/b.db"
    assert file_of("sqlite:////a/b.db") == "/a/b.db"
    assert file_of("duckdb:///C:/a.duckdb") == "C:/a.duckdb"


@pytest.mark.parametrize("hidden", ["\0", "\udcff", "\u202e"])
def test_a_url_that_shows_not_all_of_itself_is_refused(hidden):
    with pytest.raises(ConfigError, match="not seen"):
        parse_target(f"sqlite:///a{hidden}.db")
