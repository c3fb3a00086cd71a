"""Content and the search index: what is found by, and that one commit does all that waits."""

from __future__ import annotations

from sqlalchemy import delete, select

from portal.db import db
from portal.jobs import Job, enqueue
from portal.library import indexing
from portal.library.models import Asset
from tests.library import samples


def test_a_document_holds_title_words_kind_and_terms(make):
    facet = make.facet()
    fields = {"summary": "In short.", "guidance": "Say this."}
    asset = make.asset(
        "Plan", pages=("Page one.", "Page two."), kind="case_study", terms=(facet.terms[1],), **fields
    )
    document = make.inside(lambda: indexing.document_of(asset.id))
    assert (document.id, document.title) == (asset.id, "Plan")
    assert document.text == "In short.\n\nSay this.\n\nPage one.\n\nPage two."
    assert document.terms == "Case study Energy"


def test_drafts_and_archived_content_are_indexed_and_what_is_gone_is_not(make):
    for state in ("draft", "archived", "published"):
        make.asset(state=state)
    assert len(make.inside(lambda: list(indexing.all_documents()))) == 3
    assert make.inside(lambda: indexing.document_of(999)) is None


def test_what_was_added_is_found_and_what_was_replaced_is_not(make, sign_in, add_file, run_jobs):
    marketer = make.user("marketer")
    asset = add_file(samples.plain("A kingfisher on the river.", "bird.txt"), by=marketer)
    assert _found(make, "kingfisher") == [asset.id]
    form = {"source": "file", "file": samples.plain("A heron in the reeds.", "bird.txt")}
    sign_in(marketer).post(f"/library/{asset.slug}/versions", data=form)
    run_jobs()
    assert (_found(make, "kingfisher"), _found(make, "heron")) == ([], [asset.id])


def _found(make, text):
    return make.inside(lambda: [hit.id for hit in indexing.engine().rank(text)])


def test_one_commit_writes_all_that_waits(make, rows, run_jobs, monkeypatch):
    assets = [make.asset(f"Heron number {number}") for number in range(5)]
    make.inside(lambda: [enqueue("index_asset", asset.id) for asset in assets])
    commits = []
    real = indexing.write_batch
    monkeypatch.setattr(indexing, "write_batch", lambda batch: (commits.append(batch.asset_ids), real(batch)))
    run_jobs()
    assert commits == [tuple(asset.id for asset in assets)]
    assert set(rows(select(Job.state))) == {"done"}
    assert sorted(_found(make, "heron")) == [asset.id for asset in assets]


def test_content_that_is_gone_leaves_the_index(make, run_jobs):
    asset = make.asset("Kingfisher")
    make.inside(lambda: enqueue("index_asset", asset.id))
    run_jobs()
    assert _found(make, "kingfisher") == [asset.id]

    def purge():
        stored = db.session.get_one(Asset, asset.id)
        stored.current_version_id = None
        db.session.flush()
        db.session.execute(delete(Asset))
        enqueue("index_asset", asset.id)

    make.inside(purge)
    run_jobs()
    assert _found(make, "kingfisher") == []


def test_an_endless_file_is_indexed_by_its_beginning(make, monkeypatch):
    monkeypatch.setattr(indexing, "MOST_CHARACTERS", 25)
    asset = make.asset("Plan", pages=("a" * 20, "b" * 20, "c" * 20))
    assert make.inside(lambda: indexing.document_of(asset.id)).text == "a" * 20 + "\n\n" + "bbb"
