import pandas as pd
import pytest

from gosales.simulate.market import MarketSettings, simulate_market


@pytest.fixture(scope="session")
def market():
    return simulate_market(MarketSettings(customers=1500, seed=3))


@pytest.fixture(scope="session")
def lines(market):
    return market.lines.to_pandas(date_as_object=False)


@pytest.fixture(scope="session")
def last_day(market):
    return pd.Timestamp(market.settings.last_day)
