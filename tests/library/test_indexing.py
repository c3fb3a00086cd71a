"""Content and the search index: what is found by, and that one commit does all that waits."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update

from portal.db import db, now
from portal.jobs import Job, enqueue, run_job
from portal.library import indexing
from portal.library.models import Asset
from portal.search.query import read_query
from tests.library import samples


def test_a_document_holds_title_words_kind_and_terms(make):
    facet = make.facet()
    fields = {"summary": "In short.", "what_to_say": "Say this."}
    asset = make.asset(
        "Plan", pages=("Page one.", "Page two."), kind="case_study", terms=(facet.terms[1],), **fields
    )
    document = make.inside(lambda: indexing.documents_of([asset.id])[0])
    assert (document.id, document.title) == (asset.id, "Plan")
    assert document.text == "In short.\n\nSay this.\n\nPage one.\n\nPage two."
    assert document.terms == "Case study Energy"


def test_drafts_and_archived_content_are_indexed_and_what_is_gone_is_not(make):
    for state in ("draft", "archived", "published"):
        make.asset(state=state)
    assert len(make.inside(lambda: list(indexing.all_documents()))) == 3
    assert make.inside(lambda: indexing.documents_of([999])) == []


def test_what_was_added_is_found_and_what_was_replaced_is_not(make, sign_in, add_file, run_jobs):
    marketer = make.user("marketer")
    asset = add_file(samples.plain("A kingfisher on the river.", "bird.txt"), by=marketer)
    assert _found(make, "kingfisher") == [asset.id]
    form = {"source": "file", "file": samples.plain("A heron in the reeds.", "bird.txt")}
    sign_in(marketer).post(f"/library/{asset.slug}/versions", data=form)
    run_jobs()
    assert (_found(make, "kingfisher"), _found(make, "heron")) == ([], [asset.id])


def _found(make, text):
    return make.inside(lambda: [hit.id for hit in indexing.engine().rank(read_query(text))])


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


def test_an_edit_made_while_a_batch_is_written_is_indexed_after_it(make, rows, run_jobs, monkeypatch):
    first, second = make.asset("Heron one"), make.asset("Heron two")
    make.inside(lambda: [enqueue("index_asset", asset.id, once=True) for asset in (first, second)])
    real, edits = indexing.write_batch, [lambda: _rename(second.id, "Kingfisher two")]

    def write(batch):
        if edits:
            make.inside(edits.pop())
        real(batch)

    monkeypatch.setattr(indexing, "write_batch", write)
    run_jobs()
    assert (_found(make, "kingfisher"), _found(make, "heron")) == ([second.id], [first.id])
    assert set(rows(select(Job.state))) == {"done"}


def _rename(asset_id, title):
    db.session.get_one(Asset, asset_id).title = title
    enqueue("index_asset", asset_id, once=True)


def test_the_jobs_of_a_batch_whose_process_stopped_run_again_when_the_lease_is_over(make, rows, run_jobs):
    first, second = make.asset("Heron one"), make.asset("Heron two")
    make.inside(lambda: enqueue("index_asset", second.id))
    make.inside(lambda: indexing.batch_for(first.id))
    run_jobs()
    assert (rows(select(Job.state)), _found(make, "heron")) == (["running"], [])
    make.inside(lambda: db.session.execute(update(Job).values(lease_until=now() - timedelta(seconds=1))))
    run_jobs()
    assert (rows(select(Job.state)), _found(make, "heron")) == (["done"], [second.id])


def test_the_jobs_of_a_batch_that_could_not_be_written_wait_again(make, rows, app, monkeypatch):
    first, second = make.asset("Heron one"), make.asset("Heron two")
    make.inside(lambda: [enqueue("index_asset", asset.id) for asset in (first, second)])
    monkeypatch.setattr(indexing, "write_batch", _fail)
    with app.app_context():
        assert run_job(rows(select(Job.id).order_by(Job.id))[0])
    assert rows(select(Job.id).where(Job.state == "waiting")) == [1, 2]


def test_the_jobs_of_a_batch_whose_end_could_not_be_written_wait_again(make, rows, app, monkeypatch):
    first, second = make.asset("Heron one"), make.asset("Heron two")
    make.inside(lambda: [enqueue("index_asset", asset.id) for asset in (first, second)])
    monkeypatch.setattr(indexing, "settle_batch", _fail)
    with app.app_context():
        assert run_job(rows(select(Job.id).order_by(Job.id))[0])
    assert rows(select(Job.id).where(Job.state == "waiting")) == [1, 2]


def test_a_batch_holds_no_more_text_than_memory_should(make, rows, run_jobs, monkeypatch):
    monkeypatch.setattr(indexing, "MOST_IN_BATCH", 100)
    monkeypatch.setattr(indexing, "MOST_CHARACTERS", 60)
    lengths = (30, 30, 30, 30, 500, 500)
    assets = [make.asset(f"Text {length}", pages=("a" * length,)) for length in lengths]
    make.inside(lambda: [enqueue("index_asset", asset.id) for asset in assets])
    batches, real = [], indexing.write_batch
    monkeypatch.setattr(indexing, "write_batch", lambda batch: (batches.append(batch.asset_ids), real(batch)))
    run_jobs()
    ids = [asset.id for asset in assets]
    assert batches == [tuple(ids[:3]), tuple(ids[3:5]), tuple(ids[5:])]
    assert set(rows(select(Job.state))) == {"done"}


def _fail(batch):
    raise OSError("disk full")


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
    assert make.inside(lambda: indexing.documents_of([asset.id])[0]).text == "a" * 20 + "\n\n" + "bbb"
