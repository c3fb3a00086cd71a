"""What people said to each other about a request and a deal, with each other's names in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from portal.content_requests.models import ContentRequest
from portal.db import db
from portal.deals.models import Deal
from portal.demo.company import MARKETERS
from portal.demo.loading.numbers import Numbers
from portal.feedback.threads.services import Said, reply, start_thread
from portal.notifications.models import OutboxMessage
from portal.users.models import User

_ASKED_FOR = "A one-sheeter on carbon footprint%"


def add_talks(numbers: Numbers, moment: datetime) -> None:
    """Add a conversation on a request, for everybody, and one on a deal that its team keeps to itself."""
    maker = db.session.get_one(User, numbers.people[MARKETERS[1].email])
    asked = db.session.scalars(select(ContentRequest).where(ContentRequest.need.like(_ASKED_FOR))).first()
    if asked is not None:
        _talk_about_request(asked, maker, moment)
    open_deal = select(Deal).join(User, User.id == Deal.owner_id).where(Deal.status == "open")
    deal = db.session.scalars(open_deal.order_by(User.id, Deal.base_amount_minor.desc(), Deal.id)).first()
    if deal is not None and deal.owner is not None:
        _talk_about_deal(deal, deal.owner, moment)


def _talk_about_request(asked: ContentRequest, maker: User, moment: datetime) -> None:
    rep = asked.asked_by
    first = start_thread(
        asked,
        rep,
        f"@{maker.name} the form from the port authority is due before this is: tonnes for each lane, and the "
        "source of every figure. Can we have the **table** first and the prose later?",
    )
    second = reply(first.thread, maker, f"@{rep.name} yes. The table is checked by Friday; use it as it is.")
    _put_in_the_past([first, second], [moment - timedelta(days=3), moment - timedelta(days=2.6)])


def _talk_about_deal(deal: Deal, owner: User, moment: datetime) -> None:
    mates = select(User).where(User.team_id == owner.team_id, User.id != owner.id, User.status == "active")
    mate = db.session.scalars(mates.order_by(User.id)).first()
    if mate is None:
        return
    first = start_thread(
        deal,
        owner,
        f"@{mate.name} you met their head of logistics at the fair. Does she sign, or does procurement?",
        team_id=owner.team_id,
    )
    second = reply(
        first.thread, mate, "Procurement signs, she decides. Send her the calculation, not the deck."
    )
    _put_in_the_past([first, second], [moment - timedelta(days=1.9), moment - timedelta(days=1.7)])


def _put_in_the_past(comments: Sequence[Said], moments: Sequence[datetime]) -> None:
    """Give what was said just now, and what was told of it, the times of the story."""
    comments[0].thread.created_at = moments[0]
    for said, at in zip(comments, moments, strict=True):
        said.comment.created_at = at
        keys = [f"{kind}:{said.comment.id}" for kind in ("comment", "mention")]
        told = update(OutboxMessage).where(OutboxMessage.event_key.in_(keys))
        db.session.execute(told.values(created_at=at))
