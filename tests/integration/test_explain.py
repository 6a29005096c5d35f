"""`gosales explain` by the command line, on published lists."""

import pandas as pd
import pytest

from gosales.core.columns import Fact
from gosales.core.timeline import Cutoff
from gosales.etl.build_star import open_star
from gosales.features.engine import FeatureEngine
from gosales.features.lookalikes import nearest_owners
from gosales.features.states import States


@pytest.fixture
def lists(scored):
    return pd.read_parquet(scored.outputs / "icp_scores.parquet")


def test_an_account_is_told_with_the_published_scores(gosales, scored, lists):
    mine = lists[lists["customer_id"] == lists["customer_id"].iloc[0]]
    answer = gosales("explain", scored, mine["customer_id"].iloc[0])
    assert answer.code == 0, answer.err
    for row in mine.itertuples():
        assert (
            f"{row.division}: {100 * row.icp_score:.1f} % ({row.status}, {row.model})" in answer.out
        )
    assert str(mine["cutoff_date"].iloc[0]) in answer.out
    for sentence in mine["reasons"].iloc[0].split("; "):
        assert sentence in answer.out


def test_a_division_can_be_asked_for(gosales, scored, lists):
    first, other = sorted(set(lists["division"]))[:2]
    answer = gosales("explain", scored, lists["customer_id"].iloc[0], "--division", first)
    assert f"\n{first}: " in answer.out
    assert f"\n{other}: " not in answer.out


def test_a_misspelt_customer_gets_the_nearest_named(gosales, scored, lists):
    wanted = lists["customer_id"].iloc[0]
    answer = gosales("explain", scored, wanted + "x")
    assert answer.code == 1
    assert wanted in answer.err
    assert "Traceback" not in answer.err


def test_an_unknown_division_names_those_there_are(gosales, scored, lists):
    answer = gosales("explain", scored, lists["customer_id"].iloc[0], "--division", "Nothing")
    assert answer.code == 1
    assert lists["division"].iloc[0] in answer.err


def test_owners_were_alike_before_they_bought(gosales, scored, lists):
    """The day on which an owner was alike lies before its first order, and so many days."""
    (path,) = (scored.root / "data" / "star").glob("*.duckdb")
    star = open_star(path)
    cutoff = Cutoff.parse(str(lists["cutoff_date"].iloc[0]))
    panel = FeatureEngine(star.as_of(cutoff), 6).at(0).panel
    sales = star.tables.facts.to_pandas()
    first = sales.groupby([Fact.CUSTOMER, Fact.DIVISION])[Fact.DATE].min()
    star.close()
    seen = 0
    for d, division in enumerate(panel.divisions):
        free = (~panel.owned[:, d]).nonzero()[0].astype("int32")
        for alike in (one for found in nearest_owners(States(panel), d, free) for one in found):
            bought = pd.Timestamp(first[panel.customers[alike.owner], division]).date()
            assert cutoff.months_before(alike.months_ago).date < bought
            seen += 1
    assert seen
