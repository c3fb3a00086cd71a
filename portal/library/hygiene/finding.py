"""What is not in order, a function a kind; each looks at all content in use, or at some of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from portal.db import db, now
from portal.library.models import Asset, LinkCheck, Version, asset_terms
from portal.library.queries import live
from portal.library.reviewing.queries import approved_versions
from portal.usage.models import UsageEvent
from portal.usage.queries import touches
from portal.usage.sums import local_day
from portal.users.models import User
from portal.web.formatting import day

LATELY = timedelta(days=7)
LONG = timedelta(days=90)
# What a person reads of each kind, in the order in which the page shows them.
KINDS = {
    "broken_link": "Broken links",
    "expired_used": "Expired, still used",
    "not_approved": "Without approval",
    "no_owner": "No owner",
    "no_summary": "No summary",
    "no_terms": "Not filed",
    "same_title": "Same title",
    "same_file": "Same file",
    "never_viewed": "Not looked at",
}
Scope = Collection[int] | None


@dataclass(frozen=True)
class Found:
    """One thing that is not in order: with which content, what else it concerns, and more about it in words."""

    asset_id: int
    other_asset_id: int | None = None
    detail: str = ""


def _of(found: Select[Any], scope: Scope) -> Select[Any]:
    """Narrow a select to published content that is more than a name, and to some of it."""
    found = found.where(Asset.state == "published", Asset.is_placeholder.is_(False))
    return found if scope is None else found.where(Asset.id.in_(scope))


def _plain(*conditions: Any, scope: Scope) -> list[Found]:
    rows = db.session.scalars(_of(select(Asset.id), scope).where(live(), *conditions))
    return [Found(asset_id) for asset_id in rows]


def no_owner(scope: Scope = None) -> list[Found]:
    """Find what nobody looks after who can sign in; what has expired needs somebody too."""
    rows = _of(select(Asset.id, User.name).outerjoin(User, User.id == Asset.owner_id), scope)
    rows = rows.where(or_(User.id.is_(None), User.status != "active"))
    return [
        Found(asset_id, detail=f"Its owner, {name}, cannot sign in." if name else "")
        for asset_id, name in db.session.execute(rows)
    ]


def no_summary(scope: Scope = None) -> list[Found]:
    """Find what lists show without a word about it."""
    return _plain(func.trim(Asset.summary) == "", scope=scope)


def no_terms(scope: Scope = None) -> list[Found]:
    """Find what no filter leads to."""
    return _plain(Asset.id.not_in(select(asset_terms.c.asset_id)), scope=scope)


def not_approved(scope: Scope = None) -> list[Found]:
    """Find what everyone uses although nobody approved this version of it."""
    is_missing = Asset.current_version_id.not_in(approved_versions())
    return _plain(Asset.current_version_id.is_not(None), is_missing, scope=scope)


def broken_link(scope: Scope = None) -> list[Found]:
    """Find links that did not answer as they should when they were last asked."""
    rows = select(Asset.id, LinkCheck.reason).join(Version, Version.id == Asset.current_version_id)
    rows = _of(rows.join(LinkCheck, LinkCheck.version_id == Version.id), scope)
    rows = rows.where(live(), Version.source == "link", LinkCheck.is_broken)
    return [Found(asset_id, detail=reason) for asset_id, reason in db.session.execute(rows)]


def expired_used(scope: Scope = None) -> list[Found]:
    """Find what was sent, presented, downloaded or noted on a deal in the last week, after its last day."""
    today, since = local_day(now()), now() - LATELY
    rows = select(Asset.id, Asset.expires_on, UsageEvent.at).join(UsageEvent, UsageEvent.asset_id == Asset.id)
    rows = _of(rows, scope).where(Asset.expires_on <= today, UsageEvent.at >= since, touches())
    uses: dict[int, int] = {}
    for asset_id, expires_on, at in db.session.execute(rows):
        if local_day(at) >= expires_on:
            uses[asset_id] = uses.get(asset_id, 0) + 1
    return [
        Found(
            asset_id,
            detail=f"Used {'once' if times == 1 else f'{times} times'} in the last week all the same.",
        )
        for asset_id, times in uses.items()
    ]


def never_viewed(scope: Scope = None, *, opened: Callable[[datetime], set[int]]) -> list[Found]:
    """Find what is published for 90 days and was not looked at in the last 90, by sales or by a buyer.

    What marketing looks at is no sign of use: who tends the library opens everything. `opened` says what buyers saw.
    """
    since = now() - LONG
    last = (
        select(func.max(UsageEvent.at))
        .outerjoin(User, User.id == UsageEvent.user_id)
        .where(UsageEvent.asset_id == Asset.id)
        .where(or_(User.id.is_(None), User.role.not_in(("marketer", "admin")), touches()))
        .scalar_subquery()
    )
    rows = _of(select(Asset.id, last.label("last")), scope).where(live(), Asset.published_at <= since)
    seen = opened(since)
    return [
        Found(asset_id, detail=f"Last looked at on {day(at)}." if at else "Nobody has looked at it yet.")
        for asset_id, at in db.session.execute(rows)
        if asset_id not in seen and (at is None or at < since)
    ]


def same_title(scope: Scope = None) -> list[Found]:
    """Find content in use whose title another one has too, capitals and spaces aside."""
    rows = db.session.execute(_of(select(Asset.id, Asset.use_count, Asset.title), None).where(live()))
    named = ((asset_id, uses, " ".join(title.casefold().split())) for asset_id, uses, title in rows)
    return _pairs(named, scope)


def same_file(scope: Scope = None) -> list[Found]:
    """Find content in use whose file is, byte for byte, that of another one."""
    in_use = and_(Version.id == Asset.current_version_id, Version.sha256.is_not(None))
    found = select(Asset.id, Asset.use_count, Version.sha256).join(Version, in_use)
    return _pairs(db.session.execute(_of(found, None).where(live())).tuples(), scope)


def _pairs(rows: Iterable[tuple[int, int, Any]], scope: Scope) -> list[Found]:
    """Pair what has the same key: each less used one with the most used, and the older of equals."""
    groups: dict[Any, list[tuple[int, int]]] = {}
    for asset_id, uses, key in rows:
        groups.setdefault(key, []).append((-uses, asset_id))
    pairs = []
    for group in groups.values():
        (_, kept), *others = sorted(group)
        pairs += [Found(asset_id, kept) for _, asset_id in others]
    if scope is None:
        return pairs
    return [pair for pair in pairs if pair.asset_id in scope or pair.other_asset_id in scope]


def find(kind: str, scope: Scope, *, opened: Callable[[datetime], set[int]]) -> list[Found]:
    """Find what is not in order in one way; `opened` says which content buyers saw since a moment."""
    if kind == "never_viewed":
        return never_viewed(scope, opened=opened)
    return _FINDERS[kind](scope)


_FINDERS: dict[str, Callable[[Scope], list[Found]]] = {
    "broken_link": broken_link,
    "expired_used": expired_used,
    "not_approved": not_approved,
    "no_owner": no_owner,
    "no_summary": no_summary,
    "no_terms": no_terms,
    "same_title": same_title,
    "same_file": same_file,
}
