"""What reaches people is their own choice: on the page, and by one click at the end of a mail."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from config import TestConfig
from portal import create_app
from portal.notifications.choices import choices_of
from portal.notifications.kinds import KINDS
from portal.notifications.models import Mail, Notification, NotificationChoice, OutboxMessage
from portal.notifications.unsubscribing import ALL, unsubscribe_token


@pytest.fixture
def mail_times(app):
    """When each kind of mail comes to a person."""

    def run(user):
        with app.app_context():
            return {choice.key: choice.way.mail_time for choice in choices_of(user.id)}

    return run


@pytest.fixture
def token_for(app):
    def run(user, *kinds):
        with app.app_context():
            return unsubscribe_token(user.id, kinds)

    return run


def filled(**changes):
    """The form of the page as it is sent when nothing but these fields is changed."""
    fields = {f"mail-{key}": kind.mail_time for key, kind in KINDS.items()}
    fields |= {f"app-{key}": "yes" for key in KINDS}
    return {name: value for name, value in (fields | changes).items() if value is not None}


def test_the_page_shows_every_kind_as_everybody_gets_it_and_keeps_what_is_chosen(make, sign_in, rows):
    ann = make.user()
    client = sign_in(ann)
    page = client.get("/me/notifications").text
    assert all(kind.name in page and kind.tells in page for kind in KINDS.values())
    answer = client.post("/me/notifications", data=filled(**{"mail-rating": "weekly", "app-win": None}))
    assert (answer.status_code, answer.location) == (303, "/me/notifications")
    stored = {row.kind: (row.in_app, row.mail_time) for row in rows(select(NotificationChoice))}
    assert stored == {"rating": (True, "weekly"), "win": (False, "daily")}
    page = client.get("/me/notifications").text
    assert '<option value="weekly" selected>' in page
    assert "checked" not in re.search(r'<input[^>]*name="app-win"[^>]*>', page)[0]
    # What is as everybody gets it again is kept no more.
    client.post("/me/notifications", data=filled())
    assert rows(select(NotificationChoice)) == []


def test_a_time_that_does_not_exist_is_refused_and_the_rest_is_kept_as_it_was_typed(make, sign_in, rows):
    ann = make.user()
    fields = filled(**{"mail-rating": "hourly", "mail-mention": "weekly", "app-win": None})
    answer = sign_in(ann).post("/me/notifications", data=fields)
    assert answer.status_code == 422
    assert "Please choose one of the times that are offered" in answer.text
    assert '<option value="weekly" selected>' in answer.text
    assert "checked" not in re.search(r'<input[^>]*name="app-win"[^>]*>', answer.text)[0]
    assert rows(select(NotificationChoice)) == []
    assert sign_in(ann).post("/me/notifications", data={}).status_code == 422


def test_the_page_says_when_no_mail_comes(make, app, sign_in):
    rep, admin, nameless = make.user(), make.user("admin"), make.user(email=None)
    words = "This portal sends no mail at present"
    assert words in sign_in(rep).get("/me/notifications").text
    assert "SMTP_HOST" not in sign_in(rep).get("/me/notifications").text
    assert "SMTP_HOST" in sign_in(admin).get("/me/notifications").text
    app.config["SMTP_HOST"] = "127.0.0.1"
    assert words not in sign_in(rep).get("/me/notifications").text
    assert "You have no email here" in sign_in(nameless).get("/me/notifications").text


def test_profile_and_bell_lead_to_the_choices(make, sign_in):
    client = sign_in(make.user())
    for path in ("/me", "/notifications"):
        assert 'href="/me/notifications"' in client.get(path).text


@pytest.mark.usefixtures("mail_server")
def test_a_choice_counts_for_what_waits_already(make, sign_in, say, run_jobs, send, handler, rows):
    ann = make.user(email="ann@firm.test")
    say(ann, kind="comment")
    say(ann, kind="rating")
    say(ann, kind="mention")
    say(ann, kind="request", title="A request moved")
    run_jobs()
    sign_in(ann).post(
        "/me/notifications",
        data=filled(**{"mail-comment": "weekly", "mail-rating": "never", "mail-mention": "never"}),
    )
    waiting = {row.kind: row.mail_time for row in rows(select(OutboxMessage)) if row.mail_time}
    assert waiting == {"comment": "weekly"}
    send()
    (mail,) = handler.mails
    assert mail["Subject"] == "A request moved"


@pytest.mark.usefixtures("mail_server")
def test_a_mail_of_which_nothing_is_wanted_any_more_is_not_sent(
    make, sign_in, say, run_jobs, send, handler, rows
):
    ann, ben = make.user(email="ann@firm.test"), make.user(email="ben@firm.test")
    say(ann, ben)
    run_jobs()
    sign_in(ann).post("/me/notifications", data=filled(**{"mail-mention": "never"}))
    send()
    assert [mail["To"].addresses[0].addr_spec for mail in handler.mails] == ["ben@firm.test"]
    assert rows(select(Mail.user_id)) == [ben.id]
    assert len(rows(select(Notification))) == 2


def test_looking_at_the_link_changes_nothing(make, app, token_for, rows):
    ann = make.user()
    page = app.test_client().get(f"/unsubscribe/{token_for(ann, 'mention')}")
    assert page.status_code == 200
    assert "Mentions" in page.text
    assert rows(select(NotificationChoice)) == []


def test_one_post_of_a_mail_program_stops_mail_of_that_kind_alone(
    template_database, tmp_path, make, mail_times, token_for
):
    ann = make.user()
    before = mail_times(ann)
    # With the check of forms on, without a cookie and from nowhere: as RFC 8058 says.
    make.app.config["WTF_CSRF_ENABLED"] = True
    client, token = make.app.test_client(), token_for(ann, "mention")
    answer = client.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert mail_times(ann) == before | {"mention": "never"}
    assert client.post(f"/unsubscribe/{token}").status_code == 200
    assert mail_times(ann) == before | {"mention": "never"}


@pytest.mark.usefixtures("mail_server")
def test_the_address_in_a_mail_stops_the_kinds_that_it_is_about(make, app, say, send, handler, mail_times):
    ann = make.user(email="ann@firm.test")
    say(ann, kind="mention")
    say(ann, kind="request")
    send()
    before = mail_times(ann)
    address = handler.mails[0]["List-Unsubscribe"].strip("<>")
    path = address.removeprefix(app.config["BASE_URL"])
    assert app.test_client().post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert mail_times(ann) == before | {"mention": "never", "request": "never"}
    say(ann, kind="mention")
    send()
    assert len(handler.taken) == 1


def test_stopping_is_undone_from_its_page_as_it_was_before(make, app, token_for, mail_times):
    ann = make.user()
    make.store(NotificationChoice(user_id=ann.id, kind="mention", in_app=False, mail_time="weekly"))
    before, client = mail_times(ann), app.test_client()
    page = client.post(f"/unsubscribe/{token_for(ann, ALL)}").text
    assert set(mail_times(ann).values()) == {"never"}
    undo = re.search(r'action="(/unsubscribe/[^"]+/undo)"', page)[1]
    assert client.post(undo).status_code == 200
    assert mail_times(ann) == before


def test_the_choice_page_offers_to_stop_all_mail(make, sign_in, mail_times):
    ann = make.user()
    client = sign_in(ann)
    stop = re.search(r'href="(/unsubscribe/[^"]+)"', client.get("/me/notifications").text)[1]
    assert "Stop this mail?" in client.get(stop).text
    assert client.post(stop).status_code == 200
    assert set(mail_times(ann).values()) == {"never"}
    assert "This mail is off" in client.get(stop).text
    assert "Stop all mail" not in client.get("/me/notifications").text


def test_a_wrong_or_foreign_token_is_a_clear_page_and_changes_nothing(make, app, token_for, rows, tmp_path):
    ann = make.user()
    token, client = token_for(ann, "mention"), app.test_client()
    other = create_app(TestConfig(tmp_path / "other", SECRET_KEY="another"))
    with other.app_context():
        foreign = unsubscribe_token(ann.id, ["mention"])
    for wrong in (token[:-1], f"x{token}", foreign, "a", "x" * 5000, "WzEsMl0.x", token_for(ann, "nothing")):
        for method in (client.get, client.post):
            answer = method(f"/unsubscribe/{wrong}")
            assert answer.status_code == 404
            assert "not complete" in answer.text
        assert client.post(f"/unsubscribe/{wrong}/undo").status_code == 404
    # A token for one thing is none for the other.
    assert client.post(f"/unsubscribe/{token}/undo").status_code == 404
    assert rows(select(NotificationChoice)) == []


def test_a_token_of_a_person_who_is_gone_is_not_found(make, app, token_for):
    class Gone:
        id = 4711

    assert app.test_client().post(f"/unsubscribe/{token_for(Gone, 'mention')}").status_code == 404
