"""What a CRM tells in words of its own: deals in other currencies, and accounts that somebody spelled twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from portal.db import db
from portal.deals.models import NANO
from portal.deals.rates.reading import RateLine
from portal.deals.rates.services import load_rates
from portal.demo.company import ADMIN, CURRENCY, REPS
from portal.demo.loading.numbers import Numbers
from portal.demo.simulated import SimulatedDeal
from portal.users.models import User

# What one unit was worth in US dollars, a quarter after the other; the last is today's.
WORTH = {
    "EUR": ("1.0710", "1.0865", "1.0940", "1.1125", "1.1280", "1.1410", "1.1365"),
    "GBP": ("1.2540", "1.2705", "1.2790", "1.3015", "1.3240", "1.3385", "1.3310"),
}
# Every so many-th open deal of Europe is told in a currency of its own.
EVERY = 4
# How a second person may write a name: without its ending, or as one word.
SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda name: name.rsplit(" ", 1)[0],
    lambda name: name.replace(" ", "", 1),
)
ENDINGS = ("GmbH", "Inc.", "Ltd", "BV", "AB", "LLC")


@dataclass(frozen=True)
class OtherWords:
    """How the CRM writes some open deals: their accounts' names, and their amounts in which currency, by id."""

    names: Mapping[str, str] = field(default_factory=dict)
    amounts: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    def of(self, deal: SimulatedDeal) -> tuple[SimulatedDeal, str]:
        """Return a deal as the CRM writes it, and its currency."""
        amount, currency = self.amounts.get(deal.external_id, (deal.amount_minor, CURRENCY))
        name = self.names.get(deal.external_id, deal.account)
        return replace(deal, account=name, amount_minor=amount), currency


def other_words(deals: Iterable[SimulatedDeal]) -> OtherWords:
    """Choose whose words those are; only open deals', for the ends of the others are what the story plants."""
    opened = [deal for deal in deals if deal.status == "open"]
    return OtherWords(_names(opened), dict(map(_abroad, _european(opened)[::EVERY])))


def _european(deals: Iterable[SimulatedDeal]) -> list[SimulatedDeal]:
    return [deal for deal in deals if deal.region == "EMEA"]


def _abroad(deal: SimulatedDeal) -> tuple[str, tuple[int, str]]:
    """Return what a deal is worth in its own currency, in whole hundreds, as people offer it."""
    currency = "GBP" if deal.account.endswith("Ltd") else "EUR"
    units = Decimal(deal.amount_minor) / 100 / Decimal(WORTH[currency][-1])
    return deal.external_id, (max(round(units / 100), 1) * 100 * 100, currency)


def _names(deals: Iterable[SimulatedDeal]) -> dict[str, str]:
    """Return another spelling of the account for one deal each; the first rep's are left alone, whom others show."""
    names: dict[str, str] = {}
    told: set[str] = set()
    for deal in deals:
        if len(names) == len(SPELLINGS):
            break
        if deal.account in told or deal.owner_email == REPS[0].email or not deal.account.endswith(ENDINGS):
            continue
        names[deal.external_id] = SPELLINGS[len(names)](deal.account)
        told.add(deal.account)
    return names


def add_rates(numbers: Numbers, today: date) -> None:
    """Load what other currencies were worth from the first day of each quarter on."""
    admin = db.session.get_one(User, numbers.people[ADMIN.email])
    load_rates(
        [
            RateLine(line, currency, _quarter(today, len(worths) - line), int(Decimal(worth) * NANO))
            for currency, worths in WORTH.items()
            for line, worth in enumerate(worths, start=1)
        ],
        admin,
    )


def _quarter(today: date, ago: int) -> date:
    """Return the first day of the quarter of today, or of one so many before."""
    months = today.year * 12 + (today.month - 1) // 3 * 3 - 3 * ago
    return date(months // 12, months % 12 + 1, 1)
