"""Other futures: the past stays as it is, to the letter, and the future does not."""

import numpy as np
import pyarrow as pa
import pytest

from gosales.core.timeline import Cutoff
from gosales.etl.copies import LogCopy
from gosales.etl.lookup_copies import LookupCopy
from gosales.pipeline.prove_future import (
    CHANGES,
    DELETED,
    EXTENDED,
    LATE,
    SCRAMBLED,
    SWAPPED,
    Edge,
    hidden_lookups,
    mixed_lookups,
)

CUTOFF = Cutoff.parse("2024-06-30")
ROLES = {"customer": (0,), "date": (1,), "known_at": (2,), "sku": (3,), "value": (4,), "rep": (5,)}


def days(*texts):
    return np.array(texts, "datetime64[D]")


def log(size=80, seed=1):
    """Lines of a year around the cutoff; every fifth was posted three weeks late."""
    chance = np.random.default_rng(seed)
    day = np.datetime64("2024-01-01") + chance.integers(0, 364, size)
    known = day + np.where(np.arange(size) % 5 == 0, 21, 0)
    columns = [
        [f"c{number % 9}" for number in range(size)],
        [str(d).replace("-", "/") for d in day],
        [str(d) for d in known],
        [f"s{number % 7}" for number in range(size)],
        [f"{number}.00" for number in range(1, size + 1)],
        [f"r{number % 3}" for number in range(size)],
    ]
    table = pa.table([pa.array(c, pa.string()) for c in columns], [f"c{i}" for i in range(6)])
    header = ("Customer", "Date", "Posted", "Sku", "Value", "Rep")
    return LogCopy("0000_log.csv", header, table, ROLES, day, known)


def edge(two_clocks=True):
    return Edge(CUTOFF, two_clocks, horizon_months=6, seed=1)


def records(log, keep):
    rows = zip(*(column.to_pylist() for column in log.table.columns), strict=True)
    return [row for row, kept in zip(rows, keep, strict=True) if kept]


@pytest.mark.parametrize("two_clocks", [True, False])
@pytest.mark.parametrize("name", sorted(CHANGES))
def test_the_past_stays_to_the_letter_and_the_future_changes(name, two_clocks):
    before, at = log(), edge(two_clocks)
    after = CHANGES[name][0]([before], at)
    past, future = ~at.unknown(before), at.unknown(before)
    known = [row for one in after for row in records(one, ~at.unknown(one))]
    if name != LATE or two_clocks:  # by one clock, late lines are simply lines of the past
        assert known == records(before, past)
    unknown = [row for one in after for row in records(one, at.unknown(one))]
    assert sorted(unknown) != sorted(records(before, future)) or (name == LATE and not two_clocks)
    assert len(unknown) > 0 or name == DELETED


def test_the_same_seed_gives_the_same_future():
    for change, _ in CHANGES.values():
        one, two = (change([log()], edge()) for _ in range(2))
        assert [a.table for a in one] == [b.table for b in two]


def test_deleted_leaves_nothing():
    (after,) = CHANGES[DELETED][0]([log()], edge())
    assert not edge().unknown(after).any()


def test_scrambled_keeps_every_value_but_not_the_rows():
    before, at = log(), edge()
    (after,) = CHANGES[SCRAMBLED][0]([before], at)
    assert len(after) == len(before)
    for role in ("customer", "sku", "value", "rep"):
        assert sorted(after.texts(role)[0]) == sorted(before.texts(role)[0])
    assert (after.day > at.day).sum() == (before.day > at.day).sum()


def test_swapped_moves_whole_customers():
    before, at = log(), edge()
    (after,) = CHANGES[SWAPPED][0]([before], at)
    rows = at.unknown(before)
    old, new = before.texts("customer")[0][rows], after.texts("customer")[0][rows]
    moved = dict(zip(old, new, strict=True))
    assert (old != new).all()
    assert len(set(moved.values())) == len(moved)
    assert [moved[name] for name in old] == new.tolist()


def test_extended_starts_on_the_very_next_day_with_returns_and_strangers():
    at = edge()
    _, *new = CHANGES[EXTENDED][0]([log()], at)
    assert (new[0].day == at.day + 1).all()
    assert all(at.unknown(one).all() for one in new)
    assert all(text.startswith("-") for text in new[2].texts("value")[0])
    assert all(text.startswith("INVENTED") for text in new[3].texts("customer")[0])
    assert set(new[4].texts("rep")[0]) == {"Invented rep"}
    assert [one.name for one in new] == sorted(one.name for one in new)


def test_late_lines_happened_before_and_are_no_migration():
    at = edge()
    _, late = CHANGES[LATE][0]([log()], at)
    assert (late.day <= at.day).all()
    assert (late.known > at.day).all()
    assert (late.known - late.day).astype(int).max() <= 90


def people(**days_of):
    texts = {"id": ["a", "b", "c"], "trade": ["x", "y", "z"], "tier": ["1", "2", "3"]}
    columns = [pa.array(column, pa.string()) for column in texts.values()]
    table = pa.table(columns, ["c0", "c1", "c2"])
    return LookupCopy("customers", tuple(texts), table, days_of, attributes=(1, 2), constant=(1,))


def test_hidden_lookups_forget_what_was_not_known():
    (found,) = hidden_lookups({"customers": people()}, edge()).values()
    assert found.column(1).tolist() == ["x", "y", "z"]
    assert found.column(2).tolist() == ["", "", ""]
    dated = people(valid_from=(2, days("2024-01-01", "NaT", "2024-09-01")))
    (found,) = hidden_lookups({"customers": dated}, edge()).values()
    assert found.column(1).tolist() == ["x", "y"]
    assert found.column(2).tolist() == ["1", ""]


def test_mixed_lookups_exchange_what_was_not_known():
    (found,) = mixed_lookups({"customers": people()}, edge()).values()
    assert found.column(1).tolist() == ["x", "y", "z"]
    assert sorted(found.column(2)) == ["1", "2", "3"]


def test_later_retirements_and_launches_are_moved():
    table = pa.table(
        [pa.array(c, pa.string()) for c in (["p"], ["2024-12-01"], ["2025-01-01"])],
        ["c0", "c1", "c2"],
    )
    days_of = {"launched": (1, days("2024-12-01")), "retired": (2, days("2025-01-01"))}
    products = LookupCopy("products", ("sku", "launched", "retired"), table, days_of)
    (found,) = mixed_lookups({"products": products}, edge()).values()
    assert (found.column(1)[0], found.column(2)[0]) == ("2025-12-01", "")
