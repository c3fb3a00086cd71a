"""Following content, filters and requests: who hears of what, once, and only of what they may see."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.library import services
from portal.library.models import Asset, Term, Version
from portal.library.vocabulary import delete_term
from portal.notifications.models import Follow, Notification, OutboxMessage
from portal.users.models import User


@pytest.fixture
def follows(make):
    """Let people follow things: follows("asset", asset, ann, ben)."""

    def run(subject, thing, *people):
        make.store(*(Follow(user_id=one.id, subject=subject, subject_id=thing.id) for one in people))

    return run


@pytest.fixture
def told(rows):
    """What a person was told, in order: told(ann)."""

    def run(person):
        found = select(OutboxMessage.title).where(
            OutboxMessage.recipient_id == person.id, OutboxMessage.kind == "follow"
        )
        return rows(found.order_by(OutboxMessage.id))

    return run


def test_follow_and_let_go_without_javascript(make, sign_in, rows):
    ann, asset = make.user(), make.asset("Heron deck", slug="heron")
    client = sign_in(ann)
    page = client.get("/library/heron").text
    assert f'action="/follow/asset/{asset.id}"' in page
    assert ">Follow<" in page
    answer = client.post(f"/follow/asset/{asset.id}", data={"next": "/library/heron"}, follow_redirects=True)
    assert "You are told when something happens to “Heron deck”." in answer.text
    assert f'action="/follow/asset/{asset.id}/stop"' in answer.text
    assert ">Following<" in answer.text
    client.post(f"/follow/asset/{asset.id}")
    assert rows(select(Follow.user_id)) == [ann.id]
    answer = client.post(f"/follow/asset/{asset.id}/stop", data={"name": "Heron deck"}, follow_redirects=True)
    assert "You are not told of “Heron deck” any more." in answer.text
    assert rows(select(Follow.user_id)) == []


def test_htmx_is_given_the_other_button(make, sign_in):
    asset, client = make.asset("Heron deck"), None
    client = sign_in(make.user())
    headers = {"HX-Request": "true"}
    answer = client.post(f"/follow/asset/{asset.id}", data={"next": "/library/x"}, headers=headers)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert f'hx-post="/follow/asset/{asset.id}/stop"' in answer.text
    assert 'value="/library/x"' in answer.text
    answer = client.post(f"/follow/asset/{asset.id}/stop", data={"name": "Heron deck"}, headers=headers)
    assert f'hx-post="/follow/asset/{asset.id}"' in answer.text
    assert ">Follow<" in answer.text


def test_following_leads_nowhere_else(make, sign_in):
    asset = make.asset()
    answer = sign_in(make.user()).post(f"/follow/asset/{asset.id}", data={"next": "https://evil.example/"})
    assert (answer.status_code, answer.location) == (303, "/me/following")


def test_only_what_one_sees_can_be_followed(make, sign_in, rows):
    marketer = make.user("marketer")
    draft = make.asset("Secret", state="draft", owner=marketer)
    old = make.asset("Old", state="archived", published_at=now(), archived_at=now())
    client = sign_in(make.user())
    for address in (
        f"asset/{draft.id}",
        f"asset/{old.id}",
        "asset/99",
        "term/99",
        "request/99",
        f"asset/{'9' * 30}",
    ):
        assert client.post(f"/follow/{address}").status_code == 404, address
    assert client.post("/follow/user/1").status_code == 404
    assert sign_in(marketer).post(f"/follow/asset/{draft.id}").status_code == 303
    assert rows(select(Follow.subject_id)) == [draft.id]


def test_a_filter_is_followed_where_the_library_shows_it_alone(make, sign_in):
    term = make.facet("industry", ("Banking", "Energy")).terms[0]
    make.asset(terms=(term,))
    client = sign_in(make.user())
    assert "Follow industry: Banking" in client.get("/library?industry=banking").text
    client.post(f"/follow/term/{term.id}")
    assert "Following industry: Banking" in client.get("/library?industry=banking").text
    for address in (
        "/library",
        "/library?industry=banking&industry=energy",
        "/library?industry=no",
        "/library?kind=deck",
    ):
        assert "/follow/term" not in client.get(address).text, address


def test_the_list_shows_what_one_follows_and_still_may_know_of(make, sign_in, follows):
    ann, ben = make.user(), make.user()
    term = make.facet("industry", ("Banking",)).terms[0]
    heron, old = make.asset("Heron deck"), make.asset("Old deck", state="archived", published_at=now())
    draft = make.asset("Draft again", state="draft")
    asked = make.request(ben, "Spare parts sheet")
    for subject, thing in (
        ("asset", heron),
        ("asset", old),
        ("asset", draft),
        ("term", term),
        ("request", asked),
    ):
        follows(subject, thing, ann)
    page = sign_in(ann).get("/me/following").text
    for words in ("Heron deck", "Old deck", "Banking", "Spare parts sheet"):
        assert words in page
    assert "Draft again" not in page
    assert "You follow nothing yet" in sign_in(ben).get("/me/following").text


def test_a_new_version_is_told_to_followers_and_not_to_whoever_made_it(make, follows, told, rows, run_jobs):
    ann, gone, marketer = make.user(), make.user(status="disabled"), make.user("marketer")
    asset = make.asset("Heron deck", slug="heron")
    follows("asset", asset, ann, gone, marketer)
    _new_version(make, asset, marketer)
    run_jobs()
    assert told(ann) == ["“Heron deck” has a new version: 2"]
    assert (told(gone), told(marketer)) == ([], [])
    (line,) = rows(select(Notification))
    assert (line.user_id, line.address, line.kind) == (ann.id, "/library/heron", "follow")
    assert (line.group_key, line.group_title) == (f"follow:asset:{asset.id}", "changes of “Heron deck”")


def _new_version(make, asset, by, **fields):
    def run():
        found = db.session.get_one(Asset, asset.id)
        who = db.session.get_one(User, by.id)
        version = Version(
            asset_id=asset.id, number=2, source="markdown", body="New", state="indexed", **fields
        )
        db.session.add(version)
        db.session.flush()
        services.publish_version(found, version, who)

    make.inside(run)


def test_who_follows_content_and_its_terms_is_told_once(make, follows, told):
    ann, ben, cleo, marketer = make.user(), make.user(), make.user("marketer"), make.user("marketer")
    banking, energy = make.facet("industry", ("Banking", "Energy")).terms
    asset = make.asset("Heron deck", state="draft", terms=(banking, energy))
    follows("asset", asset, cleo)
    follows("term", banking, ann, cleo)
    follows("term", energy, ann, ben, cleo)
    make.inside(
        lambda: services.publish(db.session.get_one(Asset, asset.id), db.session.get_one(User, marketer.id))
    )
    assert told(ann) == ["New with Industry: Banking: “Heron deck”"]
    assert told(ben) == ["New with Industry: Energy: “Heron deck”"]
    assert told(cleo) == ["“Heron deck” is published"]
    _new_version(make, asset, marketer)
    assert (len(told(ann)), len(told(ben))) == (1, 1)
    assert told(cleo)[1:] == ["“Heron deck” has a new version: 2"]


def test_content_of_which_only_the_name_was_known_is_new_when_its_file_comes(make, follows, told):
    ann, marketer = make.user(), make.user("marketer")
    term = make.facet("industry", ("Banking",)).terms[0]
    asset = make.asset("Heron deck", terms=(term,))
    follows("term", term, ann)
    make.inside(lambda: setattr(db.session.get_one(Asset, asset.id), "current_version_id", None))
    _new_version(make, asset, marketer)
    assert told(ann) == ["New with Industry: Banking: “Heron deck”"]


def test_versions_of_what_has_expired_are_news_for_marketing_alone(make, follows, told):
    ann, cleo, marketer = make.user(), make.user("marketer"), make.user("marketer")
    asset = make.asset("Heron deck", expires_on=now().date())
    follows("asset", asset, ann, cleo)
    _new_version(make, asset, marketer)
    assert (told(ann), told(cleo)) == ([], ["“Heron deck” has a new version: 2"])


def test_a_version_of_a_draft_is_told_to_nobody(make, follows, rows):
    cleo, marketer = make.user("marketer"), make.user("marketer")
    draft = make.asset("Draft", state="draft")
    follows("asset", draft, cleo)

    def add():
        who = db.session.get_one(User, marketer.id)
        services.add_markdown_version(db.session.get_one(Asset, draft.id), by=who, body="More")

    make.inside(add)
    assert rows(select(OutboxMessage)) == []


def test_what_is_archived_is_told_with_what_replaces_it(make, follows, told, rows):
    ann, marketer = make.user(), make.user("marketer")
    old, new = make.asset("Old deck", slug="old"), make.asset("New deck", slug="new")
    follows("asset", old, ann)

    def archive(replaced_by):
        found = db.session.get_one(Asset, old.id)
        services.archive(found, db.session.get_one(User, marketer.id), replaced_by=replaced_by)

    make.inside(lambda: archive(db.session.get_one(Asset, new.id)))
    make.inside(
        lambda: services.restore(db.session.get_one(Asset, old.id), db.session.get_one(User, marketer.id))
    )
    make.inside(lambda: archive(None))
    assert told(ann) == [
        "“Old deck” is archived: use “New deck” instead",
        "“Old deck” is in use again",
        "“Old deck” is archived",
    ]
    assert rows(select(OutboxMessage.address).order_by(OutboxMessage.id)) == ["/library/new", "/library/old"]


def test_the_end_of_what_was_never_published_is_for_marketing_alone(make, follows, told):
    ann, cleo, marketer = make.user(), make.user("marketer"), make.user("marketer")
    draft = make.asset("Draft", state="draft")
    follows("asset", draft, ann, cleo)
    make.inside(
        lambda: services.archive(db.session.get_one(Asset, draft.id), db.session.get_one(User, marketer.id))
    )
    assert (told(ann), told(cleo)) == ([], ["“Draft” is archived"])


def test_thousands_of_followers_cost_as_many_statements_as_one(make, follows, count_queries):
    marketer = make.user("marketer")
    costs = []
    for number in (1, 30):
        asset = make.asset(f"Deck {number}")
        follows("asset", asset, *(make.user() for _ in range(number)))
        with count_queries() as queries:
            _new_version(make, asset, marketer)
        costs.append(len(queries))
    assert costs[1] <= costs[0]


def test_a_term_that_is_gone_leaves_no_follower_to_a_later_one(make, follows, rows):
    term = make.facet("industry", ("Banking",)).terms[0]
    follows("term", term, make.user())
    make.inside(lambda: delete_term(db.session.get_one(Term, term.id)))
    assert rows(select(Follow)) == []


def test_who_follows_what_was_merged_follows_what_it_is_part_of(make, sign_in, rows):
    into = make.request(make.user(), "A deck for banks")
    one = make.request(make.user(), status="merged", merged_into_id=into.id)
    answer = sign_in(make.user()).post(f"/follow/request/{one.id}", follow_redirects=True)
    assert "something happens to “A deck for banks”" in answer.text
    assert rows(select(Follow.subject_id)) == [into.id]


def test_a_request_that_moves_is_told_to_followers_beyond_those_who_need_it(make, sign_in, told, follows):
    ann, ben, asker, marketer = make.user(), make.user(), make.user(), make.user("marketer")
    asked = make.request(asker, "Spare parts sheet")
    client = sign_in(ann)
    assert f"/follow/request/{asked.id}" in client.get(f"/requests/{asked.id}").text
    assert client.post(f"/follow/request/{asked.id}").status_code == 303
    follows("request", asked, asker, marketer)
    helper = sign_in(marketer)
    assert helper.post(f"/requests/{asked.id}/take").status_code == 303
    assert helper.post(f"/requests/{asked.id}/start").status_code == 303
    assert told(ann) == ["Accepted: Spare parts sheet", "In progress: Spare parts sheet"]
    # The one is told as the one who asked, the other did it.
    assert (told(ben), told(asker), told(marketer)) == ([], [], [])
    assert helper.post(f"/requests/{asked.id}/decline", data={"reason": "No time"}).status_code == 303
    assert told(ann)[2:] == ["Declined: Spare parts sheet"]
