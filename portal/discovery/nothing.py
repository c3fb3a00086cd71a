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


def nothing_of(user: User, filters: Filters, found: Found) -> Nothing | None:
    """Look for what a search without a hit leads on to; only those who look after what is archived are told of it."""
    bare = found.bare
    if found.total or found.says_nothing or not bare:
        return None
    chosen = sum(map(len, filters.values())) + len(found.typed)
    there = count(user, bare) if chosen or user.is_marketing else Count(0, is_capped=False, archived=0)
    archived = there.archived if user.is_marketing and not there.total else 0
    asked = None if there.total or archived else open_request_for(bare)
    return Nothing(there, chosen, archived, asked)
