"""Questions about uses; only events that no later one corrects count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from portal.db import chunks, db
from portal.errors import NotFound
from portal.usage.models import SAID_SO, FirstUse, UsageEvent
from portal.users.models import User


def effective_events() -> Select[tuple[UsageEvent]]:
    """Select the uses that count: those that no other event corrects."""
    later = aliased(UsageEvent)
    return select(UsageEvent).where(~select(later.id).where(later.corrects_id == UsageEvent.id).exists())


def touches() -> ColumnElement[bool]:
    """Return the condition of a use that is more than looking around, even while a deal happens to be chosen.

    On a deal such a use is a touch; portal.usage.services.is_touch says the same of a use that is not stored yet.
    """
    return (UsageEvent.kind != "viewed") | UsageEvent.deal_known_by.in_(SAID_SO)


def was_inferred() -> ColumnElement[bool]:
    """Return the condition of a use whose deal was inferred and confirmed, rather than logged by somebody."""
    return func.coalesce(UsageEvent.deal_known_by, "") == "inferred"


def was_inferred_itself() -> ColumnElement[bool]:
    """Return the condition of a use that would not be known without inference: more than its deal was inferred."""
    before = aliased(UsageEvent)
    of_such = select(before.id).where(before.id == UsageEvent.corrects_id, before.inferred_from.is_not(None))
    return was_inferred() & (UsageEvent.corrects_id.is_(None) | of_such.exists())


def was_ever_inferred(event: UsageEvent) -> bool:
    """Say whether anything of a use, or of what it corrects, was ever inferred, however often it was moved."""
    columns = (UsageEvent.corrects_id, UsageEvent.inferred_from)
    chain = select(*columns).where(UsageEvent.id == event.id).cte("chain", recursive=True)
    before = select(*columns).join(chain, chain.c.corrects_id == UsageEvent.id)
    chain = chain.union_all(before)
    found = select(func.count()).select_from(chain).where(chain.c.inferred_from.is_not(None))
    return bool(db.session.scalar(found))


def uses_of_deal(deal_id: int) -> Select[tuple[UsageEvent, User]]:
    """Select the uses on a deal with who did them (or None), latest first."""
    return _with_people().where(UsageEvent.deal_id == deal_id)


def uses_of_asset(asset_id: int) -> Select[tuple[UsageEvent, User]]:
    """Select the uses of an asset with who did them (or None), latest first."""
    return _with_people().where(UsageEvent.asset_id == asset_id)


def _with_people() -> Select[tuple[UsageEvent, User]]:
    people = effective_events().outerjoin(User, User.id == UsageEvent.user_id).add_columns(User)
    return people.order_by(UsageEvent.at.desc(), UsageEvent.id.desc())


def content_counts(deal_ids: Sequence[int]) -> dict[int, int]:
    """Return how many pieces of content were used on each of these deals; deals without any are left out."""
    counted = select(FirstUse.deal_id, func.count()).where(FirstUse.deal_id.in_(deal_ids))
    rows = db.session.execute(counted.group_by(FirstUse.deal_id))
    return {row[0]: row[1] for row in rows}


def event_or_404(event_id: int) -> UsageEvent:
    """Return a use by number, or raise NotFound; whether it may be seen depends on its deal."""
    event = db.session.get(UsageEvent, event_id)
    if event is None:
        raise NotFound
    return event


def known_source_keys(keys: Sequence[str]) -> set[str]:
    """Return those of the keys under which a use is known already."""
    known: set[str | None] = set()
    for part in chunks(keys):
        found = select(UsageEvent.source_key).where(UsageEvent.source_key.in_(part))
        known.update(db.session.scalars(found))
    return {key for key in known if key}


def uncounted(user_ids: Iterable[int]) -> set[int]:
    """Return those of some people whose uses are counted nowhere: marketing's own, and test users'."""
    found: set[int] = set()
    for part in chunks(user_ids):
        nobodies = select(User.id).where(
            User.id.in_(part), User.role.in_(("marketer", "admin")) | User.is_test.is_(True)
        )
        found.update(db.session.scalars(nobodies))
    return found


def user_ids_by_email(emails: Iterable[str]) -> dict[str, int]:
    """Return the people with these emails, given in lower case."""
    found: dict[str, int] = {}
    for part in chunks(emails):
        rows = db.session.execute(select(User.email, User.id).where(User.email.in_(part)))
        found.update((email, user_id) for email, user_id in rows if email)
    return found
