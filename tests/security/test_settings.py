"""Settings from somebody else: they name no file outside, and nothing in them breaks a reader."""

import pytest

from gosales.config import load_config
from gosales.core.errors import ConfigError, GosalesError, SalesLogError
from gosales.etl.plain import plain_text
from gosales.etl.sku_map import load_sku_map
from gosales.utils.engines import kind_of
from gosales.utils.paths import path_inside

MAP = """
name_prefix = '{}'
[columns]
customer = ["Customer"]
[[divisions]]
name = "D"
products = [{{ value = ["V"] }}]
"""


@pytest.fixture
def settings(tmp_path):
    def load(text):
        path = tmp_path / "gosales.toml"
        path.write_text(text, encoding="utf-8")
        return load_config(path)

    return load


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 50_000,
        ".".join("a" * 2_000) + " = 1",
        "[source]\nencoding = " + "7" * 5_000,
        "[limits]\nmemory_gb = 1e300",
        "[limits]\nmemory_gb = inf",
        "[limits]\nmemory_gb = nan",
        *(f'[source]\ndelimiter = "{char}"' for char in ("g", '\\"', "\\n", "\\u0001", "")),
    ],
    ids=lambda text: text[:30],
)
def test_hostile_values_are_one_message(settings, text):
    with pytest.raises(ConfigError) as caught:
        settings(text)
    assert len(str(caught.value)) < 1_000


@pytest.mark.parametrize("encoding", ["zlib", "bz2", "hex", "rot13", "undefined", "utf-32", "../x"])
def test_an_encoding_that_makes_no_text(tmp_path, encoding):
    log = tmp_path / "log.csv"
    log.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(SalesLogError, match="is not an encoding"):
        plain_text(log, tmp_path, encoding)


@pytest.mark.parametrize("pattern", ["(", "[", "*", "\\1", "a{100000}"])
def test_a_pattern_that_is_none(tmp_path, pattern):
    path = tmp_path / "map.toml"
    path.write_text(MAP.format(pattern), encoding="utf-8")
    with pytest.raises(ConfigError, match="name_prefix"):
        load_sku_map(path)


def test_files_named_in_settings_lie_in_the_workspace(tmp_path):
    inside = tmp_path / "data" / "lookup" / "x.csv"
    assert path_inside(tmp_path, "data/lookup/../lookup/x.csv", "key") == inside
    assert path_inside(tmp_path, str(inside), "key") == inside
    for given in ("/etc/passwd", "../other/secret.csv", "data/../../secret.csv", "nul\0"):
        with pytest.raises(ConfigError, match="not in the workspace"):
            path_inside(tmp_path, given, "key")


@pytest.mark.parametrize("key", ["lookup.products.file", "source.sku_map"])
def test_no_file_outside_is_read(shop, tmp_path, key):
    """A header line is told when a column is missing: that would be a way to read any file."""
    (tmp_path / "outside").mkdir()
    secret = tmp_path / "outside" / "secret.csv"
    secret.write_text("the secret,7\n", encoding="utf-8")
    shop.put("a.csv", "Customer,Date,Sku,Division,Qty,Value\nc,2024-01-01,A,CAD,1,1\n")
    section, _, name = key.rpartition(".")
    for given in (secret.as_posix(), "../outside/secret.csv"):
        with pytest.raises(GosalesError) as caught:
            shop.build(f'[{section}]\n{name} = "{given}"\n')
        assert "the secret" not in str(caught.value)
        assert "not in the workspace" in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u:s3cret@host/db",
        "postgresql://:s3cret@host/db",
        "postgresql://u@host/db?password=s3cret",
        "postgresql://host/db?sslmode=require&PassWord=s3cret",
        "postgresql://host/db?%70assword=s3cret",
    ],
)
def test_an_address_with_a_password_is_refused_without_repeating_it(address):
    with pytest.raises(ConfigError) as caught:
        kind_of(address)
    assert "s3cret" not in str(caught.value)
    assert "GOSALES_DB_PASSWORD" in caught.value.remedy
