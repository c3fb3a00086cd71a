"""Updates of deals that an import brought: what they leave out stays, and one deal alone tells nothing of others."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from portal.deals.models import Deal, ImportedRow, ImportLayout
from tests.deals.hooks.test_updates import NEW, nothing_is_written


@pytest.mark.parametrize("stage", [{}, {"stage": "Signed"}])
def test_a_deal_that_its_crm_won_by_a_column_of_its_own_stays_won(post, table, imported, stage):
    imported("id,stage,is won,is closed,amount,close date", "D1,Signed,true,true,100,2026-02-03")
    assert post({"id": "D1", "amount": 900, **stage}).json["outcome"] == "changed"
    assert table(Deal.status, Deal.stage, Deal.closed_on, Deal.amount_minor) == [
        ("won", "Signed", date(2026, 2, 3), 90000)
    ]
    assert post({"id": "D1", "stage": "Proposal", "close date": "2026-12-01"}).json["outcome"] == "changed"
    assert table(Deal.status, Deal.closed_on) == [("open", None)]


def test_fields_in_other_languages_are_guessed_no_more_than_english_ones(post, rows):
    answer = post({"id": "D1", "stage": "Proposal", "Betrag": "1.234"})
    assert (answer.status_code, rows(select(Deal.amount_minor))) == (200, [123])
    assert post({"id": "D2", "stage": "Proposal", "Betrag": "1.234,50"}).status_code == 422
    assert post({"id": "D2", "stage": "Won", "Abschlussdatum": "03/04/2026"}).status_code == 422


@pytest.mark.parametrize("name", ["D1\x00", "\x07D1", " D1 ", "D1\u202e"])
def test_an_id_with_odd_characters_is_the_deal_without_them(post, rows, name):
    post(NEW)
    assert post({"id": name, "amount": 5}).json["outcome"] == "changed"
    assert rows(select(Deal.external_id)) == ["D1"]


@pytest.mark.parametrize(
    "body", [b'{"id": "\\ud800", "stage": "A"}', b'{"id": "1", "stage": "A", "\\udfff": 1}']
)
def test_half_a_character_is_refused(post, rows, body):
    assert post(None, body=body).status_code == 422
    assert nothing_is_written(rows)


def test_whether_a_size_is_known_does_not_tell_how_a_single_deal_ended(post, table, imported):
    imported(
        "id,stage,amount,close date",
        *(f"L{number},Lost,0,2026-02-03" for number in range(3)),
        "W1,Won,500,2026-02-03",
    )
    post({"id": "D1", "stage": "Lost", "amount": 70, "closed": "2026-02-03"})
    post({"id": "D2", "stage": "Won", "amount": 80, "closed": "2026-02-03"})
    assert {size for (size,) in table(Deal.size_minor)} == {None}


def test_a_won_deal_has_a_size_where_its_crm_leaves_lost_ones_their_amounts(post, rows, imported):
    imported("id,stage,amount,close date", "L1,Lost,100,2026-02-03")
    post({"id": "D2", "stage": "Won", "amount": 80, "closed": "2026-02-03"})
    assert rows(select(Deal.size_minor).where(Deal.external_id == "D2")) == [8000]


def test_the_fields_of_an_update_are_no_columns_to_be_remembered_of_files(post, rows, imported):
    imported("Record ID,Deal Stage,Amount", "D1,Proposal,100")
    before = [one.layout for one in rows(select(ImportLayout))]
    assert post({"id": "D1", "stage": "Negotiation", "value": 900}).json["outcome"] == "changed"
    assert [one.layout for one in rows(select(ImportLayout))] == before
    assert rows(select(ImportedRow).where(ImportedRow.import_id == 2)) == []


def test_an_amount_without_a_currency_is_in_that_of_the_deal(post, table):
    post({**NEW, "currency": "JPY", "amount": 5000})
    assert post({"id": "D1", "amount": 700}).json["outcome"] == "changed"
    assert post({"id": "D1", "amount": 800, "currency": None}).json["outcome"] == "changed"
    assert table(Deal.amount_minor, Deal.currency, Deal.size_amount_minor) == [(800, "JPY", 800)]
    post({"id": "D1", "amount": 9, "currency": "USD"})
    assert table(Deal.amount_minor, Deal.currency) == [(900, "USD")]


def test_a_deal_that_is_emptied_keeps_the_size_that_was_known(post, table):
    post(NEW)
    for update in ({"amount": 0}, {"status": "lost"}, {"status": "open"}, {"status": "won", "amount": 9}):
        assert post({"id": "D1", **update}).json["outcome"] == "changed"
        assert table(Deal.size_amount_minor, Deal.size_currency) == [(125_050, "USD")]


def test_a_day_of_change_that_could_be_two_days_is_not_guessed(post, table):
    post(NEW)
    post({"id": "D1", "stage": "Negotiation"})
    refused = post({"id": "D1", "stage": "Proposal", "updated_at": "2020-05-06T10:00:00Z"})
    assert (refused.status_code, refused.json["field"]) == (422, "modified")
    assert post({"id": "D1", "stage": "Proposal", "updated_at": "05/06/2020"}).json["outcome"] == "changed"
    assert table(Deal.stage) == [("Proposal",)]
