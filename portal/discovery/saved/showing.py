"""What the results page says of saving: whether this search is saved, may be, and which of its hits are new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from portal.discovery.models import SavedSearch
from portal.discovery.saved.queries import new_hits, saved_as
from portal.users.models import User

_LATEST = 32_000_000_000_000  # milliseconds since 1970, in the year 2984


@dataclass(frozen=True)
class Saving:
    """The saved search whose results these are, with what is new since a moment; or the address to save it at."""

    search: SavedSearch | None
    address: str
    since: datetime | None = None
    new_ids: frozenset[int] = frozenset()


def saving(
    user: User, text: str, filters: Mapping[str, Sequence[str]], since: int | None = None
) -> Saving | None:
    """Return what to say of saving a search, or None where there is nothing to save.

    `since` is when its owner last opened it, in milliseconds since 1970, as the link to the results carries it.
    """
    if not text and not any(filters.values()):
        return None
    search = saved_as(user, text, filters)
    pairs = [("q", text)] if text else []
    pairs += [(key, value) for key, values in filters.items() for value in values]
    address = f"/searches/new?{urlencode(pairs)}"
    if search is None or since is None or not 0 < since < _LATEST:
        return Saving(search, address)
    moment = datetime.fromtimestamp(since / 1000, UTC)
    return Saving(search, address, moment, frozenset(new_hits(search, moment)))
