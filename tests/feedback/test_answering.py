"""Low ratings wait in marketing's list until somebody answers, and whoever gave one hears back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.feedback.models import Rating, RatingAnswer
from portal.library.models import Asset, Version
from portal.notifications.models import OutboxMessage


@pytest.fixture
def marketer(make):
    return make.user("marketer", name="Mara Keting")


@pytest.fixture
def rep(make):
    return make.user("rep", name="Rita Rep")


@pytest.fixture
def deck(make, marketer):
    return make.asset("Heron deck", slug="heron", owner=marketer, use_count=1)


@pytest.fixture
def rating(make, deck, rep):
    return make.rating(deck, rep, 1, reason="outdated", comment="Old prices")


def _add_version(make, asset, *, published=True):
    def add():
        row = db.session.get_one(Asset, asset.id)
        number = max(version.number for version in row.versions) + 1
        version = Version(asset_id=row.id, number=number, source="markdown", body="b", state="indexed")
        version.published_at = now() if published else None
        db.session.add(version)
        db.session.flush()
        if published:
            row.current_version_id = version.id
        return number

    return make.inside(add)


def _fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(seen|next)" value="([^"]*)"', page))


def _place(rating) -> str:
    return f"/library/heron/ratings/{rating.id}/answer"


def _answer(client, rating, **form):
    fields = _fields(client.get(_place(rating)).text)
    return client.post(_place(rating), data={**fields, **form})


def test_an_answer_stands_with_the_rating_and_whoever_gave_it_is_told(sign_in, marketer, rep, rating, rows):
    client = sign_in(marketer)
    assert "Heron deck</a>" in client.get("/to-do").text
    answer = _answer(client, rating, words="New prices are in.\n<b>Sorry</b>")
    assert answer.location == f"/library/heron#rating-{rating.id}"
    (said,) = rows(select(RatingAnswer))
    assert (said.rating_id, said.by_id, said.fixed_in_id) == (rating.id, marketer.id, None)
    (told,) = rows(select(OutboxMessage))
    assert (told.recipient_id, told.kind) == (rep.id, "answer")
    assert told.title == "Mara Keting answered your rating of “Heron deck”"
    assert told.address == f"/library/heron#rating-{rating.id}"
    page = sign_in(rep).get("/library/heron").text
    place = page.index(f'id="rating-{rating.id}"')
    assert place < page.index("Old prices", place) < page.index("New prices are in.", place)
    assert "&lt;b&gt;Sorry" in page
    # Nothing is owed any more, on either page.
    for address in ("/to-do", "/"):
        assert "No low rating waits" in client.get(address).text


def test_an_answered_rating_comes_back_when_it_is_changed_and_not_when_it_is_only_sent_again(
    sign_in, marketer, rep, rating, rows
):
    client, rater = sign_in(marketer), sign_in(rep)
    _answer(client, rating, words="We look into it.")
    same = {"stars": "1", "reason": "outdated", "comment": "Old prices"}
    rater.post("/library/heron/rating", data=same)
    assert "No low rating waits" in client.get("/to-do").text
    rater.post("/library/heron/rating", data={**same, "comment": "Still old prices"})
    page = client.get("/to-do").text
    assert "Still old prices" in page
    assert "changed since it was answered" in page
    assert [one.recipient_id for one in rows(select(OutboxMessage)) if one.kind == "rating"] == [marketer.id]
    _answer(client, rating, words="Now they are new.")
    assert "No low rating waits" in client.get("/to-do").text
    assert len(rows(select(RatingAnswer))) == 2


def test_one_click_says_that_it_is_fixed_in_the_version_in_use(
    make, sign_in, marketer, rep, deck, rating, rows
):
    client = sign_in(marketer)
    assert "Fixed in version" not in client.get("/to-do").text
    _add_version(make, deck)
    page = client.get("/to-do").text
    form = page.split(f'action="{_place(rating)}"', 1)[1].split("</form>", 1)[0]
    assert "Fixed in version 2" in form
    fields = dict(re.findall(r'name="(seen|next|fixed_in)" value="([^"]*)"', form))
    assert client.post(_place(rating), data=fields).location == "/to-do#ratings"
    (told,) = rows(select(OutboxMessage))
    assert told.title == "Mara Keting answered your rating of “Heron deck”: fixed in version 2"
    page = sign_in(rep).get("/library/heron").text
    assert "Fixed in version 2" in page
    assert "Better now? Rate version 2:" in page


def test_the_new_version_is_rated_in_one_click_from_the_answer(
    make, sign_in, marketer, rep, deck, rating, rows
):
    _add_version(make, deck)
    _answer(sign_in(marketer), rating, words="Better", fixed_in="2")
    client = sign_in(rep)
    form = client.get("/library/heron").text.split('class="rate-again"', 1)[1].split("</form>", 1)[0]
    version = re.search(r'name="version" value="(\d+)"', form)[1]
    client.post("/library/heron/rating", data={"version": version, "stars": "5"})
    assert sorted(rows(select(Rating.stars))) == [1, 5]
    assert "rate-again" not in client.get("/library/heron").text
    # To others it is not offered.
    assert "rate-again" not in sign_in(marketer).get("/library/heron").text


def test_a_rating_is_owed_no_more_once_the_same_person_rated_a_later_version(
    make, sign_in, marketer, rep, deck, rating
):
    _add_version(make, deck)
    client = sign_in(marketer)
    assert "Heron deck</a>" in client.get("/to-do").text
    sign_in(rep).post("/library/heron/rating", data={"stars": "4"})
    assert "Heron deck</a>" not in client.get("/to-do").text


def test_reps_and_managers_may_not_answer_and_are_not_offered_to(make, sign_in, rep, rating, rows):
    for role in ("rep", "manager"):
        client = sign_in(make.user(role))
        assert "/answer" not in client.get("/library/heron").text
        assert client.get(_place(rating)).status_code == 403
        assert client.post(_place(rating), data={"words": "Nice try"}).status_code == 403
    assert rows(select(RatingAnswer)) == []


def test_a_rep_who_owns_the_content_answers_its_ratings(make, sign_in, rows):
    owner = make.user("rep")
    asset = make.asset("Own sheet", slug="heron", owner=owner)
    rating = make.rating(asset, make.user("rep"), 2)
    client = sign_in(owner)
    assert _place(rating) in client.get("/library/heron").text
    assert _answer(client, rating, words="Thanks").status_code == 303
    assert len(rows(select(RatingAnswer))) == 1


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"words": "  "}, "say something, or choose the version"),
        ({"words": "x" * 200_000}, "up to 2,000 characters; this one has 200,000"),
        ({"words": "Kept", "fixed_in": "1"}, "a version that came after"),
        ({"words": "Kept", "fixed_in": "3"}, "a version that came after"),
        ({"words": "Kept", "fixed_in": "nonsense"}, "a version that came after"),
    ],
)
def test_an_answer_that_cannot_be_taken_says_why_and_keeps_what_was_typed(
    make, sign_in, marketer, deck, rating, rows, form, words
):
    _add_version(make, deck)
    _add_version(make, deck, published=False)
    answer = _answer(sign_in(marketer), rating, **form)
    assert answer.status_code == 422
    assert words in answer.text
    assert form["words"] in answer.text
    assert rows(select(RatingAnswer)) == []
    assert rows(select(OutboxMessage)) == []


def test_of_two_who_answer_at_once_the_second_is_told_and_may_add_theirs(
    make, sign_in, marketer, rating, rows
):
    first, second = sign_in(marketer), sign_in(make.user("admin"))
    shown = _fields(second.get(_place(rating)).text)
    _answer(first, rating, words="Mine came first")
    refused = second.post(_place(rating), data={**shown, "words": "Kept words"})
    assert refused.status_code == 422
    assert "Mara Keting has answered meanwhile" in refused.text
    assert "Mine came first" in refused.text
    assert "Kept words" in refused.text
    assert len(rows(select(RatingAnswer))) == 1
    added = second.post(_place(rating), data={**_fields(refused.text), "words": "Kept words"})
    assert added.status_code == 303
    assert len(rows(select(RatingAnswer))) == 2


def test_who_answers_a_rating_that_was_changed_meanwhile_reads_it_first(sign_in, marketer, rep, rating, rows):
    client = sign_in(marketer)
    shown = _fields(client.get(_place(rating)).text)
    sign_in(rep).post("/library/heron/rating", data={"stars": "2", "comment": "Only the prices"})
    refused = client.post(_place(rating), data={**shown, "words": "Kept words"})
    assert refused.status_code == 422
    assert "Rita Rep has changed this rating meanwhile" in refused.text
    assert "Only the prices" in refused.text
    assert "Kept words" in refused.text
    assert rows(select(RatingAnswer)) == []


def test_an_answer_to_a_rating_that_was_taken_back_is_kept_to_be_copied(sign_in, marketer, rep, rating, rows):
    client = sign_in(marketer)
    sign_in(rep).post("/library/heron/rating/withdraw")
    answer = client.post(_place(rating), data={"words": "Kept words"})
    assert answer.status_code == 404
    assert "has taken it back" in answer.text
    assert "Kept words" in answer.text
    assert client.get(_place(rating)).status_code == 404
    assert rows(select(RatingAnswer)) == []


def test_taking_a_rating_back_takes_its_answers_along(sign_in, marketer, rep, rating, rows):
    _answer(sign_in(marketer), rating, words="Thanks")
    assert sign_in(rep).post("/library/heron/rating/withdraw").status_code == 303
    assert rows(select(RatingAnswer)) == []


def test_a_rating_of_other_content_is_not_there(make, sign_in, marketer, rating):
    make.asset("Other", slug="other")
    assert sign_in(marketer).get(f"/library/other/ratings/{rating.id}/answer").status_code == 404


def test_who_can_no_longer_open_the_content_is_not_told_of_it(make, sign_in, marketer, deck, rating, rows):
    def archive():
        db.session.get_one(Asset, deck.id).state = "archived"

    make.inside(archive)
    assert _answer(sign_in(marketer), rating, words="Thanks").status_code == 303
    assert len(rows(select(RatingAnswer))) == 1
    assert rows(select(OutboxMessage)) == []


@pytest.mark.parametrize("target", ["https://evil.example/", "javascript:alert(1)", "//evil.example"])
def test_an_answer_leads_back_to_nowhere_else(sign_in, marketer, rating, target):
    client = sign_in(marketer)
    assert (
        target not in client.get(_place(rating), query_string={"next": target}).text.split("Cancel")[0][-300:]
    )
    answer = _answer(client, rating, words="Thanks", next=target)
    assert answer.location == f"/library/heron#rating-{rating.id}"


def test_to_do_asks_no_more_of_the_database_with_more_low_ratings(make, sign_in, marketer, count_queries):
    costs = []
    for _ in range(2):
        for number in range(4):
            asset = make.asset(use_count=1, slug=f"sheet-{len(costs)}-{number}")
            rating = make.rating(asset, make.user("rep"), 1, updated_at=now() - timedelta(days=1))
            make.store(RatingAnswer(rating_id=rating.id, words="Old", at=now() - timedelta(days=2)))
            _add_version(make, asset)
        client = sign_in(marketer)
        with count_queries() as queries:
            assert client.get("/to-do").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 25
