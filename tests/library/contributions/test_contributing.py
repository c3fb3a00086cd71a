"""Bringing one's own content: taken in, mended, taken back, and refused where it has to be."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import select

from portal.library.models import Asset, AssetEvent, Contribution, Version
from tests.library.contributions.conftest import deck, slide


def send(client, upload, **fields):
    return client.post("/library/contribute", data={"file": upload, **fields})


def test_a_rep_shares_a_file_with_what_it_was_made_for_and_the_deal(
    make, people, sign_in, rows, share, brought
):
    deal = make.deal(owner=people.sam, name="Acme renewal")
    asset = share(
        people.sam, deck("dock for grocers.pptx"), story="For their plant manager", deal_id=str(deal.id)
    )
    assert (asset.title, asset.kind, asset.state) == ("Dock for grocers", "deck", "from_sales")
    assert asset.owner_id == people.sam.id
    assert (brought(asset).story, brought(asset).deal_id) == ("For their plant manager", deal.id)
    events = rows(select(AssetEvent).where(AssetEvent.asset_id == asset.id))
    assert [(event.action, event.user_id) for event in events] == [("contributed", people.sam.id)]
    page = sign_in(people.sam).get(f"/library/{asset.slug}").text
    assert "From sales, not approved" in page
    assert "Made by Sam Field for the deal" in page
    assert "Acme renewal" in page
    assert "For their plant manager" in page


def test_it_is_read_like_any_file(people, share, rows):
    asset = share(people.sam, deck("one.pptx", slide("gate"), slide("yard")))
    version = rows(select(Version).where(Version.asset_id == asset.id))[0]
    assert (version.state, version.page_count) == ("indexed", 2)


def test_a_title_that_was_typed_is_kept(people, share):
    assert share(people.sam, deck("x.pptx"), title="  Dock,  for mills ").title == "Dock, for mills"


def test_the_form_offers_open_deals_that_one_may_see_and_chooses_the_one_at_hand(make, people, sign_in):
    own, mates = make.deal(owner=people.sam, name="Own deal"), make.deal(owner=people.mate, name="Mates deal")
    make.deal(owner=people.stranger, name="Hidden deal")
    make.deal(owner=people.sam, name="Old deal", status="won")
    client = sign_in(people.sam)
    client.post("/deals/working", data={"deal_id": own.id})
    page = client.get("/library/contribute").text
    assert f'<option value="{own.id}" selected>' in page
    assert f'<option value="{mates.id}">' in page
    assert "Hidden deal" not in page
    assert "Old deal" not in page


def test_a_deal_of_another_team_cannot_be_named(make, people, sign_in, rows):
    deal = make.deal(owner=people.stranger)
    answer = send(sign_in(people.sam), deck("a.pptx"), deal_id=str(deal.id))
    assert answer.status_code == 422
    assert rows(select(Asset)) == []


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        ((BytesIO(b""), ""), "Please choose a file."),
        ((BytesIO(b""), "empty.pptx"), "The file is empty."),
        ((BytesIO(b"MZ\x90\x00"), "program.docx"), "looks like a Windows program"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_the_reason_and_the_words_kept(
    people, sign_in, rows, upload, words
):
    answer = send(sign_in(people.sam), upload, story="My own words")
    assert answer.status_code == 422
    assert words in answer.text
    assert "My own words" in answer.text
    assert rows(select(Asset)) == []


def test_a_story_or_title_without_end_is_refused(people, sign_in, rows):
    client = sign_in(people.sam)
    assert "2,000 characters at most" in send(client, deck("a.pptx"), story="x" * 2_001).text
    assert "300 characters at most" in send(client, deck("a.pptx"), title="x" * 301).text
    assert rows(select(Asset)) == []


def test_the_very_file_that_is_in_the_library_adds_nothing_and_is_named_when_visible(
    make, people, sign_in, rows, add_file, share
):
    upload = deck("official.pptx")
    official = add_file((BytesIO(upload[0].getvalue()), upload[1]), by=people.marketer, publish=True)
    answer = send(sign_in(people.sam), (BytesIO(upload[0].getvalue()), "mine.pptx"))
    assert answer.status_code == 422
    assert "This very file is in the library already" in answer.text
    assert f'href="/library/{official.slug}"' in answer.text
    assert len(rows(select(Asset))) == 1


def test_the_very_file_that_others_brought_is_taken_and_makes_one_proposal(people, sign_in, rows, share):
    upload = deck("secret.pptx")
    share(people.stranger, (BytesIO(upload[0].getvalue()), upload[1]), title="Secret title")
    share(people.mate, (BytesIO(upload[0].getvalue()), upload[1]), title="Mates title")
    mine = share(people.sam, (BytesIO(upload[0].getvalue()), "mine.pptx"), title="Mine")
    assert "Secret title" not in sign_in(people.sam).get(f"/library/{mine.slug}").text
    client = sign_in(people.marketer)
    assert "3 people made much the same" in client.get("/library/from-sales").text
    assert "2 other files from sales are" in client.get(f"/library/{mine.slug}").text


def test_a_file_with_few_words_is_told_by_being_the_very_same(people, sign_in, share):
    upload = deck("few.pptx", "Hello")
    for who in (people.stranger, people.sam):
        share(who, (BytesIO(upload[0].getvalue()), "few.pptx"))
    assert "2 people made much the same" in sign_in(people.marketer).get("/library/from-sales").text


def test_a_version_that_is_not_for_reps_yet_is_not_told_by_a_refusal(
    people, sign_in, rows, add_file, run_jobs
):
    official = add_file(deck("official.pptx"), by=people.marketer, publish=True)
    upload = deck("next.pptx", slide("next"))
    data = {"file": (BytesIO(upload[0].getvalue()), "next.pptx"), "source": "file"}
    assert sign_in(people.marketer).post(f"/library/{official.slug}/versions", data=data).status_code == 303
    run_jobs()
    answer = send(sign_in(people.sam), (BytesIO(upload[0].getvalue()), "next.pptx"))
    assert answer.status_code == 303
    again = send(sign_in(people.sam), (BytesIO(upload[0].getvalue()), "next.pptx"))
    assert (again.status_code, "This very file is in the library already" in again.text) == (422, True)


def test_the_form_posted_twice_brings_one_file(people, sign_in, rows):
    client = sign_in(people.sam)
    first = send(client, deck("a.pptx"), nonce="abc")
    second = send(client, deck("a.pptx"), nonce="abc")
    assert first.location == second.location
    assert len(rows(select(Contribution))) == 1


def test_a_rep_mends_their_own_words(people, sign_in, rows, share, brought):
    asset = share(people.sam, deck("a.pptx"))
    client = sign_in(people.sam)
    assert client.get(f"/library/{asset.slug}/own").status_code == 200
    answer = client.post(
        f"/library/{asset.slug}/own", data={"title": "Better", "summary": "Short", "story": "Because"}
    )
    assert answer.status_code == 303
    after = rows(select(Asset))[0]
    assert (after.title, after.summary, brought(asset).story) == ("Better", "Short", "Because")
    wrong = client.post(f"/library/{asset.slug}/own", data={"title": " ", "summary": "Kept"})
    assert wrong.status_code == 422
    assert "Please give a title." in wrong.text
    assert "Kept" in wrong.text


def test_a_newer_file_takes_the_place_of_the_first_which_is_kept(people, sign_in, rows, share, run_jobs):
    asset = share(people.sam, deck("a.pptx", slide("old")))
    client = sign_in(people.sam)
    answer = client.post(
        f"/library/{asset.slug}/own/file", data={"file": deck("b.pptx", slide("new")), "note": "Newer prices"}
    )
    assert answer.status_code == 303
    run_jobs()
    versions = rows(select(Version).order_by(Version.number))
    assert [(version.number, version.note) for version in versions] == [(1, ""), (2, "Newer prices")]
    assert rows(select(Asset))[0].current_version_id == versions[1].id
    assert client.get(f"/library/{asset.slug}/v/1/file").status_code == 200


def test_the_same_file_again_or_none_is_no_newer_one(people, sign_in, rows, share):
    upload = deck("a.pptx")
    asset = share(people.sam, (BytesIO(upload[0].getvalue()), "a.pptx"))
    client = sign_in(people.sam)
    again = client.post(f"/library/{asset.slug}/own/file", data={"file": upload})
    assert again.status_code == 422
    assert "This very file is in the library already" in again.text
    none = client.post(f"/library/{asset.slug}/own/file", data={})
    assert "Please choose a file." in none.text
    assert len(rows(select(Version))) == 1


def test_what_is_taken_back_is_seen_by_its_maker_and_marketing_alone_and_can_be_offered_again(
    people, sign_in, rows, share
):
    asset = share(people.sam, deck("a.pptx"))
    client, address = sign_in(people.sam), f"/library/{asset.slug}"
    assert client.post(f"{address}/own/withdraw").status_code == 303
    assert rows(select(Asset.state)) == ["archived"]
    assert sign_in(people.mate).get(address).status_code == 404
    assert "Taken back" in client.get(address).text
    assert client.get(f"{address}/v/1/file").status_code == 200
    page = sign_in(people.marketer).get(address).text
    assert "Taken back" in page
    assert ">Restore<" not in page
    assert client.post(f"{address}/own/withdraw").status_code == 409
    assert client.get(f"{address}/own").status_code == 409
    assert sign_in(people.marketer).post(f"{address}/restore").status_code == 409
    assert client.post(f"{address}/own/offer").status_code == 303
    assert rows(select(Asset.state)) == ["from_sales"]
    assert client.post(f"{address}/own/offer").status_code == 409
    assert sign_in(people.mate).get(address).status_code == 200


@pytest.mark.parametrize("what", ["own", "own/file", "own/withdraw", "own/offer"])
def test_only_its_maker_changes_it(people, sign_in, rows, share, what):
    asset = share(people.sam, deck("a.pptx"), title="Mine")
    data = {"title": "Theirs", "file": deck("b.pptx", slide("other"))}
    for who, status in (("mate", 403), ("marketer", 403), ("stranger", 404), ("manager", 404)):
        answer = sign_in(getattr(people, who)).post(f"/library/{asset.slug}/{what}", data=dict(data))
        assert answer.status_code == status, who
        data["file"] = deck("b.pptx", slide("other"))
    assert rows(select(Asset.title)) == ["Mine"]
    assert rows(select(Version.number)) == [1]


def test_official_content_has_no_maker_s_page(make, people, sign_in):
    asset = make.asset("Deck", owner=people.sam)
    assert sign_in(people.sam).get(f"/library/{asset.slug}/own").status_code == 404
