"""A customer taken out of published tables: the cells that stay are as safe as they were."""

import csv

import pytest

from gosales.core.person import Person
from gosales.pipeline.forget_files import clean_file

WHO = Person("0007", ("Acme",))


@pytest.fixture
def clean(tmp_path):
    """The rows of a table without the person."""

    def run(text, name="whitespace.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert clean_file(path, WHO, dry=False)
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream))[1:]

    return run


def test_what_is_left_of_the_look_alikes_runs_as_no_formula(clean):
    text = "customer_id,lookalike_owners\n0001,Acme; =1+1\n0002,'=1+1; Acme\n0007,Bolt\n"
    assert clean(text) == [["0001", "'=1+1"], ["0002", "'=1+1"]]


def test_longer_ids_stay(clean):
    text = "customer_id,division\n0007,CAD\n00070,CAD\n"
    assert clean(text) == [["00070", "CAD"]]


def test_rejected_lines_lose_their_text(clean):
    text = 'customer_id,text\n,"0007,Acme,x"\n,"0008,Bolt"\n'
    assert clean(text, "rejects.csv") == [["", ""], ["", "0008,Bolt"]]
