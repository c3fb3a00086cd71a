"""Changing content: words, versions, publishing, archiving and restoring, and what is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

from sqlalchemy import select

from portal.db import now
from portal.library import services
from portal.library.models import Asset, Term, Version
from portal.library.references import asset_by_reference
from portal.sharing.models import ShareItem, ShareLink
from portal.storage import storage
from portal.users.models import AuditEntry
from tests.library import samples


def test_what_is_said_about_content_changes_and_its_address_stays(make, sign_in, rows):
    marketer, owner, facet = make.user("marketer"), make.user("rep"), make.facet()
    make.asset("Before", slug="before", terms=(facet.terms[0],))
    form = {
        "title": "After",
        "kind": "white_paper",
        "summary": "In short.",
        "for_whom": "For **CFOs**.",
        "owner_id": str(owner.id),
        "terms": [str(facet.terms[1].id)],
    }
    answer = sign_in(marketer).post("/library/before/edit", data=form)
    assert answer.location == "/library/before"
    (asset,) = rows(select(Asset))
    assert (asset.title, asset.slug, asset.kind, asset.summary, asset.owner_id) == (
        "After",
        "before",
        "white_paper",
        "In short.",
        owner.id,
    )
    page = sign_in(owner).get("/library/before").text
    assert "<strong>CFOs</strong>" in page
    assert "Energy" in page
    assert "Healthcare" not in page


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_half_saved(make, sign_in, rows):
    make.asset("Before", slug="before")
    client = sign_in(make.user("marketer"))
    form = {"title": "x" * 301, "kind": "deck", "summary": "y" * 2_001, "for_whom": "z" * 8_001}
    answer = client.post("/library/before/edit", data=form)
    assert answer.status_code == 422
    for words in ("300 characters", "2,000 characters", "8,000 characters"):
        assert words in answer.text
    form = {"title": "Kept", "kind": "nonsense", "terms": ["999"]}
    assert client.post("/library/before/edit", data=form).status_code == 422
    form = {"title": "Kept", "kind": "deck", "terms": ["999"]}
    answer = client.post("/library/before/edit", data=form)
    assert (answer.status_code, "not in the vocabulary any more" in answer.text) == (422, True)
    assert 'value="Kept"' in answer.text
    assert [(asset.title, asset.kind) for asset in rows(select(Asset))] == [("Before", "deck")]


def test_a_draft_without_anything_in_it_is_not_published(make, sign_in, rows):
    make.asset("Empty", slug="empty", state="draft")
    marketer = make.user("marketer")
    make.inside(lambda: _detach("empty"))
    answer = sign_in(marketer).post("/library/empty/publish")
    assert answer.status_code == 422
    assert "nothing to use in it yet" in answer.text
    assert rows(select(Asset.state)) == ["draft"]


def _detach(slug):
    asset_by_reference(slug).current_version_id = None


def test_publishing_is_written_down_and_twice_is_once(make, sign_in, rows):
    make.asset("Plan", slug="plan", state="draft")
    client = sign_in(make.user("marketer"))
    assert client.post("/library/plan/publish").status_code == 303
    (first,) = rows(select(Asset.published_at))
    assert client.post("/library/plan/publish").status_code == 303
    assert rows(select(Asset.published_at)) == [first]
    assert rows(select(AuditEntry.action)) == ["published"]


def test_archived_content_is_restored_as_it_was(make, sign_in, rows):
    make.asset("Plan", slug="plan")
    client = sign_in(make.user("marketer"))
    client.post("/library/plan/archive")
    assert client.post("/library/plan/archive").status_code == 409
    assert client.post("/library/plan/publish").status_code == 409
    assert client.get("/library/plan").status_code == 200
    assert client.post("/library/plan/restore").status_code == 303
    (asset,) = rows(select(Asset))
    assert (asset.state, asset.archived_at, asset.replaced_by_id) == ("published", None, None)
    assert client.post("/library/plan/restore").status_code == 409


def test_a_replacement_has_to_be_other_published_content(make, sign_in, rows):
    make.asset("Plan", slug="plan")
    make.asset("Draft", slug="draft", state="draft")
    client = sign_in(make.user("marketer"))
    wrong = {"plan": "cannot replace itself", "draft": "has to be published", "gone": "no such content"}
    for slug, words in wrong.items():
        answer = client.post("/library/plan/archive", data={"replaced_by": slug})
        assert (answer.status_code, words in answer.text) == (422, True)
    assert set(rows(select(Asset.state))) == {"published", "draft"}


def test_a_new_version_takes_its_place_once_it_is_read_when_it_was_added_to_be_published(
    make, sign_in, rows, run_jobs, add_file
):
    marketer = make.user("marketer")
    asset = add_file(samples.plain("Old words.", "plan.txt"), by=marketer, publish=True)
    client = sign_in(marketer)
    form = {"source": "file", "file": samples.plain("New words.", "plan v2.txt"), "do": "publish"}
    assert client.post(f"/library/{asset.slug}/versions", data=form).location == f"/library/{asset.slug}"
    rep = sign_in(make.user("rep"))
    assert "Old words." in rep.get(f"/library/{asset.slug}").text
    run_jobs()
    page = rep.get(f"/library/{asset.slug}").text
    assert "New words." in page
    assert "Old words." not in page
    assert rep.get(f"/library/{asset.slug}/v/1/file").data == b"Old words."
    assert rep.get(f"/library/{asset.slug}/v/2/file").data == b"New words."
    (stored,) = rows(select(Asset))
    assert (stored.title, stored.slug) == ("Plan", "plan")


def test_a_bad_new_version_is_refused_at_its_field_and_the_old_one_stays_in_use(
    make, sign_in, rows, add_file
):
    marketer = make.user("marketer")
    asset = add_file(samples.plain("Old words.", "plan.txt"), by=marketer, publish=True)
    client, address = sign_in(marketer), f"/library/{asset.slug}/versions"
    wrong = [
        ({"source": "file", "file": samples.plain("Old words.", "same.txt")}, "same file as version 1"),
        ({"source": "file", "file": (BytesIO(b""), "empty.txt")}, "The file is empty."),
        ({"source": "file", "file": samples.plain("no pdf", "plan.pdf")}, "looks like plain text"),
        ({"source": "file"}, "Please choose a file."),
        ({"source": "markdown", "body": "  "}, "Please write something."),
        ({"source": "link", "link": "javascript:1"}, "whole web address"),
        ({"source": "link", "link": "https://example.com", "note": "n" * 501}, "500 characters"),
    ]
    for form, words in wrong:
        answer = client.post(address, data=form)
        assert (answer.status_code, words in answer.text) == (422, True), words
    assert rows(select(Version.number)) == [1]


def test_archived_content_gets_no_new_version_until_it_is_restored(make, sign_in, rows):
    make.asset("Plan", slug="plan", state="archived")
    form = {"source": "markdown", "body": "Other words."}
    answer = sign_in(make.user("marketer")).post("/library/plan/versions", data=form)
    assert (answer.status_code, "Restore it first" in answer.text) == (422, True)
    assert rows(select(Version.number)) == [1]


def test_content_is_found_by_title_for_a_picker(make, sign_in):
    make.asset("Cold chain deck", slug="cold", kind="deck", use_count=7)
    make.asset("Cold draft", slug="unfinished", state="draft")
    found = sign_in(make.user("rep")).get("/library/suggest?q=cold").text
    assert 'data-value="cold"' in found
    assert "Deck · 7 uses" in found
    assert "unfinished" not in found


def test_what_an_import_only_named_is_neither_suggested_nor_a_replacement(make, sign_in, rows):
    make.asset("Plan", slug="plan")
    named = {"by": None, "title": "Cold calls", "kind": "other", "placeholder": True}
    make.inside(lambda: services.create_asset(**named))
    client = sign_in(make.user("marketer"))
    assert "cold-calls" not in client.get("/library/suggest?q=cold").text
    assert "cold-calls" not in client.get("/library/plan/archive").text
    answer = client.post("/library/plan/archive", data={"replaced_by": "cold-calls"})
    assert (answer.status_code, "nothing to use in the replacement yet" in answer.text) == (422, True)
    assert set(rows(select(Asset.state))) == {"published"}


def test_archiving_tells_of_links_that_buyers_can_open_and_closes_them_when_told_to(make, sign_in, rows):
    rep, plan, other = make.user("rep"), make.asset("Plan", slug="plan"), make.asset("Other", slug="other")
    past = now() - timedelta(days=1)
    links = {
        "open": make.link(plan, rep, token="a" * 43),
        "another": make.link(plan, rep, token="b" * 43),
        "closed": make.link(plan, rep, token="c" * 43, revoked_at=past),
        "expired": make.link(plan, rep, token="d" * 43, expires_at=past),
        "of other content": make.link(other, rep, token="e" * 43),
    }
    client = sign_in(make.user("marketer"))
    page = client.get("/library/plan/archive").text
    assert "2 links for buyers still open it." in page
    assert re.search(r'name="close_links" value="yes" checked><span>Close these links too', page)
    assert client.post("/library/plan/archive", data={"close_links": "yes"}).status_code == 303
    revoked = rows(select(ShareLink.id).where(ShareLink.revoked_at > past).order_by(ShareLink.id))
    assert revoked == [links["open"].id, links["another"].id]
    assert client.post("/library/other/archive", data={"replaced_by": ""}).status_code == 303
    assert rows(select(ShareLink.revoked_at).join(ShareItem).where(ShareItem.asset_id == other.id)) == [None]


def test_content_without_open_links_is_archived_without_a_word_of_them(make, sign_in):
    make.asset("Plan", slug="plan")
    page = sign_in(make.user("marketer")).get("/library/plan/archive").text
    assert "close_links" not in page


def test_terms_that_are_no_numbers_are_left_out(make, sign_in, rows):
    facet = make.facet()
    asset, draft = make.asset("Plan", slug="plan"), make.asset("Draft", slug="draft", state="draft")
    client, terms = sign_in(make.user("marketer")), ["²", "x", "9" * 30, str(facet.terms[0].id)]
    form = {"title": "Plan", "kind": "deck", "terms": terms}
    assert client.post("/library/plan/edit", data=form).status_code == 303
    form = {"asset": "draft", f"title-{draft.id}": "Draft", f"kind-{draft.id}": "deck"}
    assert client.post("/library/review", data={**form, f"terms-{draft.id}": terms}).status_code == 303
    filed = rows(select(Asset.id).join(Asset.terms).where(Term.id == facet.terms[0].id).order_by(Asset.id))
    assert filed == [asset.id, draft.id]


def test_a_new_version_begins_with_the_words_of_the_present_one_on_every_tab(make, sign_in, add_file):
    marketer = make.user("marketer")
    make.asset("Written", slug="written", pages=("Words as they stand.",))
    add_file(samples.plain("# Letter\n\nDear **{{name}}**,", "letter.md"), by=marketer, publish=True)
    client = sign_in(marketer)
    for address in ("written/versions", "written/versions?source=markdown"):
        assert "Words as they stand.</textarea>" in client.get(f"/library/{address}").text
    page = client.get("/library/letter/versions").text
    assert 'type="file"' in page
    page = client.get("/library/letter/versions?source=markdown").text
    assert "# Letter\n\nDear **{{name}}**,</textarea>" in page


def test_a_text_file_that_is_gone_from_the_store_leaves_the_text_empty(app, make, sign_in, add_file, rows):
    marketer = make.user("marketer")
    add_file(samples.plain("# Letter\n\nDear you,", "letter.md"), by=marketer)
    (sha256,) = rows(select(Version.sha256))
    with app.app_context():
        storage().delete(sha256)
    assert sign_in(marketer).get("/library/letter/versions?source=markdown").status_code == 200
