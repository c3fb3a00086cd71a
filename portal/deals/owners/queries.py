"""Who the people are that a CRM names as owners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Subquery, case, func, or_, select

from portal.db import db
from portal.deals.models import CrmOwner, Deal
from portal.users.models import Team, User

# A name in small letters and an email, either of which may be empty.
OwnerKey = tuple[str, str]


def owner_matches(source: str) -> Mapping[OwnerKey, int | None]:
    """Return who the owners of a CRM are, as somebody said; None is nobody of the portal."""
    rows = db.session.execute(
        select(CrmOwner.name, CrmOwner.email, CrmOwner.user_id).where(CrmOwner.source == source)
    )
    return {(name.casefold(), email): user_id for name, email, user_id in rows}


@dataclass(frozen=True)
class NamedOwner:
    """Somebody whom a CRM names as owner: how many deals, what the open ones are worth, and who that is here.

    `open_minor` is in minor units of the base currency. `is_said` says that a person settled who it is.
    """

    source: str
    name: str
    email: str
    deals: int
    open_minor: int
    user_id: int | None
    user_name: str | None
    user_status: str | None
    is_said: bool

    @property
    def title(self) -> str:
        """What the CRM calls them."""
        return self.name or self.email


@dataclass(frozen=True, slots=True)
class Someone:
    """A person whom an owner may be."""

    id: int
    name: str
    email: str | None
    team: str | None
    status: str


@dataclass(frozen=True)
class OwnerCounts:
    """How many owners wait to be matched and how many are, and how many deals have no owner here, or none at all."""

    waiting: int
    matched: int
    deals_unowned: int
    deals_unnamed: int


said_name, said_email = func.coalesce(Deal.owner_name, ""), func.coalesce(Deal.owner_email, "")
_THERE = Deal.removed_at.is_(None)


def _named() -> Subquery:
    open_ = case((Deal.status == "open", Deal.base_amount_minor), else_=0)
    columns = (Deal.source, said_name.label("name"), said_email.label("email"), func.count().label("deals"))
    found = select(
        *columns,
        func.coalesce(func.sum(open_), 0).label("open_minor"),
        func.max(Deal.owner_id).label("user_id"),
    )
    found = found.where(_THERE, or_(Deal.owner_name.is_not(None), Deal.owner_email.is_not(None)))
    return found.group_by(Deal.source, said_name, said_email).subquery()


def named_owners(*, waiting: bool, text: str = "") -> Select[Any]:
    """Select the owners that the CRMs name who are nobody here yet, or all others; as columns of NamedOwner.

    Those with most at stake stand first. `text` is a part of their name or email.
    """
    own = _named()
    said = (CrmOwner.source == own.c.source) & (CrmOwner.name == own.c.name) & (CrmOwner.email == own.c.email)
    is_nobody = or_(own.c.user_id.is_(None), User.status == "placeholder") & CrmOwner.id.is_(None)
    found = select(
        *(own.c.source, own.c.name, own.c.email, own.c.deals, own.c.open_minor, own.c.user_id),
        *(User.name.label("user_name"), User.status, CrmOwner.id.is_not(None).label("is_said")),
    ).select_from(own)
    found = found.outerjoin(User, User.id == own.c.user_id).outerjoin(CrmOwner, said)
    found = found.where(is_nobody if waiting else ~is_nobody)
    for word in text.split()[:8]:
        found = found.where(
            or_(*(place.icontains(word, autoescape=True) for place in (own.c.name, own.c.email)))
        )
    return found.order_by(own.c.open_minor.desc(), own.c.deals.desc(), own.c.name, own.c.email, own.c.source)


def owner_counts() -> OwnerCounts:
    """Return how many owners and deals there are to match."""
    waiting, matched = (
        db.session.scalar(
            select(func.count()).select_from(named_owners(waiting=state).order_by(None).subquery())
        )
        for state in (True, False)
    )
    unnamed = (Deal.owner_name.is_(None), Deal.owner_email.is_(None))
    unowned = select(func.count()).select_from(Deal).where(_THERE, Deal.owner_id.is_(None))
    return OwnerCounts(
        waiting or 0,
        matched or 0,
        db.session.scalar(unowned) or 0,
        db.session.scalar(unowned.where(*unnamed)) or 0,
    )


def named_owner(source: str, name: str, email: str) -> NamedOwner | None:
    """Return one owner that a CRM names, or None."""
    for waiting in (True, False):
        every = named_owners(waiting=waiting).subquery()
        found = select(every).where(every.c.source == source, every.c.name == name, every.c.email == email)
        row = db.session.execute(found).first()
        if row is not None:
            return NamedOwner(*row)
    return None


def spellings(source: str, name: str, email: str) -> set[str]:
    """Return how a CRM writes an owner's name, which differs in capitals only; with "" where it gives none."""
    written = select(said_name).where(Deal.source == source, said_email == email).distinct()
    return {one for one in db.session.scalars(written) if one.casefold() == name.casefold()}


def people_to_choose(text: str = "") -> Select[Any]:
    """Select everybody whom an owner may be, as columns of Someone; placeholders are nobody yet."""
    found = select(User.id, User.name, User.email, Team.name.label("team"), User.status)
    found = found.outerjoin(Team, Team.id == User.team_id).where(User.status != "placeholder")
    for word in text.split()[:8]:
        found = found.where(
            or_(*(place.icontains(word, autoescape=True) for place in (User.name, User.email)))
        )
    return found.order_by(User.name, User.id)


def everybody() -> list[Someone]:
    """Return everybody whom an owner may be."""
    return [Someone(*row) for row in db.session.execute(people_to_choose())]
