"""Which accounts the names in a file mean; two spellings are one account only when they share their key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select, update

from portal.db import chunks, db, insert_rows, now
from portal.deals.keeping import keep_before, keep_new
from portal.deals.merging.domains import domains_by_account, owners_by_domain
from portal.deals.merging.leading import Merged, merged_keys
from portal.deals.merging.sites import company_domains, domain_of, why_not
from portal.deals.models import Account, AccountDomain
from portal.deals.reading import AccountRow, account_key
from portal.jobs import enqueue
from portal.tabular.cells import shorten
from portal.usage.sums import local_day

LONGEST_KEY = 500
MOST_NOTES = 20


@dataclass(eq=False, slots=True)
class AccountFacts:
    """An account as known or as a file adds it; `id` is None until the import has added it."""

    id: int | None
    key: str
    name: str
    industry: str | None
    region: str | None
    segment: str | None = None
    changed: bool = False
    domains: frozenset[str] = frozenset()
    new_domains: frozenset[str] = frozenset()


class Accounts:
    """The accounts known under the keys of a file, with those that the file adds.

    `merged` are keys that lead to another account, `by_domain` the key of the one account that has a mail domain:
    some files name accounts by their domains.
    """

    def __init__(
        self,
        known: Iterable[AccountFacts],
        merged: Mapping[str, Merged] | None = None,
        by_domain: Mapping[str, str] | None = None,
    ) -> None:
        self.added: list[AccountFacts] = []
        self.other_spellings: dict[str, str] = {}
        self.merged_spellings: dict[str, Merged] = {}
        self.unusable: dict[str, str] = {}
        self._by_key = {account.key: account for account in known}
        self._by_name: dict[str, AccountFacts] = {}
        self._merged = merged or {}
        self._by_domain = dict(by_domain or {})

    @property
    def changed(self) -> list[AccountFacts]:
        """The accounts known before of which the files say something new."""
        return [account for account in self._by_key.values() if account.changed and account.id is not None]

    @property
    def with_new_domains(self) -> list[AccountFacts]:
        """The accounts of which a mail domain was learnt."""
        return [account for account in self._by_key.values() if account.new_domains]

    def of(self, name: str) -> AccountFacts:
        """Return the account of this name, adding it when it is new; remember a spelling that differs."""
        account = self._by_name.get(name)
        if account is None:
            account = self._by_name[name] = self._found(name, key_of(name))
        return account

    def _found(self, name: str, key: str) -> AccountFacts:
        merged = self._merged.get(key)
        account = self._by_key.get(merged.key if merged else key)
        domain = domain_of(name) if "." in name and not why_not(name) else ""
        if account is None and domain:
            account = self._by_key.get(self._by_domain.get(domain, ""))
        if account is None:
            account = AccountFacts(None, key, name, None, None)
            self._by_key[key] = account
            self.added.append(account)
            if domain:
                self.learn(account, domain)
        elif merged:
            self.merged_spellings[name] = merged
        elif account.name != name:
            self.other_spellings[name] = account.name
        return account

    def enrich(self, row: AccountRow) -> str:
        """Take a row of the accounts file and say what came of it: new, changed or unchanged."""
        before = len(self.added)
        account = self.of(row.name)
        facts = (row.industry or account.industry, row.region or account.region)
        if row.name in self.merged_spellings:
            # What the account's own name says counts; another spelling only adds what is not known.
            facts = (account.industry or row.industry or None, account.region or row.region or None)
        differs = facts != (account.industry, account.region)
        account.industry, account.region = facts
        account.segment = row.segment or account.segment
        account.changed = account.changed or differs
        learnt = self.learn(account, row.domain)
        if len(self.added) > before:
            return "new"
        return "changed" if differs or learnt else "unchanged"

    def learn(self, account: AccountFacts, text: str) -> bool:
        """Take the mail domains of a cell for an account's, and say whether any of them is new."""
        if not text:
            return False
        found = company_domains(text)
        if not found and len(self.unusable) < MOST_NOTES:
            reason = why_not(text) or f"{shorten(text)} is no domain of the company's own."
            self.unusable.setdefault(text, reason)
        new = account.domains.union(account.new_domains).symmetric_difference(found).intersection(found)
        account.new_domains |= new
        for domain in new:
            self._by_domain.setdefault(domain, account.key)
        return bool(new)

    def notes(self) -> list[str]:
        """Return what somebody should know of how accounts were found, a sentence each."""
        notes = [
            f"“{shorten(spelling)}” is “{shorten(merged.name)}”{_since(merged)}."
            for spelling, merged in sorted(self.merged_spellings.items())[:MOST_NOTES]
        ]
        notes += [
            f"“{spelling}” was taken for the account “{name}”."
            for spelling, name in sorted(self.other_spellings.items())[:MOST_NOTES]
        ]
        learnt = sum(len(account.new_domains) for account in self.with_new_domains)
        if learnt:
            notes.append(
                f"{learnt:,} mail domain{'' if learnt == 1 else 's'} of accounts came with the file."
            )
        return notes + [f"No mail domain was taken from it: {reason}" for reason in self.unusable.values()]


def _since(merged: Merged) -> str:
    if merged.since is None:
        return ""
    day = local_day(merged.since)
    return f" since {day.day} {day:%B %Y}"


def key_of(name: str) -> str:
    """Return the key under which an account is stored."""
    return account_key(name)[:LONGEST_KEY]


def known_accounts(names: Iterable[str]) -> Accounts:
    """Return the accounts that exist under these names' keys, or to which these lead, ready to be matched."""
    names, merged = list(names), merged_keys()
    keys = {key_of(name) for name in names}
    keys = {merged[key].key if key in merged else key for key in keys}
    found = _facts(keys)
    owners = _only_owners(name for name in names if "." in name)
    by_id = {account.id: account for account in found}
    missing = {owner for owner in owners.values() if owner not in by_id}
    for ids in chunks(missing):
        named = _facts(db.session.scalars(select(Account.key).where(Account.id.in_(ids))))
        found += named
        by_id.update({account.id: account for account in named})
    return Accounts(found, merged, {domain: by_id[owner].key for domain, owner in owners.items()})


def _facts(keys: Iterable[str]) -> list[AccountFacts]:
    found: list[AccountFacts] = []
    for part in chunks(keys):
        columns = select(Account.id, Account.key, Account.name, Account.industry, Account.region)
        rows = [AccountFacts(*row) for row in db.session.execute(columns.where(Account.key.in_(part)))]
        domains = domains_by_account([row.id for row in rows if row.id])
        for row in rows:
            row.domains = frozenset(domains.get(row.id or 0, ()))
        found += rows
    return found


def _only_owners(names: Iterable[str]) -> dict[str, int]:
    """Return by mail domain the account that alone has it, for names that are domains."""
    domains = {domain_of(name) for name in names} - {""}
    owners: dict[str, int] = {}
    for part in chunks(domains):
        found = owners_by_domain(part)
        owners.update({domain: next(iter(ids)) for domain, ids in found.items() if len(ids) == 1})
    return owners


def store_accounts(accounts: Accounts, import_id: int) -> None:
    """Add the new accounts and what was learnt about others; every account has an id afterwards."""
    changed = accounts.changed
    by_key = {account.key: account for account in accounts.added}
    for keys in chunks(by_key):
        values = [
            {
                "key": key,
                "name": by_key[key].name,
                "industry": by_key[key].industry,
                "region": by_key[key].region,
            }
            for key in keys
        ]
        insert_rows(Account, values)
        for account_id, key in db.session.execute(
            select(Account.id, Account.key).where(Account.key.in_(keys))
        ):
            by_key[key].id = account_id
    keep_new(import_id, "accounts", (account.id for account in accounts.added if account.id))
    if changed:
        _keep_facts(changed, import_id)
        db.session.execute(
            update(Account),
            [{"id": one.id, "industry": one.industry, "region": one.region} for one in changed],
        )
    _store_domains(accounts.with_new_domains, import_id)
    if accounts.added or accounts.with_new_domains:
        enqueue("find_alike_accounts", once=True)


def _store_domains(accounts: Iterable[AccountFacts], import_id: int) -> None:
    for part in chunks(accounts):
        ids = [account.id for account in part]
        columns = select(AccountDomain.id, AccountDomain.account_id, AccountDomain.domain)
        before = {
            row[1:]: row[0] for row in db.session.execute(columns.where(AccountDomain.account_id.in_(ids)))
        }
        wanted = [(account.id, domain) for account in part for domain in sorted(account.new_domains)]
        moment = now()
        insert_rows(
            AccountDomain,
            [
                {"account_id": account_id, "domain": domain, "created_at": moment}
                for account_id, domain in wanted
                if (account_id, domain) not in before
            ],
        )
        after = {
            row[1:]: row[0] for row in db.session.execute(columns.where(AccountDomain.account_id.in_(ids)))
        }
        keep_new(import_id, "account_domains", [after[pair] for pair in after.keys() - before.keys()])


def _keep_facts(accounts: Iterable[AccountFacts], import_id: int) -> None:
    for ids in chunks(account.id for account in accounts):
        known = db.session.execute(
            select(Account.id, Account.industry, Account.region).where(Account.id.in_(ids))
        )
        before = {row.id: {"industry": row.industry, "region": row.region} for row in known}
        keep_before(import_id, "accounts", before)
