"""What an import would change: rows compared with the deals known, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from portal.db import chunks, db
from portal.deals.accounts import AccountFacts, Accounts, known_accounts
from portal.deals.gone import Gone, gone_from
from portal.deals.merging.leading import last_merge
from portal.deals.models import Account, CrmOwner, CrmStage, CurrencyRate, Deal, DealImport
from portal.deals.owners.queries import owner_matches
from portal.deals.people import People, known_people
from portal.deals.planned import GIVEN, Outcome, PlannedDeal, Sums, plain
from portal.deals.rates.queries import rates
from portal.deals.reading import AccountRow, DealRow, UserRow
from portal.deals.stages.queries import new_stages, stage_words
from portal.deals.stale import stale_rows
from portal.tabular.cells import shorten
from portal.tabular.reading import Reading
from portal.tabular.table import Refusal
from portal.users.models import User

LONGEST_ID = 200
# The file's field for each column that a file may be silent about.
TEXTS = {
    "industry": "industry",
    "segment": "segment",
    "region": "region",
    "product": "product",
    "lead_source": "lead_source",
    "loss_reason": "loss_reason",
}
DATES = {"created_on": "created", "expected_close": "expected_close"}
# What a comparison stands on: when an import was last applied or undone, the newest person and account, and what was
# last said of the CRM's words.
Seen = tuple[Any, ...]
# An amount in minor units of a currency, and that currency; both are None where a deal's size is not known.
Size = tuple[int | None, str | None]
# Of unchanged rows only the first are kept, for the preview.
KEPT_UNCHANGED = 8


@dataclass(frozen=True)
class Readings:
    """What the files of one import say; accounts and users are optional.

    `is_complete` says that the file of deals is the whole CRM: deals of its source that it lacks are gone.
    """

    deals: Reading[DealRow]
    accounts: Reading[AccountRow] | None = None
    users: Reading[UserRow] | None = None
    is_complete: bool = False


@dataclass(frozen=True)
class Comparison:
    """What an import would do: every row with its outcome, and the people and accounts that come with them.

    Of unchanged rows only the first are kept; `gone` is None unless the file is the whole CRM.
    """

    source: str
    readings: Readings
    seen: Seen
    planned: dict[Outcome, list[PlannedDeal]]
    unchanged: int
    sums: Sums
    gone: Gone | None
    new_stages: list[str]
    refusals: list[Refusal]
    accounts: Accounts
    people: People
    account_outcomes: list[str] = field(default_factory=list)
    user_outcomes: list[str] = field(default_factory=list)

    def of(self, outcome: Outcome) -> list[PlannedDeal]:
        """Return the rows with this outcome, in order of line; of unchanged ones the first."""
        return self.planned[outcome]

    @property
    def deals(self) -> list[PlannedDeal]:
        """The rows kept, whatever their outcome."""
        return [deal for planned in self.planned.values() for deal in planned]


def compare(readings: Readings, source: str) -> Comparison:
    """Compare what was read with what is known; nothing is written."""
    comparison, stale = _compare(readings, source, ())
    # Rows that are left out must make no person and no account either, so that the rest is gone through without them.
    return _compare(readings, source, stale)[0] if stale else comparison


def _compare(
    readings: Readings, source: str, stale: Sequence[Refusal]
) -> tuple[Comparison, Sequence[Refusal]]:
    """Return the comparison without the rows that are stale, and why further ones are."""
    seen = seen_now()
    account_rows = readings.accounts.rows if readings.accounts else ()
    user_rows = readings.users.rows if readings.users else ()
    rows, refusals = _with_fitting_ids(readings.deals, stale)
    names = {row.name for row in account_rows} | {row.account for row in rows if row.account}
    accounts, people = known_accounts(names), known_people(owner_matches(source))
    account_outcomes = [accounts.enrich(row) for row in account_rows]
    user_outcomes = [people.enrich(row) for row in user_rows]
    comparer = _Comparer(readings.deals, source, accounts, people)
    planned: dict[Outcome, list[PlannedDeal]] = {"new": [], "changed": [], "unchanged": []}
    sums, unchanged, further = Sums(), 0, []
    for part in chunks(rows):
        known = known_deals(source, [row.external_id for row in part])
        rows_planned = [comparer.plan(row, known.get(row.external_id)) for row in part]
        further += stale_rows(rows_planned)
        for deal in rows_planned:
            sums.add(deal.values)
            unchanged += deal.outcome == "unchanged"
            if deal.outcome != "unchanged" or len(planned["unchanged"]) < KEPT_UNCHANGED:
                planned[deal.outcome].append(deal)
    gone = gone_from(source, readings.deals) if readings.is_complete else None
    stages = new_stages(source, {row.stage for row in rows})
    comparison = Comparison(
        *(source, readings, seen, planned, unchanged, sums, gone, stages, refusals, accounts, people),
        account_outcomes=account_outcomes,
        user_outcomes=user_outcomes,
    )
    return comparison, further


def seen_now() -> Seen:
    """Return what tells whether a comparison still stands."""
    applied, undone = select(func.max(DealImport.applied_at)), select(func.max(DealImport.undone_at))
    person, account = select(func.max(User.id)), select(func.max(Account.id))
    stage, owner = select(func.max(CrmStage.changed_at)), select(func.max(CrmOwner.matched_at))
    rate, loaded = select(func.count(CurrencyRate.id)), select(func.max(CurrencyRate.loaded_at))
    questions = (applied, undone, person, account, stage, owner, rate, loaded)
    return *(db.session.scalar(question) for question in questions), *last_merge()


def _with_fitting_ids(
    reading: Reading[DealRow], stale: Sequence[Refusal]
) -> tuple[list[DealRow], list[Refusal]]:
    rows, refusals = [], [*reading.refusals, *stale]
    left_out = {refusal.line for refusal in stale}
    for row in reading.rows:
        if row.line in left_out:
            continue
        if len(row.external_id) <= LONGEST_ID:
            rows.append(row)
            continue
        reason = f"The id has {len(row.external_id)} characters; up to {LONGEST_ID} are kept."
        refusals.append(Refusal(row.line, "id", shorten(row.external_id), reason))
    return rows, sorted(refusals, key=lambda refusal: refusal.line)


def known_deals(source: str, external_ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Return the deals of a source under these ids, as plain columns."""
    columns = [column for column in Deal.__table__.columns if column.name != "imported_at"]
    found: dict[str, Mapping[str, Any]] = {}
    for ids in chunks(external_ids):
        rows = db.session.execute(select(*columns).where(Deal.source == source, Deal.external_id.in_(ids)))
        found.update({row["external_id"]: row for row in rows.mappings()})
    return found


class _Comparer:
    def __init__(self, reading: Reading[DealRow], source: str, accounts: Accounts, people: People) -> None:
        self._found = reading.columns.found
        self._accounts = accounts
        self._people = people
        self._rates = rates()
        self._words = stage_words(source)
        self._amounts_tell_size = closing_amounts_tell_size(reading.rows, *_known_lost(source))

    def plan(self, row: DealRow, known: Mapping[str, Any] | None) -> PlannedDeal:
        """Put a row beside the deal as known."""
        account = self._accounts.of(row.account) if row.account else None
        if account and row.domain:
            self._accounts.learn(account, row.domain)
        owner = self._people.owner(row.owner_name, row.owner_email, known)
        values = self._values(row, known, account) | self._links(row, known)
        facts = tuple(values[name] for name in GIVEN)
        planned = PlannedDeal(row, None, None, facts, account, owner, {})
        if known is not None:
            planned.deal_id, planned.changed_at = known["id"], known["changed_at"]
            planned.before = self._differences(planned, known)
        return planned

    def _values(
        self, row: DealRow, known: Mapping[str, Any] | None, account: AccountFacts | None
    ) -> dict[str, Any]:
        stage = self._words.get(row.stage, (None, None))[0] or row.stage
        values: dict[str, Any] = {"stage": stage, "crm_stage": row.stage, "removed_at": None}
        values |= {"status": row.status, "crm_status": row.crm_status, "closed_on": row.closed_on}
        values["name"] = known["name"] if known and "name" not in self._found else row.name
        values["amount_minor"], values["currency"] = row.amount_minor, row.currency
        if known and "amount" not in self._found:
            values["amount_minor"], values["currency"] = known["amount_minor"], known["currency"]
        base = self._rates.base_minor(values["amount_minor"], values["currency"], row.closed_on)
        values["base_amount_minor"] = base
        values |= self._size(row, values, known)
        for column, field_ in TEXTS.items():
            said = getattr(row, column) or getattr(account, column, None)
            values[column] = said or self._silent(field_, column, known)
        for column, field_ in DATES.items():
            values[column] = getattr(row, column) or self._silent(field_, column, known)
        if row.expected_close is None and row.status != "open" and known:
            # A closing date stood in the same column as the expected one did before.
            values["expected_close"] = known["expected_close"]
        return values

    def _size(
        self, row: DealRow, values: Mapping[str, Any], known: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """Return the size in the currency in which it was told, and what that is worth in the base currency."""
        told = values["amount_minor"], values["currency"]
        amount, currency = size_of(row.status, told, known, self._amounts_tell_size)
        worth = self._rates.base_minor(amount, currency, row.closed_on) if currency else None
        return {"size_amount_minor": amount, "size_currency": currency, "size_minor": worth or None}

    def _silent(self, field_: str, column: str, known: Mapping[str, Any] | None) -> Any:
        """Return what stays where a cell is empty: what was known if the file has no such column, else nothing."""
        return known[column] if known and field_ not in self._found else None

    def _links(self, row: DealRow, known: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return account and owner as they stay where the file has no column for them, else as the row says."""
        silent: tuple[str, ...] = () if "account" in self._found else ("account_id",)
        if not {"owner", "owner_email"} & self._found.keys():
            silent += ("owner_id", "owner_name", "owner_email")
        values: dict[str, Any] = {"account_id": None, "owner_id": None}
        values |= {"owner_name": row.owner_name or None, "owner_email": row.owner_email or None}
        if known and "owner_email" not in self._found and row.owner_name == known["owner_name"]:
            # The owner is named as before; that the file has no emails takes none away.
            values["owner_email"] = row.owner_email or known["owner_email"]
        return values | {name: known[name] for name in silent if known}

    def _differences(self, planned: PlannedDeal, known: Mapping[str, Any]) -> dict[str, Any]:
        values = planned.values
        # Somebody who is added by this very import has no id yet, and differs from whoever it was.
        if planned.account:
            values["account_id"] = planned.account.id or planned.account
        if planned.owner:
            values["owner_id"] = planned.owner.id or planned.owner
        return {name: plain(known[name]) for name, value in values.items() if value != known[name]}


def _known_lost(source: str) -> tuple[int, int]:
    """Return how many lost deals of a source are known, and how many of them carry an amount above zero."""
    counted = select(func.count(), func.count(func.nullif(Deal.amount_minor, 0)))
    lost, with_amount = db.session.execute(counted.where(Deal.source == source, Deal.status == "lost")).one()
    return lost, with_amount


def closing_amounts_tell_size(rows: Sequence[DealRow], known_lost: int = 0, with_amount: int = 0) -> bool:
    """Say whether the amounts of closed deals in a file may be taken for their size before closing.

    Many CRMs set the amount of a lost deal to zero. There the amount reveals the outcome, and comparing deals of one
    size by it would compare won deals with won ones. So the amounts count only when at least half of the lost deals,
    those of the file and those known of its source, carry one above zero; without any nothing is known, and they
    don't. What one file or one update holds must not decide: then a size being known would tell how a deal ended.
    """
    lost = [row.amount_minor or 0 for row in rows if row.status == "lost"]
    every, above = known_lost + len(lost), with_amount + sum(amount > 0 for amount in lost)
    return every > 0 and above * 2 >= every


def size_of(
    status: str, told: tuple[int | None, str], known: Mapping[str, Any] | None, amounts_tell_size: bool
) -> Size:
    """Return the amount known before closing, in minor units of its currency, and that currency; None if unknown.

    An open deal's amount is its size, and stays so when it closes. A deal that comes in closed has the size that
    its amount says only where `amounts_tell_size`. Zero is what CRMs write for "not set" and is no size: of a deal
    that is emptied before it is lost, or opened again, the last amount is known.
    """
    if known is not None and (status != "open" or not told[0]):
        return known["size_amount_minor"], known["size_currency"]
    return told if told[0] and (status == "open" or amounts_tell_size) else (None, None)
