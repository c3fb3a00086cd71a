"""Questions about proposed uses; a person sees their own, as long as they see its content and its deal."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.capture.matching import was_in_use
from portal.capture.models import ProposedUse
from portal.db import db, now
from portal.deals.models import Deal
from portal.deals.queries import visible_deals
from portal.errors import NotFound
from portal.library.models import Asset
from portal.usage.models import UsageEvent
from portal.users.models import User

# As long as somebody may think better of an answer.
UNDO_FOR = timedelta(days=1)
MOST_UNDONE = 25


def proposals_of(user: User) -> Select[tuple[ProposedUse]]:
    """Select what was proposed to a person, whatever became of it, with content and deal, as far as they see both."""
    seen = was_in_use(user).with_only_columns(Asset.id)
    deals = visible_deals(user).with_only_columns(Deal.id)
    found = select(ProposedUse).join(ProposedUse.asset).options(contains_eager(ProposedUse.asset))
    found = found.options(joinedload(ProposedUse.deal).joinedload(Deal.account))
    return found.where(
        ProposedUse.user_id == user.id,
        ProposedUse.asset_id.in_(seen),
        or_(ProposedUse.deal_id.is_(None), ProposedUse.deal_id.in_(deals)),
    )


def waiting_for(user: User) -> Select[tuple[ProposedUse]]:
    """Select what waits for a person's yes or no, the latest first; not what they put on a deal by hand meanwhile."""
    by_hand = select(UsageEvent.id).where(UsageEvent.corrects_id == ProposedUse.of_event_id).exists()
    waiting = proposals_of(user).where(ProposedUse.state == "waiting", ~by_hand)
    return waiting.order_by(ProposedUse.at.desc(), ProposedUse.id)


def waiting_number(user: User) -> int:
    """Return how many proposals wait for a person."""
    waiting = waiting_for(user).order_by(None).with_only_columns(func.count())
    return db.session.scalar(waiting) or 0


def decided_lately(user: User) -> list[ProposedUse]:
    """Return what a person decided within a day, the latest first, for who thinks better of it."""
    lately = proposals_of(user).where(
        ProposedUse.state != "waiting", ProposedUse.decided_at > now() - UNDO_FOR
    )
    latest = lately.order_by(ProposedUse.decided_at.desc(), ProposedUse.id.desc())
    return list(db.session.scalars(latest.limit(MOST_UNDONE)))


def proposal_or_404(user: User, proposal_id: int) -> ProposedUse:
    """Return a proposal to this person, or raise NotFound."""
    found = db.session.scalar(proposals_of(user).where(ProposedUse.id == proposal_id))
    if found is None:
        raise NotFound
    return found


def still_waiting(user: User, ids: list[int]) -> list[ProposedUse]:
    """Return those of these proposals that wait for this person even now, the latest first."""
    return list(db.session.scalars(waiting_for(user).where(ProposedUse.id.in_(ids))))
