"""Beginning, answering, mending and resolving threads, from the page of their content."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, request, url_for

from portal.errors import Conflict, Forbidden, Invalid, PortalError
from portal.feedback.models import Thread
from portal.feedback.threads import services
from portal.feedback.threads.forms import CommentForm, ThreadForm
from portal.feedback.threads.queries import visible_comment, visible_thread
from portal.library.forms import show_at_field
from portal.library.models import Asset
from portal.library.queries import version_shown_to, visible_asset, visible_version
from portal.library.serving import page_word
from portal.users.access import me
from portal.web import number_of, render, see_other

blueprint = Blueprint("threads", __name__)


def _back(asset: Asset, thread: Thread) -> Response:
    """Return to the thread, on the page that was looked at when that is known."""
    page, version = thread.page_number, thread.version
    if version is None or version.id == asset.current_version_id:
        address = url_for("library.show", slug=asset.slug, page=page)
    else:
        address = url_for("library_versions.show", slug=asset.slug, number=version.number, page=page)
    return see_other(f"{address}#thread-{thread.id}")


@blueprint.post("/library/<slug>/threads")
def start(slug: str) -> Response:
    asset, form = visible_asset(me(), slug), ThreadForm()
    number = number_of(form.version.data)
    version = visible_version(me(), asset, number) if number is not None else version_shown_to(me(), asset)
    if form.validate_on_submit():
        try:
            page = _page(form.page.data or "")
            thread = services.start_thread(asset, me(), form.body.data or "", page, version)
        except PortalError as error:
            show_at_field(form, error)
        else:
            return _back(asset, thread)
    return render(
        "feedback/threads/form.html",
        title="Comment",
        asset=asset,
        form=form,
        page_word=page_word(version),
        action=url_for("threads.start", slug=asset.slug),
        status=422,
    )


def _page(text: str) -> int | None:
    number = number_of(text)
    if text and number is None:
        raise Invalid("Please give the number of a page.", field="page")
    return number


@blueprint.post("/threads/<int:thread_id>/comments")
def reply(thread_id: int) -> Response:
    asset, thread = visible_thread(me(), thread_id)
    form = CommentForm()
    if form.validate_on_submit():
        try:
            services.reply(thread, me(), form.body.data or "")
        except Invalid as error:
            show_at_field(form, error)
        else:
            return _back(asset, thread)
    return render(
        "feedback/threads/form.html",
        title="Reply",
        asset=asset,
        form=form,
        thread=thread,
        action=url_for("threads.reply", thread_id=thread.id),
        status=422,
    )


@blueprint.route("/comments/<int:comment_id>/edit", methods=["GET", "POST"])
def edit(comment_id: int) -> Response:
    asset, comment = visible_comment(me(), comment_id)
    if comment.author_id != me().id:
        raise Forbidden("Only whoever wrote this can change it.")
    if comment.removed_at is not None:
        raise Conflict("This comment was removed.")
    form = CommentForm(obj=comment)
    if form.validate_on_submit():
        try:
            services.edit_comment(comment, me(), form.body.data or "")
        except Invalid as error:
            show_at_field(form, error)
        else:
            return _back(asset, comment.thread)
    return render(
        "feedback/threads/form.html",
        title="Change your comment",
        asset=asset,
        form=form,
        action=url_for("threads.edit", comment_id=comment.id),
        status=422 if request.method == "POST" else 200,
    )


@blueprint.post("/comments/<int:comment_id>/remove")
def remove(comment_id: int) -> Response:
    asset, comment = visible_comment(me(), comment_id)
    services.remove_comment(comment, me())
    flash("Removed. Its words are gone for good.", "success")
    return _back(asset, comment.thread)


def _act(thread_id: int, verb: Callable[[Thread], None], words: str) -> Response:
    asset, thread = visible_thread(me(), thread_id)
    verb(thread)
    flash(words, "success")
    return _back(asset, thread)


@blueprint.post("/threads/<int:thread_id>/resolve")
def resolve(thread_id: int) -> Response:
    return _act(thread_id, lambda thread: services.resolve(thread, me()), "Resolved.")


@blueprint.post("/threads/<int:thread_id>/reopen")
def reopen(thread_id: int) -> Response:
    return _act(thread_id, lambda thread: services.reopen(thread, me()), "Open again.")
