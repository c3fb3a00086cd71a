"""What adopting says first, and what it leaves to do: approved by whoever adopted, with a summary to begin with."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.library.models import Asset, Review
from tests.library.contributions.conftest import deck, slide


@pytest.fixture
def asset(people, share):
    return share(people.sam, deck("plan.pptx", slide("gate")), story="For a yard that weighs trucks twice.")


@pytest.fixture
def client(people, sign_in):
    return sign_in(people.marketer)


def test_whoever_adopts_and_publishes_has_approved_it(people, client, asset, rows):
    page = client.post(f"/library/{asset.slug}/adopt", data={"do": "publish"}, follow_redirects=True).text
    assert "Version 1 was approved by Ana Ruiz" in page
    assert "Nobody has approved" not in page
    assert rows(select(Review.state)) == ["approved"]


def test_adopting_as_a_draft_approves_nothing(client, asset, rows):
    client.post(f"/library/{asset.slug}/adopt", data={"do": "draft"})
    assert rows(select(Review.state)) == []


def test_the_next_step_after_adopting_is_offered_with_the_maker_s_words_as_a_summary(client, asset, rows):
    page = client.post(f"/library/{asset.slug}/adopt", data={"do": "publish"}, follow_redirects=True).text
    assert f'<a href="/library/{asset.slug}/edit">Now add filters and how to use it</a>' in page
    assert rows(select(Asset.summary)) == [""]
    page = client.get(f"/library/{asset.slug}/edit").text
    assert "For a yard that weighs trucks twice.</textarea>" in page
    assert "Proposed from what its maker wrote." in page


def test_adopting_one_of_several_says_first_what_becomes_of_all(people, client, asset, share):
    share(people.mate, deck("other <one>.pptx", slide("gate")), title="Other <one>")
    page = client.get("/library/from-sales").text
    assert "“Plan” is published for everyone. “Other &lt;one&gt;” is archived in its favour. " in page
    assert "Mia Mate are told. Go on?" in page


def test_a_file_is_published_from_sales_once_it_is_read(people, client, sign_in, rows, run_jobs):
    answer = sign_in(people.sam).post("/library/contribute", data={"file": deck("plan.pptx", slide("gate"))})
    content = answer.location
    pages = ("/library/from-sales", content)
    for page in pages:
        text = client.get(page).text
        assert ("Adopt and publish" in text, "as soon as" in text, "Adopt as a draft" in text) == (
            False,
            True,
            True,
        )
    refused = client.post(f"{content}/adopt", data={"do": "publish"})
    assert (refused.status_code, "still being read" in refused.text) == (409, True)
    assert rows(select(Asset.state)) == ["from_sales"]
    run_jobs()
    for page in pages:
        text = client.get(page).text
        assert ("Adopt and publish" in text, "as soon as" in text) == (True, False)
    assert client.post(f"{content}/adopt", data={"do": "publish"}).status_code == 303
    assert rows(select(Asset.state)) == ["published"]
