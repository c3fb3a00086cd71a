"""What became of a delivered request: its uses since, the deals they were on, and telling it four weeks later."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, Subquery, distinct, func, select
from sqlalchemy.orm import joinedload

from portal.content_requests.models import ContentRequest, Supporter, WaitingDeal
from portal.db import db, now
from portal.deals.models import Deal
from portal.deals.queries import in_crm, visible_deals
from portal.notifications.services import notify_many
from portal.usage.models import UsageEvent
from portal.usage.queries import effective_events, touches
from portal.usage.sums import local_day
from portal.users.models import Team, User
from portal.web.formatting import count

# By then those who asked for it had the time to use it, and still know what they asked for.
OUTCOME_AFTER = timedelta(days=28)
# What was delivered longer ago than this, nobody waits to hear of any more.
OUTCOME_UNTIL = timedelta(days=84)
MOST_NAMED = 6


@dataclass(frozen=True)
class Outcome:
    """What happened with what was delivered, since it was.

    `uses` are sends, presentings, downloads and what was named on a deal, by `people`; `names` are those of them whom
    the reader works with or oversees, `teams` all of theirs. `deals` are those of the `deal_count` deals that the
    reader may see; `waiting_used` of the `waiting` deals that waited are among them. `won` and `lost` count those of
    the deals that closed after they used it: plain counts that say nothing of why.
    """

    uses: int
    people: int
    names: list[str]
    teams: list[str]
    deals: list[Deal]
    deal_count: int
    waiting: int
    waiting_used: int
    won: int
    lost: int

    @property
    def other_people(self) -> int:
        return self.people - len(self.names)

    @property
    def other_deals(self) -> int:
        return self.deal_count - len(self.deals)


def _uses_since(request: ContentRequest) -> Select[tuple[UsageEvent]]:
    found = effective_events().where(UsageEvent.asset_id == request.delivered_asset_id, touches())
    return found.where(UsageEvent.at >= request.closed_at)


def outcome_of(request: ContentRequest, reader: User) -> Outcome | None:
    """Return what became of a delivered request as far as a person may know it, or None while it is not delivered."""
    if request.status != "delivered" or request.delivered_asset_id is None or request.closed_at is None:
        return None
    uses, people = _counts(request)
    on_deals = _deals_used(request)
    ids = select(on_deals.c.deal_id)
    deal_count, ended = _count(ids), _ended(on_deals)
    waiting = select(WaitingDeal.deal_id).where(WaitingDeal.request_id == request.id)
    seen = visible_deals(reader).where(Deal.id.in_(ids)).options(joinedload(Deal.account))
    deals = seen.order_by(Deal.base_amount_minor.desc().nulls_last(), Deal.id).limit(MOST_NAMED)
    return Outcome(
        uses=uses,
        people=people,
        names=_names(request, reader) if people else [],
        teams=_teams(request) if people else [],
        deals=list(db.session.scalars(deals)) if deal_count else [],
        deal_count=deal_count,
        waiting=_count(waiting),
        waiting_used=_count(waiting.where(WaitingDeal.deal_id.in_(ids))) if deal_count else 0,
        won=ended["won"],
        lost=ended["lost"],
    )


def _counts(request: ContentRequest) -> tuple[int, int]:
    counts = _uses_since(request).with_only_columns(func.count(), func.count(distinct(UsageEvent.user_id)))
    uses, people = db.session.execute(counts).one()
    return uses, people


def _deals_used(request: ContentRequest) -> Subquery:
    """Select the deals of the uses since the delivery, each with its first such use."""
    found = _uses_since(request).where(UsageEvent.deal_id.is_not(None))
    first = func.min(UsageEvent.at, type_=UsageEvent.at.type).label("first_at")
    return found.with_only_columns(UsageEvent.deal_id, first).group_by(UsageEvent.deal_id).subquery()


def _ended(on_deals: Subquery) -> Counter[str]:
    """Count how deals ended that closed on the day they first used it or later."""
    found = select(Deal.status, Deal.closed_on, on_deals.c.first_at).join(Deal, Deal.id == on_deals.c.deal_id)
    found = found.where(Deal.status != "open", in_crm(), Deal.closed_on.is_not(None))
    rows = db.session.execute(found).tuples()
    return Counter(status for status, closed_on, first in rows if closed_on >= local_day(first))


def _names(request: ContentRequest, reader: User) -> list[str]:
    """Return who used it on no deal or on one that the reader sees: whose uses its page shows them too."""
    seen = visible_deals(reader).with_only_columns(Deal.id).order_by(None)
    shown = UsageEvent.deal_id.is_(None) | UsageEvent.deal_id.in_(seen)
    who = _uses_since(request).where(shown).with_only_columns(UsageEvent.user_id)
    found = select(User.name).where(User.id.in_(who)).order_by(User.name)
    return list(db.session.scalars(found.limit(MOST_NAMED)))


def _teams(request: ContentRequest) -> list[str]:
    who = _uses_since(request).with_only_columns(UsageEvent.user_id)
    found = select(Team.name).join(User, User.team_id == Team.id).where(User.id.in_(who))
    return list(db.session.scalars(found.distinct().order_by(Team.name)))


def _count(found: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(found.subquery())) or 0


def outcomes_due() -> list[int]:
    """Return the ids of the requests whose people are to be told what became of them."""
    found = select(ContentRequest.id).where(
        ContentRequest.status == "delivered",
        ContentRequest.outcome_told_at.is_(None),
        ContentRequest.closed_at <= now() - OUTCOME_AFTER,
        ContentRequest.closed_at > now() - OUTCOME_UNTIL,
    )
    return list(db.session.scalars(found.order_by(ContentRequest.id)))


def tell_outcome(request: ContentRequest) -> None:
    """Tell those who asked for it, and who made it, once what became of what was delivered."""
    if request.closed_at is None or request.outcome_told_at is not None or request.status != "delivered":
        return
    request.outcome_told_at = now()
    people = select(User.id).outerjoin(Supporter, Supporter.user_id == User.id)
    needs = Supporter.request_id == request.id
    found = people.where(needs | (User.id == request.assigned_to_id), User.status == "active")
    notify_many(
        sorted(set(db.session.scalars(found))),
        kind="request",
        title=f"What became of “{request.need[:180]}”: {in_a_line(request)}",
        address=f"/requests/{request.id}#outcome",
        event_key=f"request:{request.id}:outcome:{request.closed_at:%Y%m%d%H%M%S}",
    )


def in_a_line(request: ContentRequest) -> str:
    """Say how often what was delivered was used since, in words that name nobody and nothing."""
    asset = request.delivered_asset
    if asset is None or not asset.is_live:
        return "it is not published any more"
    uses, people = _counts(request)
    if not uses:
        return "not used yet"
    deals = _count(select(_deals_used(request).c.deal_id))
    on = f" on {_so_many(deals, 'deal', 'deals')}" if deals else ""
    return f"used {_so_many(uses, 'time', 'times')} by {_so_many(people, 'person', 'people')}{on}"


def _so_many(number: int, one: str, many: str) -> str:
    return f"{count(number)} {one if number == 1 else many}"
