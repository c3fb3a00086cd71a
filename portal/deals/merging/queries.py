"""Which accounts are one, which may be, and what is known of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from portal.db import db
from portal.deals.merging.alike import Known
from portal.deals.merging.domains import domain_owners
from portal.deals.merging.leading import led
from portal.deals.merging.sites import domain_of
from portal.deals.models import Account, AccountDomain, AccountMerge, AlikeAccounts, Deal, DistinctAccounts
from portal.deals.queries import visible_deals
from portal.deals.reading import account_key
from portal.errors import NotFound
from portal.users.models import User


@dataclass(frozen=True)
class MergeRow:
    """A merge as it is listed: who is whom now, by whom and when."""

    merge: AccountMerge
    account: Account
    into: Account
    by: str | None


def account_or_404(account_id: int) -> Account:
    """Return one account, or raise NotFound."""
    found = db.session.get(Account, account_id)
    if found is None:
        raise NotFound
    return found


def suggested() -> Select[tuple[AlikeAccounts]]:
    """Select the pairs that may be one and of which nobody has said yet, the surest first."""
    one, other = aliased(Account), aliased(Account)
    pairs = select(AlikeAccounts).join(one, one.id == AlikeAccounts.one_id)
    pairs = pairs.join(other, other.id == AlikeAccounts.other_id)
    said = and_(
        DistinctAccounts.one_id == AlikeAccounts.one_id, DistinctAccounts.other_id == AlikeAccounts.other_id
    )
    pairs = pairs.outerjoin(DistinctAccounts, said).where(DistinctAccounts.one_id.is_(None))
    # Written so that the pairs are walked, and not all accounts that were never merged.
    pairs = pairs.where(*(func.coalesce(each.merged_into_id, 0) == 0 for each in (one, other)))
    return pairs.order_by(AlikeAccounts.rank, AlikeAccounts.one_id, AlikeAccounts.other_id)


# So many accounts that fit are found before they are counted; a word that fits more is too short to look for.
MOST_AT_ONCE = 1_000


def accounts_named(text: str) -> Select[tuple[Account]]:
    """Select the accounts whose name, or the spelling or domain of which, fits what was typed; by name."""
    every = select(Account).where(Account.merged_into_id.is_(None))
    if text.strip():
        found, other = led(), aliased(Account)
        # Only those that were merged are walked here, who are few.
        merged = (other.merged_into_id > 0, _named(other, text))
        spelled = select(found.c.root_id).join(other, other.id == found.c.id).where(*merged)
        fits = [_named(Account, text), Account.id.in_(spelled)]
        if domain := domain_of(text):
            fits.append(Account.id.in_(domain_owners([domain], found)))
        begins = case((Account.key.startswith(account_key(text), autoescape=True), 0), else_=1)
        # All accounts are walked once, where counting and showing what fits would walk them twice.
        ids = list(
            db.session.scalars(every.with_only_columns(Account.id).where(or_(*fits)).limit(MOST_AT_ONCE))
        )
        if len(ids) < MOST_AT_ONCE:
            every = select(Account).where(Account.id.in_(ids)).order_by(begins)
        else:
            every = every.where(or_(*fits)).order_by(begins)
    return every.order_by(Account.key)


def _named(table: type[Account], text: str) -> ColumnElement[bool]:
    words = account_key(text).split()[:8]
    return and_(*(table.key.contains(word, autoescape=True) for word in words))


def merges() -> Select[tuple[AccountMerge]]:
    """Select the merges that hold, the latest first."""
    found = select(AccountMerge).where(AccountMerge.undone_at.is_(None))
    return found.order_by(AccountMerge.merged_at.desc(), AccountMerge.id.desc())


def with_names(found: Iterable[AccountMerge]) -> list[MergeRow]:
    """Return merges with the accounts and people that they name."""
    every = list(found)
    ids = {each.account_id for each in every} | {each.into_id for each in every}
    accounts = {each.id: each for each in db.session.scalars(select(Account).where(Account.id.in_(ids)))}
    people = select(User.id, User.name).where(User.id.in_({each.merged_by_id for each in every}))
    names = dict(db.session.execute(people).tuples().all())
    return [
        MergeRow(each, accounts[each.account_id], accounts[each.into_id], names.get(each.merged_by_id or 0))
        for each in every
    ]


def merge_or_404(merge_id: int) -> AccountMerge:
    """Return one merge, or raise NotFound."""
    found = db.session.get(AccountMerge, merge_id)
    if found is None:
        raise NotFound
    return found


def holding_merge(account_id: int) -> AccountMerge | None:
    """Return the merge that made an account another one, if it is one."""
    found = select(AccountMerge).where(
        AccountMerge.account_id == account_id, AccountMerge.undone_at.is_(None)
    )
    return db.session.scalar(found.order_by(AccountMerge.id.desc()).limit(1))


def why_alike(one_id: int, other_id: int) -> str:
    """Return why two accounts may be one, or "" when nothing was found."""
    pair = db.session.get(AlikeAccounts, (min(one_id, other_id), max(one_id, other_id)))
    return pair.reason if pair else ""


def deals_of_account(user: User, account_id: int) -> Select[tuple[Deal]]:
    """Select the deals of an account that somebody sees, those that changed last first."""
    found = visible_deals(user).where(Deal.account_id == account_id)
    day = func.coalesce(Deal.closed_on, Deal.expected_close, Deal.created_on)
    found = found.options(joinedload(Deal.owner))
    return found.order_by(Deal.status != "open", day.desc().nulls_last(), Deal.id.desc())


def compared() -> tuple[list[Known], list[tuple[str, int]]]:
    """Return all accounts that are not merged, and (mail domain, account id) of all that have one.

    An account may be called by its domain: then it is its domain, too.
    """
    columns = select(Account.id, Account.name, Account.key, Account.industry, Account.region)
    rows = db.session.execute(columns.where(Account.merged_into_id.is_(None)))
    accounts = [Known(*row) for row in rows]
    found = led()
    owner = func.coalesce(found.c.root_id, AccountDomain.account_id)
    said = select(AccountDomain.domain, owner).outerjoin(found, found.c.id == AccountDomain.account_id)
    domains = list(db.session.execute(said).tuples())
    domains += [
        (domain, each.id) for each in accounts if "." in each.name and (domain := domain_of(each.name))
    ]
    return accounts, domains
