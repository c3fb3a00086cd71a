"""To which account the name of a merged one leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CTE, func, select
from sqlalchemy.orm import aliased

from portal.db import db
from portal.deals.models import Account, AccountMerge


@dataclass(frozen=True, slots=True)
class Merged:
    """The account that another spelling leads to, and since when."""

    key: str
    name: str
    since: datetime | None


def led() -> CTE:
    """Return every merged account's id beside the id of the account that it is now, through whatever lies between."""
    top = aliased(Account)
    first = select(Account.id, Account.merged_into_id.label("root_id")).where(Account.merged_into_id > 0)
    # Written so that no index leads through all accounts that were never merged.
    is_root = func.coalesce(top.merged_into_id, 0) == 0
    found = first.join(top, top.id == Account.merged_into_id).where(is_root).cte("led", recursive=True)
    return found.union_all(
        select(Account.id, found.c.root_id).join(found, Account.merged_into_id == found.c.id)
    )


def root_of(account_id: int) -> int:
    """Return the id of the account that one is now: its own when it was never merged."""
    found = led()
    return db.session.scalar(select(found.c.root_id).where(found.c.id == account_id)) or account_id


def spellings(account_id: int) -> list[Account]:
    """Return the accounts that were merged into one, by name."""
    found = led()
    rows = select(Account).join(found, found.c.id == Account.id).where(found.c.root_id == account_id)
    return list(db.session.scalars(rows.order_by(Account.name, Account.id)))


def merged_keys() -> Mapping[str, Merged]:
    """Return the keys of accounts that were merged, each with the account that it is now."""
    found, now_ = led(), aliased(Account)
    since = select(AccountMerge.account_id, func.max(AccountMerge.merged_at).label("at"))
    since_ = since.where(AccountMerge.undone_at.is_(None)).group_by(AccountMerge.account_id).subquery()
    rows = select(Account.key, now_.key, now_.name, since_.c.at).join(found, found.c.id == Account.id)
    rows = rows.join(now_, now_.id == found.c.root_id).outerjoin(since_, since_.c.account_id == Account.id)
    return {key: Merged(*rest) for key, *rest in db.session.execute(rows)}


def last_merge() -> tuple[datetime | None, datetime | None]:
    """Return when accounts were last merged and when that was last taken back: what a comparison stands on."""
    return (
        db.session.execute(select(func.max(AccountMerge.merged_at), func.max(AccountMerge.undone_at)))
        .one()
        ._tuple()
    )
