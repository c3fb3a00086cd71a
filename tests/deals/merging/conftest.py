"""A manager's client, and pairs of accounts with deals."""

from __future__ import annotations

import html

import pytest
from sqlalchemy import select

from portal.deals.models import Account, AccountMerge
from portal.deals.reading import account_key


@pytest.fixture
def manager(make):
    return make.user("manager", name="Mona")


@pytest.fixture
def client(manager, sign_in):
    return sign_in(manager)


@pytest.fixture
def account(make):
    """Store an account under the key that an import would give it."""

    def store(name, **fields):
        return make.store(Account(name=name, key=account_key(name), **fields))

    return store


@pytest.fixture
def merge(client, rows):
    """Make one account another one through the page, and return the row that keeps it."""

    def post(one, into, status=302):
        answer = client.post("/deals/accounts/merge", data={"one": one.id, "other": into.id, "keep": into.id})
        assert answer.status_code in ((302, 303) if status == 302 else (status,)), text(answer)
        found = rows(select(AccountMerge).order_by(AccountMerge.id.desc()))
        return found[0] if found else None

    return post


def text(answer):
    return html.unescape(answer.get_data(as_text=True))
