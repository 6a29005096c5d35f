"""Where lists may be put back; that they get there: tests/integration/test_engines.py."""

import pytest

from gosales.core.errors import ConfigError
from gosales.pipeline.results import check_results, write_results
from gosales.pipeline.session import Options, Session
from gosales.utils.paths import Workspace


def session(root, engine, results):
    text = f'[source]\nengine = "{engine}"\n'
    text += f"results = '{results}'\n" if results else ""
    (root / "gosales.toml").write_text(text, encoding="utf-8")
    return Session.open(Workspace(root), Options())


@pytest.mark.parametrize(
    ("engine", "results"),
    [
        ("duckdb", None),
        ("postgresql://ann@db/sales", "any schema"),
        ("local[2]", "sales"),
        ("local[2]", "catalog.sales"),
        ("spark://host:7077", "/mnt/lists"),
        ("spark://host:7077", "hdfs://host/lists"),
        ("local[2]", r"C:\lists"),
    ],
)
def test_a_place_that_the_engine_can_have_is_taken(tmp_path, engine, results):
    check_results(session(tmp_path, engine, results))


@pytest.mark.parametrize(
    ("engine", "results", "told"),
    [
        ("duckdb", "sales", "names a place, but no engine"),
        ("local[2]", "lists/spark", "'lists/spark' is no database and no folder"),
        ("local[2]", "a; DROP", "is no database"),
    ],
)
def test_another_one_is_refused_before_any_work(tmp_path, engine, results, told):
    with pytest.raises(ConfigError, match=told):
        check_results(session(tmp_path, engine, results))


def test_without_the_setting_nothing_is_written(tmp_path):
    assert write_results(session(tmp_path, "local[2]", None)) == {}
