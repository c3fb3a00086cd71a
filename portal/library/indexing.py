"""From content to the search index: what is found by, and keeping the index true to the database."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from flask import current_app
from sqlalchemy import Update, func, select, update
from sqlalchemy.orm import selectinload

from portal.claims import claimant
from portal.db import db, end_read, now
from portal.jobs import LEASE, Job, Later, resume
from portal.library.models import Asset, Page
from portal.library.page_queries import all_words
from portal.search.engine import Document
from portal.search.live_engine import LiveEngine
from portal.web.formatting import kind_words

# Past this a document says nothing that its first half million characters have not said.
MOST_CHARACTERS = 500_000
_AT_ONCE = 50
_LOOK_AGAIN = 0.05  # seconds
# What a batch's documents hold together, but for its first; they are all in memory until they are written.
MOST_IN_BATCH = 4_000_000


def engine() -> LiveEngine:
    """Return the search engine of the running portal."""
    extensions = current_app.extensions
    if "search_engine" not in extensions:
        config = current_app.config
        extensions["search_engine"] = LiveEngine(config["DATA_DIR"] / "index", config["SEARCH_ENGINE"])
    found: LiveEngine = extensions["search_engine"]
    return found


def reason_to_rebuild() -> str | None:
    """Say why the index has to be built anew: it is unusable, or of another engine than is set."""
    return engine().check() or engine().other_than_wanted()


def is_indexed(asset_id: int) -> bool:
    """Say whether an asset has a document in the index, and writing it did not fail the last time."""
    last = select(Job.state).where(Job.kind == "index_asset", Job.subject_id == asset_id)
    failed = db.session.scalar(last.order_by(Job.id.desc()).limit(1)) == "failed"
    return not failed and asset_id in engine().ids()


def documents_of(asset_ids: Sequence[int]) -> list[Document]:
    """Return the documents of some content; drafts and archived are among them, for permissions come later."""
    found = select(Asset).where(Asset.id.in_(asset_ids)).options(selectinload(Asset.terms))
    assets = db.session.scalars(found.order_by(Asset.id)).all()
    texts = _texts([asset.current_version_id for asset in assets if asset.current_version_id])
    return [_document(asset, texts.get(asset.current_version_id or 0, [])) for asset in assets]


def _document(asset: Asset, pages: list[str]) -> Document:
    text = "\n\n".join(filter(None, (asset.summary, asset.guidance.text, *pages)))[:MOST_CHARACTERS]
    terms = " ".join((kind_words(asset.kind), *(term.name for term in asset.terms)))
    return Document(asset.id, asset.title, text, terms)


def _texts(version_ids: Sequence[int]) -> dict[int, list[str]]:
    # The sum so far ends the reading of one endless file before it costs the memory of all.
    length = func.length(Page.text) + func.length(Page.notes)
    so_far = func.sum(length).over(partition_by=Page.version_id, order_by=Page.number)
    ordered = select(Page.version_id, Page.number, all_words().label("text"), so_far.label("so_far")).where(
        Page.version_id.in_(version_ids)
    )
    pages = ordered.subquery()
    cut = select(pages.c.version_id, pages.c.text).where(
        pages.c.so_far - func.length(pages.c.text) < MOST_CHARACTERS
    )
    texts: dict[int, list[str]] = {}
    for version_id, text in db.session.execute(cut.order_by(pages.c.version_id, pages.c.number)):
        texts.setdefault(version_id, []).append(text)
    return texts


def all_documents() -> Iterator[Document]:
    """Yield the documents of all content, a few at a time, to build the index anew."""
    last = 0
    while True:
        end_read()  # a read as long as the rebuild would keep the log of writes from being cleared away
        ids = db.session.scalars(
            select(Asset.id).where(Asset.id > last).order_by(Asset.id).limit(_AT_ONCE)
        ).all()
        if not ids:
            return
        yield from documents_of(ids)
        db.session.expunge_all()
        last = ids[-1]


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let one process read and write documents at a time, so that an older state is never written over a newer.

    While the index is built anew this raises Later at once: nobody is to wait that long, least of all a worker.
    """
    with _lock_file("indexing.lock") as writing:
        while not _taken(writing):
            with _lock_file("rebuilding.lock") as building:
                if not _taken(building, fcntl.LOCK_SH):
                    raise Later
            time.sleep(_LOOK_AGAIN)
        yield


@contextmanager
def rebuilding() -> Iterator[None]:
    """Keep the index to oneself while it is built anew; what was to be written meanwhile is written afterwards."""
    with _lock_file("rebuilding.lock") as building, _lock_file("indexing.lock") as writing:
        fcntl.flock(building, fcntl.LOCK_EX)
        fcntl.flock(writing, fcntl.LOCK_EX)
        yield
    resume("index_asset")


def _lock_file(name: str) -> IO[str]:
    file: IO[str] = (current_app.config["DATA_DIR"] / name).open("w")
    return file


def _taken(file: IO[str], how: int = fcntl.LOCK_EX) -> bool:
    """Take a lock if that can be had at once; closing the file gives it back."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@dataclass(frozen=True)
class Batch:
    """Content whose documents are to be written in one commit, and the other jobs claimed to be done by that."""

    asset_ids: tuple[int, ...]
    job_ids: tuple[int, ...]
    lease_until: datetime
    documents: tuple[Document, ...]


def batch_for(asset_id: int, *, most: int = 200) -> Batch:
    """Gather one asset and others that wait to be indexed: a commit costs the same for one as for many.

    The jobs of the others are claimed in the transaction that reads the documents, so what changes later is asked
    for by a job of its own; should this process stop, they run again when the lease is over.
    """
    waiting = select(Job.id, Job.subject_id).where(Job.kind == "index_asset", Job.state == "waiting")
    found = db.session.execute(waiting.where(Job.subject_id.is_not(None)).order_by(Job.id).limit(most))
    jobs = _fitting(asset_id, {job_id: subject for job_id, subject in found.tuples() if subject})
    lease_until = now() + LEASE
    claimed = update(Job).where(Job.id.in_(jobs), Job.state == "waiting")
    claim = f"{claimant()}/batch"
    db.session.execute(claimed.values(state="running", claimed_by=claim, lease_until=lease_until))
    asset_ids = tuple(sorted({asset_id, *jobs.values()}))
    return Batch(asset_ids, tuple(jobs), lease_until, tuple(documents_of(asset_ids)))


def _fitting(asset_id: int, jobs: dict[int, int]) -> dict[int, int]:
    """Return the first jobs whose documents, with that of one asset, are not too much to be held at once."""
    length = func.sum(func.length(Page.text) + func.length(Page.notes))
    found = select(Asset.id, length).join(Page, Page.version_id == Asset.current_version_id)
    found = found.where(Asset.id.in_({asset_id, *jobs.values()})).group_by(Asset.id)
    lengths = {owner: min(characters, MOST_CHARACTERS) for owner, characters in db.session.execute(found)}
    room, taken, fitting = MOST_IN_BATCH - lengths.get(asset_id, 0), {asset_id}, {}
    for job_id, subject in jobs.items():
        if subject not in taken:
            room -= lengths.get(subject, 0)
            if room < 0:
                break
        taken.add(subject)
        fitting[job_id] = subject
    return fitting


def write_batch(batch: Batch) -> None:
    """Write a batch to the index: documents are put, and what has none any more is taken out."""
    gone = set(batch.asset_ids) - {document.id for document in batch.documents}
    if batch.documents:
        engine().put(batch.documents)
    if gone:
        engine().remove(gone)


def settle_batch(batch: Batch) -> None:
    """Mark the claimed jobs of a written batch as done."""
    db.session.execute(_claimed(batch).values(state="done", finished_at=now(), lease_until=None))


def give_back(batch: Batch) -> None:
    """Let the claimed jobs of a batch that could not be written wait again."""
    db.session.execute(_claimed(batch).values(state="waiting", lease_until=None))


def _claimed(batch: Batch) -> Update:
    # A job whose lease ran out may be another's by now; the moment of the lease tells.
    return update(Job).where(
        Job.id.in_(batch.job_ids), Job.state == "running", Job.lease_until == batch.lease_until
    )
