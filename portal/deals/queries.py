"""Questions about deals; everything starts from the deals a person may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, union
from sqlalchemy.orm import contains_eager, joinedload

from portal.db import chunks, db, now
from portal.deals.models import Account, Deal, DealImport, StageEntry
from portal.errors import Invalid, NotFound
from portal.users.models import SEE_ALL_DEALS, User, UserSession

Which = Literal["mine", "open", "won", "lost", "all"]
WHICH: tuple[Which, ...] = ("mine", "open", "won", "lost", "all")


def in_crm() -> ColumnElement[bool]:
    """Say in SQL that a deal is still in its CRM; no list, sum or figure counts another one."""
    return Deal.removed_at.is_(None)


def visible_deals(user: User, *, with_removed: bool = False) -> Select[tuple[Deal]]:
    """Select the deals this person may see: all for oversight, else their own and those of their team.

    Those that are gone from their CRM are left out, unless somebody has an address of one already.
    """
    deals = select(Deal) if with_removed else select(Deal).where(in_crm())
    if user.sees_all_deals:
        return deals
    owned = Deal.owner_id == user.id
    if user.team_id is None:
        return deals.where(owned)
    teammates = select(User.id).where(User.team_id == user.team_id)
    return deals.where(or_(owned, Deal.owner_id.in_(teammates)))


def who_sees(deal: Deal) -> ColumnElement[bool]:
    """Say in SQL of people whether they see a deal: visible_deals, asked the other way round."""
    mates = select(User.team_id).where(User.id == deal.owner_id, User.team_id.is_not(None))
    return or_(User.role.in_(SEE_ALL_DEALS), User.id == deal.owner_id, User.team_id.in_(mates))


def visible_deal(user: User, deal_id: int) -> Deal:
    """Return one deal with its account and owner, or raise NotFound for what is not there or not theirs to see."""
    return _one(visible_deals(user, with_removed=True).where(Deal.id == deal_id))


def deal_to_log_on(user: User, deal_id: int) -> Deal:
    """Return a visible deal that uses may be put on: raises Invalid, in words, for one that is gone from its CRM."""
    deal = visible_deal(user, deal_id)
    if deal.removed_at is not None:
        raise Invalid("This deal is gone from its CRM. Please choose another one.", field="deal_id")
    return deal


def deal_of_crm(user: User, source: str, external_id: str) -> Deal:
    """Return the deal that a CRM knows by this id, or raise NotFound."""
    deals = visible_deals(user, with_removed=True)
    return _one(deals.where(Deal.source == source, Deal.external_id == external_id))


def _one(statement: Select[tuple[Deal]]) -> Deal:
    deal = db.session.scalar(statement.options(joinedload(Deal.account), joinedload(Deal.owner)))
    if deal is None:
        raise NotFound
    return deal


def open_deals_of(user: User) -> Select[tuple[Deal]]:
    """Select a person's own open deals with their accounts, those that are to close soonest first."""
    own = select(Deal).where(Deal.owner_id == user.id, Deal.status == "open", in_crm())
    return own.options(joinedload(Deal.account)).order_by(
        Deal.expected_close.is_(None), Deal.expected_close, Deal.id
    )


def suggest_deals(user: User, text: str, limit: int = 8) -> list[Deal]:
    """Return the visible deals that fit what was typed: own open ones first, then other open ones, then closed."""
    found = visible_deals(user).outerjoin(Account).options(contains_eager(Deal.account))
    if text.strip():
        found = found.where(_matches(text))
    own_open = (Deal.owner_id == user.id) & (Deal.status == "open")
    rank = case((own_open, 0), (Deal.status == "open", 1), else_=2)
    begins = case((Deal.name.istartswith(text.strip(), autoescape=True), 0), else_=1)
    found = found.order_by(
        rank, begins, Deal.expected_close.is_(None), Deal.expected_close, Deal.name, Deal.id
    )
    return list(db.session.scalars(found.limit(limit)))


def working_deal(user: User, user_session: UserSession | None) -> Deal | None:
    """Return the deal that a session works on while the choice lasts and the deal may be seen."""
    if user_session is None or user_session.working_deal_id is None:
        return None
    if user_session.working_until is None or user_session.working_until <= now():
        return None
    chosen = visible_deals(user).where(Deal.id == user_session.working_deal_id)
    return db.session.scalar(chosen.options(joinedload(Deal.account)))


def _matches(text: str) -> ColumnElement[bool]:
    """Say in SQL that every word typed stands in the deal's name, its account's, its owner's or its CRM id."""
    places = (Deal.name, Account.name, Deal.owner_name, Deal.external_id)
    return and_(
        *(or_(*(place.icontains(word, autoescape=True) for place in places)) for word in text.split()[:8])
    )


def deal_list(user: User, which: Which, text: str, sort: str) -> Select[tuple[Deal]]:
    """Select the visible deals of one view with account and owner; `sort` as in DEAL_SORTS, "-" before it falls."""
    found = visible_deals(user).outerjoin(Account).options(contains_eager(Deal.account))
    found = found.outerjoin(User, User.id == Deal.owner_id).options(contains_eager(Deal.owner))
    if which == "mine":
        found = found.where(Deal.owner_id == user.id)
    elif which != "all":
        found = found.where(Deal.status == which)
    if text.strip():
        found = found.where(_matches(text))
    return found.order_by(*_order(user, sort))


CLOSE = func.coalesce(Deal.closed_on, Deal.expected_close)
DEAL_SORTS: dict[str, Any] = {
    "name": func.lower(Deal.name),
    "account": func.lower(Account.name),
    "owner": func.lower(func.coalesce(User.name, Deal.owner_name)),
    "stage": func.lower(Deal.stage),
    "amount": Deal.base_amount_minor,
    "close": CLOSE,
}


def _order(user: User, sort: str) -> list[Any]:
    column = DEAL_SORTS.get(sort.removeprefix("-"))
    if column is None:
        open_first = case((Deal.status == "open", 0), else_=1)
        soonest = case((Deal.status == "open", Deal.expected_close))
        return [
            case((Deal.owner_id == user.id, 0), else_=1),
            open_first,
            soonest.is_(None),
            soonest,
            Deal.closed_on.desc(),
            Deal.id,
        ]
    # Unknown values stand last whichever way the column is sorted.
    return [column.is_(None), column.desc() if sort.startswith("-") else column, Deal.id]


def view_counts(user: User) -> dict[Which, int]:
    """Return how many deals each view of the list has for this person."""
    visible = visible_deals(user).with_only_columns(
        func.count(),
        func.count(case((Deal.owner_id == user.id, 1))),
        *(func.count(case((Deal.status == status, 1))) for status in ("open", "won", "lost")),
    )
    every, mine, is_open, won, lost = db.session.execute(visible).one()
    return {"mine": mine, "open": is_open, "won": won, "lost": lost, "all": every}


def stage_entries(deal_id: int) -> list[StageEntry]:
    """Return when a deal entered which stage, earliest first."""
    entries = select(StageEntry).where(StageEntry.deal_id == deal_id)
    return list(db.session.scalars(entries.order_by(StageEntry.entered_on, StageEntry.id)))


def deal_ids_by_external_id(external_ids: Iterable[str]) -> dict[str, list[int]]:
    """Return the deals that CRMs know by these ids; several sources may share one."""
    found: dict[str, list[int]] = {}
    for part in chunks(external_ids):
        rows = db.session.execute(select(Deal.external_id, Deal.id).where(Deal.external_id.in_(part)))
        for external_id, deal_id in rows:
            found.setdefault(external_id, []).append(deal_id)
    return found


def imports() -> Select[tuple[DealImport]]:
    """Select all imports with who made them, latest first."""
    return select(DealImport).options(joinedload(DealImport.created_by)).order_by(DealImport.id.desc())


def listed_imports(*, updates: bool) -> Select[tuple[DealImport]]:
    """Select the single updates that automations sent, or else all other imports, latest first."""
    is_update = DealImport.origin == "hook"
    return imports().where(is_update if updates else ~is_update)


def import_or_404(import_id: int) -> DealImport:
    """Return one import, or raise NotFound."""
    found = db.session.scalar(imports().where(DealImport.id == import_id))
    if found is None:
        raise NotFound
    return found


def visible_deals_among(user: User, deal_ids: Iterable[int | None]) -> dict[int, Deal]:
    """Return by id those of some deals that this person may see, for lists that mention deals."""
    wanted = {deal_id for deal_id in deal_ids if deal_id is not None}
    found = visible_deals(user, with_removed=True).where(Deal.id.in_(wanted))
    found = found.options(joinedload(Deal.account))
    return {deal.id: deal for deal in db.session.scalars(found)} if wanted else {}


def imported_files() -> set[str]:
    """Return the sha256 of every stored file that an import came from."""
    columns = (DealImport.sha256, DealImport.accounts_sha256, DealImport.users_sha256)
    found = union(*(select(column).where(column.is_not(None)) for column in columns))
    return {row[0] for row in db.session.execute(found)}
