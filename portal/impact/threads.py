"""Threads: arrays worked through on all processors, as numpy lets other threads run while it sorts and adds."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def at_once(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Do the same with several items side by side, and give the results in their order.

    Nothing that touches the database may be given: its connection belongs to the thread that opened it.
    """
    every = list(items)
    if len(every) < 2:
        return [work(item) for item in every]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, every))
