"""What looking after content left behind: approvals, looks, dates, conversations and collections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert

from portal.db import db
from portal.demo import care
from portal.demo.company import EMAIL_DOMAIN, MARKETERS, REPS
from portal.demo.loading.numbers import Numbers
from portal.demo.pieces import Edition, Piece
from portal.feedback.models import Comment, Thread
from portal.library.life.dates import review_days
from portal.library.models import Asset, AssetEvent, Collection, CollectionItem, Review, Reviewer
from portal.library.slugs import slug_of
from portal.usage.sums import local_day

_APPROVED_BEFORE = timedelta(hours=20)


def look_after(numbers: Numbers, pieces: Sequence[Piece], moment: datetime) -> None:
    """Add it all, after the content has been given the dates of the story."""
    # What the services noted while loading did not happen today.
    db.session.execute(delete(AssetEvent).where(AssetEvent.asset_id.in_(numbers.assets.values())))
    events: list[dict[str, object]] = []
    for place, piece in enumerate(pieces):
        asset = db.session.get_one(Asset, numbers.assets[piece.key])
        events += _life_of(numbers, piece, asset, moment)
        if piece.status == "published" and piece.key not in care.UNAPPROVED:
            events += [_approve(numbers, piece, edition, place, moment) for edition in piece.editions]
        if piece.status == "published":
            events += _look_at(piece, asset, place, moment)
        if piece.key in care.UNOWNED:
            asset.owner_id = None
    db.session.execute(insert(AssetEvent), sorted(events, key=lambda event: str(event["at"])))
    _add_talks(numbers, moment)
    _add_shelves(numbers, moment)
    db.session.flush()


def _event(asset: Asset, action: str, at: datetime, user_id: int | None, **more: object) -> dict[str, object]:
    known = {"asset_id": asset.id, "action": action, "at": at, "user_id": user_id}
    return known | {"version_id": None, "note": "", "detail": None} | more


def _life_of(numbers: Numbers, piece: Piece, asset: Asset, moment: datetime) -> list[dict[str, object]]:
    owner = numbers.people[piece.owner]
    events = [_event(asset, "created", asset.created_at - timedelta(days=3), owner)]
    for edition in piece.editions:
        version_id = numbers.versions[piece.key, edition.number]
        at = _before(moment, weeks=edition.weeks_ago)
        if edition.number == 1 and asset.published_at:
            events.append(_event(asset, "published", at, owner, version_id=version_id))
        elif edition.number > 1:
            added = at - timedelta(days=2)
            events.append(
                _event(asset, "version_added", added, owner, version_id=version_id, note=edition.note)
            )
            events.append(_event(asset, "version_published", at, owner, version_id=version_id))
    if asset.archived_at:
        events.append(_event(asset, "archived", asset.archived_at, owner))
    return events


def _approve(
    numbers: Numbers, piece: Piece, edition: Edition, place: int, moment: datetime
) -> dict[str, object]:
    """Have a version approved before it came out, by somebody of either side who did not make it."""
    asset = db.session.get_one(Asset, numbers.assets[piece.key])
    others = [person.email for person in (*MARKETERS, *REPS) if person.email != piece.owner]
    approver = numbers.people[others[(place + edition.number) % len(others)]]
    at = _before(moment, weeks=edition.weeks_ago) - _APPROVED_BEFORE
    version_id = numbers.versions[piece.key, edition.number]
    review = Review(
        asset_id=asset.id, version_id=version_id, state="approved", asked_by_id=numbers.people[piece.owner]
    )
    review.question = "Does this work in front of a customer?"
    review.asked_at, review.closed_at, review.closed_by_id = at - timedelta(days=1), at, approver
    review.reviewers = [Reviewer(user_id=approver, answer="approve", answered_at=at)]
    db.session.add(review)
    return _event(asset, "approved", at, approver, version_id=version_id)


def _look_at(piece: Piece, asset: Asset, place: int, moment: datetime) -> list[dict[str, object]]:
    """Set when it was last looked at and when that is due again; looks are spread over the interval."""
    days = review_days(asset)
    late = care.OVERDUE.get(piece.key)
    ago = days + late if late is not None else 5 + place * 37 % (days - 10)
    out = min(7 * piece.editions[-1].weeks_ago, 7 * piece.weeks_ago)
    looked = _before(moment, days=min(ago, out))
    asset.review_by = local_day(looked) + timedelta(days=days)
    if piece.key in care.EXPIRES_IN:
        asset.expires_on = local_day(moment) + timedelta(days=care.EXPIRES_IN[piece.key])
    if ago >= out:
        return []
    asset.verified_at, asset.verified_by_id = looked, asset.owner_id
    return [_event(asset, "verified", looked, asset.owner_id)]


def _add_talks(numbers: Numbers, moment: datetime) -> None:
    for talk in care.TALKS:
        version = max(number for key, number in numbers.versions if key == talk.piece)
        first, last = talk.words[0], talk.words[-1]
        thread = Thread(
            asset_id=numbers.assets[talk.piece],
            version_id=numbers.versions[talk.piece, version],
            page_number=talk.page,
            created_by_id=_person(numbers, first.email),
            created_at=_before(moment, days=first.days_ago),
        )
        if talk.settled_by:
            thread.resolved_by_id = _person(numbers, talk.settled_by)
            thread.resolved_at = _before(moment, days=last.days_ago - 0.2)
        thread.comments = [
            Comment(
                author_id=_person(numbers, word.email),
                body=word.text,
                created_at=_before(moment, days=word.days_ago),
            )
            for word in talk.words
        ]
        db.session.add(thread)


def _add_shelves(numbers: Numbers, moment: datetime) -> None:
    for place, shelf in enumerate(care.SHELVES):
        made = _before(moment, weeks=6 * (place + 1))
        collection = Collection(
            slug=slug_of(shelf.name),
            name=shelf.name,
            purpose=shelf.purpose,
            owner_id=_person(numbers, shelf.owner),
            published_at=made if shelf.is_published else None,
            created_at=made,
            updated_at=made,
        )
        db.session.add(collection)
        db.session.flush()
        db.session.add_all(
            CollectionItem(
                collection_id=collection.id, asset_id=numbers.assets[key], position=position, note=note
            )
            for position, (key, note) in enumerate(shelf.pieces, 1)
        )


def _person(numbers: Numbers, name: str) -> int:
    return numbers.people[f"{name}@{EMAIL_DOMAIN}"]


def _before(moment: datetime, *, weeks: float = 0, days: float = 0) -> datetime:
    return moment - timedelta(weeks=weeks, days=days)
