"""The job that reads a mail, the nightly clearing, and the look every minute that somebody listens."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click
from flask import current_app

from portal.capture.deciding import forget_why
from portal.capture.models import ReceivedMail
from portal.capture.receiving import clearing, reading
from portal.capture.receiving.listener import Certificate, Listener
from portal.db import begin_unit, db, end_unit, now, unit_of_work
from portal.jobs import job
from portal.library.documents.workspace import workspace
from portal.worker import at_start, every_minute


def _give_up(mail_id: int | None, error: str) -> None:
    row = db.session.get(ReceivedMail, mail_id or 0)
    if row is not None and row.state == "waiting":
        reading.close(row, "refused", reading.NOT_READ)


@job("read_mail", on_failure=_give_up)
def read_mail(mail_id: int | None) -> None:
    """Read a mail, unless that has been done, and propose what it shows."""
    begin_unit(writes=False)
    try:
        row = db.session.get(ReceivedMail, mail_id or 0)
        if row is None or row.state != "waiting":
            return
        sha256, user_id = row.sha256 or "", row.user_id
    finally:
        end_unit(commit=False)
    with workspace() as name:
        letter = reading.open_letter(sha256, Path(name))
        sent = [] if isinstance(letter, str) else reading.match_letter(letter, Path(name), user_id)
    with unit_of_work():
        row = db.session.get(ReceivedMail, mail_id or 0)
        if row is None or row.state != "waiting":
            return
        if isinstance(letter, str):
            reading.close(row, "refused", letter)
        else:
            reading.settle(row, letter, sent)


@job("clear_mails", nightly=True)
def clear_mails(_: int | None) -> None:
    """Forget mails that were received longer ago than CAPTURE_DAYS, and remove files that wait for nobody."""
    days = current_app.config["CAPTURE_DAYS"]
    before = now() - timedelta(days=days)
    while days:
        with unit_of_work():
            if not clearing.clear_some(before):
                forget_why("mail", before)
                break
    clearing.remove_leftovers()


def look_after_listening() -> None:
    """Listen for mail, unless this worker does, or another one has the port; then that is tried again later."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    domain, known = app.config["CAPTURE_DOMAIN"], app.extensions.get("listener")
    if not domain:
        return
    certificate = app.extensions.setdefault("mail_certificate", Certificate(app.config))
    _look_after(certificate)
    if isinstance(known, Listener):
        return
    host, port = app.config["CAPTURE_HOST"], app.config["CAPTURE_PORT"]
    try:
        app.extensions["listener"] = Listener(app, host, port, certificate)
    except OSError as error:
        if known is None:
            app.logger.warning(
                "this worker receives no mail: port %s of %s can't be had (%s). If another worker has it, all is well.",
                port,
                host,
                error.strerror or error,
            )
        app.extensions["listener"] = "elsewhere"
    else:
        secret = " STARTTLS is offered." if certificate.shown else ""
        click.echo(f"Mail for log+…@{domain} is taken on port {port} of {host}.{secret}")


def _look_after(certificate: Certificate) -> None:
    """Show a renewed certificate from then on; one that can't be read is said, and mail comes all the same."""
    try:
        certificate.renew()
    except OSError as error:
        current_app.logger.warning(
            "CAPTURE_TLS_CERT and CAPTURE_TLS_KEY can't be used (%s): %s",
            error.strerror or error,
            "the certificate before is shown" if certificate.shown else "mail is taken without STARTTLS",
        )


at_start.append(look_after_listening)
every_minute.append(look_after_listening)
