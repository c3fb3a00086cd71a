"""What a search answers: what was typed, and where that finds nothing, what was probably meant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from portal.deals.models import Deal
from portal.discovery.correcting import corrected
from portal.discovery.finding import Filters, Found, find, matching
from portal.users.models import User


def answer(
    user: User,
    text: str,
    filters: Filters | None = None,
    sort: str = "relevance",
    number: int = 1,
    *,
    deal: Deal | None = None,
    exact: bool = False,
    without_boosts: Collection[str] = (),
) -> Found:
    """Search for what was typed; without a hit, for the words that were probably meant, unless it is to be `exact`.

    Found.instead then names them, and Found.did_you_mean where what was typed has hits, but none with all words.
    """
    found = find(user, text, filters, sort, number, deal=deal, without_boosts=without_boosts)
    if exact or found.has_all or not found.is_ranked or not found.words:
        return found
    meant = corrected(user, text)
    if meant is None:
        return found
    if found.total:
        has_hits = bool(matching(user, meant, filters or {}).fitting())
        return replace(found, did_you_mean=meant) if has_hits else found
    instead = find(user, meant, filters, sort, number, deal=deal, without_boosts=without_boosts)
    if not instead.total:
        return found
    return replace(instead, instead=meant, bare=found.bare)
