"""Independent pieces of work on all cores: for work in libraries that let other threads run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from threadpoolctl import threadpool_limits

MOST_THREADS = 8
"""Each holds its piece's arrays, so more would cost memory before they save time."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """`work` of every item, in the order of `items`, on as many threads as there are cores.

    Linear algebra gets one thread per piece meanwhile; its own threads would only compete.
    What `work` raises is raised here.
    """
    waiting = list(items)
    threads = min(cores(), MOST_THREADS, len(waiting))
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(max(threads, 1)) as pool:
        return list(pool.map(work, waiting))


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
