"""Unused: content that nobody uses, told apart by whether people meet it."""

from __future__ import annotations

from portal.discovery.learning.services import group_of
from portal.library.models import Asset
from portal.reports.actions import words
from portal.reports.actions.lines import Act, Found, Line, ask_about, short_title
from portal.reports.actions.queries import Unused, Words, searched_words, unused
from portal.reports.actions.rules import MOST_SEARCHES
from portal.reports.table import Column, Value
from portal.usage.sums import local_day
from portal.users.models import User
from portal.web.formatting import kind_words

_SHARED = (
    Column("content", "Content", "text", "A piece of content that is in use."),
    Column("kind", "Kind", "text", "The kind of content."),
    Column("why", "Why", "text", "What puts it on this list."),
    Column("owner", "Owner", "text", "Who looks after it."),
    Column("published", "Published", "date", "Since when sales can use it."),
    Column("used", "Last used", "date", "When it was sent, presented or downloaded for the last time."),
    Column("looks", "Looks", "count", "How often sales looked at it in the last 90 days."),
    Column("opens", "Opened", "count", "How often sales opened it from a search in the last 90 days."),
    Column("rating", "Rating", "rating", "How useful people find it, from 1 to 5."),
    Column("ratings", "Ratings", "count", "By how many people."),
)
_SEARCHES = Column("searches", "Searches", "text", "What was searched for lately that shares a word with it.")
NOT_FOUND_COLUMNS = (*_SHARED, _SEARCHES)
NOT_TRUSTED_COLUMNS = _SHARED


def not_found(user: User, limit: int, offset: int) -> Found:
    """List what nobody meets, what has been out longest first, with what people search for instead."""
    return _found(user, *unused(user, met=False, limit=limit, offset=offset))


def _unmet(user: User, item: Unused, searched: list[tuple[set[str], Words]]) -> Line:
    asset = item.asset
    near = _near(asset, searched)
    why = words.not_found(asset, near)
    act = (
        Act("Improve title and filters", f"/library/{asset.slug}/edit")
        if user.is_marketing
        else ask_about(
            "Ask to have it found",
            asset,
            f"“{short_title(asset)}” with a title and filters by which it is found.",
        )
    )
    return _line(item, why, act, (words.typed(near) or None,))


def _near(asset: Asset, searched: list[tuple[set[str], Words]]) -> list[Words]:
    """Return the searches that share the most words with a title, and of these the most frequent.

    What its kind is called says nothing of what it is about.
    """
    title = set(group_of(asset.title).split()) - set(group_of(kind_words(asset.kind)).split())
    shared = [(len(title & those), one) for those, one in searched if title & those]
    shared.sort(key=lambda pair: (-pair[0], -pair[1].searches, pair[1].words))
    return [one for _, one in shared[:MOST_SEARCHES]]


def not_trusted(user: User, limit: int, offset: int) -> Found:
    """List what people meet and do not use, what they looked at most first."""
    return _found(user, *unused(user, met=True, limit=limit, offset=offset))


def both(user: User, limit: int) -> Found:
    """List what nobody meets and then what people meet and do not use, each with its own reason and button."""
    return _found(user, *unused(user, limit=limit))


def _found(user: User, items: list[Unused], total: int) -> Found:
    is_searched = not all(item.is_met for item in items)
    searched = [(set(one.words.split()), one) for one in searched_words()] if is_searched else []
    lines = [_untrusted(user, item) if item.is_met else _unmet(user, item, searched) for item in items]
    return Found(lines, total)


def _untrusted(user: User, item: Unused) -> Line:
    asset = item.asset
    act = (
        Act("Archive it", f"/library/{asset.slug}/archive")
        if user.is_marketing
        else ask_about(
            "Ask to replace it", asset, f"Something instead of “{short_title(asset)}”, which nobody uses."
        )
    )
    return _line(item, words.not_trusted(item), act)


def _line(item: Unused, why: str, act: Act, more: tuple[Value, ...] = ()) -> Line:
    asset = item.asset
    kind, owner = kind_words(asset.kind), asset.owner.name if asset.owner else None
    published = local_day(asset.published_at) if asset.published_at else None
    return Line(
        title=asset.title,
        address=f"/library/{asset.slug}",
        note=f"{kind} · {owner}" if owner else f"{kind} · nobody looks after it",
        reason=why,
        act=act,
        values=(
            *(asset.title, kind, why, owner, published, asset.last_used_on, item.looks, item.opens),
            *(asset.rating_mean, asset.rating_count, *more),
        ),
    )
