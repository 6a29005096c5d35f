"""Pseudonyms: the same for one customer everywhere, and made by nobody who lacks the salt."""

import json
import stat
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gosales.core.errors import WorkspaceError
from gosales.export.pitches import Sources
from gosales.export.pseudonyms import FILE, Pseudonyms

PEOPLE = [("0007", "Acme; Sons"), ("0008", "Best Ltd"), ("0009", ""), ("0010", "Twin"),
          ("0011", "Twin"), ("0012", "Acme")]  # fmt: skip


@pytest.fixture
def lists(tmp_path):
    ids, names = (list(column) for column in zip(*PEOPLE, strict=True))
    owners = ["Best Ltd; 0009", "Acme; Sons; Best Ltd", "Twin; Best Ltd", "Acme; Nobody", "", None]
    shared = {"customer_id": ids, "customer_name": names, "icp_score": [0.1] * len(ids)}
    pq.write_table(pa.table(shared), tmp_path / "icp_scores.parquet")
    pq.write_table(
        pa.table({**shared, "lookalike_owners": owners}), tmp_path / "whitespace.parquet"
    )
    plan = {"customer_id": ["0099"], "customer_name": ["Gone GmbH"], "lookalike_owners": ["Acme"]}
    pq.write_table(pa.table(plan), tmp_path / "plan.parquet")
    paths = (tmp_path / f"{name}.parquet" for name in ("icp_scores", "whitespace", "plan"))
    return Sources(*paths)


def copied(lists, workspace):
    folder = workspace / "copies"
    folder.mkdir(exist_ok=True)
    made = Pseudonyms.of(workspace).copy(lists, folder)
    return [pq.read_table(path).to_pydict() for path in (made.scores, made.whitespace, made.plan)]


def test_ids_names_and_owners_are_pseudonyms(lists, tmp_path):
    name = Pseudonyms.of(tmp_path).name
    scores, whitespace, plan = copied(lists, tmp_path)
    expected = [name(customer) for customer, _ in PEOPLE]
    assert scores["customer_id"] == scores["customer_name"] == expected
    assert scores["icp_score"] == [0.1] * len(PEOPLE)
    assert whitespace["customer_id"] == expected
    assert whitespace["lookalike_owners"] == [
        f"{name('0008')}; {name('0009')}",
        f"{name('0007')}; {name('0008')}",  # a name with the separator in it
        name("0008"),  # whose name it is cannot be told of two
        name("0012"),  # who is not in the lists is left out rather than told
        "",
        "",
    ]
    assert (plan["customer_id"], plan["lookalike_owners"]) == ([name("0099")], [name("0012")])
    told = str((scores, whitespace, plan))
    assert [word for pair in (*PEOPLE, ("0099", "Gone GmbH")) for word in pair if word and
            f"{word}'" in told] == []  # fmt: skip


def test_the_same_everywhere_with_one_salt_and_other_with_another(lists, tmp_path):
    first = copied(lists, tmp_path)
    assert copied(lists, tmp_path) == first
    other = tmp_path / "other"
    other.mkdir()
    assert copied(lists, other)[0]["customer_id"] != first[0]["customer_id"]
    assert len(set(first[0]["customer_id"])) == len(PEOPLE)


def test_the_salt_is_for_the_owner_alone_and_in_no_list(lists, tmp_path):
    copied(lists, tmp_path)
    path = tmp_path / FILE
    salt = json.loads(path.read_text("utf-8"))["salt"]
    assert len(salt) == 64
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for made in (tmp_path / "copies").iterdir():
        assert salt.encode() not in made.read_bytes()
        assert bytes.fromhex(salt) not in made.read_bytes()


@pytest.mark.parametrize("text", ["{", "[]", '{"salt": 5}', '{"salt": "ab"}', "{}"])
def test_a_broken_salt_is_an_error_not_a_new_one(tmp_path, text):
    (tmp_path / "data").mkdir()
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(WorkspaceError, match="Restore it") as caught:
        Pseudonyms.of(tmp_path)
    assert "pseudonyms.json" in caught.value.problem
