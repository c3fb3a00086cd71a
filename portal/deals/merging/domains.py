"""Whose mail domains are whose: from an address that was written to, to the deals it may have been about."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.deals.models import AccountDomain, Deal
from portal.deals.queries import visible_deals
from portal.usage.models import UsageEvent
from portal.users.models import User

# Domains at which anybody may have an address; none of them belongs to an account.
FREE = frozenset(
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com",
        "ymail.com", "aol.com", "icloud.com", "me.com", "mac.com", "proton.me", "protonmail.com",
        "pm.me", "gmx.com", "gmx.net", "gmx.de", "gmx.at", "gmx.ch", "web.de", "t-online.de",
        "freenet.de", "mail.com", "zoho.com", "yandex.com", "yandex.ru", "mail.ru", "qq.com", "163.com",
        "126.com", "orange.fr", "free.fr", "laposte.net", "wanadoo.fr", "libero.it", "virgilio.it",
        "comcast.net", "verizon.net", "att.net", "sbcglobal.net", "hotmail.co.uk", "hotmail.fr",
        "yahoo.co.uk", "yahoo.fr", "yahoo.de", "btinternet.com", "bluewin.ch", "fastmail.com",
        "hey.com", "tutanota.com", "posteo.de", "mailbox.org"
    }
)  # fmt: skip


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
    accounts = select(AccountDomain.account_id).where(AccountDomain.domain.in_(wanted))
    found = visible_deals(user).where(
        Deal.account_id.in_(accounts), Deal.status == "open", Deal.removed_at.is_(None)
    )
    found = found.outerjoin(worked, worked.c.deal_id == Deal.id).options(joinedload(Deal.account))
    order = (
        Deal.owner_id.is_distinct_from(user.id),
        worked.c.at.desc().nulls_last(),
        Deal.expected_close,
        Deal.id,
    )
    return list(db.session.scalars(found.order_by(*order)))


def _above(domain: str) -> list[str]:
    """Return a domain and those above it: mail.acme.example belongs to acme.example too."""
    parts = domain.split(".")
    return [".".join(parts[place:]) for place in range(len(parts) - 1)]
