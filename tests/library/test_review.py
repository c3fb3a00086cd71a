"""Reviewing drafts: what is proposed, and publishing several at once."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from portal.library import reading
from portal.library.models import Asset, Version
from tests.library import samples


def test_title_kind_and_terms_are_proposed_from_the_file(make, sign_in, rows, add_file):
    make.facet("industry", ("Healthcare", "Energy"))
    marketer = make.user("marketer")
    text = "# Customer story: Riverside\n\nHow Healthcare teams wait less.\n\n## Result\n\nLess waiting."
    asset = add_file(samples.plain(text, "final v3.md"), by=marketer)
    assert (asset.title, asset.kind) == ("Customer story: Riverside", "case_study")
    page = sign_in(marketer).get("/library/review").text
    assert 'value="Customer story: Riverside"' in page
    assert "Filters: Healthcare" in page


def test_a_draft_that_is_only_named_like_its_file_is_not_ticked(make, sign_in, add_file):
    marketer = make.user("marketer")
    named = add_file(samples.plain("# Customer story\n\nLess waiting.", "final v3.md"), by=marketer)
    bare = add_file(samples.plain("a,b\n1,2", "scan 0042.csv"), by=marketer)
    assert bare.title == "Scan 0042"
    page = sign_in(marketer).get(f"/library/review?asset={named.slug}&asset={bare.slug}").text
    assert f'value="{named.slug}" checked' in page
    assert f'value="{bare.slug}" checked' not in page
    assert f'name="chosen" value="{bare.slug}"' in page


def test_the_list_of_all_drafts_ticks_none_of_them(make, sign_in, add_file):
    marketer = make.user("marketer")
    named = add_file(samples.plain("# Customer story\n\nLess waiting.", "final v3.md"), by=marketer)
    page = sign_in(marketer).get("/library/review").text
    assert f'name="chosen" value="{named.slug}"' in page
    assert f'value="{named.slug}" checked' not in page


def test_publishing_several_lands_on_them_and_leaves_other_drafts_alone(make, sign_in, add_file):
    marketer = make.user("marketer")
    add_file(samples.plain("# Older draft\n\nOther words.", "old.md"), by=marketer)
    stories = [
        add_file(samples.plain(f"# Story {name}\n\nOf {name}.", f"s{name}.md"), by=marketer) for name in "abc"
    ]
    client = sign_in(marketer)
    form = {
        "do": "publish",
        "asset": [one.slug for one in stories],
        "chosen": [one.slug for one in stories[:2]],
    }
    form |= {f"title-{one.id}": one.title for one in stories}
    page = client.post("/library/review", data=form, follow_redirects=True).text
    for one in stories[:2]:
        assert f'<a href="/library/{one.slug}">{one.title}</a>' in page
    assert f'name="chosen" value="{stories[2].slug}">' in page
    assert "Older draft" not in page
    assert "checked" not in page


def test_a_draft_with_a_title_that_is_in_use_is_not_ticked_and_says_why(make, sign_in, add_file):
    marketer = make.user("marketer")
    make.asset("Customer Story", slug="the-one")
    draft = add_file(samples.plain("# Customer story\n\nLess waiting.", "final v3.md"), by=marketer)
    page = sign_in(marketer).get(f"/library/review?asset={draft.slug}").text
    assert f'value="{draft.slug}" checked' not in page
    assert '<a href="/library/the-one">Content in use</a> has this title already' in page
    assert "Not ticked, because it may be double." in page


def test_what_a_person_changed_before_the_file_was_read_is_not_overwritten(make, sign_in, rows, run_jobs):
    marketer = make.user("marketer")
    client = sign_in(marketer)
    client.post(
        "/library/new",
        data={"as": "files", "files": [samples.plain("# Its own title\n\nWords.", "file.md")]},
    )
    form = {"title": "My title", "kind": "deck", "owner_id": str(marketer.id)}
    assert client.post("/library/file/edit", data=form).status_code == 303
    run_jobs()
    (asset,) = rows(select(Asset))
    assert (asset.title, asset.kind) == ("My title", "deck")


def test_ticked_drafts_are_published_with_what_was_typed_and_others_stay(make, sign_in, rows, add_file):
    facet = make.facet("industry", ("Healthcare", "Energy"))
    marketer = make.user("marketer")
    one = add_file(samples.plain("First words.", "one.txt"), by=marketer)
    two = add_file(samples.plain("Second words.", "two.txt"), by=marketer)
    form = {
        "do": "publish",
        "asset": [one.slug, two.slug],
        "chosen": [one.slug],
        f"title-{one.id}": "Better title",
        f"kind-{one.id}": "one_sheeter",
        f"terms-{one.id}": [str(facet.terms[1].id)],
        f"title-{two.id}": two.title,
        f"kind-{two.id}": "deck",
    }
    answer = sign_in(marketer).post("/library/review", data=form)
    assert answer.location == f"/library/{one.slug}"
    first, second = rows(select(Asset).order_by(Asset.id))
    assert (first.state, first.title, first.kind, first.slug) == (
        "published",
        "Better title",
        "one_sheeter",
        "one",
    )
    assert (second.state, second.kind) == ("draft", "deck")
    energy = rows(select(Asset.id).join(Asset.terms).where(Asset.terms.any(name="Energy")))
    assert energy == [one.id]


def test_one_wrong_title_publishes_nothing_and_keeps_what_was_typed(make, sign_in, rows, add_file):
    marketer = make.user("marketer")
    one = add_file(samples.plain("First words.", "one.txt"), by=marketer)
    two = add_file(samples.plain("Second words.", "two.txt"), by=marketer)
    form = {
        "do": "publish",
        "asset": [one.slug, two.slug],
        "chosen": [one.slug, two.slug],
        f"title-{one.id}": "A good one",
        f"title-{two.id}": " ",
    }
    answer = sign_in(marketer).post("/library/review", data=form)
    assert answer.status_code == 422
    assert "Please give a title." in answer.text
    assert 'value="A good one"' in answer.text
    assert {(a.title, a.state) for a in rows(select(Asset))} == {("One", "draft"), ("Two", "draft")}


def test_publishing_without_a_tick_asks_for_one(make, sign_in, rows, add_file):
    marketer = make.user("marketer")
    one = add_file(samples.plain("First words.", "one.txt"), by=marketer)
    form = {"do": "publish", "asset": one.slug, f"title-{one.id}": "Typed"}
    answer = sign_in(marketer).post("/library/review", data=form)
    assert answer.status_code == 422
    assert "Tick what is to be published." in answer.text
    assert 'value="Typed"' in answer.text


def test_a_row_asks_again_until_its_file_is_read(make, sign_in, run_jobs):
    client = sign_in(make.user("marketer"))
    client.post("/library/new", data={"as": "files", "files": [samples.plain("Words.", "file.txt")]})
    row = client.get("/library/review/file", headers={"HX-Request": "true"}).text
    assert 'hx-get="/library/review/file"' in row
    assert "<main" not in row
    run_jobs()
    row = client.get("/library/review/file", headers={"HX-Request": "true"}).text
    assert "hx-get" not in row
    assert 'name="title-' in row


def test_a_version_that_turns_out_to_be_refused_takes_its_draft_back(
    make, sign_in, rows, run_jobs, monkeypatch
):
    client = sign_in(make.user("marketer"))
    client.post("/library/new", data={"as": "files", "files": [samples.plain("Words.", "file.txt")]})
    client.post("/library/file/publish")
    real = reading.read_text
    refused = {"state": "refused", "reason": "It is not accepted: it is a bomb.", "pages": ()}
    monkeypatch.setattr(reading, "read_text", lambda source: replace(real(source), **refused))
    run_jobs()
    (version,), (asset,) = rows(select(Version)), rows(select(Asset))
    assert (version.state, asset.state, asset.published_at) == ("refused", "draft", None)
    page = client.get("/library/file").text
    assert "It is not accepted: it is a bomb." in page
    assert client.post("/library/file/publish").status_code == 422
    assert client.get("/library/file/v/1/file").status_code == 403
