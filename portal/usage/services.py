"""Writing uses down: one at a time, many from a file, and corrections, with first uses and daily sums kept beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal.db import db, insert_rows, now
from portal.errors import Conflict, Invalid
from portal.jobs import enqueue
from portal.usage.models import KINDS, SAID_SO, UsageEvent
from portal.usage.queries import effective_events, known_source_keys, uncounted
from portal.usage.sums import add_days, add_first_uses, local_day, recompute_first_use, take_from_day
from portal.users.models import User

# A reload or a double click is not a second use.
DOUBLE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class NewUse:
    """One use as it comes from a file, its people and things already looked up."""

    at: datetime
    asset_id: int
    kind: str
    user_id: int | None = None
    version_id: int | None = None
    deal_id: int | None = None
    known_by: str | None = None
    page_number: int | None = None
    source_key: str | None = None
    import_id: int | None = None


USE_FIELDS = tuple(field.name for field in fields(NewUse))


def is_touch(kind: str, deal_id: int | None, known_by: str | None) -> bool:
    """Say whether a use counts as use on its deal: looking around while a deal happens to be chosen does not."""
    return deal_id is not None and (kind != "viewed" or known_by in SAID_SO)


def record(
    *,
    asset_id: int,
    version_id: int | None,
    user_id: int | None,
    kind: str,
    deal_id: int | None = None,
    known_by: str | None = None,
    page_number: int | None = None,
    at: datetime | None = None,
    source_key: str | None = None,
    inferred_from: str | None = None,
    is_late: bool = False,
) -> UsageEvent | None:
    """Write down one use; None for one of marketing's own or a test user's, or a double within ten seconds.

    Sending is never taken for a double: each link has a recipient and a use of its own, and a form counts once anyway.
    """
    if kind not in KINDS:
        raise Invalid(f"A use is one of {', '.join(KINDS)}.", field="kind")
    if user_id is not None and user_id in uncounted([user_id]):
        return None
    known_by = (known_by or "named") if deal_id is not None else None
    event = UsageEvent(
        at=at or now(),
        user_id=user_id,
        asset_id=asset_id,
        version_id=version_id,
        kind=kind,
        deal_id=deal_id,
        deal_known_by=known_by,
        page_number=page_number,
        source_key=source_key,
        inferred_from=inferred_from,
        is_late=is_late,
    )
    if kind != "sent" and _is_double(event):
        return None
    _add(event)
    return event


def _add(event: UsageEvent) -> None:
    db.session.add(event)
    db.session.flush()
    if event.deal_id is not None and is_touch(event.kind, event.deal_id, event.deal_known_by):
        add_first_uses({(event.asset_id, event.deal_id): (event.at, 1)})
    if event.user_id is not None:
        add_days(Counter([(local_day(event.at), event.asset_id, event.user_id, event.kind)]))
    enqueue("refresh_use", event.asset_id, once=True)


def _is_double(event: UsageEvent) -> bool:
    if event.user_id is None:
        return False
    same = effective_events().where(
        UsageEvent.user_id == event.user_id,
        UsageEvent.asset_id == event.asset_id,
        UsageEvent.version_id.is_not_distinct_from(event.version_id),
        UsageEvent.kind == event.kind,
        UsageEvent.deal_id.is_not_distinct_from(event.deal_id),
        UsageEvent.at > event.at - DOUBLE,
        UsageEvent.at < event.at + DOUBLE,
    )
    return db.session.scalar(same.with_only_columns(UsageEvent.id).limit(1)) is not None


def record_many(uses: Sequence[NewUse]) -> int:
    """Write down uses from a file in bulk and return how many were new; a known source key is left out.

    So are marketing's own uses and those of test users.
    """
    nobodies = uncounted({use.user_id for use in uses if use.user_id is not None})
    fresh = _not_known([use for use in uses if use.user_id not in nobodies])
    insert_rows(UsageEvent, (_values(use) for use in fresh))
    firsts: dict[tuple[int, int], tuple[datetime, int]] = {}
    days: Counter[tuple[date, int, int, str]] = Counter()
    for use in fresh:
        if use.deal_id is not None and is_touch(use.kind, use.deal_id, use.known_by):
            pair = (use.asset_id, use.deal_id)
            at, count = firsts.get(pair, (use.at, 0))
            firsts[pair] = (min(at, use.at), count + 1)
        if use.user_id is not None:
            days[(local_day(use.at), use.asset_id, use.user_id, use.kind)] += 1
    add_first_uses(firsts)
    add_days(days)
    for asset_id in sorted({use.asset_id for use in fresh}):
        enqueue("refresh_use", asset_id, once=True)
    return len(fresh)


def _not_known(uses: Sequence[NewUse]) -> list[NewUse]:
    known = known_source_keys([use.source_key for use in uses if use.source_key])
    fresh = []
    for use in uses:
        if use.source_key is None or use.source_key not in known:
            fresh.append(use)
            known.add(use.source_key or "")
    return fresh


def _values(use: NewUse) -> dict[str, Any]:
    # dataclasses.asdict() copies deeply, which took a third of an import's time.
    values = {name: getattr(use, name) for name in USE_FIELDS}
    values["deal_known_by"] = values.pop("known_by")
    return values


def move(event: UsageEvent, deal_id: int, by: User, *, is_late: bool = False) -> UsageEvent:
    """Say that a use belonged to another deal: a new event repeats it there, and the old one stops counting."""
    if event.deal_id == deal_id:
        raise Conflict("This use is on that deal already.", field="deal_id")
    return _correct(event, deal_id, by, known_by="named", is_late=is_late)


def assign(
    event: UsageEvent, deal_id: int, by: User, *, inferred_from: str, is_late: bool = False
) -> UsageEvent:
    """Say of a use without a deal which one it was for, as was inferred and its person confirmed."""
    if event.deal_id is not None:
        raise Conflict("This use is on a deal already.", field="deal_id")
    return _correct(event, deal_id, by, known_by="inferred", inferred_from=inferred_from, is_late=is_late)


def remove(event: UsageEvent, by: User) -> UsageEvent:
    """Say that a use belonged to no deal; the use itself still counts."""
    if event.deal_id is None:
        raise Conflict("This use is on no deal.")
    return _correct(event, None, by)


def _correct(
    event: UsageEvent,
    deal_id: int | None,
    by: User,
    *,
    known_by: str | None = None,
    inferred_from: str | None = None,
    is_late: bool = False,
) -> UsageEvent:
    if db.session.scalar(select(UsageEvent.id).where(UsageEvent.corrects_id == event.id)) is not None:
        raise Conflict("This use has been corrected meanwhile. Reload the page to see where it is now.")
    if _is_inferred_itself(event):
        # Whoever says where it belongs does not say that they logged it.
        known_by, inferred_from = "inferred", event.inferred_from
    correction = UsageEvent(
        at=event.at,
        user_id=event.user_id,
        asset_id=event.asset_id,
        version_id=event.version_id,
        kind=event.kind,
        page_number=event.page_number,
        deal_id=deal_id,
        deal_known_by=known_by,
        inferred_from=inferred_from,
        is_late=is_late,
        corrects_id=event.id,
        corrected_by_id=by.id,
    )
    db.session.add(correction)
    db.session.flush()
    for touched in (event.deal_id, deal_id):
        if touched is not None:
            recompute_first_use(event.asset_id, touched)
    enqueue("refresh_use", event.asset_id, once=True)
    return correction


def _is_inferred_itself(event: UsageEvent) -> bool:
    """Say whether that there was a use at all was inferred, as from a mail, rather than its deal alone."""
    if event.inferred_from is None or event.corrects_id is None:
        return event.inferred_from is not None
    return db.session.get_one(UsageEvent, event.corrects_id).inferred_from is not None


def take_back(event: UsageEvent) -> None:
    """Undo an inferred use, or what was inferred of the deal of one: as if it had never been confirmed.

    Only that is ever deleted, and only while nobody corrected it; what it corrected counts again.
    """
    if event.deal_known_by != "inferred":
        raise Conflict("Only what was inferred can be taken back.")
    if db.session.scalar(select(UsageEvent.id).where(UsageEvent.corrects_id == event.id)) is not None:
        raise Conflict("This use has been corrected meanwhile, so it stays where it is.")
    db.session.delete(event)
    db.session.flush()
    if event.deal_id is not None:
        recompute_first_use(event.asset_id, event.deal_id)
    if event.corrects_id is None and event.user_id is not None:
        take_from_day((local_day(event.at), event.asset_id, event.user_id, event.kind))
    enqueue("refresh_use", event.asset_id, once=True)
