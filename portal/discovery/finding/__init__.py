"""Finding content. The engine ranks ids and knows nothing of people; the database keeps what a person may see, and
counts and pages it (wanted). Hits with the same lift are ordered by their text score with small boosts (boosts, facts);
copies are folded under the best of them (folding, listing); filters count what they would find (facets); only what is
shown gets a snippet and the reasons of its place (hits, reasons, presence)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from portal.deals.models import Deal
from portal.discovery.finding.facets import groups_of
from portal.discovery.finding.found import PER_PAGE, SORTS, Choice, Count, Filters, Found, Group, Hit
from portal.discovery.finding.hits import hits_of
from portal.discovery.finding.listing import listing
from portal.discovery.finding.reasons import ALL_WORDS
from portal.discovery.finding.wanted import Wanted, matching
from portal.users.models import User

__all__ = [
    "PER_PAGE",
    "SORTS",
    "Choice",
    "Count",
    "Filters",
    "Found",
    "Group",
    "Hit",
    "Wanted",
    "count",
    "find",
    "listed_ids",
    "matching",
]


def find(
    user: User,
    text: str,
    filters: Filters | None = None,
    sort: str = "relevance",
    number: int = 1,
    per_page: int = PER_PAGE,
    *,
    deal: Deal | None = None,
    without_boosts: Collection[str] = (),
) -> Found:
    """Search, or browse when there are no words; hits, counts and facets hold only what the person may see.

    `deal` is the one at hand, which the person may see: what fits it is lifted a little. `without_boosts` names boosts
    that are to lift nothing this time.
    """
    wanted = matching(user, text, filters or {}, to_the_end=sort != "relevance")
    listed = listing(wanted, _order(wanted, sort), number, per_page, deal, without_boosts)
    hits = hits_of(wanted, listed, (listed.number - 1) * per_page, deal)
    return Found(
        hits=hits,
        total=listed.total,
        is_capped=wanted.is_capped,
        groups=groups_of(wanted) if listed.total or wanted.is_narrowed else (),
        number=listed.number,
        per_page=per_page,
        is_ranked=wanted.is_ranked,
        folded=listed.folded,
        words=wanted.words,
        typed=wanted.typed,
        bare=wanted.bare,
        not_understood=wanted.not_understood,
        says_nothing=wanted.query is not None and wanted.query.says_nothing and not listed.total,
        first_partial=listed.first_partial,
        has_all=_has_all(wanted, hits),
    )


def count(user: User, text: str) -> Count:
    """Count what a search without filters would find, without reading any of it."""
    wanted = matching(user, text, {})
    if wanted.ids is None:
        return Count(listing(wanted, "newest", 1, 1).total, wanted.is_capped, 0)
    total = len(wanted.fitting())
    return Count(total, wanted.is_capped, len(wanted.ids) - total)


def listed_ids(
    user: User, text: str, filters: Filters, sort: str, most: int, *, deal: Deal | None = None
) -> list[int]:
    """Return the first ids of the list that a search shows, on all its pages."""
    wanted = matching(user, text, filters, to_the_end=sort != "relevance")
    return list(listing(wanted, _order(wanted, sort), 1, most, deal).ids)


def _order(wanted: Wanted, sort: str) -> str:
    return "newest" if sort == "relevance" and wanted.ids is None else sort


def _has_all(wanted: Wanted, hits: Sequence[Hit]) -> bool:
    """Say whether a hit that is shown has all of the words, as far as it was read."""
    alone = wanted.query is not None and len(wanted.query.words) < 2
    return bool(hits) and (alone or any(ALL_WORDS in hit.why for hit in hits))
