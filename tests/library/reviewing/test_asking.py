"""Asking people about a version: who may ask, who can be asked, about what, and who is told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.library import services
from portal.library.models import Asset, AssetEvent, Review, Reviewer, Version
from portal.library.queries import asset_or_404
from portal.notifications.models import OutboxMessage

ASK = "/library/plan/review"


def _told(rows):
    return [(row.recipient_id, row.address) for row in rows(select(OutboxMessage).order_by(OutboxMessage.id))]


@pytest.fixture
def marketer(make):
    return make.user("marketer", name="Ana Ruiz")


@pytest.fixture
def draft(make, marketer):
    return make.asset("Plan", slug="plan", state="draft", owner=marketer)


def add_version(make, asset, by, **fields):
    """Add a version and have it read, as the job would."""

    def add():
        found = asset_or_404(asset.id)
        version = services.add_markdown_version(found, by=db.session.merge(by, load=True), body="Newer text")
        version.state, version.preview_kind, version.preview_html = "indexed", "html", "<p>Newer text</p>"
        return version

    return make.inside(add)


def test_a_marketer_asks_reps_about_a_draft_and_they_are_told_once(make, sign_in, rows, draft, marketer):
    rep, other = make.user("rep"), make.user("rep")
    answer = sign_in(marketer).post(ASK, data={"question": "Does it work?", "people": [rep.id, other.id]})
    assert answer.location == "/library/plan#review"
    (review,) = rows(select(Review))
    assert (review.state, review.question, review.asked_by_id) == ("open", "Does it work?", marketer.id)
    assert rows(select(Asset.state)) == ["in_review"]
    assert _told(rows) == [(rep.id, "/library/plan#review"), (other.id, "/library/plan#review")]
    assert rows(select(AssetEvent.action)) == ["review_asked"]


def test_the_question_is_written_already_and_the_people_of_last_time_are_ticked(
    make, sign_in, draft, marketer
):
    rep, client = make.user("rep"), sign_in(marketer)
    page = client.get(ASK).text
    assert "Does this work in front of a customer?" in page
    assert f'value="{rep.id}" checked' not in page
    assert f'value="{marketer.id}"' not in page  # made the version
    client.post(ASK, data={"question": "Well?", "people": [rep.id]})
    client.post("/library/plan/review/withdraw")
    assert f'value="{rep.id}" checked' in client.get(ASK).text


def test_asking_again_adds_people_to_the_review_that_is_open(make, sign_in, rows, draft, marketer):
    rep, other, client = make.user("rep"), make.user("rep"), sign_in(marketer)
    client.post(ASK, data={"question": "Well?", "people": [rep.id]})
    assert "asked already" in client.get(ASK).text
    client.post(ASK, data={"question": "Well?", "people": [rep.id, other.id]})
    assert len(rows(select(Review))) == 1
    assert sorted(rows(select(Reviewer.user_id))) == [rep.id, other.id]
    assert [person for person, _ in _told(rows)] == [rep.id, other.id]
    answer = client.post(ASK, data={"question": "Well?", "people": [rep.id]})
    assert (answer.status_code, "all asked already" in answer.text) == (422, True)


def test_a_form_sent_twice_asks_once(make, sign_in, rows, draft, marketer):
    rep, client = make.user("rep"), sign_in(marketer)
    form = {"question": "Well?", "people": [rep.id], "nonce": "same"}
    assert [client.post(ASK, data=form).status_code for _ in range(2)] == [303, 303]
    assert len(rows(select(Reviewer))) == len(_told(rows)) == 1


def test_who_cannot_be_asked_is_named_at_the_field_and_what_was_typed_stays(
    make, sign_in, rows, draft, marketer
):
    rep = make.user("rep")
    gone, named = make.user("rep", status="disabled"), make.user("rep", status="placeholder", email=None)
    other = make.user("marketer")
    wrong = [
        (marketer, [], "choose at least one person"),
        (marketer, [marketer.id], "ask somebody else"),
        (other, [other.id], "ask somebody else"),
        (other, [rep.id, marketer.id], "Ana Ruiz made this version"),
        (marketer, [rep.id, marketer.id], "You made this version"),
        (marketer, [gone.id], "cannot sign in"),
        (marketer, [named.id, rep.id], "cannot sign in"),
        (marketer, ["nonsense"], "cannot sign in"),
        (marketer, ["9" * 30], "cannot sign in"),
        (marketer, list(range(1_000, 1_051)), "50 people at most"),
    ]
    for by, people, words in wrong:
        answer = sign_in(by).post(ASK, data={"question": "Kept words", "people": people})
        assert (answer.status_code, words in answer.text) == (422, True), words
        assert "Kept words" in answer.text
    for question, words in (("", "say what you want to know"), ("x" * 1_001, "up to 1,000 characters")):
        answer = sign_in(marketer).post(ASK, data={"question": question, "people": [rep.id]})
        assert (answer.status_code, words in answer.text) == (422, True)
    assert rows(select(Review)) == []
    assert rows(select(Asset.state)) == ["draft"]


def test_only_marketing_asks(make, sign_in, rows, draft, marketer):
    rep = make.user("rep")
    make.asset("Deck", slug="deck")
    for role in ("rep", "manager"):
        client = sign_in(make.user(role))
        for address in ("/library/deck/review", ASK):
            assert client.get(address).status_code == 403
            assert client.post(address, data={"people": [rep.id]}).status_code == 403
        assert client.post("/library/plan/review/withdraw").status_code == 403
        assert client.post("/library/plan/approve").status_code == 403
    assert rows(select(Review)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "archived", "archived_at": now()}, "Restore it first"),
        ({"state": "from_sales"}, "Adopt it first"),
        ({"state": "published", "published_at": now()}, "Everyone uses its newest version already"),
    ],
)
def test_what_is_not_on_its_way_into_use_cannot_be_reviewed(
    make, sign_in, rows, draft, marketer, changes, words
):
    def change():
        for key, value in changes.items():
            setattr(asset_or_404(draft.id), key, value)

    make.inside(change)
    answer = sign_in(marketer).post(ASK, data={"question": "Well?", "people": [make.user("rep").id]})
    assert answer.status_code in (409, 422)
    assert words in answer.text
    assert rows(select(Review)) == []


@pytest.mark.parametrize(("state", "words"), [("refused", "was refused"), ("waiting", "still being read")])
def test_nobody_is_asked_about_a_version_that_cannot_be_looked_at(
    make, sign_in, rows, draft, marketer, state, words
):
    def change():
        asset_or_404(draft.id).current_version.state = state

    make.inside(change)
    answer = sign_in(marketer).post(ASK, data={"question": "Well?", "people": [make.user("rep").id]})
    assert (answer.status_code, words in answer.text) == (422, True)
    assert rows(select(Review)) == []


def test_content_without_anything_in_it_cannot_be_reviewed(make, sign_in, marketer):
    make.store(Asset(slug="plan", title="Plan", kind="deck"))
    client = sign_in(marketer)
    assert client.get(ASK).status_code == client.post("/library/plan/approve").status_code == 409


def test_a_new_version_of_what_is_in_use_is_shown_to_whom_it_is_asked_and_to_no_other_rep(
    make, sign_in, rows, marketer
):
    rep, other = make.user("rep"), make.user("rep")
    deck = make.asset("Deck", slug="deck", owner=marketer)
    version = add_version(make, deck, marketer)
    address = "/library/deck/v/2"
    assert sign_in(rep).get(address).status_code == 404
    sign_in(marketer).post("/library/deck/review", data={"question": "Well?", "people": [rep.id]})
    assert _told(rows) == [(rep.id, "/library/deck/v/2#review")]
    page = sign_in(rep).get(address).text
    assert "Newer text" in page
    assert "Well?" in page
    assert ">Approve<" in page
    assert "Well?" in sign_in(rep).get("/library/deck").text
    assert sign_in(other).get(address).status_code == 404
    assert "Well?" not in sign_in(other).get("/library/deck").text
    assert sign_in(rep).get("/library/deck/v/2/file").status_code == 200
    assert sign_in(other).get("/library/deck/v/2/file").status_code == 404
    assert rows(select(Version.published_at).where(Version.id == version.id)) == [None]


def test_a_reviewer_of_expired_content_sees_it_while_they_are_asked(make, sign_in, marketer):
    rep = make.user("rep")
    deck = make.asset("Deck", slug="deck", owner=marketer, expires_on=now().date())
    add_version(make, deck, marketer)
    assert sign_in(rep).get("/library/deck").status_code == 410
    sign_in(marketer).post("/library/deck/review", data={"question": "Well?", "people": [rep.id]})
    assert sign_in(rep).get("/library/deck/v/2").status_code == 200
    sign_in(marketer).post("/library/deck/review/withdraw")
    assert sign_in(rep).get("/library/deck/v/2").status_code in (404, 410)
