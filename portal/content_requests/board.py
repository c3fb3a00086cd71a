"""The board: requests by state, narrowed to some of them, and how much everybody in marketing has open."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import aliased

from portal.content_requests.history import STATUS_WORDS
from portal.content_requests.models import COLUMNS, OPEN_STATUSES, ContentRequest, Supporter
from portal.db import db
from portal.users.models import Team, User

NOBODY = 0  # as a maker: requests that nobody makes yet
OPEN_SHOWN = 50
CLOSED_SHOWN = 20


@dataclass(frozen=True)
class Filters:
    """Which requests are wanted: by who makes or asked them, a team that needs them, their kind, or past their day."""

    maker: int | None = None
    asker: int | None = None
    team: int | None = None
    kind: str | None = None
    overdue: bool | None = None

    def arguments(self) -> dict[str, str]:
        """Return what of it goes into an address."""
        chosen = {name: value for name, value in asdict(self).items() if value is not None}
        return {name: str(int(value) if name == "overdue" else value) for name, value in chosen.items()}

    def conditions(self, today: date) -> list[ColumnElement[bool]]:
        """Say it in SQL; `today` is the organisation's day."""
        found: list[ColumnElement[bool]] = []
        if self.maker is not None:
            found.append(ContentRequest.assigned_to_id.is_not_distinct_from(self.maker or None))
        if self.asker is not None:
            found.append(ContentRequest.asked_by_id == self.asker)
        if self.team is not None:
            own = select(Supporter.request_id).join(User, User.id == Supporter.user_id)
            found.append(ContentRequest.id.in_(own.where(User.team_id == self.team)))
        if self.kind is not None:
            found.append(ContentRequest.kind == self.kind)
        if self.overdue:
            found.append(is_overdue(today))
        return found


def is_overdue(today: date) -> ColumnElement[bool]:
    """Say in SQL that an open request is past its need-by date."""
    return and_(ContentRequest.status.in_(OPEN_STATUSES), ContentRequest.needed_by < today)


@dataclass(frozen=True)
class Card:
    """One request on the board; `waiting_minor` in minor units of the base currency."""

    id: int
    revision: int
    status: str
    need: str
    kind: str | None
    asked_by: str
    maker: str | None
    waiting_minor: int
    deals: int
    people: int
    needed_by: date | None
    is_overdue: bool
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class Column:
    """One state of the board: the cards shown, and how many requests there are in it."""

    status: str
    title: str
    total: int = 0
    cards: list[Card] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES


@dataclass(frozen=True)
class Load:
    """How many open requests somebody makes, and the pipeline that waits for them; without a person, nobody's."""

    user_id: int
    name: str
    requests: int
    waiting_minor: int


def board_columns(filters: Filters, today: date) -> list[Column]:
    """Return the columns: open ones by the most pipeline waiting, closed ones by the latest, each up to its limit."""
    asker, maker = aliased(User), aliased(User)
    # Open requests have no closing day, so within their states the pipeline decides.
    order = (
        ContentRequest.closed_at.desc(),
        ContentRequest.waiting_minor.desc(),
        ContentRequest.supporter_count.desc(),
        ContentRequest.created_at,
        ContentRequest.id,
    )
    ranked = select(
        ContentRequest.id,
        func.row_number().over(partition_by=ContentRequest.status, order_by=order).label("place"),
        func.count().over(partition_by=ContentRequest.status).label("total"),
    ).where(ContentRequest.status.in_(COLUMNS), *filters.conditions(today))
    place = ranked.subquery()
    most = case((ContentRequest.status.in_(OPEN_STATUSES), OPEN_SHOWN), else_=CLOSED_SHOWN)
    found = (
        select(place.c.total, *_card_columns(asker, maker, today))
        .join(place, place.c.id == ContentRequest.id)
        .join(asker, asker.id == ContentRequest.asked_by_id)
        .outerjoin(maker, maker.id == ContentRequest.assigned_to_id)
        .where(place.c.place <= most)
        .order_by(place.c.place)
    )
    totals, cards = {}, {status: [] for status in COLUMNS}  # type: dict[str, int], dict[str, list[Card]]
    for total, *facts in db.session.execute(found):
        card = Card(*facts)
        cards[card.status].append(card)
        totals[card.status] = total
    return [Column(status, STATUS_WORDS[status], totals.get(status, 0), cards[status]) for status in COLUMNS]


def _card_columns(asker: Any, maker: Any, today: date) -> tuple[Any, ...]:
    return (
        ContentRequest.id,
        ContentRequest.revision,
        ContentRequest.status,
        ContentRequest.need,
        ContentRequest.kind,
        asker.name,
        maker.name,
        ContentRequest.waiting_minor,
        ContentRequest.waiting_deals,
        ContentRequest.supporter_count,
        ContentRequest.needed_by,
        func.coalesce(is_overdue(today), False),
        ContentRequest.created_at,
        ContentRequest.closed_at,
    )


def loads() -> list[Load]:
    """Return how much everybody in marketing has open, the most pipeline first, then what nobody makes yet.

    A deal that waits for two requests counts for both. Marketers with nothing open are there too: they have room.
    """
    each = select(
        ContentRequest.assigned_to_id, func.count(), func.coalesce(func.sum(ContentRequest.waiting_minor), 0)
    ).where(ContentRequest.status.in_(OPEN_STATUSES))
    sums = {
        who: (number, waiting)
        for who, number, waiting in db.session.execute(each.group_by(ContentRequest.assigned_to_id))
    }
    people = select(User.id, User.name).where(
        User.id.in_([who for who in sums if who]) | ((User.role == "marketer") & (User.status == "active"))
    )
    found = [Load(who, name, *sums.get(who, (0, 0))) for who, name in db.session.execute(people)]
    found.sort(key=lambda load: (-load.waiting_minor, -load.requests, load.name))
    return [*found, Load(NOBODY, "Nobody yet", *sums[None])] if None in sums else found


def askers() -> list[tuple[int, str]]:
    """Return who has asked for anything, by name."""
    asked = select(ContentRequest.asked_by_id).distinct()
    return [
        (who, name)
        for who, name in db.session.execute(
            select(User.id, User.name).where(User.id.in_(asked)).order_by(User.name)
        )
    ]


def asking_teams() -> list[tuple[int, str]]:
    """Return the teams of which somebody needs anything, by name."""
    own = select(User.id).join(Supporter, Supporter.user_id == User.id).where(User.team_id == Team.id)
    return [
        (team, name)
        for team, name in db.session.execute(
            select(Team.id, Team.name).where(own.exists()).order_by(Team.name)
        )
    ]
