"""Reps' own files: written like all others, brought for one of their deals, and some of them decided on."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from portal.db import db
from portal.deals.models import Deal
from portal.demo.blocks import parse
from portal.demo.company import EMAIL_DOMAIN, MARKETERS
from portal.demo.from_sales import BROUGHT, Brought
from portal.demo.loading.numbers import Numbers
from portal.demo.pieces import Edition, Piece
from portal.demo.writers import write_file
from portal.library.contributions.deciding import adopt, decline
from portal.library.contributions.services import contribute
from portal.library.models import Asset, AssetEvent, Contribution, Term, Version
from portal.notifications.models import OutboxMessage
from portal.storage import Stored, storage
from portal.users.models import User


def write_files(pieces: Sequence[Piece]) -> dict[str, Stored]:
    """Write every file into the store."""
    by_key = {piece.key: piece for piece in pieces}
    with tempfile.TemporaryDirectory(prefix="tandem-") as folder:
        return {
            brought.key: storage().put_file(write_file(_piece(brought, by_key), Path(folder)))
            for brought in BROUGHT
        }


def _piece(brought: Brought, by_key: dict[str, Piece]) -> Piece:
    lent = (
        by_key[key].editions[-1].sections[number] for key, numbers in brought.borrowed for number in numbers
    )
    sections = (*lent, *parse(brought.own, lambda name: ""))
    pattern = next(piece for piece in by_key.values() if piece.kind == brought.kind)
    return Piece(
        key=brought.key,
        title=brought.title,
        kind=brought.kind,
        format=brought.format,
        summary=brought.story,
        guidance=pattern.guidance,
        owner=pattern.owner,
        status="from_sales",
        terms={},
        editions=(Edition(1, 0, "First version", sections),),
    )


def bring(numbers: Numbers, files: dict[str, Stored]) -> None:
    """Bring every file for an open deal of its rep."""
    for brought in BROUGHT:
        rep = db.session.get_one(User, numbers.people[f"{brought.by}@{EMAIL_DOMAIN}"])
        deal = select(Deal.id).where(Deal.owner_id == rep.id, Deal.status == "open").order_by(Deal.id)
        contribution = contribute(
            by=rep,
            stored=files[brought.key],
            filename=f"{brought.key}.{brought.format}",
            title=brought.title,
            story=brought.story,
            deal_id=db.session.scalar(deal.limit(1)),
        )
        asset = db.session.get_one(Asset, contribution.asset_id)
        asset.kind = brought.kind
        numbers.assets[brought.key], numbers.slugs[brought.key] = asset.id, asset.slug
        numbers.versions[brought.key, 1] = asset.current_version_id or 0
    db.session.flush()


def decide(numbers: Numbers, moment: datetime) -> None:
    """Decide on what was decided on, and give everything the dates of the story."""
    marketer = db.session.get_one(User, numbers.people[MARKETERS[0].email])
    for brought in BROUGHT:
        contribution = db.session.scalars(
            select(Contribution).where(Contribution.asset_id == numbers.assets[brought.key])
        ).one()
        asset, came = contribution.asset, moment - timedelta(days=brought.days_ago)
        asset.created_at = asset.updated_at = contribution.created_at = came
        _date(asset, came)
        db.session.execute(update(Version).where(Version.asset_id == asset.id).values(created_at=came))
        decided = moment - timedelta(days=brought.decided_days_ago)
        if brought.outcome == "adopted":
            adopt(contribution, marketer, publish_now=True)
            asset.published_at = decided
            asset.terms = list(db.session.scalars(select(Term).where(Term.name.in_(brought.terms))))
            db.session.execute(
                update(Version).where(Version.asset_id == asset.id).values(published_at=decided)
            )
        elif brought.outcome == "declined":
            decline(contribution, marketer, brought.reason)
            asset.archived_at = decided
        if brought.outcome:
            contribution.decided_at = asset.updated_at = decided
            _date(asset, decided, since=came)
    told = update(OutboxMessage).where(OutboxMessage.kind == "contribution")
    db.session.execute(told.values(created_at=moment - timedelta(days=30)))
    db.session.flush()


def _date(asset: Asset, at: datetime, since: datetime | None = None) -> None:
    """Date what was noted of an asset; with `since`, only what came after that."""
    db.session.flush()
    events = update(AssetEvent).where(AssetEvent.asset_id == asset.id)
    if since is not None:
        events = events.where(AssetEvent.at > since)
    db.session.execute(events.values(at=at))
