"""Yes or no to a proposed use: a yes becomes a use that says what it was inferred from, and both can be undone."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, cast, update

from portal.capture.models import ProposedUse
from portal.capture.proposing import is_logged
from portal.capture.queries import UNDO_FOR
from portal.db import db, now
from portal.deals.models import Deal
from portal.errors import Conflict
from portal.usage.models import UsageEvent
from portal.usage.services import assign, record, take_back
from portal.usage.sums import local_day
from portal.users.models import User

# Nobody knows any more what they did two months ago.
WAITS_FOR = timedelta(days=60)


def confirm(proposal: ProposedUse, deal: Deal, by: User) -> UsageEvent | None:
    """Log a proposed use on a deal, once; None where the use turned out to be logged already.

    Raises Conflict when it was decided otherwise meanwhile, in another window, say.
    """
    if proposal.state == "confirmed" and proposal.deal_id == deal.id:
        return db.session.get(UsageEvent, proposal.usage_event_id or 0)
    if proposal.state != "waiting":
        raise Conflict(_decided_otherwise(proposal))
    event = _log(proposal, deal, by)
    proposal.deal_id, proposal.usage_event_id = deal.id, event.id if event else None
    _decide(proposal, "confirmed")
    return event


def _log(proposal: ProposedUse, deal: Deal, by: User) -> UsageEvent | None:
    if is_logged(proposal, deal.id):
        return None
    late = is_late(deal)
    if proposal.of_event_id is not None:
        event = db.session.get_one(UsageEvent, proposal.of_event_id)
        return assign(event, deal.id, by, inferred_from=proposal.origin, is_late=late)
    return record(
        asset_id=proposal.asset_id,
        version_id=proposal.version_id,
        user_id=proposal.user_id,
        kind=proposal.kind,
        deal_id=deal.id,
        known_by="inferred",
        inferred_from=proposal.origin,
        is_late=late,
        at=proposal.at,
    )


def is_late(deal: Deal) -> bool:
    """Say whether how a deal ended is known: what is remembered of it from then on may follow from that."""
    return deal.status != "open"


def came_late(event: UsageEvent, deal: Deal) -> bool:
    """Say whether a use on a deal feeds no lift: inferred, and confirmed when the deal had ended, known then or not.

    portal.impact.use_columns says the same of all uses at once.
    """
    if event.is_late or event.deal_known_by != "inferred":
        return event.is_late
    return is_late(deal) and deal.closed_on is not None and local_day(event.recorded_at) > deal.closed_on


def refuse(proposal: ProposedUse) -> None:
    """Note that a use never was, once; raises Conflict when it was confirmed meanwhile."""
    if proposal.state == "confirmed":
        raise Conflict(_decided_otherwise(proposal))
    if proposal.state == "waiting":
        _decide(proposal, "refused")


def undo(proposal: ProposedUse) -> None:
    """Let a proposal wait again; a use that a yes has logged is taken back, unless somebody corrected it since.

    Raises Conflict for what was decided too long ago: what figures were read from for days does not vanish.
    """
    if proposal.decided_at is not None and proposal.decided_at < now() - UNDO_FOR:
        raise Conflict("This was answered more than a day ago, so it stays. Its use can still be moved.")
    if proposal.usage_event_id is not None:
        event = db.session.get_one(UsageEvent, proposal.usage_event_id)
        proposal.usage_event_id = None
        db.session.flush()
        take_back(event)
    proposal.state, proposal.decided_at = "waiting", None
    db.session.flush()


def let_go_of_old() -> int:
    """Refuse what has waited for too long, and return how much that was; nobody is told."""
    moment = now()
    old = (ProposedUse.state == "waiting") & (ProposedUse.created_at < moment - WAITS_FOR)
    gone = update(ProposedUse).where(old).values(state="refused", decided_at=moment)
    return db.session.execute(gone).rowcount  # type: ignore[attr-defined]


def forget_why(origin: str, before: datetime) -> int:
    """Forget what proposals made before a moment were made of (file names, domains, titles), and return how many."""
    told = (ProposedUse.origin == origin) & (cast(ProposedUse.reason, String) != "{}")
    old = update(ProposedUse).where(told, ProposedUse.created_at < before).values(reason={})
    return db.session.execute(old).rowcount  # type: ignore[attr-defined]


def _decide(proposal: ProposedUse, state: str) -> None:
    proposal.state, proposal.decided_at = state, now()
    db.session.flush()


def _decided_otherwise(proposal: ProposedUse) -> str:
    if proposal.state == "refused":
        return "You said no to this already, in another window perhaps. Undo that first."
    on = f" on {proposal.deal.name}" if proposal.deal else ""
    return f"This is logged{on} already, in another window perhaps. Undo that first."
