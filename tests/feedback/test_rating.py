"""Ratings: one per person and version, changeable, and summed into the asset's own columns."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db import db
from portal.feedback.models import Rating
from portal.feedback.services import refresh_ratings
from portal.library.models import Asset
from portal.notifications.models import OutboxMessage


def _asset(rows, asset):
    return rows(select(Asset).where(Asset.id == asset.id))[0]


def test_a_rep_rates_content_and_changes_their_mind(make, sign_in, rows):
    asset, rep = make.asset("Deck"), make.user("rep")
    client = sign_in(rep)
    address = f"/library/{asset.slug}/rating"
    answer = client.post(address, data={"stars": "2", "reason": "outdated", "comment": "Old prices <b>"})
    assert answer.status_code == 303
    client.post(address, data={"stars": "4", "reason": "", "comment": ""})
    (rating,) = rows(select(Rating))
    assert (rating.stars, rating.reason, rating.user_id) == (4, None, rep.id)
    assert (_asset(rows, asset).rating_count, _asset(rows, asset).rating_mean) == (1, 4.0)


def test_a_new_version_may_be_rated_again(make, sign_in, rows, app):
    from portal.db import unit_of_work
    from portal.library.models import Version

    asset, rep = make.asset("Deck"), make.user("rep")
    client = sign_in(rep)
    client.post(f"/library/{asset.slug}/rating", data={"stars": "2"})
    with app.app_context(), unit_of_work():
        version = Version(asset_id=asset.id, number=2, source="markdown", body="b", state="indexed")
        db.session.add(version)
        db.session.flush()
        db.session.get_one(Asset, asset.id).current_version_id = version.id
    client.post(f"/library/{asset.slug}/rating", data={"stars": "5"})
    assert sorted(rows(select(Rating.stars))) == [2, 5]
    assert (_asset(rows, asset).rating_count, _asset(rows, asset).rating_mean) == (1, 5.0)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"stars": "6"}, "one to five stars"),
        ({"stars": "0"}, "one to five stars"),
        ({"stars": "x"}, "one to five stars"),
        ({}, "one to five stars"),
        ({"stars": "3", "reason": "nonsense"}, "choose one of the reasons"),
        ({"stars": "3", "comment": "x" * 2001}, "up to 2,000 characters"),
    ],
)
def test_a_rating_that_cannot_be_taken_says_why_and_keeps_the_comment(make, sign_in, rows, form, words):
    asset = make.asset("Deck")
    client = sign_in(make.user("rep"))
    answer = client.post(f"/library/{asset.slug}/rating", data={"comment": "Kept words", **form})
    assert answer.status_code == 422
    assert words in answer.text
    assert form.get("comment", "Kept words") in answer.text
    assert rows(select(Rating)) == []


def test_what_was_archived_while_somebody_wrote_is_refused_in_words_that_keep_theirs(make, sign_in, rows):
    asset = make.asset("Deck", slug="deck")
    client = sign_in(make.user("rep"))

    def archive():
        db.session.get_one(Asset, asset.id).state = "archived"

    make.inside(archive)
    answer = client.post("/library/deck/rating", data={"stars": "2", "comment": "Kept words"})
    assert answer.status_code == 422
    assert "“Deck” is no longer in use" in answer.text
    assert "Kept words" in answer.text
    assert rows(select(Rating)) == []


def test_a_marketer_is_told_that_a_draft_cannot_be_rated(make, sign_in, rows):
    make.asset("Deck", slug="deck", state="draft")
    client = sign_in(make.user("marketer"))
    answer = client.post("/library/deck/rating", data={"stars": "2", "comment": "Kept words"})
    assert answer.status_code == 422
    assert "“Deck” is not published" in answer.text
    assert "Kept words" in answer.text
    assert rows(select(Rating)) == []


def test_a_draft_that_one_cannot_see_cannot_be_rated(make, sign_in, rows):
    draft = make.asset("Draft", state="draft", owner=make.user("marketer"))
    client = sign_in(make.user("rep"))
    assert client.post(f"/library/{draft.slug}/rating", data={"stars": "5"}).status_code == 404
    assert rows(select(Rating)) == []


def test_somebody_elses_deal_cannot_be_named_in_a_rating(make, sign_in, rows):
    asset, other = make.asset("Deck"), make.user("rep")
    deal = make.deal(owner=other)
    client = sign_in(make.user("rep"))
    answer = client.post(f"/library/{asset.slug}/rating", data={"stars": "5", "deal_id": str(deal.id)})
    assert answer.status_code == 404
    assert rows(select(Rating)) == []


def test_a_low_rating_tells_the_owner_once(make, sign_in, rows):
    owner = make.user("marketer")
    asset = make.asset("Deck", owner=owner)
    client = sign_in(make.user("rep"))
    for _ in range(2):
        client.post(f"/library/{asset.slug}/rating", data={"stars": "1", "comment": "No"})
    (told,) = rows(select(OutboxMessage))
    assert told.recipient_id == owner.id
    assert (told.group_key, told.group_title) == (f"rating:asset:{asset.id}", "new ratings of “Deck”")


def test_the_order_by_rating_does_not_let_one_five_outrank_many_fours(app, make, rows):
    one, many = make.asset("One"), make.asset("Many")
    make.rating(one, make.user("rep"), 5)
    for _ in range(20):
        make.rating(many, make.user("rep"), 4)
    for _ in range(10):
        make.rating(make.asset(), make.user("rep"), 2)
    make.inside(refresh_ratings)
    # 31 ratings with 105 stars: the mean of all is 3.387; (5 + 16.94) / 6 = 3.656 and (80 + 16.94) / 25 = 3.877
    assert _asset(rows, one).rating_rank == pytest.approx((5 + 5 * 105 / 31) / 6)
    assert _asset(rows, many).rating_rank == pytest.approx((80 + 5 * 105 / 31) / 25)
    assert _asset(rows, many).rating_rank > _asset(rows, one).rating_rank


def test_a_rating_can_be_taken_back(make, sign_in, rows):
    asset = make.asset("Deck")
    client = sign_in(make.user("rep"))
    client.post(f"/library/{asset.slug}/rating", data={"stars": "5"})
    assert client.post(f"/library/{asset.slug}/rating/withdraw").status_code == 303
    assert rows(select(Rating)) == []
    assert (_asset(rows, asset).rating_count, _asset(rows, asset).rating_mean) == (0, None)


def test_a_rating_moves_the_order_of_all_other_rated_content_too(make, sign_in, rows):
    first, second, unrated = make.asset("First"), make.asset("Second"), make.asset("Unrated")
    sign_in(make.user("rep")).post(f"/library/{first.slug}/rating", data={"stars": "5"})
    assert _asset(rows, first).rating_rank == pytest.approx(5)
    client = sign_in(make.user("rep"))
    client.post(f"/library/{second.slug}/rating", data={"stars": "2"})
    assert _asset(rows, first).rating_rank == pytest.approx((5 + 5 * 3.5) / 6)
    assert _asset(rows, second).rating_rank == pytest.approx((2 + 5 * 3.5) / 6)
    assert _asset(rows, unrated).rating_rank == 0
    client.post(f"/library/{second.slug}/rating/withdraw")
    assert _asset(rows, first).rating_rank == pytest.approx(5)
    assert (_asset(rows, second).rating_count, _asset(rows, second).rating_rank) == (0, 0)


def test_ranking_all_content_takes_one_statement(make, count_queries):
    for _ in range(5):
        make.rating(make.asset(), make.user("rep"), 4)
    with count_queries() as queries:
        make.inside(refresh_ratings)
    assert len(queries) == 1


def test_a_low_rating_is_told_even_when_it_takes_the_number_of_one_that_was_taken_back(make, sign_in, rows):
    owner, client = make.user("marketer"), sign_in(make.user("rep"))
    asset = make.asset("Deck", owner=owner)
    client.post(f"/library/{asset.slug}/rating", data={"stars": "1"})
    client.post(f"/library/{asset.slug}/rating/withdraw")
    # The number of a row that was deleted is given out again; the next rating is another one all the same.
    other, second = make.asset("Other", owner=owner), sign_in(make.user("rep"))
    second.post(f"/library/{other.slug}/rating", data={"stars": "1"})
    assert len(rows(select(OutboxMessage))) == 2


def test_a_deal_with_an_absurd_number_is_refused(make, sign_in, rows):
    client, asset = sign_in(make.user("rep")), make.asset()
    for number in ("9" * 30, "²", "-1"):
        answer = client.post(f"/library/{asset.slug}/rating", data={"stars": "5", "deal_id": number})
        assert answer.status_code in (404, 422)
    assert rows(select(Rating)) == []
