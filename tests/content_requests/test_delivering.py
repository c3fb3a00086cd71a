"""Delivering: any published content by its title, with a word, refused for a reason, and told once to all who wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest, RequestChange
from portal.db import db, now
from portal.library.models import Asset
from portal.library.services import create_asset
from portal.notifications.following import follow
from portal.notifications.models import OutboxMessage, TeamWebhook, WebhookPost
from portal.users.models import User


@pytest.fixture
def asker(make):
    return make.user("rep", team=make.team("North"))


@pytest.fixture
def asked(make, asker):
    return make.request(asker, "A deck about heat pumps", status="in_progress")


@pytest.fixture
def marketer(make):
    return make.user("marketer")


@pytest.fixture
def client(sign_in, marketer):
    return sign_in(marketer)


def _deliver(client, asked, asset, **fields):
    return client.post(f"/requests/{asked.id}/deliver", data={"asset_id": str(asset.id), **fields})


def _request(rows):
    (row,) = rows(select(ContentRequest))
    return row


def test_content_is_delivered_with_a_word_that_everybody_reads(make, client, sign_in, asked, asker, rows):
    asset = make.asset("Heat pump deck")
    assert _deliver(client, asked, asset, word="  Slide 4 has\nthe numbers ").status_code == 303
    request = _request(rows)
    assert (request.status, request.delivered_asset_id) == ("delivered", asset.id)
    (change,) = rows(select(RequestChange))
    assert change.words == "Heat pump deck\nSlide 4 has the numbers"
    (told,) = rows(select(OutboxMessage))
    assert (told.recipient_id, told.address) == (asker.id, f"/library/{asset.slug}")
    assert "Slide 4 has the numbers" in told.title
    page = sign_in(asker).get(f"/requests/{asked.id}").text
    assert "Slide 4 has the numbers" in page
    assert "Heat pump deck" in page


def test_delivered_without_a_word_the_page_quotes_none(make, client, asked):
    _deliver(client, asked, make.asset("Heat pump deck"))
    assert "<blockquote" not in client.get(f"/requests/{asked.id}").text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "draft"}, "is a draft. Publish it first."),
        ({"state": "in_review"}, "is in review. Publish it first."),
        ({"state": "from_sales"}, "is from sales and not adopted yet"),
        ({"state": "archived"}, "is archived. Restore it first"),
        ({"expires_on": now().date() - timedelta(days=9)}, "expired on"),
    ],
)
def test_what_sales_cannot_use_is_not_delivered_and_nothing_typed_is_lost(
    make, client, asked, rows, fields, words
):
    asset = make.asset("Old and odd", **fields)
    answer = _deliver(client, asked, asset, word="Slide 4 has the numbers")
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Slide 4 has the numbers"' in answer.text
    assert f'<option value="{asset.id}"' in answer.text
    assert _request(rows).status == "in_progress"
    assert rows(select(OutboxMessage)) == []


def test_content_without_a_file_is_not_delivered(make, client, asked, rows):
    asset = make.inside(lambda: create_asset(by=None, title="Empty", kind="other", placeholder=True))
    answer = _deliver(client, asked, asset)
    assert (answer.status_code, "There is nothing to use in it yet" in answer.text) == (422, True)
    assert _request(rows).status == "in_progress"


@pytest.mark.parametrize("chosen", ["", "0", "abc", "99999", "-4", "9" * 30])
def test_choosing_nothing_that_is_there_says_so_at_the_field(client, asked, chosen):
    answer = client.post(f"/requests/{asked.id}/deliver", data={"asset_id": chosen, "word": "Kept words"})
    assert answer.status_code == 422
    assert "Please choose the content that answers it." in answer.text
    assert 'value="Kept words"' in answer.text


def test_a_word_that_is_too_long_is_refused_at_its_field(make, client, asked, rows):
    answer = _deliver(client, asked, make.asset(), word="x" * 501)
    assert (answer.status_code, "A word has up to 500 characters." in answer.text) == (422, True)
    assert _request(rows).status == "in_progress"


@pytest.mark.parametrize("pasted", ["http://localhost/library/{}", "/library/{}?page=2", "{}"])
def test_without_a_script_content_can_be_named_by_its_address(make, client, asked, rows, pasted):
    asset = make.asset("Heat pump deck")
    answer = client.post(
        f"/requests/{asked.id}/deliver", data={"asset_id": "", "address": pasted.format(asset.slug)}
    )
    assert answer.status_code == 303
    assert _request(rows).delivered_asset_id == asset.id


@pytest.mark.parametrize("pasted", ["http://localhost/library/nothing", "/", "http://[", "\x00"])
def test_an_address_that_leads_to_no_content_is_refused(client, asked, pasted):
    answer = client.post(f"/requests/{asked.id}/deliver", data={"address": pasted})
    assert (answer.status_code, "Please choose the content" in answer.text) == (422, True)


def test_a_second_delivery_is_told_that_the_first_was_quicker(make, client, sign_in, asked, rows):
    first, other = make.asset("First deck"), make.asset("Other deck")
    second = sign_in(make.user("marketer"))
    assert _deliver(client, asked, first).status_code == 303
    answer = _deliver(second, asked, other, word="Mine is better")
    assert answer.status_code == 409
    assert "delivered already" in answer.text
    assert "Mine is better" in answer.text
    assert _request(rows).delivered_asset_id == first.id
    assert len(rows(select(OutboxMessage).where(OutboxMessage.title.startswith("Here it is")))) == 1


def test_who_decided_on_an_older_state_is_told_what_happened_since(make, client, sign_in, asked, rows):
    other = make.user("marketer", name="Quick Quinn")
    sign_in(other).post(f"/requests/{asked.id}/complete", data={"need": "A deck about wind"})
    answer = _deliver(client, asked, make.asset(), revision="1", word="Typed for long")
    assert answer.status_code == 409
    assert "Quick Quinn" in answer.text
    assert "Typed for long" in answer.text
    assert _request(rows).status == "in_progress"


def test_everybody_who_waits_or_follows_is_told_once_with_the_link(
    make, client, asked, asker, marketer, rows
):
    both, follower, gone = make.user(), make.user(), make.user(status="disabled")
    client_of_both = [both.id, follower.id, gone.id, asker.id, marketer.id]
    make.inside(lambda: [follow(person, "request", asked.id) for person in client_of_both])
    make.inside(lambda: _join(asked, both))
    asset = make.asset("Heat pump deck")
    _deliver(client, asked, asset)
    told = rows(select(OutboxMessage))
    assert sorted(message.recipient_id for message in told) == sorted([asker.id, both.id, follower.id])
    assert {message.address for message in told} == {f"/library/{asset.slug}"}
    assert {message.recipient_id for message in told if message.kind == "follow"} == {follower.id}


def _join(asked: ContentRequest, person: User) -> None:
    from portal.content_requests.services import support

    support(db.session.get_one(ContentRequest, asked.id), db.session.get_one(User, person.id))


def test_who_searched_for_it_is_told_once_even_if_they_follow_it_too(make, client, asker, rows, run_jobs):
    search = make.search(asker, "heat pumps")
    asked = make.request(asker, "Heat pumps", status="in_progress", search_id=search.id)
    searcher, both = make.user(), make.user()
    make.search(searcher, "heat pumps")
    make.search(both, "heat pumps")
    make.inside(lambda: follow(both.id, "request", asked.id))
    _deliver(client, asked, make.asset("Heat pump deck"))
    run_jobs()
    told = rows(select(OutboxMessage.recipient_id))
    assert sorted(told) == sorted([asker.id, searcher.id, both.id])


def test_any_published_content_is_found_by_words_of_its_title(make, client, asked):
    for number in range(45):
        make.asset(f"Filler {number}")
    old = make.asset("Ancient heron calls", published_at=now() - timedelta(days=900))
    make.asset("Heron draft", state="draft")
    page = client.get(f"/requests/{asked.id}").text
    assert "Ancient heron calls" not in page
    found = client.get(f"/requests/{asked.id}/content?q=calls+HERON").text
    assert f'data-value="{old.id}"' in found
    assert "Heron draft" not in found
    assert client.get(f"/requests/{asked.id}/content?q={'x' * 5000}").text.strip().startswith("{") is False


def test_drafts_are_found_by_words_of_their_title(make, client, asked):
    make.asset("Heron deck")
    draft = make.asset("Heron draft", state="draft")
    found = client.get(f"/requests/{asked.id}/content?of=drafts&q=heron").text
    assert f'data-value="{draft.id}"' in found
    assert "Heron deck" not in found


def test_only_marketing_looks_for_content_to_deliver(asker, asked, sign_in, client):
    assert sign_in(asker).get(f"/requests/{asked.id}/content?q=x").status_code == 403
    assert client.get("/requests/999/content?q=x").status_code == 404


def test_what_fits_the_words_of_the_request_is_offered_before_newer_content(
    make, client, asked, run_jobs, app
):
    fitting = make.asset("Heat pump deck", pages=("A deck about heat pumps",))
    for number in range(40):
        make.asset(f"Filler {number}", pages=("Nothing of the kind",))
    app.test_cli_runner().invoke(args=["search", "rebuild"])
    page = client.get(f"/requests/{asked.id}").text
    options = page[page.index('name="asset_id"') :]
    assert f'<option value="{fitting.id}" data-note="Fits what is needed"' in options
    assert options.index("Heat pump deck") < options.index("Filler")


def test_a_request_that_is_opened_again_and_delivered_anew_will_be_looked_at_again(make, client, asked, rows):
    asset = make.asset("Heat pump deck")
    _deliver(client, asked, asset)
    make.inside(lambda: setattr(db.session.get_one(ContentRequest, asked.id), "outcome_told_at", now()))
    client.post(f"/requests/{asked.id}/reopen", data={"reason": "It lacks prices"})
    assert _deliver(client, asked, asset).status_code == 303
    assert _request(rows).outcome_told_at is None
    assert rows(select(Asset.id)) == [asset.id]


def test_the_channels_of_the_teams_that_asked_are_told_once(make, client, asked, asker, rows):
    south, mate = make.team("South"), make.user(team=make.team("West"))
    make.inside(lambda: _join(asked, mate))
    for team_id in (asker.team_id, south.id, mate.team_id):
        make.store(TeamWebhook(team_id=team_id, address="https://hooks.example/x", kinds="win,delivered"))
    asset = make.asset("Heat pump deck")
    _deliver(client, asked, asset)
    posts = rows(select(WebhookPost))
    assert sorted(post.team_id for post in posts) == sorted([asker.team_id, mate.team_id])
    assert {(post.title, post.address) for post in posts} == {
        ("Here it is: “Heat pump deck”. Asked for: A deck about heat pumps", f"/library/{asset.slug}")
    }
