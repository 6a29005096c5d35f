"""Independent pieces of work on all cores: for work in libraries that let other threads run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

MOST_THREADS = 8
"""Each holds its piece's arrays, so more would cost memory before they save time."""

_most: ContextVar[int] = ContextVar("most", default=MOST_THREADS)

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """`work` of every item, in the order of `items`, on as many threads as there are cores.

    What `work` raises is raised here. Linear algebra within a piece has one thread, which
    `gosales/__init__.py` sees to: its own threads would only compete.
    """
    waiting = list(items)
    threads = min(cores(), _most.get(), len(waiting))
    if threads <= 1:
        return [work(item) for item in waiting]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, waiting))


def ahead(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """`work` of every item, in the order of `items`; while one is used the next is worked on.

    What `work` raises is raised in the place of its result.
    """
    if min(cores(), _most.get()) <= 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(1) as pool:
        waiting: Future[Result] | None = None
        for item in items:
            following = pool.submit(work, item)
            if waiting is not None:
                yield waiting.result()
            waiting = following
        if waiting is not None:
            yield waiting.result()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let `in_threads` work in this thread alone, where other processes use the other cores."""
    before = _most.set(1)
    try:
        yield
    finally:
        _most.reset(before)


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
