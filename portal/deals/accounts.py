"""Which accounts the names in a file mean; two spellings are one account only when they share their key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, update

from portal.db import chunks, db, insert_rows
from portal.deals.keeping import keep_before, keep_new
from portal.deals.models import Account
from portal.deals.reading import AccountRow, account_key

LONGEST_KEY = 500


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


class Accounts:
    """The accounts known under the keys of a file, with those that the file adds."""

    def __init__(self, known: Iterable[AccountFacts]) -> None:
        self.added: list[AccountFacts] = []
        self.other_spellings: dict[str, str] = {}
        self._by_key = {account.key: account for account in known}
        self._by_name: dict[str, AccountFacts] = {}

    @property
    def changed(self) -> list[AccountFacts]:
        """The accounts known before of which the files say something new."""
        return [account for account in self._by_key.values() if account.changed and account.id is not None]

    def of(self, name: str) -> AccountFacts:
        """Return the account of this name, adding it when it is new; remember a spelling that differs."""
        account = self._by_name.get(name)
        if account is None:
            key = key_of(name)
            account = self._by_key.get(key)
            if account is None:
                account = AccountFacts(None, key, name, None, None)
                self._by_key[key] = account
                self.added.append(account)
            elif account.name != name:
                self.other_spellings[name] = account.name
            self._by_name[name] = account
        return account

    def enrich(self, row: AccountRow) -> str:
        """Take a row of the accounts file and say what came of it: new, changed or unchanged."""
        before = len(self.added)
        account = self.of(row.name)
        facts = (row.industry or account.industry, row.region or account.region)
        differs = facts != (account.industry, account.region)
        account.industry, account.region = facts
        account.segment = row.segment or account.segment
        account.changed = account.changed or differs
        if len(self.added) > before:
            return "new"
        return "changed" if differs else "unchanged"


def key_of(name: str) -> str:
    """Return the key under which an account is stored."""
    return account_key(name)[:LONGEST_KEY]


def known_accounts(names: Iterable[str]) -> Accounts:
    """Return the accounts that exist under these names' keys, ready to be matched."""
    found = []
    for keys in chunks({key_of(name) for name in names}):
        columns = select(Account.id, Account.key, Account.name, Account.industry, Account.region)
        rows = db.session.execute(columns.where(Account.key.in_(keys)))
        found += [AccountFacts(*row) for row in rows]
    return Accounts(found)


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


def _keep_facts(accounts: Iterable[AccountFacts], import_id: int) -> None:
    for ids in chunks(account.id for account in accounts):
        known = db.session.execute(
            select(Account.id, Account.industry, Account.region).where(Account.id.in_(ids))
        )
        before = {row.id: {"industry": row.industry, "region": row.region} for row in known}
        keep_before(import_id, "accounts", before)
