"""Keeping meetings, out of a calendar as it stands now or typed in, and looking at them once they are over."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from portal.capture.deciding import forget_why
from portal.capture.meetings.deals import deal_of
from portal.capture.meetings.queries import meetings_of
from portal.capture.meetings.reading import Calendar, Met
from portal.capture.models import Meeting
from portal.capture.proposing import propose
from portal.db import chunks, db, now
from portal.deals.models import Deal
from portal.deals.queries import visible_deals_among
from portal.errors import Invalid
from portal.jobs import enqueue
from portal.library.queries import visible_assets_among
from portal.usage.models import UsageEvent
from portal.usage.queries import effective_events
from portal.users.models import User

# Content is often opened a little before.
BEFORE = timedelta(minutes=15)
MOST_KEPT, MOST_ASKED = 1_000, 10
KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Kept:
    """What became of a calendar: how many meetings are new, were known, went away, or had nobody from outside."""

    new: int
    known: int
    gone: int
    inside: int


def keep_calendar(user: User, calendar: Calendar) -> Kept:
    """Keep the meetings of a calendar with people from outside, or about a deal; those that it moved or dropped go."""
    found = {(met.uid, met.starts_at): met for met in calendar.meetings}
    known = {(row.uid, row.starts_at): row for row in _of_uids(user, calendar.uids)}
    gone = [row for key, row in known.items() if key not in found and row.looked_at is None]
    for row in gone:
        db.session.delete(row)
    deals: dict[tuple[tuple[str, ...], str], Deal | None] = {}
    new = inside = 0
    for key, met in found.items():
        about = (met.domains, met.title)
        if about not in deals:
            deals[about] = deal_of(user, met.domains, met.title)
        if not met.domains and deals[about] is None:
            inside += 1
        elif key in known:
            _renew(known[key], met, deals[about])
        elif new < MOST_KEPT:
            db.session.add(_meeting(user, met, deals[about]))
            new += 1
    db.session.flush()
    enqueue("look_at_meetings", once=True)
    return Kept(new, len(found.keys() & known.keys()), len(gone), inside)


def _of_uids(user: User, uids: Iterable[str]) -> list[Meeting]:
    found: list[Meeting] = []
    for part in chunks(uids):
        found += db.session.scalars(meetings_of(user).where(Meeting.uid.in_(part)))
    return found


def _meeting(user: User, met: Met, deal: Deal | None) -> Meeting:
    return Meeting(
        user_id=user.id,
        uid=met.uid,
        title=met.title,
        starts_at=met.starts_at,
        ends_at=met.ends_at,
        domains=list(met.domains),
        deal_id=deal.id if deal else None,
    )


def _renew(row: Meeting, met: Met, deal: Deal | None) -> None:
    if row.looked_at is None:
        row.title, row.ends_at, row.domains = met.title, met.ends_at, list(met.domains)
        row.deal_id = deal.id if deal else None


def add_meeting(
    user: User, *, title: str, starts_at: datetime, ends_at: datetime, domains: Sequence[str]
) -> Meeting:
    """Keep a meeting that somebody typed in or pasted."""
    if ends_at <= starts_at:
        raise Invalid("The meeting ends before it begins.", field="ends")
    met = Met(f"typed:{secrets.token_hex(8)}", title, starts_at, ends_at, tuple(domains))
    row = _meeting(user, met, deal_of(user, domains, title))
    db.session.add(row)
    db.session.flush()
    enqueue("look_at_meetings", once=True)
    return row


def remove_meeting(meeting: Meeting) -> None:
    """Forget a meeting; what was proposed because of it stays."""
    db.session.delete(meeting)
    db.session.flush()


def look_at(meeting_id: int) -> int:
    """Propose what was open during a meeting that is over as presented in it, once; return how much that was."""
    meeting = db.session.get(Meeting, meeting_id)
    if meeting is None or meeting.looked_at is not None or meeting.ends_at > now():
        return 0
    meeting.looked_at = now()
    user = db.session.get_one(User, meeting.user_id)
    deal = _open(visible_deals_among(user, [meeting.deal_id]).get(meeting.deal_id or 0))
    deal = deal or deal_of(user, meeting.domains, meeting.title)
    uses = _uses_during(meeting)
    assets = visible_assets_among(user, uses)
    shown = [use for asset_id, use in uses.items() if asset_id in assets][:MOST_ASKED]
    chosen = visible_deals_among(user, {use.deal_id for use in shown})
    return sum(_propose(meeting, use, deal or _open(chosen.get(use.deal_id))) for use in shown)


def _open(deal: Deal | None) -> Deal | None:
    is_open = deal is not None and deal.status == "open" and deal.removed_at is None
    return deal if is_open else None


def _uses_during(meeting: Meeting) -> dict[int, Any]:
    """Return by asset what was presented, or else opened, during a meeting and just before, and is on no deal yet.

    Looking around while a deal happens to be chosen puts nothing on it.
    """
    columns = (UsageEvent.id, UsageEvent.asset_id, UsageEvent.version_id, UsageEvent.kind, UsageEvent.at)
    more = (UsageEvent.deal_id, UsageEvent.deal_known_by, UsageEvent.corrects_id)
    found = effective_events().where(
        UsageEvent.user_id == meeting.user_id,
        UsageEvent.at >= meeting.starts_at - BEFORE,
        UsageEvent.at <= meeting.ends_at,
        UsageEvent.kind.in_(("viewed", "presented")),
    )
    uses: dict[int, Any] = {}
    settled: set[int] = set()
    for use in db.session.execute(found.with_only_columns(*columns, *more).order_by(UsageEvent.at)):
        chosen = use.kind == "viewed" and use.deal_known_by == "sticky"
        if use.corrects_id is not None or (use.deal_id is not None and not chosen):
            settled.add(use.asset_id)
            continue
        known = uses.get(use.asset_id)
        if known is None or (known.kind == "viewed" and use.kind == "presented"):
            uses[use.asset_id] = use
    return {asset_id: use for asset_id, use in uses.items() if asset_id not in settled}


def _propose(meeting: Meeting, use: Any, deal: Deal | None) -> bool:
    proposal = propose(
        user_id=meeting.user_id,
        kind="presented",
        asset_id=use.asset_id,
        version_id=use.version_id,
        deal_id=deal.id if deal else None,
        at=use.at,
        origin="meeting",
        origin_key=f"meeting:{meeting.starts_at:%Y%m%dT%H%M}:{use.asset_id}",
        reason={"title": meeting.title, "starts_at": meeting.starts_at.isoformat(), "did": use.kind},
        meeting_id=meeting.id,
        # That it was opened stays true; that it was presented without a deal gets one.
        of_event_id=use.id if use.kind == "presented" else None,
    )
    return proposal is not None


def clear_meetings() -> None:
    """Forget meetings of long ago, and their titles wherever something was proposed because of them."""
    before = now() - KEPT_FOR
    db.session.execute(delete(Meeting).where(Meeting.ends_at < before))
    forget_why("meeting", before)


def due_meetings(limit: int = 200) -> list[int]:
    """Return the meetings that are over and were not looked at yet."""
    moment = now()
    due = select(Meeting.id).where(
        Meeting.looked_at.is_(None), Meeting.ends_at <= moment, Meeting.ends_at > moment - KEPT_FOR
    )
    return list(db.session.scalars(due.order_by(Meeting.ends_at).limit(limit)))
