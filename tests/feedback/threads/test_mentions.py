"""Who is named with an @ is told once and set apart; who cannot be told is said to the writer, and nothing is lost."""

from __future__ import annotations

import html

import pytest
from sqlalchemy import select

from portal.db import db
from portal.feedback.models import Comment, Mention
from portal.notifications.models import OutboxMessage
from portal.users.models import User


def _named(rows):
    found = rows(select(Mention).order_by(Mention.id))
    return {mention.user_id for mention in found} - {None}, {mention.team_id for mention in found} - {None}


def _offered(page):
    return [html.unescape(part.split('"')[0]) for part in page.split('data-value="')[1:]]


@pytest.fixture
def write(sign_in):
    """Begin a thread and return the page that follows: write(person, place, body)."""

    def wrote(person, place, body, **fields):
        client = sign_in(person)
        answer = client.post(f"{place}/threads", data={"body": body, **fields}, follow_redirects=True)
        assert answer.status_code == 200
        return answer.text

    return wrote


@pytest.mark.parametrize("sort", ["content", "request", "deal"])
def test_who_is_named_is_told_so_and_set_apart(sign_in, rows, people, places, say, told, sort):
    say(people.rob, places[sort], "@mia mate and `@Max Manager`: mail x@Max Manager, see @Olga Owner.")
    assert _named(rows) == ({people.mia.id, people.olga.id}, set())
    assert told("named you on") == sorted([(people.mia.id, "mention"), (people.olga.id, "mention")])
    page = sign_in(people.max).get(places[sort]).text
    assert '<span class="mention">@mia mate</span>' in page
    assert '<span class="mention">@Olga Owner</span>' in page
    assert page.count('class="mention"') == 2


def test_who_is_named_is_not_told_a_second_time_that_something_was_said(people, places, say, told):
    say(people.mia, places["request"], "@Rob Rep, @Rob Rep and @Mia Mate")
    assert told() == sorted([(people.rob.id, "mention"), (people.olga.id, "comment")])


def test_a_team_that_is_named_is_told_all_but_the_writer_each_once(make, rows, people, places, say, told):
    make.user("rep", name="Gone", team=people.north, status="disabled")
    say(people.rob, places["deal"], "@North and @Mia Mate, who knows them?")
    assert _named(rows) == ({people.mia.id}, {people.north.id})
    assert told() == [(people.mia.id, "mention")]
    say(people.max, places["deal"], "@north?")
    assert told("named your team") == sorted([(people.rob.id, "mention"), (people.mia.id, "mention")])


def test_the_longest_name_is_meant(make, rows, people, places, say):
    ana, ruiz = make.user("rep", name="Ana"), make.user("rep", name="Ana Ruiz")
    say(people.rob, places["content"], "@Ana Ruiz")
    assert _named(rows) == ({ruiz.id}, set())
    say(people.rob, places["content"], "@Ana ruins it")
    assert _named(rows)[0] == {ruiz.id, ana.id}


def test_people_of_the_same_name_are_told_apart_by_their_team(make, rows, people, places, write, told):
    one = make.user("rep", name="Ana Ruiz", team=people.north)
    two = make.user("rep", name="Ana Ruiz", team=people.south)
    three = make.user("rep", name="Ana Ruiz")
    page = write(people.rob, places["content"], "Ask @ana ruiz")
    assert "Several people are called Ana Ruiz, so none was told" in page
    assert (_named(rows), told("named you")) == ((set(), set()), [])
    write(people.rob, places["content"], "Ask @Ana Ruiz (South), and @Ana Ruiz (no team)")
    assert _named(rows) == ({two.id, three.id}, set())
    assert one.id not in [person for person, _ in told("named you")]


@pytest.mark.parametrize(
    ("status", "words"),
    [("disabled", "Ana Ruiz has left and is not told."), ("placeholder", "does not sign in here and is not")],
)
def test_who_has_left_is_not_told_and_the_writer_is_told_that(
    make, rows, people, places, write, told, status, words
):
    ana = make.user("rep", name="Ana Ruiz", status=status)
    page = write(people.rob, places["content"], "@Ana Ruiz made this")
    assert words in page
    assert "@Ana Ruiz</span> made this" in page
    assert _named(rows) == ({ana.id}, set())
    assert [person for person, _ in told()] == [people.olga.id]


def test_who_is_here_is_meant_rather_than_who_has_left(make, rows, people, places, say):
    make.user("rep", name="Ana Ruiz", status="disabled", team=people.south)
    here = make.user("rep", name="Ana Ruiz", team=people.north)
    say(people.rob, places["content"], "@Ana Ruiz")
    assert _named(rows) == ({here.id}, set())


def test_who_does_not_see_a_deal_is_not_told_of_it_and_the_writer_is_told_that(people, places, write, told):
    page = write(people.rob, places["deal"], "@Sam Stranger, @South and @Max Manager?")
    assert "Sam Stranger does not see this, so was not told." in page
    assert "South does not see this, so was not told." in page
    assert told() == [(people.max.id, "mention")]


def test_of_a_team_those_who_see_it_are_told_and_the_others_are_counted(make, people, places, write, told):
    boss = make.user("manager", name="Bea Boss", team=people.south)
    page = write(people.rob, places["deal"], "@South?")
    assert "1 of 2 in South do not see this, so were not told." in page
    assert told() == [(boss.id, "mention")]


def test_nobody_hears_of_a_draft_by_being_named(make, people, write, told):
    make.asset("Plan", slug="plan", state="draft", owner=people.olga)
    page = write(people.olga, "/library/plan", "@Mia Mate and @North, look")
    assert "Mia Mate does not see this, so was not told." in page
    assert told() == []


def test_an_empty_team_is_said(make, people, places, write):
    make.team("West")
    assert "Nobody is in West at present" in write(people.rob, places["content"], "@West?")


def test_many_who_are_not_told_are_said_in_few_words(make, people, places, write):
    for number in range(8):
        make.user("rep", name=f"Left {number}!", status="disabled")
    page = write(people.rob, places["content"], " ".join(f"@Left {number}!" for number in range(8)))
    assert page.count("has left and is not told") == 5
    assert "3 more who are named were not told" in page


def test_an_edit_reads_the_names_again_and_tells_only_who_is_new(sign_in, rows, people, places, say, told):
    say(people.rob, places["content"], "@Mia Mate look")
    (comment_id,) = rows(select(Comment.id))
    client, address = sign_in(people.rob), f"/comments/{comment_id}/edit"
    client.post(address, data={"body": "@Max Manager look"})
    assert _named(rows) == ({people.max.id}, set())
    client.post(address, data={"body": "@Max Manager and @Mia Mate and @Olga Owner look"})
    mentioned = [person for person, kind in told() if kind == "mention"]
    assert sorted(mentioned) == sorted([people.mia.id, people.max.id, people.olga.id])
    page = client.post(address, data={"body": "@Sam Stranger @Gone"}, follow_redirects=True).text
    assert '<span class="mention">@Sam Stranger</span>' in page
    assert len([kind for _, kind in told() if kind == "mention"]) == 4


def test_a_name_added_by_an_edit_that_cannot_be_told_is_said(make, sign_in, rows, people, places, say):
    make.user("rep", name="Ana Ruiz", status="disabled")
    say(people.rob, places["deal"], "Hello")
    (comment_id,) = rows(select(Comment.id))
    form = {"body": "Hello @Ana Ruiz"}
    page = sign_in(people.rob).post(f"/comments/{comment_id}/edit", data=form, follow_redirects=True).text
    assert "Ana Ruiz has left and is not told." in page


def test_removing_takes_the_names_away_and_the_words_from_the_bell(
    sign_in, rows, people, places, say, run_jobs
):
    say(people.rob, places["content"], "@Mia Mate secret")
    run_jobs()
    (comment_id,) = rows(select(Comment.id))
    sign_in(people.rob).post(f"/comments/{comment_id}/remove")
    assert rows(select(Mention)) == []
    assert set(rows(select(OutboxMessage.title))) == {"A comment on “Deck” was removed"}


def test_a_name_that_changed_since_is_no_longer_set_apart_and_breaks_nothing(
    make, sign_in, rows, people, places, say
):
    say(people.rob, places["content"], "@Mia Mate look")
    make.inside(lambda: setattr(db.session.get_one(User, people.mia.id), "name", "Mia Wed"))
    page = sign_in(people.rob).get(places["content"]).text
    assert "@Mia Mate look" in page
    assert 'class="mention"' not in page


def test_typing_a_name_lists_people_who_are_here_and_teams(
    make, sign_in, rows, people, places, count_queries
):
    make.user("rep", name="Mia Gone", status="disabled")
    make.user("rep", name="Northrop Mia", team=people.south)
    client = sign_in(people.rob)
    with count_queries() as queries:
        page = client.get("/people/suggest?q=mi").text
    assert _offered(page) == ["Mia Mate", "Northrop Mia"]
    assert len([one for one in queries.statements if " like " in one.lower()]) == 2
    page = client.get("/people/suggest?q=NORTH").text
    assert _offered(page) == ["North", "Northrop Mia"]
    assert "Team, 2 people" in page


def test_a_list_of_names_is_short_whatever_is_typed(make, sign_in, people, places):
    for number in range(12):
        make.user("rep", name=f"Zed {number}")
        make.team(f"Zed team {number}")
    client = sign_in(people.rob)
    for text in ("", "zed", "%", "_", "x" * 5000, "a\nb", "(", "'"):
        answer = client.get("/people/suggest", query_string={"q": text})
        assert answer.status_code == 200
        assert answer.text.count('role="option"') <= 8
    assert client.get("/people/suggest?q=%25").text.count("option") == 0


def test_a_list_of_names_offers_what_tells_people_apart(make, sign_in, rows, people, places, say):
    make.user("rep", name="Ana Ruiz", team=people.south)
    make.user("rep", name="ana ruiz")
    make.user("rep", name="South", team=people.north)
    page = sign_in(people.rob).get("/people/suggest?q=ana").text
    assert 'data-value="Ana Ruiz (South)"' in page
    assert 'data-value="ana ruiz (no team)"' in page
    labels = _offered(page)
    say(people.rob, places["content"], " ".join(f"@{label}" for label in labels))
    assert len(_named(rows)[0]) == 2
    assert 'data-value="South (North)"' in sign_in(people.rob).get("/people/suggest?q=south").text
