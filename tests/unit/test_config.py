import pytest
from pydantic import ValidationError

from gosales.config import Config, load_config
from gosales.core.errors import ConfigError, WorkspaceError
from gosales.core.settings import Settings


@pytest.fixture
def load(tmp_path):
    def of(content):
        path = tmp_path / "gosales.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_config(path)

    return of


def fields(model, prefix=""):
    """Every key of the settings with its field, sections unfolded."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Settings):
            yield from fields(kind, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", field


def test_a_missing_file_is_all_defaults(tmp_path):
    assert load_config(tmp_path / "gosales.toml") == Config()


def test_an_empty_file_is_all_defaults(load):
    assert load("") == Config()


def test_what_is_written_is_used_and_the_rest_stays(load):
    config = load("[time]\nhorizon_months = 3\nlast_day = 2024-06-30\n[source]\nshape = 'long'\n")
    assert (config.time.horizon_months, str(config.time.last_day)) == (3, "2024-06-30")
    assert config.source.shape == "long"
    assert config.whitespace == Config().whitespace


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b""])
def test_a_byte_order_mark_is_no_content(load, start):
    assert load(start + "[columns]\nbranch = 'Größe'\n".encode()).columns.branch == "Größe"


def test_windows_line_ends_are_read(load):
    assert load("[time]\r\nhorizon_months = 4\r\n").time.horizon_months == 4


@pytest.mark.parametrize(
    ("text", "unknown", "near"),
    [
        ("[tiem]\nhorizon_months = 3", "tiem", "time"),
        ("[time]\nhorizon = 3", "time.horizon", "horizon_months"),
        ("[whitespace]\norderby = 'icp_score'", "whitespace.orderby", "order_by"),
        ("[lookup.customer]\nfile = 'a'", "lookup.customer", "customers"),
        ("[lookup.customers]\nconstants = ['a']", "lookup.customers.constants", "constant"),
        ("horizon_months = 3", "horizon_months", ""),
    ],
)
def test_an_unknown_key_is_an_error_that_names_the_nearest_known_one(load, text, unknown, near):
    with pytest.raises(ConfigError, match=r"gosales\.toml") as refused:
        load(text)
    assert f"unknown key {unknown}, did you mean {near}" in refused.value.problem


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[time]\nhorizon_months = 'six'", "time.horizon_months"),
        ("[time]\nhorizon_months = 0", "time.horizon_months"),
        ("[time]\nhorizon_months = 37", "time.horizon_months"),
        ("[time]\nlast_day = '30/06/2024'", "time.last_day"),
        ("[time]\ncutoffs = ['2024-06-30', 'x']", "time.cutoffs.1"),
        ("time = 6", "time"),
        ("[source]\nshape = 'tall'", "source.shape"),
        ("[source]\ndelimiter = ';;'", "source.delimiter"),
        ("[whitespace]\norder_by = 'lift'", "whitespace.order_by"),
        ("[limits]\nmemory_gb = -1", "limits.memory_gb"),
        ("[limits]\nmemory_gb = nan", "limits.memory_gb"),
        ("[divisions]\ninclude = 'CAD'", "divisions.include"),
        ("[divisions.rebuy_after_months]\nCAD = 0", "divisions.rebuy_after_months.CAD"),
    ],
)
def test_a_wrong_value_is_an_error_that_names_its_key_and_what_was_given(load, text, where):
    with pytest.raises(ConfigError) as refused:
        load(text)
    assert f"{where}: " in refused.value.problem
    assert "(got " in refused.value.problem


def test_all_wrong_keys_are_named_at_once(load):
    with pytest.raises(ConfigError) as refused:
        load("[time]\nhorizn_months = 3\nlast_day = 'x'\n[nonsense]\n")
    for key in ("time.horizn_months", "time.last_day", "nonsense"):
        assert key in refused.value.problem


@pytest.mark.parametrize(
    "content", [b"[time\n", b"a = \n", b"\xff\xfea\x00=\x001\x00", b"a = 'Gr\xf6\xdfe'", b"\x00"]
)
def test_what_is_no_toml_is_an_error(load, content):
    with pytest.raises(ConfigError, match="is not a TOML file") as refused:
        load(content)
    assert "docs/config.md" in refused.value.remedy


def test_a_folder_in_the_files_place_is_an_error(tmp_path):
    (tmp_path / "gosales.toml").mkdir()
    with pytest.raises(WorkspaceError, match="is a folder in the place of a file"):
        load_config(tmp_path / "gosales.toml")


def test_the_settings_are_frozen(load):
    config = load("[time]\nhorizon_months = 3\n")
    with pytest.raises(ValidationError):
        config.time = Config().time
    with pytest.raises(ValidationError):
        config.time.horizon_months = 6


@pytest.mark.parametrize("key", [pytest.param(key, id=key) for key, _ in fields(Config)])
def test_every_key_is_described_in_sentences(key):
    description = dict(fields(Config))[key].description
    assert description
    assert description.endswith((".", ")."))


def test_the_etl_gets_its_own_part(load):
    config = load("[source]\nshape = 'long'\n[columns]\ncustomer = 'Kunde'\n")
    part = config.etl()
    assert (part.source, part.columns) == (config.source, config.columns)
    assert set(type(part).model_fields) <= set(Config.model_fields)
