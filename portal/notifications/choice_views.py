"""What a person chooses about their notifications, signed in or by the link at the end of a mail."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, request, url_for

from portal.notifications.choices import (
    MAIL_TIME_WORDS,
    Choice,
    bring_mail_back,
    choices_of,
    choose,
    stop_mail,
)
from portal.notifications.forms import read_choices
from portal.notifications.kinds import KINDS
from portal.notifications.unsubscribing import (
    ALL,
    read_undo_token,
    read_unsubscribe_token,
    undo_token,
    unsubscribe_token,
)
from portal.users.access import me, public
from portal.web import render, see_other
from portal.web.edge import csrf

blueprint = Blueprint("choices", __name__)


@blueprint.get("/me/notifications")
def index() -> Response:
    return _page(choices_of(me().id))


@blueprint.post("/me/notifications")
def save() -> Response:
    choices, is_valid = read_choices(request.form, choices_of(me().id))
    if not is_valid:
        return _page(choices, error="Please choose one of the times that are offered.", status=422)
    choose(me().id, {choice.key: choice.way for choice in choices})
    flash("Saved. It counts from now on.", "success")
    return see_other(url_for("choices.index"))


def _page(choices: list[Choice], *, error: str = "", status: int = 200) -> Response:
    return render(
        "notifications/choices.html",
        choices=choices,
        times=list(MAIL_TIME_WORDS.items()),
        sends_mail=bool(current_app.config["SMTP_HOST"]),
        stop_all=url_for("choices.unsubscribe_form", token=unsubscribe_token(me().id, [ALL])),
        error=error,
        time_zone=(me().time_zone or current_app.config["ORGANISATION_TIME_ZONE"]).replace("_", " "),
        any_mail=any(choice.way.mail_time != "never" for choice in choices),
        status=status,
    )


@blueprint.get("/unsubscribe/<token>")
@public
def unsubscribe_form(token: str) -> Response:
    user_id, kinds = read_unsubscribe_token(token)
    coming = [
        choice.kind
        for choice in choices_of(user_id)
        if choice.key in kinds and choice.way.mail_time != "never"
    ]
    return render("notifications/unsubscribe.html", token=token, coming=coming, kinds=_kinds(kinds))


@blueprint.post("/unsubscribe/<token>")
@public
@csrf.exempt
def unsubscribe(token: str) -> Response:
    # Mail programs post here by themselves (RFC 8058), without a cookie; the signed token says who asks for what.
    user_id, kinds = read_unsubscribe_token(token)
    before = {kind: when for kind, when in stop_mail(user_id, kinds).items() if when != "never"}
    undo = undo_token(user_id, before) if before else None
    return render("notifications/unsubscribed.html", token=token, kinds=_kinds(kinds), undo=undo)


@blueprint.post("/unsubscribe/<token>/undo")
@public
def undo(token: str) -> Response:
    user_id, before = read_undo_token(token)
    bring_mail_back(user_id, before)
    return render("notifications/unsubscribed.html", token=None, kinds=_kinds(list(before)), undo=None)


def _kinds(keys: list[str]) -> list[str]:
    return [KINDS[key].name for key in keys]
