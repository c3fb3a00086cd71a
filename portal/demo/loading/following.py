"""What people of the made-up company follow, what they were told of it, and what they have read by now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, false, or_, select, update

from portal.content_requests.following import NEWS, tell_followers
from portal.content_requests.models import ContentRequest, RequestChange
from portal.db import db
from portal.demo.company import COLD, EMAIL_DOMAIN, ROUTE
from portal.demo.loading.numbers import Numbers
from portal.library.following import tell_of_version
from portal.library.models import Asset, Term, Version
from portal.notifications.models import Follow, Notification, OutboxMessage


@dataclass(frozen=True)
class _Reader:
    """Somebody, the keys of content and the names of terms that they follow, and the beginnings of requests."""

    who: str
    assets: tuple[str, ...]
    terms: tuple[str, ...]
    requests: tuple[str, ...]


_EXPLAINER, _OVERVIEW = "A two-minute explainer animation for Cold", "Update the executive overview"
_CARBON = "A one-sheeter on carbon footprint"
_READERS = (
    _Reader("marisol.tamm", ("against-pelloway", "dock-one-page"), (ROUTE,), (_EXPLAINER, _OVERVIEW)),
    _Reader("anneke.vosbeek", ("safety-stock-without-fear",), ("Grocery retail",), (_EXPLAINER,)),
    _Reader("callum.averett", ("virellan-pharma-cold-release",), (COLD,), ()),
    _Reader("leonie.brandvold", ("virellan-pharma-cold-release",), ("Pelloway",), (_CARBON,)),
    _Reader("rosalind.achterberg", ("marlow-reed-off-spreadsheets",), (ROUTE, COLD), (_CARBON, _OVERVIEW)),
)
_SINCE, _UNREAD, _READ = timedelta(days=150), timedelta(days=4), timedelta(days=3)


def add_follows(numbers: Numbers, moment: datetime) -> None:
    """Let people follow some things for five months, and tell them of all that happened to these since."""
    since = moment - _SINCE
    for reader in _READERS:
        subjects: dict[str, Iterable[int]] = {
            "asset": [numbers.assets[key] for key in reader.assets],
            "term": db.session.scalars(select(Term.id).where(Term.name.in_(reader.terms))),
            "request": db.session.scalars(select(ContentRequest.id).where(_begins(reader.requests))),
        }
        person = numbers.people[f"{reader.who}@{EMAIL_DOMAIN}"]
        db.session.add_all(
            Follow(user_id=person, subject=subject, subject_id=number, created_at=since)
            for subject, ids in subjects.items()
            for number in ids
        )
    db.session.flush()
    _tell_of_versions(since)
    _tell_of_requests(since)


def _begins(words: tuple[str, ...]) -> ColumnElement[bool]:
    return or_(false(), *(ContentRequest.need.startswith(each) for each in words))


def _tell_of_versions(since: datetime) -> None:
    found = select(Version, Asset).join(Asset, Asset.current_version_id == Version.id)
    found = found.where(Asset.state == "published", Version.published_at > since).order_by(
        Version.published_at
    )
    for version, asset in db.session.execute(found).tuples().all():
        tell_of_version(asset, version, None, is_first=version.number == 1)
        _date(f"in-use:{asset.id}:{version.id}", version.published_at)


def _tell_of_requests(since: datetime) -> None:
    found = select(RequestChange, ContentRequest).join(ContentRequest)
    found = found.where(
        RequestChange.status.in_(NEWS), RequestChange.status != "new", RequestChange.at > since
    )
    for change, request in db.session.execute(found.order_by(RequestChange.at)).tuples().all():
        tell_followers(request, None, change)
        _date(f"request:{request.id}:{change.id}", change.at)


def _date(event_key: str, at: datetime | None) -> None:
    told = update(OutboxMessage).where(OutboxMessage.event_key == event_key, OutboxMessage.kind == "follow")
    db.session.execute(told.values(created_at=at))


def read_what_is_old(moment: datetime) -> None:
    """Give what searchers were told the day of the delivery, and let everybody have read all but the latest news."""
    told = select(Notification, OutboxMessage.event_key).join(OutboxMessage)
    told = told.where(OutboxMessage.event_key.contains(":searched:"))
    for line, key in db.session.execute(told).tuples().all():
        request = db.session.get_one(ContentRequest, int(key.split(":")[1]))
        line.created_at = request.closed_at or line.created_at
    db.session.flush()
    old = update(Notification).where(Notification.created_at < moment - _UNREAD)
    db.session.execute(old.values(read_at=moment - _READ))
