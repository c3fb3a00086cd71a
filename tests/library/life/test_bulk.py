"""Much content is changed at once: shown piece by piece first, then done as it was shown, or told why not."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from portal.jobs import Job
from portal.library.models import Asset, AssetEvent
from portal.notifications.models import OutboxMessage
from portal.sharing.models import ShareLink

FIELDS = ("items", "do", "owner_id", "expires_on", "never_expires", "replaced_by", "next")


def confirmed(page: str) -> dict[str, str]:
    """Return what the confirming button of a preview would send."""
    form = page.split('action="/library/bulk/apply"', 1)[1].split("</form>", 1)[0]
    return dict(re.findall(rf'name="({"|".join(FIELDS)})" value="([^"]*)"', form))


@pytest.fixture
def shelf(make, at):
    """Three pieces of content and who looks after them."""
    at(2026, 12, 1, 12)
    marketer = make.user("marketer", name="Ana Ruiz")
    one = make.asset("First deck", slug="one", kind="deck", owner=marketer, review_by=date(2026, 11, 1))
    two = make.asset("Second deck", slug="two", kind="deck", expires_on=date(2026, 11, 20))
    old = make.asset("Old deck", slug="old", state="archived")
    return marketer, [one, two, old]


def ticked(assets, **fields):
    return {"id": [str(asset.id) for asset in assets], "next": "/library?kind=deck", **fields}


def test_marketers_tick_rows_of_the_list_and_others_see_no_boxes(shelf, make, sign_in):
    marketer, assets = shelf
    page = sign_in(marketer).get("/library").text
    assert page.count("data-tick>") == 2
    assert f'value="{assets[0].id}"' in page
    assert 'action="/library/bulk"' in page
    for role in ("rep", "manager"):
        assert "data-tick" not in sign_in(make.user(role)).get("/library").text


def test_a_check_of_many_is_shown_and_changes_nothing_until_it_is_confirmed(shelf, sign_in, rows):
    marketer, assets = shelf
    client = sign_in(marketer)
    answer = client.post("/library/bulk", data=ticked(assets, do="verify"))
    assert answer.status_code == 200
    for words in (
        "look by 1 Nov 2026",
        "look by 30 May 2027",
        "expired 20 Nov 2026",
        "It is archived. Restore it first.",
    ):
        assert words in answer.text
    assert "Still right: note it for 2" in answer.text
    assert "checked today, look by 30 May 2027" in answer.text
    assert "1 goes back to sales" in answer.text
    assert answer.text.count(">Back to sales<") == 1
    assert rows(select(AssetEvent)) == []

    done = client.post("/library/bulk/apply", data=confirmed(answer.text))
    assert done.location == "/library?kind=deck"
    assert "Checked 2 pieces of content: still right." in client.get(done.location).text
    found = rows(select(Asset).where(Asset.state == "published").order_by(Asset.id))
    assert [asset.review_by for asset in found] == [date(2027, 5, 30)] * 2
    assert [asset.expires_on for asset in found] == [None, date(2027, 5, 30)]
    assert [event.action for event in rows(select(AssetEvent))] == ["verified", "verified"]


def test_the_owner_of_many_is_changed(shelf, make, sign_in, rows):
    marketer, assets = shelf
    heir = make.user("rep", name="Bo Lind")
    client = sign_in(marketer)
    asked = client.post("/library/bulk", data=ticked(assets, do="owner")).text
    assert "Ana Ruiz" in asked
    assert "/library/bulk/apply" not in asked
    page = client.post(
        "/library/bulk", data={"ids": ids_of(asked), "do": "owner", "owner_id": str(heir.id)}
    ).text
    client.post("/library/bulk/apply", data=confirmed(page))
    assert rows(select(Asset.owner_id).distinct()) == [heir.id]
    (line,) = rows(select(OutboxMessage))
    assert (line.recipient_id, line.address, line.title) == (
        heir.id,
        "/library",
        f"{marketer.name} gave you 3 pieces of content to look after.",
    )
    events = rows(select(AssetEvent).order_by(AssetEvent.asset_id))
    assert [event.detail["owner"][0] for event in events] == ["Ana Ruiz", None, None]
    again = client.post("/library/bulk", data=ticked(assets, do="owner", owner_id=str(heir.id))).text
    assert again.count("It is theirs already.") == 3
    assert "/library/bulk/apply" not in again


def ids_of(page: str) -> str:
    found = re.search(r'name="ids" value="([\d,]+)"', page)
    assert found
    return found[1]


def test_the_expiry_of_many_is_set_and_their_other_dates_stay(shelf, sign_in, rows):
    marketer, assets = shelf
    client = sign_in(marketer)
    page = client.post("/library/bulk", data=ticked(assets, do="expire", expires_on="2027-02-01")).text
    assert "never expires" in page
    client.post("/library/bulk/apply", data=confirmed(page))
    found = rows(select(Asset).order_by(Asset.id))
    assert [asset.expires_on for asset in found] == [date(2027, 2, 1), date(2027, 2, 1), None]
    assert found[0].review_by == date(2026, 11, 1)


def test_many_are_made_to_never_expire_and_what_had_expired_goes_back_to_sales(shelf, sign_in, rows):
    marketer, assets = shelf
    client = sign_in(marketer)
    both = ticked(assets, do="expire", expires_on="2027-02-01", never_expires="yes")
    assert "not both" in client.post("/library/bulk", data=both).text
    page = client.post("/library/bulk", data=ticked(assets, do="expire", never_expires="yes")).text
    assert "It never expires already." in page
    assert "1 goes back to sales" in page
    done = client.post("/library/bulk/apply", data=confirmed(page))
    assert "One piece of content will never expire now." in client.get(done.location).text
    assert [asset.expires_on for asset in rows(select(Asset))] == [None] * 3


def test_many_are_archived_with_what_replaces_them_which_itself_stays(shelf, make, sign_in, rows):
    marketer, assets = shelf
    new = make.asset("New deck", slug="new")
    client = sign_in(marketer)
    page = client.post("/library/bulk", data=ticked([*assets, new], do="archive", replaced_by="new")).text
    assert "It is archived already." in page
    assert "It is the replacement." in page
    client.post("/library/bulk/apply", data=confirmed(page))
    found = {asset.slug: asset for asset in rows(select(Asset))}
    assert [found[slug].state for slug in ("one", "two", "old", "new")] == ["archived"] * 3 + ["published"]
    assert (found["one"].replaced_by_id, found["old"].replaced_by_id) == (new.id, None)


def test_a_replacement_named_before_stays_when_many_are_archived_without_one(shelf, make, sign_in, rows):
    marketer, _ = shelf
    new = make.asset("New deck", slug="new")
    before = make.asset("Named", slug="named", replaced_by_id=new.id)
    client = sign_in(marketer)
    client.post(
        "/library/bulk/apply",
        data=confirmed(client.post("/library/bulk", data=ticked([before], do="archive")).text),
    )
    assert rows(select(Asset.replaced_by_id).where(Asset.slug == "named")) == [new.id]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"do": "expire", "expires_on": "2026-11-30"}, "This day is over."),
        ({"do": "expire", "expires_on": "soon"}, "year-month-day"),
        ({"do": "owner", "owner_id": "999"}, "There is no such person."),
        ({"do": "owner", "owner_id": "9" * 40}, "There is no such person."),
        ({"do": "archive", "replaced_by": "nothing"}, "There is no such content."),
        ({"do": "archive", "replaced_by": "two"}, "published and not expired"),
        ({"do": "delete"}, "Please choose what to do"),
        ({}, "Please choose what to do"),
    ],
)
def test_a_value_that_nothing_could_take_is_refused_before_anything_is_shown(
    shelf, sign_in, rows, fields, words
):
    marketer, assets = shelf
    answer = sign_in(marketer).post("/library/bulk", data=ticked(assets, **fields))
    assert (answer.status_code, words in answer.text) == (422, True)
    assert "/library/bulk/apply" not in answer.text
    assert rows(select(AssetEvent)) == []


def test_somebody_who_cannot_sign_in_owns_nothing(shelf, make, sign_in):
    marketer, assets = shelf
    gone = make.user("marketer", status="disabled")
    answer = sign_in(marketer).post("/library/bulk", data=ticked(assets, do="owner", owner_id=str(gone.id)))
    assert (answer.status_code, "somebody who can sign in" in answer.text) == (422, True)


def test_what_others_changed_meanwhile_is_left_as_they_left_it(shelf, make, sign_in, rows):
    marketer, assets = shelf
    client = sign_in(marketer)
    form = confirmed(client.post("/library/bulk", data=ticked(assets[:2], do="archive")).text)
    sign_in(make.user("marketer")).post("/library/two/verify")
    page = client.post("/library/bulk/apply", data=form, follow_redirects=True).text
    assert "Archived one piece of content." in page
    assert "Somebody changed “Second deck” meanwhile" in page
    assert rows(select(Asset.state).where(Asset.slug.in_(("one", "two"))).order_by(Asset.id)) == [
        "archived",
        "published",
    ]


def test_a_confirmation_sent_twice_changes_once(shelf, sign_in, rows):
    marketer, assets = shelf
    client = sign_in(marketer)
    form = confirmed(client.post("/library/bulk", data=ticked(assets, do="verify")).text)
    client.post("/library/bulk/apply", data=form)
    client.post("/library/bulk/apply", data=form)
    assert len(rows(select(AssetEvent))) == 2


def test_what_is_not_there_any_more_is_told(shelf, sign_in, rows):
    marketer, assets = shelf
    client = sign_in(marketer)
    page = client.post("/library/bulk", data={"id": [str(assets[0].id), "99999", "x"], "do": "verify"}).text
    assert "1 of the pieces that were ticked is not there any more." in page
    form = confirmed(page)
    form["items"] += " 99999-abc 88888-abc nonsense"
    page = client.post("/library/bulk/apply", data=form, follow_redirects=True).text
    assert "Not there any more: 2 pieces of content." in page
    assert len(rows(select(AssetEvent))) == 1
    page = client.post("/library/bulk", data={"id": "99999", "do": "verify"}).text
    assert "Nothing of this is there any more" in page


def test_nothing_and_too_much_are_sent_back_to_the_list(shelf, sign_in):
    marketer, _ = shelf
    client = sign_in(marketer)
    page = client.post("/library/bulk", data={"do": "verify", "next": "/library"}, follow_redirects=True).text
    assert "Tick the content that you want to change first." in page
    many = {"ids": ",".join(map(str, range(1, 502))), "do": "verify", "next": "https://evil.example/"}
    answer = client.post("/library/bulk", data=many)
    assert answer.location == "/library"
    assert (
        "At most 500 pieces can be changed at a time. Narrow the list first." in client.get("/library").text
    )
    items = " ".join(f"{number}-a" for number in range(1, 502))
    assert client.post("/library/bulk/apply", data={"items": items, "do": "verify"}).status_code == 422
    assert client.post("/library/bulk/apply", data={"items": "", "do": "verify"}).status_code == 422
    assert client.post("/library/bulk/apply", data={"items": "1-a", "do": "owner"}).status_code == 422


def test_changing_many_is_for_marketing(shelf, make, sign_in, rows):
    _, assets = shelf
    for role in ("rep", "manager"):
        client = sign_in(make.user(role))
        assert client.post("/library/bulk", data=ticked(assets, do="verify")).status_code == 403
        assert client.post("/library/bulk/apply", data={"items": "1-a", "do": "verify"}).status_code == 403
    assert rows(select(AssetEvent)) == []


def test_a_preview_of_many_asks_the_database_few_questions(shelf, make, sign_in, count_queries):
    marketer, _ = shelf
    assets = [make.asset(owner=make.user("marketer")) for _ in range(30)]
    client = sign_in(marketer)
    for action in ("verify", "owner", "expire", "archive"):
        with count_queries() as queries:
            assert client.post("/library/bulk", data=ticked(assets, do=action)).status_code == 200
        assert len(queries) <= 25, (action, queries.statements)


def test_archiving_many_takes_few_statements_under_the_lock(shelf, make, sign_in, rows, count_queries):
    marketer, _ = shelf
    assets = [make.asset() for _ in range(60)]
    client = sign_in(marketer)
    page = client.post("/library/bulk", data=ticked(assets, do="archive")).text
    with count_queries() as queries:
        client.post("/library/bulk/apply", data=confirmed(page))
    assert len(queries) <= 100, [text[:60] for text in queries.statements]
    found = rows(select(Asset).where(Asset.id.in_([asset.id for asset in assets])))
    assert {asset.state for asset in found} == {"archived"}
    assert len(rows(select(AssetEvent).where(AssetEvent.action == "archived"))) == 60
    assert len(rows(select(Job).where(Job.kind == "index_asset"))) == 60


@pytest.mark.parametrize(("ticks", "closed"), [({"close_links": "yes"}, True), ({}, False)])
def test_the_links_of_what_is_archived_are_closed_if_so_ticked(shelf, make, sign_in, rows, ticks, closed):
    marketer, assets = shelf
    link = make.link(assets[0], make.user("rep"))
    client = sign_in(marketer)
    page = client.post("/library/bulk", data=ticked(assets[:1], do="archive")).text
    client.post("/library/bulk/apply", data=confirmed(page) | ticks)
    (stored,) = rows(select(ShareLink).where(ShareLink.id == link.id))
    assert (stored.revoked_at is not None) is closed


def test_all_of_a_list_are_taken_whatever_page_they_are_on(shelf, make, sign_in, rows):
    marketer, _ = shelf
    for number in range(25):
        make.asset(f"Paper {number}", kind="white_paper")
    client = sign_in(marketer)
    assert "All 25 of this list, on every page" in client.get("/library?kind=white_paper").text
    assert "of this list" not in client.get("/library?kind=deck").text
    form = {"all": "yes", "do": "verify", "next": "/library?kind=white_paper&page=2"}
    page = client.post("/library/bulk", data=form).text
    assert "Still right: note it for 25" in page
    client.post("/library/bulk/apply", data=confirmed(page))
    assert len(rows(select(AssetEvent))) == 25
    for odd in ("//[", "/library?kind=nothing", "&".join("q" for _ in range(999))):
        answer = client.post("/library/bulk", data={"all": "yes", "do": "verify", "next": odd})
        assert answer.status_code in (200, 303)
