"""Telling those who made content that a deal was won with it, once per person and deal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import aliased, joinedload

from portal.db import chunks, db, now
from portal.deals.models import Deal, DealChange
from portal.feedback.closing.used import UsedContent, used_on
from portal.home.channels import post_wins
from portal.notifications.services import Group, Line, tell
from portal.usage.sums import local_day
from portal.users.models import User

# A deal that is new to the portal is news only if it was won lately; a first import brings years of them.
NEWS_FOR = timedelta(days=30)
WON = Group("win", "deals won with content of yours")


def tell_of_wins(import_id: int) -> int:
    """Tell makers of what was used on the deals that an import turned into wins, and channels; return the new lines."""
    return sum(_tell(ids, import_id) for ids in chunks(_newly_won(import_id), 500))


def _newly_won(import_id: int) -> list[int]:
    """Return the deals that are won now, and were open before this import or are new and closed lately.

    One that was won before, reopened and won again is no news.
    """
    before = DealChange.before["status"].as_string()
    is_new = DealChange.before.is_(None) & (Deal.closed_on > local_day(now()) - NEWS_FOR)
    found = select(Deal.id).join(DealChange, DealChange.deal_id == Deal.id)
    found = found.where(DealChange.import_id == import_id, Deal.status == "won")
    fresh = (before == "open") & _ended_before(import_id).is_distinct_from("won")
    return list(db.session.scalars(found.where(is_new | fresh).order_by(Deal.id)))


def _ended_before(import_id: int) -> ScalarSelect[Any]:
    """Say in SQL of a deal how it had ended when an earlier import reopened it; null when none did.

    Earlier is what was written before, which an import that was handed in later may have been.
    """
    earlier = aliased(DealChange)
    status = earlier.before["status"].as_string()
    ends = select(status).where(earlier.deal_id == Deal.id, earlier.import_id != import_id)
    return ends.where(status.in_(("won", "lost"))).order_by(earlier.id.desc()).limit(1).scalar_subquery()


def _tell(deal_ids: list[int], import_id: int) -> int:
    found = select(Deal).where(Deal.id.in_(deal_ids)).options(joinedload(Deal.owner))
    deals = list(db.session.scalars(found))
    used = used_on(deals)
    post_wins(deals, used, import_id=import_id)
    return tell([line for deal in deals for line in _lines(deal, used[deal.id])])


def _who_won(deal: Deal) -> str:
    return f"{deal.owner.name[:80]} won" if deal.owner else "Won:"


def _lines(deal: Deal, used: Iterable[UsedContent]) -> list[Line]:
    """Return what is told of one deal: a line for each maker, however much of it is theirs; not for who sold it."""
    made: dict[int, list[UsedContent]] = {}
    for one in used:
        if one.maker and one.maker.status == "active" and one.maker.id != deal.owner_id:
            made.setdefault(one.maker.id, []).append(one)
    return [_line(deal, theirs) for theirs in made.values()]


def _line(deal: Deal, theirs: list[UsedContent]) -> Line:
    maker, first = theirs[0].maker, theirs[0].asset
    assert maker is not None
    more = f" and {len(theirs) - 1} more of yours" if len(theirs) > 1 else ""
    content = f"“{first.title[:100]}”{more}"
    if _sees(maker, deal):
        title, address = f"{_who_won(deal)} {deal.name[:100]} with {content}", f"/deals/{deal.id}"
    else:
        title, address = f"A deal was won with {content}", f"/library/{first.slug}"
    return Line(maker.id, "win", title, address, f"won:{deal.id}", group_key=WON.key, group_title=WON.title)


def _sees(person: User, deal: Deal) -> bool:
    """Say whether a person sees a deal, as portal.deals.queries.who_sees says in SQL."""
    mates = deal.owner is not None and person.team_id is not None and deal.owner.team_id == person.team_id
    return person.sees_all_deals or mates
