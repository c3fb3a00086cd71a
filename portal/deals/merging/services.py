"""Making two accounts one, taking that back, and saying whose mail domains are whose."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select, update

from portal.db import chunks, db, insert_rows, now
from portal.deals.merging.alike import Alike
from portal.deals.merging.domains import domains_of
from portal.deals.merging.leading import led, root_of
from portal.deals.merging.sites import domain_of, why_not, written
from portal.deals.models import (
    Account,
    AccountDomain,
    AccountMerge,
    AlikeAccounts,
    Deal,
    DistinctAccounts,
    ImportedRow,
)
from portal.errors import Conflict, Invalid
from portal.jobs import enqueue
from portal.tabular.cells import shorten
from portal.users.models import User
from portal.users.services import audit

MOST_DOMAINS = 50
NO_SYNC = {"synchronize_session": False}


def merge(account: Account, into: Account, by: User | None) -> AccountMerge:
    """Make one account the other: its deals move, its name leads there from now on, and so do its mail domains.

    What moved is kept, so that it can be taken back. Raise Conflict when somebody has merged either meanwhile.
    """
    if account.id == into.id:
        raise Invalid("These are the same account already. Please choose two.")
    for one in (account, into):
        if one.merged_into_id is not None:
            now_ = db.session.get_one(Account, root_of(one.id))
            raise Conflict(
                f"“{shorten(one.name)}” is “{shorten(now_.name)}” already: somebody merged them before. "
                "Nothing was changed."
            )
    moving = select(Deal.id).where(Deal.account_id == account.id).order_by(Deal.id)
    deal_ids = list(db.session.scalars(moving))
    row = AccountMerge(
        account_id=account.id, into_id=into.id, deal_ids=deal_ids, merged_by_id=by.id if by else None
    )
    db.session.add(row)
    account.merged_into_id = into.id
    db.session.flush()
    _move(deal_ids, into.id)
    audit(by, "merged an account", account.name, {"into": into.name, "deals": len(deal_ids)})
    return row


def _move(deal_ids: Sequence[int], account_id: int) -> None:
    for ids in chunks(deal_ids):
        db.session.execute(
            update(Deal).where(Deal.id.in_(ids)).values(account_id=account_id), execution_options=NO_SYNC
        )


def undo_merge(row: AccountMerge, by: User | None) -> tuple[int, int]:
    """Make two accounts of one again, and return how many deals went back and how many had moved on since."""
    if row.undone_at is not None:
        raise Conflict("These are two accounts again already.")
    account, root_id = db.session.get_one(Account, row.account_id), root_of(row.into_id)
    back: list[int] = []
    for ids in chunks(row.deal_ids):
        here = select(Deal.id).where(Deal.id.in_(ids), Deal.account_id == root_id)
        back += db.session.scalars(here)
    account.merged_into_id, row.undone_at = None, now()
    db.session.flush()
    _move(back, account.id)
    stayed = len(row.deal_ids) - len(back)
    into = db.session.get_one(Account, row.into_id)
    audit(by, "separated an account", account.name, {"from": into.name, "deals": len(back), "stayed": stayed})
    return len(back), stayed


def follow_merges() -> None:
    """Move deals that came back to an account which is another one now; undoing the merge will move them, too."""
    found = led()
    stray = select(Deal.id, Deal.account_id, found.c.root_id).join(found, found.c.id == Deal.account_id)
    by_account: dict[int, tuple[int, list[int]]] = {}
    for deal_id, account_id, root_id in db.session.execute(stray):
        by_account.setdefault(account_id, (root_id, []))[1].append(deal_id)
    holding = select(AccountMerge).where(
        AccountMerge.account_id.in_(by_account), AccountMerge.undone_at.is_(None)
    )
    for row in db.session.scalars(holding):
        root_id, deal_ids = by_account[row.account_id]
        row.deal_ids = sorted({*row.deal_ids, *deal_ids})
        _move(deal_ids, root_id)


def forget_deals(deal_ids: Collection[int]) -> None:
    """Leave deals that an undo takes away out of what merges moved: their numbers may become others'."""
    gone = set(deal_ids)
    for row in db.session.scalars(select(AccountMerge).where(AccountMerge.undone_at.is_(None))):
        if gone.intersection(row.deal_ids):
            row.deal_ids = [deal_id for deal_id in row.deal_ids if deal_id not in gone]


def say_distinct(one: Account, other: Account, by: User | None) -> None:
    """Remember that two accounts are two, so that nobody is asked again."""
    if one.id == other.id:
        raise Invalid("These are the same account. Please choose two.")
    first, second = sorted((one.id, other.id))
    if db.session.get(DistinctAccounts, (first, second)) is None:
        db.session.add(DistinctAccounts(one_id=first, other_id=second, said_by_id=by.id if by else None))
        audit(by, "kept accounts apart", one.name, {"other": other.name})


def add_domain(account: Account, text: str, by: User | None) -> AccountDomain:
    """Say that whoever writes from a mail domain belongs to an account."""
    reason = why_not(text)
    if reason:
        raise Invalid(reason, field="domain")
    if account.merged_into_id is not None:
        raise Conflict("This account is another one now. Please add the domain there.")
    domain, known = domain_of(text), domains_of(account)
    if any(each.domain == domain for each, _ in known):
        raise Invalid(f"{written(domain)} belongs to this account already.", field="domain")
    if len(known) >= MOST_DOMAINS:
        raise Invalid(
            f"An account has up to {MOST_DOMAINS} domains; please remove one before.", field="domain"
        )
    row = AccountDomain(account_id=account.id, domain=domain, said_by_id=by.id if by else None)
    db.session.add(row)
    db.session.flush()
    audit(by, "added a mail domain", account.name, {"domain": domain})
    enqueue("find_alike_accounts", once=True)
    return row


def remove_domain(row: AccountDomain, by: User | None) -> None:
    """Say that a mail domain is not an account's."""
    account = db.session.get_one(Account, row.account_id)
    audit(by, "removed a mail domain", account.name, {"domain": row.domain})
    # Its number may become another's, which undoing the import must not take away.
    noted = (ImportedRow.table_name == "account_domains", ImportedRow.row_id == row.id)
    db.session.execute(delete(ImportedRow).where(*noted))
    db.session.delete(row)
    enqueue("find_alike_accounts", once=True)


def keep_alike(found: Sequence[Alike]) -> None:
    """Put what was found in place of what was found before."""
    db.session.execute(delete(AlikeAccounts))
    insert_rows(
        AlikeAccounts,
        [
            {"one_id": each.one_id, "other_id": each.other_id, "reason": each.reason, "rank": each.rank}
            for each in found
        ],
    )
