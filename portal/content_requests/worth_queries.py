"""Questions about what waits for requests. Everybody sees totals; the deals they are of only some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.content_requests.models import OPEN_STATUSES, ContentRequest, Supporter, WaitingDeal
from portal.content_requests.worth import counted, waiting_pairs
from portal.db import db
from portal.deals.models import Deal
from portal.deals.queries import visible_deals
from portal.users.models import User

NO_TEAM = "No team"


@dataclass(frozen=True)
class Part:
    """A deal that waits, and how it counts: weight of its stage and fade in percent, and minor units that makes."""

    deal: Deal
    weight: int
    fade: int
    minor: int


@dataclass(frozen=True)
class Others:
    """The open deals that a person may not see: how many, and what they count for together."""

    deals: int
    minor: int


@dataclass(frozen=True)
class Waiting:
    """Who and what waits for a request, as of now: the deals this person may see, and what there is beyond them."""

    parts: list[Part]
    others: Others
    pipeline_minor: int
    open_deals: int
    without_amount: int
    supporters: list[User]
    joined: bool

    @property
    def deals(self) -> list[Deal]:
        """The deals that this person may see, closed ones too."""
        return [part.deal for part in self.parts]

    @property
    def teams(self) -> list[tuple[str, list[User]]]:
        """The people by team, the largest part first; who has no team comes last."""
        teams: dict[str, list[User]] = {}
        for person in self.supporters:
            teams.setdefault(person.team.name if person.team else NO_TEAM, []).append(person)
        return sorted(teams.items(), key=lambda team: (team[0] == NO_TEAM, -len(team[1]), team[0]))


def waiting_for(request: ContentRequest, user: User) -> Waiting:
    """Return who and what waits for a request, as far as this person may see it."""
    parts = _visible_parts(request, user)
    unknown = func.count().filter(Deal.base_amount_minor.is_(None))
    every = waiting_pairs().add_columns(func.coalesce(func.sum(counted().minor), 0), func.count(), unknown)
    total, deals, without = db.session.execute(every.where(ContentRequest.id == request.id)).one()
    seen = [part for part in parts if part.deal.status == "open"]
    others = Others(deals - len(seen), int(total) - sum(part.minor for part in seen))
    found = select(User).join(Supporter, Supporter.user_id == User.id)
    found = found.where(Supporter.request_id == request.id).order_by(Supporter.created_at, User.id)
    people = list(db.session.scalars(found))
    joined = any(person.id == user.id for person in people)
    return Waiting(parts, others, int(total), deals, without, people, joined)


def _visible_parts(request: ContentRequest, user: User) -> list[Part]:
    """Return the deals that this person may see, open ones by what they count; closed ones count nothing any more."""
    how = counted()
    found = visible_deals(user).join(WaitingDeal, WaitingDeal.deal_id == Deal.id)
    found = found.join(ContentRequest, ContentRequest.id == WaitingDeal.request_id)
    rows = db.session.execute(
        found.where(ContentRequest.id == request.id)
        .options(joinedload(Deal.account), joinedload(Deal.owner))
        .add_columns(how.weight, how.left, how.minor)
        .order_by(Deal.status != "open", how.minor.desc(), Deal.name, Deal.id)
    )
    return [
        Part(deal, weight, round(100 * left / how.of_days), minor if deal.status == "open" else 0)
        for deal, weight, left, minor in rows
    ]


def pipeline_waiting(request_ids: Sequence[int]) -> dict[int, int]:
    """Return for some requests the pipeline waiting, in minor units of the base currency."""
    found = select(ContentRequest.id, ContentRequest.waiting_minor)
    return dict(db.session.execute(found.where(ContentRequest.id.in_(request_ids))).tuples().all())


def waiting_pipeline() -> tuple[int, int]:
    """Return the pipeline waiting for all open requests in minor units, and of how many open deals it is.

    A deal that waits for several requests counts once, for the one that it counts most for.
    """
    best: Any = waiting_pairs().add_columns(func.max(counted().minor).label("minor"))
    best = best.where(ContentRequest.status.in_(OPEN_STATUSES)).group_by(Deal.id).subquery()
    row = db.session.execute(select(func.coalesce(func.sum(best.c.minor), 0), func.count()).select_from(best))
    minor, deals = row.one()
    return int(minor), deals
