"""Much the same from several reps is one decision: all merged into what there is, or all declined with one reason."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.library.contributions import queries
from portal.library.models import Asset, Contribution
from portal.notifications.models import OutboxMessage
from tests.library.contributions.conftest import deck, slide


@pytest.fixture
def three(people, share):
    """The same slide from three reps of three teams, and one file that has nothing to do with it."""
    brought = [
        share(who, deck("dock.pptx", slide("dock"), slide(f"own{number}")), title=f"Dock {number}")
        for number, who in enumerate((people.sam, people.stranger, people.loner))
    ]
    share(people.mate, deck("other.pptx", slide("other")), title="Apart")
    return brought


def sent(page: str) -> list[str]:
    return re.findall(r'name="also" value="([^"]+)"', page)


def test_all_are_merged_into_what_there_is_in_one_step(make, people, three, sign_in, rows):
    target, client = make.asset("Official deck", slug="official"), sign_in(people.marketer)
    first, address = three[0], f"/library/{three[0].slug}/merge"
    assert f"{address}?together=1" in client.get("/library/from-sales").text
    page = client.get(f"{address}?together=1").text
    assert "Merge all 3" in page
    assert sorted(sent(page)) == sorted(asset.slug for asset in three[1:])
    answer = client.post(address, data={"into": target.slug, "also": sent(page)})
    assert answer.location == "/library/official"
    found = rows(select(Contribution).order_by(Contribution.id))
    assert [(one.outcome, one.merged_into_id) for one in found] == [("merged", target.id)] * 3 + [
        (None, None)
    ]
    told = rows(select(OutboxMessage.recipient_id).where(OutboxMessage.kind == "contribution"))
    assert sorted(told) == sorted((people.sam.id, people.stranger.id, people.loner.id))
    assert client.post(address, data={"into": target.slug}).status_code == 409
    assert rows(select(Asset.state).where(Asset.id == first.id)) == ["archived"]


def test_all_are_declined_with_one_reason_which_a_wrong_form_keeps_together(people, three, sign_in, rows):
    client, address = sign_in(people.marketer), f"/library/{three[0].slug}/decline"
    page = client.get(f"{address}?together=1").text
    assert "Decline all 3" in page
    wrong = client.post(address, data={"reason": "", "also": sent(page)})
    assert (wrong.status_code, sorted(sent(wrong.text))) == (422, sorted(sent(page)))
    assert client.post(address, data={"reason": "Old prices", "also": sent(page)}).status_code == 303
    found = rows(select(Contribution).order_by(Contribution.id))
    assert [one.reason for one in found] == ["Old prices"] * 3 + [""]


def test_one_that_was_decided_on_meanwhile_leaves_all_as_they_were(people, three, sign_in, rows):
    client, address = sign_in(people.marketer), f"/library/{three[0].slug}/decline"
    also = sent(client.get(f"{address}?together=1").text)
    client.post(f"/library/{three[2].slug}/decline", data={"reason": "Not this"})
    assert client.post(address, data={"reason": "Old prices", "also": also}).status_code == 409
    assert [one.outcome for one in rows(select(Contribution).order_by(Contribution.id))] == [
        None,
        None,
        "declined",
        None,
    ]


def test_alone_only_one_is_decided_on(people, three, sign_in, rows):
    client, address = sign_in(people.marketer), f"/library/{three[0].slug}/decline"
    assert sent(client.get(address).text) == []
    client.post(address, data={"reason": "Not this"})
    assert [one.outcome for one in rows(select(Contribution).order_by(Contribution.id))] == [
        "declined",
        None,
        None,
        None,
    ]


def test_more_than_can_be_put_together_is_said(people, three, sign_in, monkeypatch):
    monkeypatch.setattr(queries, "MOST_WAITING", 2)
    page = sign_in(people.marketer).get("/library/from-sales").text
    assert "4 wait. The oldest 2 are listed here" in page


def test_looking_at_one_asks_for_its_own_proposal_alone(people, three, sign_in, count_queries):
    client = sign_in(people.marketer)
    with count_queries() as asked:
        page = client.get(f"/library/{three[0].slug}").text
    assert "2 other files from sales are" in page
    assert not [text for text in asked.statements if "LIMIT" in text and "contributions.story" in text]
