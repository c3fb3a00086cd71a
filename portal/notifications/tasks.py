"""The jobs that empty the outbox, send mail, tell channels and clear what is long over, and the look every minute."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app

from portal.db import end_read, now, unit_of_work
from portal.jobs import enqueue, job, pending
from portal.notifications.channel_posts import any_due as any_post_due
from portal.notifications.channel_posts import doubt_abandoned as doubt_abandoned_posts
from portal.notifications.channel_posts import send_due_posts
from portal.notifications.clearing import CLEARED, clear_next
from portal.notifications.delivering import BATCH, deliver
from portal.notifications.digests import due_digests, make_digests
from portal.notifications.mailing import any_due, doubt_abandoned
from portal.notifications.sending import send_due_mails
from portal.worker import at_start, every_minute


@job("deliver_notifications")
def deliver_notifications(_: int | None) -> None:
    """Deliver all that waits, a batch a transaction, so that the write lock is never held for long."""
    while True:
        with unit_of_work():
            delivered = deliver()
        if delivered < BATCH:
            return


@job("send_mails")
def send_mails(_: int | None) -> None:
    """Send every mail that is due."""
    send_due_mails()


@job("post_to_channels")
def post_to_channels(_: int | None) -> None:
    """Tell the channels of teams what is due."""
    send_due_posts()


@job("clear_notifications", nightly=True)
def clear_notifications(_: int | None) -> None:
    """Clear what was read or sent longer ago than NOTIFICATION_DAYS, some thousand rows a transaction."""
    days = current_app.config["NOTIFICATION_DAYS"]
    if not days:
        return
    before = now() - timedelta(days=days)
    for table in CLEARED:
        last: int | None = 0
        while last is not None:
            with unit_of_work():
                last = clear_next(table, before, last)


def look_after_channels() -> None:
    """See that channels are told what is due, such as what could not be told before."""
    with unit_of_work():
        doubt_abandoned_posts()
        if any_post_due() and not pending("post_to_channels"):
            enqueue("post_to_channels", once=True)


def look_after_mail() -> None:
    """Make the digests whose time has come, and see that what is due is sent."""
    if not current_app.config["SMTP_HOST"]:
        return
    moment = now()
    digests = due_digests(moment)
    end_read()
    for mail_time, zone in digests:
        with unit_of_work():
            make_digests(mail_time, zone, moment)
    with unit_of_work():
        doubt_abandoned()
        if any_due() and not pending("send_mails"):
            enqueue("send_mails", once=True)


at_start.append(look_after_mail)
every_minute.append(look_after_mail)
at_start.append(look_after_channels)
every_minute.append(look_after_channels)
