"""Whose mail domains are whose: from an address that was written to, to the deals it may have been about."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import CTE, Select, func, or_, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.deals.merging.leading import led
from portal.deals.merging.sites import FREE, why_not
from portal.deals.models import Account, AccountDomain, Deal
from portal.deals.queries import visible_deals
from portal.errors import NotFound
from portal.usage.models import UsageEvent
from portal.users.models import User


def deals_of_domains(domains: Collection[str], user: User) -> list[Deal]:
    """Return the open deals that a person sees of the accounts to which mail domains belong.

    Own deals come first, then those that the person worked on last. One below an account's domain is the
    account's.
    """
    wanted = {above for domain in domains for above in _above(domain.strip().lower())} - FREE
    if not wanted:
        return []
    worked = (
        select(UsageEvent.deal_id, func.max(UsageEvent.at).label("at"))
        .where(UsageEvent.user_id == user.id, UsageEvent.deal_id.is_not(None))
        .group_by(UsageEvent.deal_id)
        .subquery()
    )
    found = visible_deals(user).where(
        Deal.account_id.in_(domain_owners(wanted)), Deal.status == "open", Deal.removed_at.is_(None)
    )
    found = found.outerjoin(worked, worked.c.deal_id == Deal.id).options(joinedload(Deal.account))
    order = (
        Deal.owner_id.is_distinct_from(user.id),
        worked.c.at.desc().nulls_last(),
        Deal.expected_close,
        Deal.id,
    )
    return list(db.session.scalars(found.order_by(*order)))


def unknown_domains(domains: Collection[str]) -> set[str]:
    """Return those mail domains that belong to no account and that one could have."""
    above = {domain: _above(domain) for domain in domains if not why_not(domain)}
    known = owners_by_domain({each for every in above.values() for each in every})
    return {domain for domain, every in above.items() if not known.keys() & set(every)}


def _above(domain: str) -> list[str]:
    """Return a domain and those above it: mail.acme.example belongs to acme.example too."""
    parts = domain.split(".")
    return [".".join(parts[place:]) for place in range(len(parts) - 1)]


def domain_owners(domains: Collection[str], found: CTE | None = None) -> Select[tuple[int]]:
    """Select the ids of the accounts to which any of some domains belongs; a merged account's is its other one's.

    `found` is led(), where the statement around has it already.
    """
    found = led() if found is None else found
    owner = func.coalesce(found.c.root_id, AccountDomain.account_id)
    rows = select(owner).outerjoin(found, found.c.id == AccountDomain.account_id)
    return rows.where(AccountDomain.domain.in_(domains))


def owners_by_domain(domains: Collection[str]) -> dict[str, set[int]]:
    """Return the ids of the accounts to which each of some domains belongs."""
    found = led()
    owner = func.coalesce(found.c.root_id, AccountDomain.account_id)
    rows = select(AccountDomain.domain, owner).outerjoin(found, found.c.id == AccountDomain.account_id)
    owners: dict[str, set[int]] = {}
    for domain, account_id in db.session.execute(rows.where(AccountDomain.domain.in_(domains))):
        owners.setdefault(domain, set()).add(account_id)
    return owners


def accounts_like(domain: str, limit: int = 8) -> list[Account]:
    """Return accounts whose name begins as a domain does: to one of them it may belong."""
    label = domain.removeprefix("www.").partition(".")[0].partition("-")[0]
    if len(label) < 3:
        return []
    found = select(Account).where(Account.merged_into_id.is_(None))
    found = found.where(func.replace(Account.key, " ", "").startswith(label, autoescape=True))
    return list(db.session.scalars(found.order_by(func.length(Account.key), Account.id).limit(limit)))


def domains_by_account(ids: Collection[int]) -> dict[int, list[str]]:
    """Return the mail domains of some accounts, those of the spellings that lead to them included."""
    found = led()
    owner = func.coalesce(found.c.root_id, AccountDomain.account_id)
    rows = select(owner, AccountDomain.domain).outerjoin(found, found.c.id == AccountDomain.account_id)
    led_here = select(found.c.id).where(found.c.root_id.in_(ids))
    here = or_(AccountDomain.account_id.in_(ids), AccountDomain.account_id.in_(led_here))
    domains: dict[int, list[str]] = {}
    rows = rows.where(here, owner.in_(ids)).distinct().order_by(AccountDomain.domain)
    for account_id, domain in db.session.execute(rows):
        domains.setdefault(account_id, []).append(domain)
    return domains


def domains_of(account: Account) -> list[tuple[AccountDomain, Account]]:
    """Return the mail domains of an account and of the spellings that lead to it, each with whose it is."""
    found = led()
    here = select(found.c.id).where(found.c.root_id == account.id)
    rows = select(AccountDomain, Account).join(Account, Account.id == AccountDomain.account_id)
    rows = rows.where(or_(AccountDomain.account_id == account.id, AccountDomain.account_id.in_(here)))
    return list(db.session.execute(rows.order_by(AccountDomain.domain, AccountDomain.id)).tuples())


def domain_or_404(account_id: int, domain_id: int) -> AccountDomain:
    """Return a mail domain of an account or of a spelling that leads to it, or raise NotFound."""
    account = db.session.get(Account, account_id)
    for row, _ in domains_of(account) if account else ():
        if row.id == domain_id:
            return row
    raise NotFound
