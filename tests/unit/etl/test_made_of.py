import duckdb
import pytest

from gosales.core.columns import Attribute
from gosales.core.errors import SalesLogError, WorkspaceError
from gosales.etl import build_star
from gosales.etl.made_of import report_of
from tests.unit.etl.conftest import long_settings

LOG = "Customer,Date,Sku,Division,Qty,Value\n7,2024-01-31,P1,CAD,1,10\n"
PRODUCTS = "sku,division\nP1,CAD\n"


@pytest.mark.parametrize("lookup", [False, True], ids=["log", "lookup"])
def test_a_file_that_changes_while_it_is_read_is_refused_and_the_old_star_stays(
    shop, monkeypatch, lookup
):
    """An export that is still being written: its first half is no log."""
    shop.put("log.csv", LOG)
    products = shop.put("products.csv", PRODUCTS, lookup=True)
    shop.build(long_settings())
    before = shop.star.read_bytes()
    path = products if lookup else shop.sources.logs / "log.csv"
    real = build_star.keep_key

    def late(*args):
        with path.open("a", encoding="utf-8") as stream:
            stream.write("9,CAD\n")
        real(*args)

    with monkeypatch.context() as patched:
        patched.setattr(build_star, "keep_key", late)
        with pytest.raises(SalesLogError, match=f"{path.name} changed while") as caught:
            shop.build(long_settings())
    assert "Wait until its export or copy is complete" in caught.value.remedy
    assert shop.star.read_bytes() == before


@pytest.mark.parametrize(
    "program",
    [
        "CREATE VIEW {name} AS SELECT * FROM read_csv('{secret}')",
        "CREATE MACRO sum(x) AS (SELECT min(content) FROM read_text('{secret}'))",
    ],
    ids=["view", "macro"],
)
def test_a_star_that_reads_other_files_is_none(shop, tmp_path, program):
    """Whoever gives a workspace gives its star too; lists made of it may be sent back to them."""
    shop.put("log.csv", LOG)
    made = shop.build(long_settings())
    assert report_of(made.path, made.key, None) is not None
    secret = tmp_path / "secret.csv"
    secret.write_text("customer_id\nthe secret\n", encoding="utf-8")
    with duckdb.connect(str(made.path)) as star:
        star.execute(f"DROP TABLE {Attribute.TABLE}")
        star.execute(program.format(name=Attribute.TABLE, secret=secret.as_posix()))
    assert report_of(made.path, made.key, None) is None
    with pytest.raises(WorkspaceError, match="can read other files"):
        build_star.open_star(made.path)
