"""Uses of content, and for the sendings of the last weeks the links that buyers opened."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, time, timedelta

from flask import current_app
from sqlalchemy import insert, select

from portal.db import chunks, db
from portal.demo.company import REPS
from portal.demo.loading.numbers import Numbers
from portal.demo.simulated import Simulated, SimulatedUse
from portal.sharing.models import ShareItem, ShareLink, Visit
from portal.sharing.services import hash_of, token_of
from portal.usage.models import UsageEvent
from portal.usage.services import NewUse, record_many

LINKS_SINCE = timedelta(weeks=8)
# How often it was looked at in the last weeks, and never used.
LOOKED_AT = {"cold-auf-einer-seite": 6, "against-sorrel-planning": 4}
_NOON = time(12, tzinfo=UTC)


def _key(place: int) -> str:
    return f"demo:{place}"


def record_uses(numbers: Numbers, story: Simulated) -> None:
    """Write every use down, on its deal or on none, and who looked at what nobody uses."""
    uses = [_use(numbers, use, place) for place, use in enumerate(story.uses)]
    record_many([*uses, *_looks(numbers, story)])


def _looks(numbers: Numbers, story: Simulated) -> list[NewUse]:
    """Content at which reps looked and which none of them took along."""
    reps = [person.email for person in REPS]
    return [
        NewUse(
            at=datetime.combine(story.today - timedelta(days=3 + 9 * at), _NOON),
            asset_id=numbers.assets[key],
            kind="viewed",
            user_id=numbers.people[reps[(at * 5) % len(reps)]],
            version_id=numbers.versions[key, 1],
            deal_id=None,
            known_by=None,
            source_key=f"demo:look:{key}:{at}",
        )
        for key, times in LOOKED_AT.items()
        for at in range(times)
    ]


def _use(numbers: Numbers, use: SimulatedUse, place: int) -> NewUse:
    return NewUse(
        at=use.at,
        asset_id=numbers.assets[use.asset],
        kind=use.kind,
        user_id=numbers.people[use.user_email],
        version_id=numbers.versions[use.asset, use.version],
        deal_id=numbers.deals[use.deal] if use.deal else None,
        known_by="named" if use.deal else None,
        source_key=_key(place),
    )


def add_links(numbers: Numbers, story: Simulated, moment: datetime) -> None:
    """Add the links behind the sendings of the last weeks, and what buyers did with them."""
    since = moment - LINKS_SINCE
    sent = {place: use for place, use in enumerate(story.uses) if use.kind == "sent" and use.at >= since}
    events, links = _events(sent), dict[str, int]()
    for part in chunks(sent.items(), 2_000):
        made = insert(ShareLink).returning(ShareLink.id, sort_by_parameter_order=True)
        ids = db.session.scalars(made, [_link(numbers, use) for _, use in part]).all()
        links |= {_key(at): link_id for (at, _), link_id in zip(part, ids, strict=True)}
        pieces = [_piece(numbers, use, links[_key(at)], events[_key(at)]) for at, use in part]
        db.session.execute(insert(ShareItem), pieces)
    visits = [
        {
            "link_id": links[_key(visit.use)],
            "key": secrets.token_urlsafe(16),
            "at": visit.at,
            "seen_at": visit.at,
            "downloaded_at": visit.at if visit.downloaded else None,
        }
        for visit in story.visits
        if visit.use in sent
    ]
    for seen in chunks(visits):
        db.session.execute(insert(Visit), seen)


def _events(sent: dict[int, SimulatedUse]) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for keys in chunks(map(_key, sent)):
        rows = select(UsageEvent.source_key, UsageEvent.id).where(UsageEvent.source_key.in_(keys))
        found.update(db.session.execute(rows).tuples().all())
    return found


def _piece(numbers: Numbers, use: SimulatedUse, link_id: int, event_id: int) -> dict[str, object]:
    return {
        "link_id": link_id,
        "position": 1,
        "asset_id": numbers.assets[use.asset],
        "version_id": numbers.versions[use.asset, use.version],
        "usage_event_id": event_id,
    }


def _link(numbers: Numbers, use: SimulatedUse) -> dict[str, object]:
    salt = secrets.token_urlsafe(24)
    return {
        "token_hash": hash_of(token_of(salt)),
        "salt": salt,
        "deal_id": numbers.deals[use.deal] if use.deal else None,
        "recipient": use.recipient or "",
        "created_by_id": numbers.people[use.user_email],
        "created_at": use.at,
        "expires_at": use.at + timedelta(days=current_app.config["SHARE_LINK_DAYS"]),
    }
