"""Pieces of work on all cores."""

from __future__ import annotations

import threading

import pytest

from gosales.utils import parallel
from gosales.utils.parallel import ahead, cores, in_threads, one_thread


def test_results_come_in_the_order_of_the_items_whoever_ends_first(monkeypatch):
    monkeypatch.setattr(parallel, "cores", lambda: 2)
    second_done = threading.Event()

    def work(item):
        if item == 0:
            assert second_done.wait(5), "the pieces ran one after the other"
        else:
            second_done.set()
        return item * 10

    assert in_threads(work, range(2)) == [0, 10]


def test_one_thread_works_by_itself_on_pieces_of_pieces_too():
    def work(depth):
        if depth:
            return {name for found in in_threads(work, [depth - 1] * 2) for name in found}
        return {threading.current_thread()}

    with one_thread():
        (found,) = in_threads(work, [2])
    assert found == {threading.current_thread()}


def test_no_items_give_no_results():
    assert in_threads(str, []) == []


def test_what_a_piece_raises_is_raised():
    def work(_item):
        raise ValueError("broken piece")

    with pytest.raises(ValueError, match="broken piece"):
        in_threads(work, [1, 2])


def test_the_next_piece_is_worked_on_while_one_is_used(monkeypatch):
    monkeypatch.setattr(parallel, "cores", lambda: 2)
    begun = [threading.Event() for _ in range(3)]

    def work(item):
        begun[item].set()
        return item * 10

    found = ahead(work, range(3))
    assert next(found) == 0
    assert begun[1].wait(5), "the next piece was not begun"
    assert not begun[2].wait(0.05), "more than one piece was begun ahead"
    assert list(found) == [10, 20]


def test_ahead_on_one_core_begins_nothing_before_it_is_asked_for():
    begun = []
    with one_thread():
        found = ahead(begun.append, range(3))
        next(found)
    assert begun == [0]


@pytest.mark.parametrize("together", [1, 2])
def test_what_a_piece_ahead_raises_comes_in_its_place(monkeypatch, together):
    monkeypatch.setattr(parallel, "cores", lambda: together)

    def work(item):
        if item == 1:
            raise ValueError("broken piece")
        return item

    found = ahead(work, range(3))
    assert next(found) == 0
    with pytest.raises(ValueError, match="broken piece"):
        next(found)


def test_there_is_at_least_one_core():
    assert cores() >= 1
