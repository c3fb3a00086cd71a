"""What is under the bell."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from portal.notifications.bell import bell_lines, mark_read, shown_lines
from portal.notifications.choice_views import blueprint as choices_blueprint
from portal.notifications.following_views import blueprint as following_blueprint
from portal.notifications.mail_views import blueprint as mail_blueprint
from portal.notifications.queries import own_notification
from portal.notifications.webhook_views import blueprint as channel_blueprint
from portal.users.access import me
from portal.web import paginate, render, safe_redirect, see_other

blueprint = Blueprint("notifications", __name__, url_prefix="/notifications")
blueprints = (blueprint, choices_blueprint, following_blueprint, mail_blueprint, channel_blueprint)


@blueprint.get("")
def index() -> Response:
    page = paginate(bell_lines(me().id), scalars=False)
    return render("notifications/index.html", page=page, lines=shown_lines(page.items))


@blueprint.post("/<int:notification_id>/open")
def open_notification(notification_id: int) -> Response:
    row = own_notification(me().id, notification_id)
    mark_read(me().id, row)
    return safe_redirect(row.address, url_for("notifications.index"))


@blueprint.post("/read")
def read_all() -> Response:
    mark_read(me().id)
    return see_other(url_for("notifications.index"))
