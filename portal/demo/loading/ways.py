"""How uses on deals came to be known: most were named, some noted on the deal at hand, and some inferred."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from portal.db import db
from portal.deals.models import Deal
from portal.demo.loading.uses import LINKS_SINCE
from portal.usage.models import UsageEvent

# From what a use of each kind is inferred.
_FROM = {"sent": "mail", "presented": "meeting", "downloaded": "same_day"}
# Of the uses of one kind every so many was inferred, and of the rest every so many noted on the deal at hand.
_INFERRED, _AT_HAND = 8, 4
# Of the further uses of the same piece on a deal that has closed, every so many was confirmed only then.
_LATE = 40
_SAID_AFTER = timedelta(minutes=10)
_EVENING = time(17, tzinfo=UTC)


def tell_how_known(moment: datetime) -> None:
    """Say of part of the uses that nobody named their deal; which content was used on which deal stays as it was told.

    What was sent lately went by the portal's own links, which log themselves. What is late repeats an earlier use, so
    that no figure loses one.
    """
    columns = (UsageEvent.id, UsageEvent.kind, UsageEvent.at, UsageEvent.asset_id, UsageEvent.deal_id)
    more = (UsageEvent.user_id, UsageEvent.version_id, Deal.status, Deal.closed_on)
    uses = select(*columns, *more).join(Deal, Deal.id == UsageEvent.deal_id)
    uses = uses.where(UsageEvent.kind.in_(_FROM)).order_by(UsageEvent.at, UsageEvent.id)
    counted: Counter[str] = Counter()
    seen: set[tuple[int, int]] = set()
    changes = []
    for use in db.session.execute(uses).all():
        again = (use.asset_id, use.deal_id) in seen
        seen.add((use.asset_id, use.deal_id))
        if use.kind == "sent" and use.at >= moment - LINKS_SINCE:
            continue
        known_after_the_end = again and use.status != "open" and use.closed_on is not None
        counted["late"] += known_after_the_end
        counted[use.kind] += 1
        if known_after_the_end and counted["late"] % _LATE == 0:
            said = datetime.combine(use.closed_on + timedelta(days=2), _EVENING)
            changes.append(_inferred(use, min(said, moment), is_late=True))
        elif counted[use.kind] % _INFERRED == 0:
            changes.append(_inferred(use, use.at + _SAID_AFTER, is_late=False))
        elif use.kind != "sent" and counted[use.kind] % _AT_HAND == 1:
            changes.append(_at_hand(use))
    if changes:
        db.session.connection().execute(_CHANGE, changes)


def _inferred(use: Any, said_at: datetime, *, is_late: bool) -> dict[str, Any]:
    """Make a use one that was inferred; where only its deal was, the use without it stands before."""
    before: dict[str, int | None] = {"corrects": None, "by": None}
    if use.kind == "downloaded":
        before = {"corrects": _without_deal(use), "by": use.user_id}
    known = {"known": "inferred", "origin": _FROM[use.kind], "late": is_late, "recorded": said_at}
    return {"event": use.id} | known | before


def _at_hand(use: Any) -> dict[str, Any]:
    known = {"known": "sticky", "origin": None, "late": False, "recorded": use.at}
    return {"event": use.id, "corrects": None, "by": None} | known


def _without_deal(use: Any) -> int:
    values = {name: getattr(use, name) for name in ("at", "user_id", "asset_id", "version_id", "kind")}
    made = insert(UsageEvent).values(recorded_at=use.at, **values).returning(UsageEvent.id)
    return db.session.scalars(made).one()


_TABLE = UsageEvent.__table__.c
_CHANGE = (
    update(UsageEvent.__table__)  # type: ignore[arg-type]
    .where(_TABLE.id == bindparam("event"))
    .values(
        deal_known_by=bindparam("known"),
        inferred_from=bindparam("origin"),
        is_late=bindparam("late"),
        recorded_at=bindparam("recorded"),
        corrects_id=bindparam("corrects"),
        corrected_by_id=bindparam("by"),
    )
)
