"""Work that is too slow for a request: rows in the database say what is to be done, a queue only wakes the worker."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, delete, false, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from portal.claims import claimant, living, release_gone, renewed
from portal.db import Model, UtcDateTime, chunks, db, insert_rows, now, on_commit, unit_of_work

LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 3
PUT_OFF = timedelta(seconds=20)
KEEP_DONE = timedelta(days=14)

Handler = Callable[[int | None], None]
_handlers: dict[str, Handler] = {}
_failures: dict[str, Callable[[int | None, str], None]] = {}
_can_wait: set[str] = set()
nightly_kinds: list[str] = []
# Claims of this process on jobs that have ended, but of which the database could not be told.
_untold: set[str] = set()
_asleep = ContextVar("asleep", default=False)


class Later(Exception):
    """Raised by a handler whose work has to wait for something else: the job waits on, and this was no try."""


class Job(Model):
    """One piece of work: what, on which row, and how far it is."""

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[int | None] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_by: Mapped[str | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def job(
    kind: str,
    *,
    nightly: bool = False,
    can_wait: bool = False,
    on_failure: Callable[[int | None, str], None] | None = None,
) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of one kind; it opens its own units of work and may run twice.

    One that `can_wait`, since it takes long and nobody needs it at once, is done when nothing else is to do.
    `on_failure` is told the subject and the reason, inside a unit of work, once the job is given up.
    """

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        if on_failure:
            _failures[kind] = on_failure
        if can_wait:
            _can_wait.add(kind)
        if nightly and kind not in nightly_kinds:
            nightly_kinds.append(kind)
        return handler

    return register


def enqueue(kind: str, subject_id: int | None = None, *, once: bool = False) -> None:
    """Write a job into the present transaction; `once` leaves it out while the same one is still waiting."""
    if once:
        same = select(Job.id).where(Job.kind == kind, Job.subject_id.is_(subject_id), Job.state == "waiting")
        if db.session.scalar(same.limit(1)) is not None:
            return
    row = Job(kind=kind, subject_id=subject_id)
    db.session.add(row)
    db.session.flush()
    job_id = row.id
    if not _asleep.get():
        on_commit(lambda: wake(job_id, kind))


def enqueue_all(kind: str, subject_ids: Sequence[int]) -> None:
    """Write jobs of one kind for many subjects, in few statements; none for those of which one is still waiting."""
    waiting: set[int | None] = set()
    for part in chunks(subject_ids):
        same = select(Job.subject_id).where(Job.kind == kind, Job.subject_id.in_(part))
        waiting.update(db.session.scalars(same.where(Job.state == "waiting")))
    insert_rows(
        Job, [{"kind": kind, "subject_id": number} for number in subject_ids if number not in waiting]
    )
    if not _asleep.get():
        # The others are found by the sweeper; what is done in one job for all that wait, is done by this one.
        newest = db.session.scalar(select(func.max(Job.id)).where(Job.kind == kind, Job.state == "waiting"))
        on_commit(lambda: wake(newest or 0, kind))


def wake(job_id: int, kind: str) -> None:
    """Put a job's number on the queue; should that be lost, the sweeper finds the row again."""
    current_app.extensions["queue_task"](job_id, priority=-1 if kind in _can_wait else 0)


@contextmanager
def without_waking() -> Iterator[None]:
    """Let the worker sleep while jobs are written, for who does most of them at once; the sweeper finds the others."""
    token = _asleep.set(True)
    try:
        yield
    finally:
        _asleep.reset(token)


def _ready(moment: datetime) -> ColumnElement[bool]:
    """Say in SQL which jobs may be run: waiting ones that are due, and running ones whose worker is gone."""
    waiting = (Job.state == "waiting") & (Job.run_after <= moment)
    claim = func.coalesce(Job.claimed_by, "")
    held = or_(false(), *(claim.startswith(f"{name}/", autoescape=True) for name in living()))
    # A process that lives abandons at most what it claimed for a batch, for nobody renews that lease.
    abandoned = (Job.lease_until < moment) & (~held | claim.endswith("/batch"))
    return or_(waiting, (Job.state == "running") & abandoned)


def run_job(job_id: int) -> bool:
    """Claim a job and do it, once: a second call meanwhile, or after it is done, does nothing."""
    claim = f"{claimant()}/{secrets.token_hex(4)}"
    with unit_of_work():
        moment = now()
        claimed = update(Job).where(Job.id == job_id, _ready(moment))
        taken = {"state": "running", "claimed_by": claim, "lease_until": moment + LEASE, "error": None}
        claimed = claimed.values(**taken, attempts=Job.attempts + 1)
        if db.session.execute(claimed).rowcount == 0:  # type: ignore[attr-defined]
            return False
        row = db.session.get_one(Job, job_id)
        kind, subject_id, attempts = row.kind, row.subject_id, row.attempts
    error = None
    try:
        if attempts > MAX_ATTEMPTS:
            raise RuntimeError("its worker stopped each time")
        with renewed(lambda: _renew(job_id, claim), every=LEASE.total_seconds() / 3):
            _handlers[kind](subject_id)
    except Later:
        _put_off(job_id, claim)
        return False
    except Exception as failure:
        current_app.logger.exception("job %s (%s %s) failed", job_id, kind, subject_id)
        error = f"{type(failure).__name__}: {failure}"[:500]
    _settle(job_id, claim, error)
    return True


def _put_off(job_id: int, claim: str) -> None:
    with unit_of_work():
        mine = update(Job).where(Job.id == job_id, Job.claimed_by == claim)
        waiting = {"state": "waiting", "lease_until": None, "run_after": now() + PUT_OFF}
        db.session.execute(mine.values(**waiting, attempts=Job.attempts - 1))


def resume(kind: str) -> None:
    """Let the waiting jobs of a kind run now, for what they were put off for is over; one of them is woken."""
    with unit_of_work():
        same = (Job.kind == kind) & (Job.state == "waiting") & (Job.run_after <= now() + PUT_OFF)
        db.session.execute(update(Job).where(same).values(run_after=now()))
        first = db.session.scalar(select(func.min(Job.id)).where(same))
    if first is not None:
        wake(first, kind)


def _renew(job_id: int, claim: str) -> None:
    with unit_of_work():
        mine = update(Job).where(Job.id == job_id, Job.claimed_by == claim)
        db.session.execute(mine.values(lease_until=now() + LEASE))


def _settle(job_id: int, claim: str, error: str | None) -> None:
    """Write down how a job ended, even where telling of its failure fails too."""
    for tell in (True, False):
        try:
            _end(job_id, claim, error, tell=tell)
            return
        except Exception:
            current_app.logger.exception("the end of job %s could not be written down", job_id)
    _untold.add(claim)


def _end(job_id: int, claim: str, error: str | None, *, tell: bool) -> None:
    with unit_of_work():
        row = db.session.scalar(select(Job).where(Job.id == job_id, Job.claimed_by == claim))
        if row is None:
            return
        row.error, row.lease_until = error, None
        if error is None:
            row.state, row.finished_at = "done", now()
        elif row.attempts >= MAX_ATTEMPTS:
            row.state, row.finished_at = "failed", now()
            if tell and row.kind in _failures:
                _failures[row.kind](row.subject_id, error)
        else:
            row.state, row.run_after = "waiting", now() + timedelta(seconds=10 * 3**row.attempts)


def release_abandoned() -> None:
    """Let the jobs of processes that are gone run again at once, instead of when their leases are over."""
    release_gone(lambda name: _release(f"{name}/"))
    for claim in tuple(_untold):
        _release(claim)
        _untold.discard(claim)


def _release(claims: str) -> None:
    with unit_of_work():
        theirs = Job.claimed_by.startswith(claims, autoescape=True) & (Job.state == "running")
        db.session.execute(update(Job).where(theirs).values(state="waiting", lease_until=None))


def drain(progress: Callable[[int], None] | None = None, *, kinds: tuple[str, ...] = ()) -> int:
    """Do every job that is due, here and now, and return how many; for commands and tests."""
    release_abandoned()
    finished = 0
    while True:
        with unit_of_work():
            due = select(Job.id).where(_ready(now())).order_by(Job.id).limit(200)
            if kinds:
                due = due.where(Job.kind.in_(kinds))
            ids = list(db.session.scalars(due))
        if not ids:
            return finished
        for job_id in ids:
            finished += run_job(job_id)
            if progress:
                progress(finished)


def do_now(kind: str, subject_id: int, *, patience: float = 120.0) -> bool:
    """Do the waiting jobs of a kind for one subject, or wait while another process does; say whether none is left.

    `patience` is in seconds. A job that failed and is to be tried again later is not waited for.
    """
    until = time.monotonic() + patience
    while True:
        release_abandoned()
        with unit_of_work():
            of_it = select(Job.id).where(Job.kind == kind, Job.subject_id == subject_id)
            due = list(db.session.scalars(of_it.where(_ready(now())).order_by(Job.id)))
            elsewhere = db.session.scalar(of_it.where(Job.state == "running").limit(1))
        for job_id in due:
            run_job(job_id)
        if not due and (elsewhere is None or time.monotonic() > until):
            return not pending(kind, subject_id)
        if not due:
            time.sleep(0.2)


def settle_waiting(kind: str, subject_id: int) -> None:
    """Take waiting jobs off the list in the present transaction, which has done what they were to do."""
    same = update(Job).where(Job.kind == kind, Job.subject_id == subject_id, Job.state == "waiting")
    db.session.execute(same.values(state="done", finished_at=now()))


def sweep() -> int:
    """Queue again what is due: jobs whose wake-up was lost and jobs whose worker is gone."""
    release_abandoned()
    with unit_of_work():
        due = db.session.execute(select(Job.id, Job.kind).where(_ready(now())).limit(1000)).tuples().all()
        db.session.execute(delete(Job).where(Job.state == "done", Job.finished_at < now() - KEEP_DONE))
    for job_id, kind in due:
        wake(job_id, kind)
    return len(due)


def pending(kind: str, subject_id: int | None = None) -> bool:
    """Say whether such a job is waiting or running, so that a page can show it."""
    found = select(Job.id).where(Job.kind == kind, Job.state.in_(("waiting", "running")))
    if subject_id is not None:
        found = found.where(Job.subject_id == subject_id)
    return db.session.scalar(found.limit(1)) is not None


def waiting_jobs(*kinds: str) -> int:
    """Return how many jobs of some kinds are still to be done."""
    return db.session.scalar(select(func.count()).where(Job.kind.in_(kinds), Job.state == "waiting")) or 0
