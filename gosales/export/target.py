"""What `--to` names: one of our forms, or a database URL without a password in it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from gosales.core.errors import ConfigError

CRMS = ("salesforce", "hubspot", "dynamics")
FORMS = (*CRMS, "xlsx", "html")
DATABASES = {
    "postgresql": "postgresql",
    "postgresql+psycopg": "postgresql",
    "postgres": "postgresql",
    "sqlite": "sqlite",
    "duckdb": "duckdb",
}
"""Scheme of a URL -> the database that it means."""

PASSWORD = "GOSALES_DB_PASSWORD"  # noqa: S105 - the variable's name
SECRETS = {"password", "sslpassword"}
KNOWN = f"{', '.join(FORMS)}, or a URL: postgresql://user@host/name, sqlite:///file, duckdb:///file"


@dataclass(frozen=True)
class Target:
    """Where an export goes.

    Attributes:
        form: One of FORMS, or the database's kind.
        url: Of a database; it never holds a password. Empty for the other forms.
    """

    form: str
    url: str = ""

    def __str__(self) -> str:
        return self.url or self.form


def parse_target(text: str) -> Target:
    """Read what follows `--to`.

    Raises:
        ConfigError: It is no form and no URL that is known, or it holds a password. The message
            never repeats what might be one.
    """
    if text in FORMS:
        return Target(text)
    scheme, separator, _ = text.partition("://")
    if not separator or scheme not in DATABASES:
        told = f" to {text[:40]!r}" if text.isalnum() else ", or none that is known"
        raise ConfigError(f"There is no export{told}.", remedy=f"Known are {KNOWN}.")
    _refuse_secrets(text)
    if not text.isprintable():
        raise ConfigError(
            "The URL holds a character that is not seen.", remedy="Write it by hand, without."
        )
    kind = DATABASES[scheme]
    if kind != "postgresql" and not file_of(text):
        raise ConfigError(
            "The URL names no file.",
            remedy=f"Write {kind}:///folder/name.db (four slashes before an absolute path).",
        )
    return Target(kind, text)


def file_of(url: str) -> str:
    """The path in the URL of a file database."""
    return url.partition("://")[2].partition("?")[0].removeprefix("/")


def _refuse_secrets(url: str) -> None:
    try:
        parts = urlsplit(url)
        named = {key.lower() for key, _ in parse_qsl(parts.query, keep_blank_values=True)}
        secret = parts.password is not None or bool(named & SECRETS)
        _ = parts.port
    except ValueError as error:
        raise ConfigError(
            "The database URL cannot be read.",
            remedy="Write postgresql://user@host:5432/name, without a password.",
        ) from error
    if secret:
        raise ConfigError(
            "A password in the URL would be kept in the shell's history.",
            remedy=f"Leave it out and set {PASSWORD} (or PGPASSWORD, or a pgpass file) instead.",
        )
