"""What is said where a search found nothing: why, as far as the person may know, and what there is instead."""

from __future__ import annotations

from dataclasses import dataclass

from portal.discovery.finding import Count, Filters, Found, count
from portal.discovery.suggesting import open_request_for
from portal.users.models import User


@dataclass(frozen=True)
class Nothing:
    """How many hits there are without the filters, how many are archived, and which request asks for it already."""

    without_filters: Count
    filters: int
    archived: int
    request: tuple[int, str] | None


def nothing_of(user: User, bare: str, filters: Filters, found: Found) -> Nothing | None:
    """Look for what a search without a hit leads on to; `bare` is its text without kind: and owner:.

    Only those who look after what is archived are told of it.
    """
    if found.total or found.says_nothing or not bare:
        return None
    chosen = sum(map(len, filters.values())) + len(found.typed)
    without = count(user, bare) if chosen else Count(0, is_capped=False)
    archived = 0
    if not without.total and user.is_marketing and "state" not in filters:
        archived = count(user, bare, {"state": ["archived"]}).total
    asked = None if without.total or archived else open_request_for(bare)
    return Nothing(without, chosen, archived, asked)
