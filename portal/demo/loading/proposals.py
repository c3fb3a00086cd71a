"""Uses that log themselves: a mail, a meeting and a day of which one rep is asked whether they used content."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.capture.models import Meeting, ReceivedMail
from portal.capture.proposing import propose
from portal.db import db
from portal.deals.models import Deal
from portal.deals.queries import open_deals_of
from portal.demo.company import REPS
from portal.demo.loading.numbers import Numbers
from portal.library.models import Asset
from portal.library.queries import live
from portal.usage.models import UsageEvent
from portal.usage.queries import effective_events
from portal.users.models import User

MAILED = 2


def add_proposals(numbers: Numbers, moment: datetime) -> None:
    """Add what the first rep's mail, meeting and day suggest; nothing is logged before they say yes."""
    rep = db.session.get_one(User, numbers.people[REPS[0].email])
    deals = [deal for deal in db.session.scalars(open_deals_of(rep).limit(20)) if deal.account][:3]
    found = select(Asset).where(live(), Asset.current_version_id.is_not(None), Asset.kind != "battle_card")
    assets = list(db.session.scalars(found.order_by(Asset.use_count.desc(), Asset.id).limit(MAILED + 1)))
    if len(deals) < 3 or len(assets) < MAILED + 1:
        return
    _mail(rep, deals[0], assets[:MAILED], _at(moment, 2, 15))
    _meeting(rep, deals[1], assets[MAILED], _at(moment, 1, 16))
    _day(rep, deals[2], moment)


def _at(moment: datetime, days: int, hour: int) -> datetime:
    return (moment - timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)


def _domain(deal: Deal) -> str:
    words = (deal.account_name or deal.name).lower().split()
    return "".join(letter for letter in words[0] if letter.isascii() and letter.isalnum()) + ".example"


def _mail(rep: User, deal: Deal, assets: list[Asset], at: datetime) -> None:
    mail = ReceivedMail(
        user_id=rep.id,
        message_key=hashlib.sha256(b"demo mail").hexdigest(),
        subject="What we talked about",
        recipients=[_domain(deal)],
        sent_at=at,
        received_at=at + timedelta(minutes=1),
        state="read",
    )
    db.session.add(mail)
    db.session.flush()
    for asset in assets:
        propose(
            user_id=rep.id,
            kind="sent",
            asset_id=asset.id,
            version_id=asset.current_version_id,
            deal_id=deal.id,
            at=at,
            origin="mail",
            origin_key=f"mail:{mail.message_key}:{asset.current_version_id}:{deal.id}",
            reason={"domains": mail.recipients, "file": f"{asset.slug}.pdf"},
            mail_id=mail.id,
        )


def _meeting(rep: User, deal: Deal, asset: Asset, at: datetime) -> None:
    title = f"{deal.account_name}: first look"
    meeting = Meeting(
        user_id=rep.id,
        uid="demo",
        title=title,
        starts_at=at,
        ends_at=at + timedelta(hours=1),
        domains=[_domain(deal)],
        deal_id=deal.id,
        looked_at=at + timedelta(hours=1),
    )
    db.session.add(meeting)
    db.session.flush()
    propose(
        user_id=rep.id,
        kind="presented",
        asset_id=asset.id,
        version_id=asset.current_version_id,
        deal_id=deal.id,
        at=at + timedelta(minutes=4),
        origin="meeting",
        origin_key=f"meeting:{at:%Y%m%dT%H%M}:{asset.id}",
        reason={"title": title, "starts_at": at.isoformat(), "did": "viewed"},
        meeting_id=meeting.id,
    )


def _day(rep: User, deal: Deal, moment: datetime) -> None:
    """Propose what they last took without a deal for one, if that was lately."""
    loose = effective_events().where(
        UsageEvent.user_id == rep.id,
        UsageEvent.deal_id.is_(None),
        UsageEvent.kind.in_(("downloaded", "presented")),
        UsageEvent.at > moment - timedelta(days=13),
    )
    event = db.session.scalar(loose.order_by(UsageEvent.at.desc(), UsageEvent.id).limit(1))
    if event is None:
        return
    propose(
        user_id=rep.id,
        kind=event.kind,
        asset_id=event.asset_id,
        version_id=event.version_id,
        deal_id=deal.id,
        at=event.at,
        origin="same_day",
        origin_key=f"day:{event.id}",
        reason={"deal_id": deal.id, "deal": deal.name, "did": event.kind},
        of_event_id=event.id,
    )
