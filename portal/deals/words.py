"""How a deal is named in a list to choose from."""

from __future__ import annotations

from collections.abc import Iterable

from portal.deals.models import Deal
from portal.web.formatting import money


def deal_words(deal: Deal) -> str:
    """Return a deal's name, its account unless the name says it, its stage and its amount, to tell it from others."""
    account = deal.account_name if deal.account_name and deal.account_name not in deal.name else None
    amount = None if deal.amount_minor is None else money(deal.amount_minor, deal.currency)
    return " · ".join(part for part in (deal.name, account, deal.stage, amount) if part)


def deal_choices(deals: Iterable[Deal]) -> list[tuple[str, str]]:
    """Return deals as the choices of a field, with none of them first."""
    return [("", "No deal"), *((str(deal.id), deal_words(deal)) for deal in deals)]
