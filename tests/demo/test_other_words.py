"""The demo's CRM tells some deals in words of its own, so that no page that an admin tends is empty."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.db import db
from portal.deals.models import Account, AlikeAccounts, CurrencyRate, Deal, DealImport, HookCall
from portal.demo.company import ADMIN
from portal.demo.loading.other_words import WORTH, other_words
from portal.demo.simulated import Simulated
from tests.demo.conftest import client_of

pytestmark = pytest.mark.xdist_group("demo")


def test_two_accounts_are_spelled_twice_and_suggested_as_one(demo: Flask, story: Simulated) -> None:
    spelled = other_words(story.deals).names
    assert len(spelled) == 2
    with demo.app_context():
        pairs = set(db.session.execute(select(AlikeAccounts.one_id, AlikeAccounts.other_id)).tuples())
        names: dict[int, str] = dict(db.session.execute(select(Account.id, Account.name)).tuples().all())
    told = {frozenset((names[one], names[other])) for one, other in pairs}
    original = {deal.external_id: deal.account for deal in story.deals}
    assert {frozenset((original[number], name)) for number, name in spelled.items()} <= told
    page = client_of(demo, ADMIN.email).get("/deals/accounts").text
    assert all(name in page for name in spelled.values())


def test_a_few_open_deals_are_in_other_currencies_and_worth_what_the_rates_say(
    demo: Flask, story: Simulated
) -> None:
    dollars = {deal.external_id: deal.amount_minor for deal in story.deals}
    with demo.app_context():
        assert db.session.scalar(select(func.count()).select_from(CurrencyRate)) == sum(
            map(len, WORTH.values())
        )
        abroad = list(db.session.scalars(select(Deal).where(Deal.currency != "USD")))
        assert abroad
        for deal in abroad:
            assert deal.status == "open"
            assert deal.size_minor == deal.base_amount_minor
            assert deal.base_amount_minor == pytest.approx(dollars[deal.external_id], abs=100_00)
    assert "EUR" in client_of(demo, ADMIN.email).get("/deals/rates").text


def test_a_hook_has_moved_one_day_of_a_deal(demo: Flask) -> None:
    with demo.app_context():
        assert db.session.scalar(select(func.count()).select_from(HookCall)) == 1
        row = db.session.scalars(select(DealImport).where(DealImport.origin == "hook")).one()
        assert (row.state, (row.report or {})["changed"]) == ("applied", 1)
    assert "CRM automation" in client_of(demo, ADMIN.email).get("/admin/hooks").text
