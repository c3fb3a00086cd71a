"""What to use more of and what to fix: from the figures of the deals chosen, in three clicks from home."""

from __future__ import annotations

import pytest

from portal.db import db
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.library.models import Asset, Collection
from portal.reports.actions.rules import LITTLE_USED
from tests.reports.actions.reading import link_named, plain, rows_in, rows_of, section


def test_a_managers_question_is_answered_in_three_clicks_from_home(world, sign_in):
    client = sign_in(world.manager)
    home = client.get("/").text
    first = client.get(link_named(home, "What the figures ask for"))
    second = client.get(link_named(first.text, "Healthcare"))
    rows = rows_in(section(second.text, "promote"))
    assert [row.title for row in rows] == ["Hospital proof"]
    third = client.get(rows[0].leads_to)
    assert third.status_code == 200
    assert "Hospital proof" in third.text


def test_content_is_promoted_with_its_figures_and_how_little_it_is_used(world, sign_in):
    (row,) = rows_of(sign_in(world.manager), "promote", "?industry=Healthcare")
    assert "On 40 similar deals, deals where this was used instead of other content were won 88%" in row.text
    assert (
        "Used on 40 of 250 closed deals with content logged; 1 of 2 reps ever used it on a deal." in row.text
    )
    assert "Content is logged on 100% of closed deals" in sign_in(world.manager).get("/reports/actions").text
    assert row.button == "Recommend it"
    assert (row.path, row.filled_in) == (
        "/library/hospital-proof/collect",
        {"name": "Recommended for Healthcare"},
    )


def test_where_the_deals_chosen_are_too_few_those_of_all_deals_speak(world, sign_in):
    (row,) = rows_of(sign_in(world.manager), "promote", "?industry=Energy")
    assert row.title == "Hospital proof"
    assert "Over all deals, as those chosen are too few to tell: on 40 similar deals" in row.text
    assert "Used on 0 of 65 closed deals" in row.text


def test_what_is_used_much_is_not_promoted(world, sign_in, make):
    def use_more() -> None:
        snapshot = db.session.query(ImpactSnapshot).order_by(ImpactSnapshot.id.desc()).first()
        logged = snapshot.coverage["logged_deals"]
        db.session.query(ImpactRow).filter_by(asset_id=world.proof.id).update(
            {"deals_used": int(LITTLE_USED * logged) + 1}
        )

    client = sign_in(world.manager)
    assert [row.title for row in rows_of(client, "promote")] == ["Hospital proof"]
    make.inside(use_more)
    assert rows_of(client, "promote") == []


def test_content_out_of_use_or_unseen_is_not_promoted(world, sign_in, make):
    for state in ("archived", "draft"):
        make.inside(lambda state=state: setattr(db.session.get_one(Asset, world.proof.id), "state", state))
        for person in (world.manager, world.marketer):
            answer = sign_in(person).get("/reports/actions?industry=Healthcare")
            assert "Hospital proof" not in answer.text


def test_recommending_starts_a_collection_or_goes_on_with_it(world, sign_in, rows):
    client = sign_in(world.marketer)
    (row,) = rows_of(client, "promote", "?industry=Healthcare")
    form = client.get(row.leads_to)
    assert form.status_code == 200
    assert 'value="Recommended for Healthcare"' in form.text
    client.post(row.path, data={"collection": "", "name": "Recommended for Healthcare"})
    (made,) = rows(db.select(Collection))
    assert made.name == "Recommended for Healthcare"
    again = client.get("/library/general-deck/collect?name=recommended+for+healthcare").text
    assert f'<option value="{made.slug}" selected' in again or f'selected value="{made.slug}"' in again
    assert 'value="recommended for healthcare"' not in again


def test_what_is_recommended_is_seen_by_everyone_and_the_list_says_so(world, sign_in):
    client = sign_in(world.marketer)
    (row,) = rows_of(client, "promote", "?industry=Healthcare")
    form = client.get(row.leads_to).text
    assert "Publish it, so that everyone signed in sees it" in form
    assert '<input checked id="share"' in form
    answer = client.post(row.path, data={"name": row.filled_in["name"], "share": "y"})
    assert "Hospital proof" in sign_in(world.rep).get(answer.location).text
    (row,) = rows_of(client, "promote", "?industry=Healthcare")
    assert (row.button, row.leads_to) == ("Recommended: see where", answer.location)
    # It is not offered a second time, where a link of old still leads.
    again = client.get("/library/hospital-proof/collect?name=Recommended+for+Healthcare").text
    assert "It is already in" in again
    assert 'value="Recommended for Healthcare"' not in again


def test_a_manager_recommends_to_marketing(world, sign_in):
    client = sign_in(world.manager)
    (row,) = rows_of(client, "promote", "?industry=Healthcare")
    assert "Propose it to marketing" in client.get(row.leads_to).text
    answer = client.post(row.path, data={"name": "Recommended", "share": "y"})
    assert sign_in(world.rep).get(answer.location).status_code == 404
    assert "Hospital proof" in sign_in(world.marketer).get(answer.location).text


def test_content_is_to_be_fixed_when_it_is_used_much_rated_low_and_no_gain_is_left(world, sign_in):
    (row,) = rows_of(sign_in(world.manager), "fix", "?industry=Healthcare")
    assert row.title == "Old deck"
    assert "Used on 100 closed deals, rated 2.0 of 5 by 4 people; the likely range ends at −" in row.text
    assert "a gain of 3 points is ruled out" in row.text
    assert row.button == "Ask for a better version"
    assert row.path == "/requests/new"
    assert row.filled_in == {
        "like": "old-deck",
        "need": "A better version of “Old deck”: used on 100 closed deals, rated 2.0 of 5 by 4 people.",
    }


def test_the_request_for_a_better_version_is_filled_in_and_nothing_is_sent_yet(world, sign_in):
    client = sign_in(world.manager)
    (row,) = rows_of(client, "fix")
    form = client.get(row.leads_to).text
    assert "A better version of “Old deck”" in form.replace("&#34;", '"')
    assert "A better version of" not in client.get("/requests").text


@pytest.mark.parametrize(
    "change", [{"rating_mean": 3.0}, {"rating_count": 2}, {"rating_mean": None, "rating_count": 0}]
)
def test_content_that_is_rated_well_or_by_few_is_not_to_be_fixed(world, sign_in, make, change):
    def rate() -> None:
        for name, value in change.items():
            setattr(db.session.get_one(Asset, world.old.id), name, value)

    make.inside(rate)
    assert rows_of(sign_in(world.manager), "fix") == []


def test_content_that_may_still_go_with_a_gain_is_not_to_be_fixed(world, sign_in, make):
    def widen() -> None:
        db.session.query(ImpactRow).filter_by(asset_id=world.old.id).update({"ci_high": 0.03})

    make.inside(widen)
    assert rows_of(sign_in(world.manager), "fix") == []


def test_before_the_first_figures_the_lists_say_so_and_the_others_are_there(make, sign_in):
    page = sign_in(make.user("manager")).get("/reports/actions")
    assert page.status_code == 200
    assert "No figures were worked out yet" in plain(section(page.text, "promote"))
    assert "Every search of sales found something" in plain(section(page.text, "missing"))


def test_a_filter_that_can_not_be_is_refused_at_its_field(world, sign_in):
    client = sign_in(world.manager)
    for query, words in (
        ("begin=yesterday", "Please give a day such as"),
        ("begin=2026-05-01&end=2026-01-01", "ends before it begins"),
        ("industry=Nowhere", "No deal here has this industry."),
        ("team=999", "There is no such team"),
    ):
        for page in ("", "/promote"):
            answer = client.get(f"/reports/actions{page}?{query}")
            assert (answer.status_code, words in answer.text) == (422, True), query
        assert client.get(f"/reports/actions/promote.csv?{query}").status_code in (400, 422)


def test_what_no_field_of_the_page_says_is_not_read(world, sign_in):
    client = sign_in(world.manager)
    for page in ("", "/promote", "/promote.csv"):
        assert client.get(f"/reports/actions{page}?kind=moon&verdict=moon&sort=moon").status_code == 200


def test_a_period_without_deals_says_that_there_are_none(world, sign_in):
    page = sign_in(world.manager).get("/reports/actions?begin=2026-11-01")
    assert "On no closed deal that fits these filters is any content logged." in plain(page.text)
