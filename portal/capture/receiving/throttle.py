"""How often something may happen within a minute, kept in memory: for the one process that listens."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

WITHIN_SECONDS = 60.0
# Of more names than this the oldest are forgotten, so that strangers can't fill the memory.
MOST_NAMES = 10_000


class Throttle:
    """Counts what happens under a name, and says when that was `most` times within a minute."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._seen: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def is_full(self, name: str) -> bool:
        """Say whether no more may happen under this name for now."""
        with self._lock:
            return len(self._recent(name)) >= self._most

    def count(self, name: str) -> None:
        """Note that it happened."""
        with self._lock:
            moments = self._recent(name)
            moments.append(self._clock())
            self._seen[name] = moments
            while len(self._seen) > MOST_NAMES:
                del self._seen[next(iter(self._seen))]

    def _recent(self, name: str) -> deque[float]:
        # Taken out and put back by count(), so that the names seen last stand at the end.
        moments = self._seen.pop(name, deque(maxlen=self._most))
        while moments and moments[0] <= self._clock() - WITHIN_SECONDS:
            moments.popleft()
        if moments:
            self._seen[name] = moments
        return moments
