import datetime as dt

import ibis
import pyarrow as pa
import pytest

from gosales.core.columns import CellStatus
from gosales.core.errors import ContractError
from gosales.etl.contracts import CONTRACTS

STATUS = next(contract for contract in CONTRACTS if contract.table == CellStatus.TABLE)
ROW = {
    "customer_id": "1",
    "division": "CAD",
    "product_sku": None,
    "cell_status": "competitor",
    "valid_from": dt.date(2024, 1, 1),
    "valid_to": None,
}
SCHEMA = pa.schema([(name, pa.date32() if "valid" in name else pa.string()) for name in ROW])


def table(**changes):
    return ibis.memtable(pa.Table.from_pylist([ROW, ROW | changes], schema=SCHEMA))


def test_a_sound_table_passes():
    rows = table()
    assert STATUS.check(rows) is rows


def test_a_broken_rule_shows_the_row():
    with pytest.raises(ContractError, match="1 rows break 'customer_id, division"):
        STATUS.check(table(division=None))
    with pytest.raises(ContractError, match="valid_from is not after valid_to"):
        STATUS.check(table(valid_to=dt.date(2023, 1, 1)))


def test_other_columns_are_refused():
    with pytest.raises(ContractError, match="should have"):
        STATUS.check(table().drop("valid_to"))
