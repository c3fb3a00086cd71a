"""Proposing a use to whom it belongs, once: whatever was asked about or logged already is not asked about again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select

from portal.capture.models import ProposedUse
from portal.db import db
from portal.usage.models import UsageEvent
from portal.usage.queries import effective_events, uncounted
from portal.users.models import User

# The same thing within a day is the same use, whichever trace of it came first.
SAME = timedelta(days=1)


def propose(
    *,
    user_id: int,
    kind: str,
    asset_id: int,
    version_id: int | None,
    deal_id: int | None,
    at: datetime,
    origin: str,
    origin_key: str,
    reason: dict[str, Any],
    mail_id: int | None = None,
    meeting_id: int | None = None,
    of_event_id: int | None = None,
) -> ProposedUse | None:
    """Ask a person whether they used content on a deal, or return None where there is nothing (more) to ask.

    That is when this was proposed before, however it was decided, when the use is logged already, and when nothing
    that this person does counts.
    """
    proposal = ProposedUse(
        user_id=user_id,
        kind=kind,
        asset_id=asset_id,
        version_id=version_id,
        deal_id=deal_id,
        at=at,
        origin=origin,
        origin_key=origin_key[:200],
        reason=reason,
        mail_id=mail_id,
        meeting_id=meeting_id,
        of_event_id=of_event_id,
    )
    if not _counts(user_id) or _is_proposed(proposal) or is_logged(proposal, deal_id):
        return None
    db.session.add(proposal)
    db.session.flush()
    return proposal


def _counts(user_id: int) -> bool:
    user = db.session.get(User, user_id)
    return user is not None and user.is_active and user_id not in uncounted([user_id])


def _is_proposed(new: ProposedUse) -> bool:
    """Say whether the person was asked: because of the same thing, of the same use, or of the same deed that day."""
    same = ProposedUse.origin_key == new.origin_key
    if new.of_event_id is not None:
        same = or_(same, ProposedUse.of_event_id == new.of_event_id)
    if new.deal_id is not None:
        same_deed = (
            (ProposedUse.asset_id == new.asset_id)
            & (ProposedUse.kind == new.kind)
            & (ProposedUse.deal_id == new.deal_id)
            & ProposedUse.at.between(new.at - SAME, new.at + SAME)
        )
        same = or_(same, same_deed)
    return _any(select(ProposedUse.id).where(ProposedUse.user_id == new.user_id, same))


def is_logged(new: ProposedUse, deal_id: int | None) -> bool:
    """Say whether a proposed use is logged already: on this deal, or, where none is known, on whichever."""
    same = effective_events().where(
        UsageEvent.user_id == new.user_id,
        UsageEvent.asset_id == new.asset_id,
        UsageEvent.kind == new.kind,
        UsageEvent.at.between(new.at - SAME, new.at + SAME),
    )
    on = UsageEvent.deal_id.is_not(None) if deal_id is None else UsageEvent.deal_id == deal_id
    return _any(same.where(on).with_only_columns(UsageEvent.id))


def _any(found: Select[tuple[int]]) -> bool:
    return db.session.scalar(found.limit(1)) is not None
