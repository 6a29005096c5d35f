"""What a worker of Spark does, without Spark; with it: tests/integration/test_engines.py."""

import pickle
import threading
from types import SimpleNamespace

import numpy as np
import pytest

import gosales
from gosales.core.columns import Fact
from gosales.features.engine import FeatureEngine
from gosales.pipeline import spark_scores
from gosales.pipeline.cell_scores import COLUMNS, scores_here
from gosales.pipeline.spark_scores import BLOCK, CUSTOMER, DIVISION, SCHEMA, Task, _worker
from gosales.utils import parallel
from gosales.utils.parallel import in_threads
from tests.cubes import text_cube


@pytest.fixture
def tables(engine):
    """Everybody's relational features, as they come out of another engine."""
    elsewhere = FeatureEngine(engine.history, 6)
    vars(elsewhere)["cube"] = text_cube(engine.history)
    with elsewhere.tables(0) as tables:
        yield tables


def test_workers_say_of_their_blocks_what_this_process_says_of_all(engine, models, tables):
    cells, by_name = engine.at(0), {model.division: model for model in models}
    expected = scores_here(cells, by_name, lambda *_: None)
    sent = pickle.dumps(Task.of(cells, by_name))
    work = _worker(SimpleNamespace(value=pickle.loads(sent)))
    shuffled = (table.to_pandas().sample(frac=1, random_state=1) for table in tables)
    people, touched = (table.assign(**{BLOCK: 0}) for table in shuffled)
    found, customers = np.full_like(expected, np.nan), cells.panel.customers
    for block in (customers[1::2], customers[::2]):
        told = work(*(t[t[Fact.CUSTOMER].isin(set(block))] for t in (people, touched)))
        assert ", ".join(told) == SCHEMA.replace(" int", "").replace(" double", "")
        found[told[CUSTOMER], told[DIVISION]] = told[list(COLUMNS)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_worker_uses_one_thread(engine, models, tables, monkeypatch):
    """Spark has a worker for every core already."""
    threads = []

    def seen(*_args):
        threads.extend(in_threads(lambda _: threading.current_thread(), range(2)))
        return np.zeros((1, len(models), len(COLUMNS)))

    monkeypatch.setattr(parallel, "cores", lambda: 2)
    monkeypatch.setattr(spark_scores, "block_scores", seen)
    cells = engine.at(0)
    task = Task.of(cells, {model.division: model for model in models})
    people, touched = (table.to_pandas().assign(**{BLOCK: 0}) for table in tables)
    one = [t[t[Fact.CUSTOMER] == cells.panel.customers[0]] for t in (people, touched)]
    task.scores(*one)
    assert set(threads) == {threading.current_thread()}


def test_a_worker_of_another_version_refuses(monkeypatch):
    work = _worker(SimpleNamespace(value=None))
    monkeypatch.setattr(gosales, "__version__", "9.9")
    with pytest.raises(RuntimeError, match=r"version 9\.9, not "):
        work(None, None)
