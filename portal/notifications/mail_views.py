"""What an admin sees of the mail: how much is on its way, what did not go and why, and sending that again."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, url_for

from portal.notifications.mail_queries import mail_counts, mail_or_404, troubled_mails
from portal.notifications.mailing import send_again, send_failed_again
from portal.users.access import allow, me
from portal.users.queries import user_or_404
from portal.users.services import audit
from portal.web import paginate, render, see_other

blueprint = Blueprint("mail", __name__, url_prefix="/admin/mail")


@blueprint.get("")
@allow("admin")
def index() -> Response:
    return render(
        "notifications/admin_mail.html",
        block="results",
        page=paginate(troubled_mails(), scalars=False),
        counts=mail_counts(),
        settings=current_app.config,
    )


@blueprint.post("/<int:mail_id>/again")
@allow("admin")
def again(mail_id: int) -> Response:
    mail = mail_or_404(mail_id)
    send_again(mail)
    name = user_or_404(mail.user_id).name
    audit(me(), "sent a mail again", name)
    flash(f"The mail to {name} goes out within a minute.", "success")
    return see_other(url_for("mail.index"))


@blueprint.post("/again")
@allow("admin")
def all_again() -> Response:
    count = send_failed_again()
    audit(me(), "sent all failed mails again", f"{count} mails")
    flash(f"{count} {'mail goes' if count == 1 else 'mails go'} out within a minute.", "success")
    return see_other(url_for("mail.index"))
