"""Looking into the watched folder every minute."""

from __future__ import annotations

from flask import current_app

from portal.db import now, unit_of_work
from portal.deals import watching
from portal.deals.import_views import JOBS
from portal.deals.services import confirm_import
from portal.errors import PortalError
from portal.jobs import enqueue
from portal.storage import CHUNK


def look_into_the_folder() -> None:
    """Let what was read go on, or wait for somebody; then begin with the next files that lie ready."""
    folder = current_app.config["IMPORT_FOLDER"]
    if folder is None:
        return
    with unit_of_work():
        for row in watching.undecided():
            reason = watching.hindrance(row)
            watching.decide(row, reason)
            if reason is None:
                confirm_import(row)
                enqueue(JOBS[row.kind]["applying"], row.id)
        for row in watching.untold(now()):
            watching.tell_what_it_did(row)
    try:
        waiting = list(watching.waiting_in(folder, now()))
    except OSError as error:
        current_app.logger.warning("the watched folder %s can't be read: %s", folder, error)
        return
    for one in waiting:
        _take(one)


def _take(waiting: watching.Waiting) -> None:
    """Take one file, or say why not; what goes wrong with one CRM keeps no other from being imported."""
    try:
        stored = watching.store(waiting, current_app.config["MAX_UPLOAD_MB"] * CHUNK)
        if not all(watching.is_as_seen(waiting, part) for part in waiting.files):
            return
    except PortalError as error:
        with unit_of_work():
            watching.tell_refused(waiting, error.message)
        _put_away(waiting)
        return
    except OSError as error:
        current_app.logger.warning("%s can't be read: %s", waiting.files[waiting.kind], error)
        return
    with unit_of_work():
        if watching.is_busy(waiting.source):
            return
        if not watching.is_taken(waiting, stored):
            row = watching.take(waiting, stored)
            enqueue(JOBS[row.kind]["waiting"], row.id)
    _put_away(waiting)


def _put_away(waiting: watching.Waiting) -> None:
    try:
        watching.put_away(waiting, now())
    except OSError as error:
        current_app.logger.warning("%s can't be moved aside: %s", waiting.files[waiting.kind], error)
