"""Beginning, answering, mending and resolving threads, from the page of what they are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from portal.content_requests.queries import request_or_404
from portal.deals.queries import visible_deal
from portal.errors import Conflict, Forbidden, Invalid, PortalError
from portal.feedback.models import Thread
from portal.feedback.threads import people, services
from portal.feedback.threads.forms import CommentForm, ThreadForm
from portal.feedback.threads.queries import visible_comment, visible_thread
from portal.feedback.threads.subjects import About, Subject, subject_of
from portal.library.forms import show_at_field
from portal.library.models import Version
from portal.library.queries import version_shown_to, visible_asset, visible_version
from portal.library.serving import page_word
from portal.users.access import me
from portal.web import number_of, render, see_other

blueprint = Blueprint("threads", __name__)
LONGEST_NAME = 200


def _back(subject: Subject, thread: Thread, anchor: str = "") -> Response:
    """Return to the thread, on the page that was looked at when that is known."""
    asset, version, address = subject.asset, thread.version, subject.address
    if asset and (version is None or version.id == asset.current_version_id):
        address = url_for("library.show", slug=asset.slug, page=thread.page_number)
    elif asset and version:
        address = url_for(
            "library_versions.show", slug=asset.slug, number=version.number, page=thread.page_number
        )
    return see_other(f"{address}#{anchor or f'thread-{thread.id}'}")


def _after(subject: Subject, said: services.Said) -> Response:
    """Return to what was written, and say who is named in it and was not told."""
    if said.untold:
        flash(" ".join(said.untold), "warning")
    return _back(subject, said.thread, f"comment-{said.comment.id}")


@blueprint.post("/library/<slug>/threads")
def start(slug: str) -> Response:
    asset, form = visible_asset(me(), slug), ThreadForm()
    number = number_of(form.version.data)
    version = visible_version(me(), asset, number) if number is not None else version_shown_to(me(), asset)
    return _start(asset, form, version)


@blueprint.post("/requests/<int:request_id>/threads")
def start_on_request(request_id: int) -> Response:
    return _start(request_or_404(request_id), ThreadForm())


@blueprint.post("/deals/<int:deal_id>/threads")
def start_on_deal(deal_id: int) -> Response:
    return _start(visible_deal(me(), deal_id), ThreadForm())


def _start(about: About, form: ThreadForm, version: Version | None = None) -> Response:
    subject, status = subject_of(about), 422
    if form.offer(me()).validate_on_submit():
        try:
            page = _number(form.page.data, "Please give the number of a page.", "page")
            team = _number(form.audience.data, "Please choose who reads it.", "audience")
            said = services.start_thread(about, me(), form.body.data or "", page, version, team)
        except (Invalid, Conflict) as error:
            status = _refused(form, error)
            if error.field == "audience":  # never wider than what was chosen, where there is a choice
                form.audience.data = str(me().team_id)
        else:
            return _after(subject, said)
    action = subject.begin_address
    return _form("Comment", subject, form, action, page_word=page_word(version), status=status)


def _number(text: str | None, complaint: str, field: str) -> int | None:
    number = number_of(text)
    if text and number is None:
        raise Invalid(complaint, field=field)
    return number


def _form(title: str, subject: Subject, form: CommentForm, action: str, **more: Any) -> Response:
    """Show the form with what was typed and what is wrong with it, also where the answer came too late."""
    return render(
        "feedback/threads/form.html",
        title=title,
        subject=subject,
        form=form,
        action=action,
        **more,
    )


def _refused(form: CommentForm, error: PortalError) -> int:
    """Put a refusal at its field, and return the status that goes with it."""
    show_at_field(form, error)
    return error.status


@blueprint.post("/threads/<int:thread_id>/comments")
def reply(thread_id: int) -> Response:
    subject, thread = visible_thread(me(), thread_id)
    form, status = CommentForm(), 422
    if form.validate_on_submit():
        try:
            said = services.reply(thread, me(), form.body.data or "")
        except (Invalid, Conflict) as error:
            status = _refused(form, error)
        else:
            return _after(subject, said)
    action = url_for("threads.reply", thread_id=thread.id)
    return _form("Reply", subject, form, action, thread=thread, status=status)


@blueprint.route("/comments/<int:comment_id>/edit", methods=["GET", "POST"])
def edit(comment_id: int) -> Response:
    subject, comment = visible_comment(me(), comment_id)
    if comment.author_id != me().id:
        raise Forbidden("Only whoever wrote this can change it.")
    if comment.removed_at is not None:
        raise Conflict("This comment was removed.")
    form, status = CommentForm(obj=comment), 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            said = services.edit_comment(comment, me(), form.body.data or "")
        except (Invalid, Conflict) as error:
            status = _refused(form, error)
        else:
            return _after(subject, said)
    action = url_for("threads.edit", comment_id=comment.id)
    return _form("Edit your comment", subject, form, action, thread=comment.thread, status=status)


@blueprint.post("/comments/<int:comment_id>/remove")
def remove(comment_id: int) -> Response:
    subject, comment = visible_comment(me(), comment_id)
    services.remove_comment(comment, me())
    flash("Removed. Its words are gone for good.", "success")
    return _back(subject, comment.thread)


def _act(thread_id: int, verb: Callable[[Thread], None], words: str) -> Response:
    subject, thread = visible_thread(me(), thread_id)
    verb(thread)
    flash(words, "success")
    return _back(subject, thread)


@blueprint.post("/threads/<int:thread_id>/resolve")
def resolve(thread_id: int) -> Response:
    return _act(thread_id, lambda thread: services.resolve(thread, me()), "Resolved.")


@blueprint.post("/threads/<int:thread_id>/reopen")
def reopen(thread_id: int) -> Response:
    return _act(thread_id, lambda thread: services.reopen(thread, me()), "Open again.")


@blueprint.get("/people/suggest")
def suggest() -> Response:
    """Lines under a text box while a name is typed after an @."""
    text = request.args.get("q", "")[:LONGEST_NAME]
    return render("feedback/threads/suggest.html", people=people.suggest(text))
