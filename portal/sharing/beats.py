"""Times per page on their way from browsers to the database: checked, buffered per web process, stored in one go.

A web process stores what it has 100 milliseconds after the first of it came, at 500 rows, and when it ends. Storing
takes some milliseconds more, so that a process that is killed loses no more than the last quarter of a second.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.exc import OperationalError, TimeoutError

from portal.db import unit_of_work
from portal.errors import Invalid, PortalError
from portal.library.models import Version
from portal.library.serving import ViewerPage
from portal.sharing.models import ShareItem, ShareLink
from portal.sharing.page_times import Beat, store

FLUSH_SECONDS = 0.1
FLUSH_ROWS = 500
# A database that cannot be written to for a while: what is more than this is refused, not forgotten.
MOST_WAITING = 50_000
# A full disk or a locked database, which others than the rows are to blame for.
PASSES = (OSError, OperationalError, TimeoutError)
MOST_PAGES = 60
MOST_MILLISECONDS = 60_000


class Full(PortalError):
    """Nothing can be stored at the moment, and enough waits already."""

    status = 503
    title = "Please try again later"


@dataclass(frozen=True)
class Place:
    """What times are told of: the numbers of a link, a piece of it and its version, and the pages that are shown."""

    link_id: int
    item_id: int
    version_id: int
    pages: frozenset[int]


def _places() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], "share place")


def place_of(link: ShareLink, item: ShareItem, version: Version, pages: Sequence[ViewerPage]) -> str:
    """Return, signed, what the times of one shown piece belong to, so that telling them asks little of the database."""
    numbers = [page.number for page in pages]
    hidden = sorted(set(range(1, max(numbers) + 1)) - set(numbers))
    return str(_places().dumps([link.id, item.id, version.id, max(numbers), hidden]))


def read_place(signed: object) -> Place:
    """Return what a signed place says, or refuse what the portal did not sign."""
    try:
        link_id, item_id, version_id, last, hidden = _places().loads(str(signed))
    except (BadSignature, ValueError, TypeError):
        raise Invalid("These times belong to nothing that was shown.") from None
    return Place(link_id, item_id, version_id, frozenset(range(1, last + 1)) - frozenset(hidden))


def read_times(told: object, place: Place) -> list[tuple[int, int]]:
    """Return (page, milliseconds) as a browser told them, or refuse the whole: other pages, no time, too much of it."""
    if not isinstance(told, list) or not 0 < len(told) <= MOST_PAGES:
        raise Invalid(f"Times are told of 1 to {MOST_PAGES} pages at once.")
    times = []
    for one in told:
        is_pair = isinstance(one, list) and len(one) == 2 and all(type(number) is int for number in one)
        if not is_pair or one[0] not in place.pages or not 0 < one[1] <= MOST_MILLISECONDS:
            raise Invalid("Times are whole milliseconds, up to a minute, of pages that are shown.")
        times.append((one[0], one[1]))
    if sum(milliseconds for _, milliseconds in times) > MOST_MILLISECONDS:
        raise Invalid("These times together are more than the minute that is told at once.")
    return times


class Buffer:
    """What waits in this process to be stored; any thread may add, and one at a time stores."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._waiting: list[Beat] = []
        self._adding, self._storing = threading.Lock(), threading.Lock()
        self._enough = threading.Event()
        self._is_timed = False

    def add(self, beats: Sequence[Beat]) -> None:
        """Take beats in; they are stored soon."""
        with self._adding:
            if len(self._waiting) + len(beats) > MOST_WAITING:
                raise Full("The times cannot be stored at the moment.")
            self._waiting.extend(beats)
            if len(self._waiting) >= FLUSH_ROWS:
                self._enough.set()
            if self._is_timed:
                return
            self._is_timed = True
        threading.Thread(target=self._flush_soon, name="beats", daemon=True).start()

    def _flush_soon(self) -> None:
        self._enough.wait(FLUSH_SECONDS)
        with self._adding:
            self._enough.clear()
            self._is_timed = False
        self.flush()

    def flush(self) -> None:
        """Store what waits; what could not be stored waits on, with what comes meanwhile."""
        with self._storing:
            with self._adding:
                taken, self._waiting = self._waiting, []
            if not taken:
                return
            left = self._store(taken)
            if left:
                with self._adding:
                    self._waiting = left + self._waiting

    def _store(self, beats: list[Beat]) -> list[Beat]:
        """Store beats and return those that have to wait; one that can never be stored holds up no other."""
        try:
            with self._app.app_context(), unit_of_work():
                store(beats)
        except PASSES:
            self._app.logger.exception("times of pages could not be stored yet")
            return beats
        except Exception:
            if len(beats) == 1:
                self._app.logger.exception(
                    "the time of a page cannot be stored, and is dropped: %r", beats[0]
                )
                return []
            half = len(beats) // 2
            return self._store(beats[:half]) + self._store(beats[half:])
        return []


def buffer() -> Buffer:
    """Return the buffer of this process and portal, made when the first beat comes."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with _making:
        if "beats" not in app.extensions:
            app.extensions["beats"] = made = Buffer(app)
            # After the last request was answered: gunicorn ends its processes like any other program.
            atexit.register(made.flush)
        kept: Buffer = app.extensions["beats"]
        return kept


_making = threading.Lock()


def add(place: Place, key: str, times: Sequence[tuple[int, int]], at: datetime) -> None:
    """Take in the times that the browser of a visit told just now."""
    buffer().add(
        [
            Beat(place.link_id, key, place.item_id, place.version_id, page, milliseconds, at)
            for page, milliseconds in times
        ]
    )
