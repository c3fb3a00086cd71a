"""How long pieces of work take: by the clock, and of the processor, which others on the machine disturb less."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Spent:
    """Milliseconds by the clock and of the processor, each from least to most."""

    clock: tuple[float, ...]
    processor: tuple[float, ...]

    def median(self) -> float:
        """Return the median, in milliseconds of the processor."""
        return share(self.processor, 0.5)

    def p95(self) -> float:
        """Return what 95 in 100 do not exceed, in milliseconds of the processor."""
        return share(self.processor, 0.95)

    def line(self) -> str:
        """Return median and p95 of the processor, then by the clock, as columns."""
        figures = (self.median(), self.p95(), share(self.clock, 0.5), share(self.clock, 0.95))
        return "".join(f"{figure:9.1f}" for figure in figures)


HEADING = f"{'':<34}{'CPU ms':>9}{'p95':>9}{'clock ms':>9}{'p95':>9}"


def share(ordered: tuple[float, ...], part: float) -> float:
    """Return the figure below which a part (0 to 1) of the ordered figures lies."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def timed(work: Iterable[Callable[[], object]]) -> Spent:
    """Do pieces of work one after the other and say how long each took."""
    clock, processor = [], []
    for piece in work:
        start, busy = time.perf_counter(), time.process_time()
        piece()
        processor.append(1000 * (time.process_time() - busy))
        clock.append(1000 * (time.perf_counter() - start))
    return Spent(tuple(sorted(clock)), tuple(sorted(processor)))


def verdict(figure: float, goal: float) -> str:
    """Say whether a figure stays under its goal."""
    return f"goal {goal:g}: {'met' if figure < goal else 'MISSED'}"
