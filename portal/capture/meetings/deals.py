"""Which deal a meeting was about: by who was invited, or else by what its title names."""

from __future__ import annotations

import re
from collections.abc import Collection

from portal.db import db
from portal.deals.merging.domains import deals_of_domains
from portal.deals.models import Deal
from portal.deals.queries import open_deals_of
from portal.users.models import User

MOST_DEALS = 500
SHORTEST = 3
# What says nothing about which company it is.
_FORMS = frozenset(
    {
        *(
            "inc",
            "corp",
            "corporation",
            "company",
            "ltd",
            "limited",
            "llc",
            "llp",
            "plc",
            "gmbh",
            "sas",
            "srl",
        ),
        *("spa", "group", "holding", "holdings", "the", "and"),
    }
)


def deal_of(user: User, domains: Collection[str], title: str) -> Deal | None:
    """Return the open deal that a meeting was most probably about, or None."""
    invited = deals_of_domains(domains, user) if domains else []
    return invited[0] if invited else _named_in(title, user)


def _named_in(title: str, user: User) -> Deal | None:
    """Return the own open deal whose name or account stands in a title, the one of which most words do."""
    words = _words(title)
    best, most = None, 0
    for deal in db.session.scalars(open_deals_of(user).limit(MOST_DEALS)) if words else ():
        for name in (deal.name, deal.account_name or ""):
            named = _words(name)
            if named and named <= words and sum(map(len, named)) > most:
                best, most = deal, sum(map(len, named))
    return best


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) >= SHORTEST} - _FORMS
