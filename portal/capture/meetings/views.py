"""A person's meetings: a calendar file or a pasted invitation brings them, and nobody else sees them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, flash, request, url_for

from portal.capture.meetings import services
from portal.capture.meetings.entries import MOST_BYTES
from portal.capture.meetings.forms import Typed, filled_in, read_typed, typed
from portal.capture.meetings.pasted import MOST_TEXT, domains_of, read_pasted
from portal.capture.meetings.queries import answers_by_meeting, meeting_or_404, meetings_of
from portal.capture.meetings.reading import Calendar, Person, read_calendar
from portal.capture.queries import waiting_number
from portal.capture.receiving.addresses import LOGGING_ROLES, logs_uses
from portal.db import now
from portal.deals.queries import visible_deals_among
from portal.errors import Forbidden, Invalid
from portal.users.access import allow, me
from portal.web import paginate, render, see_other

blueprint = Blueprint("meetings", __name__, url_prefix="/me/meetings")


@blueprint.get("")
def index() -> Response:
    return _page(Typed(typed({})))


def _page(form: Typed, *, file_error: str = "", notice: str = "", status: int = 200) -> Response:
    page, moment = paginate(meetings_of(me())), now()
    return render(
        "capture/meetings.html",
        block="list" if status == 200 else None,
        form=form,
        file_error=file_error,
        notice=notice,
        page=page,
        answers=answers_by_meeting(me(), page.items),
        deals=visible_deals_among(me(), (row.deal_id for row in page.items)),
        moment=moment,
        is_looking=any(row.looked_at is None and row.ends_at <= moment for row in page.items),
        logs_uses=logs_uses(me()),
        waiting=waiting_number(me()),
        most_mb=MOST_BYTES // 1024**2,
        status=status,
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(me().time_zone or current_app.config["ORGANISATION_TIME_ZONE"])


def _read(content: bytes) -> Calendar:
    return read_calendar(content, Person((me().email or "").lower(), _zone()), now())


@blueprint.post("/upload")
@allow(*LOGGING_ROLES)
def upload() -> Response:
    _refuse_who_logs_nothing()
    file = request.files.get("file")
    content = file.read(MOST_BYTES + 1) if file else b""
    try:
        if not content:
            raise Invalid("Please choose a calendar file, which ends in .ics.")
        calendar = _read(content)
    except Invalid as refusal:
        return _page(Typed(typed({})), file_error=refusal.message, status=422)
    return _keep(calendar)


def _refuse_who_logs_nothing() -> None:
    """Keep no meeting of a test user: what they open counts nowhere, so there is nothing to ask them."""
    if not logs_uses(me()):
        raise Forbidden


def _keep(calendar: Calendar) -> Response:
    kept = services.keep_calendar(me(), calendar)
    for note in calendar.notes:
        flash(note, "warning")
    flash(_said(kept), "success" if kept.new or kept.known else "info")
    return see_other(url_for("meetings.index"))


def _said(kept: services.Kept) -> str:
    parts = [f"{kept.new:,} new {'meeting' if kept.new == 1 else 'meetings'}"]
    parts += [f"{kept.known:,} known already"] if kept.known else []
    parts += [f"{kept.gone:,} moved or cancelled"] if kept.gone else []
    parts += [f"{kept.inside:,} without anybody from outside left out"] if kept.inside else []
    return f"{', '.join(parts)}."


@blueprint.post("")
@allow(*LOGGING_ROLES)
def add() -> Response:
    _refuse_who_logs_nothing()
    values = typed(request.form)
    if request.form.get("do") == "read":
        return _understand(values["text"])
    form = read_typed(values, _zone(), now())
    if form.errors or form.starts_at is None or form.ends_at is None:
        return _page(form, status=422)
    domains = domains_of(values["addresses"], me().email or "")
    title = " ".join(values["title"].split())
    services.add_meeting(me(), title=title, starts_at=form.starts_at, ends_at=form.ends_at, domains=domains)
    flash(f"Added “{title}”.", "success")
    return see_other(url_for("meetings.index"))


def _understand(text: str) -> Response:
    """Fill the form in from what was pasted, or take it at once where it is calendar text."""
    if "BEGIN:VCALENDAR" in text.upper():
        try:
            return _keep(_read(text.encode()))
        except Invalid as refusal:
            return _page(Typed(typed({"text": text}), {"text": refusal.message}), status=422)
    if not text:
        return _page(Typed(typed({}), {"text": "Please paste an invitation first."}), status=422)
    if len(text) > MOST_TEXT:
        message = f"Please paste at most {MOST_TEXT:,} characters: title, time and people are enough."
        return _page(Typed(typed({"text": text}), {"text": message}), status=422)
    values = filled_in(text, read_pasted(text, _today()))
    missing = [
        words
        for name, words in (("title", "what it was called"), ("day", "the day"), ("starts", "the hour"))
        if not values[name]
    ]
    notice = "Please check what was understood, then add the meeting."
    if missing:
        notice = (
            f"It does not say clearly {' and '.join(missing)}. Please fill that in, then add the meeting."
        )
    return _page(Typed(values), notice=notice, status=422)


def _today() -> date:
    return now().astimezone(_zone()).date()


@blueprint.post("/<int:meeting_id>/remove")
def remove(meeting_id: int) -> Response:
    meeting = meeting_or_404(me(), meeting_id)
    services.remove_meeting(meeting)
    flash("Forgotten.", "success")
    return see_other(url_for("meetings.index"))
