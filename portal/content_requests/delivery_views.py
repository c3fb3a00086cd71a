"""Delivering what was asked for: choosing content, sending a draft to those who asked, and answering with it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for

from portal.content_requests.delivering import deliver as deliver_content
from portal.content_requests.draft_queries import deliverable_assets, sendable_drafts
from portal.content_requests.drafts import send_draft
from portal.content_requests.forms import DeliverForm, DraftForm
from portal.content_requests.history import check_revision
from portal.content_requests.models import ContentRequest
from portal.content_requests.page_views import meanwhile_page, request_page
from portal.content_requests.queries import request_or_404
from portal.db import db
from portal.errors import Conflict, NotFound, PortalError
from portal.library.models import Asset
from portal.library.queries import visible_asset
from portal.users.access import MARKETING, allow, me
from portal.web import number_of, render, see_other

blueprint = Blueprint("request_delivery", __name__, url_prefix="/requests")
SUGGESTED = 12


@blueprint.get("/<int:request_id>/content")
@allow(*MARKETING)
def suggest(request_id: int) -> Response:
    request_or_404(request_id)
    text = request.args.get("q", "")[:200]
    find = sendable_drafts if request.args.get("of") == "drafts" else deliverable_assets
    return render("content_requests/suggestions.html", assets=find(text, limit=SUGGESTED))


@blueprint.post("/<int:request_id>/deliver")
@allow(*MARKETING)
def deliver(request_id: int) -> Response:
    asked, form = request_or_404(request_id), DeliverForm()
    if not form.validate_on_submit():
        form.asset_id.errors = form.asset_id.errors and [form.choose]
        return request_page(asked, deliver_form=form, status=422)
    asset = _named(form.address.data) if form.address.data else db.session.get(Asset, form.asset_id.data or 0)
    if asset is None:
        form.asset_id.errors = [form.choose]
        return request_page(asked, deliver_form=form, status=422)
    try:
        check_revision(asked, number_of(request.form.get("revision")))
        deliver_content(asked, me(), asset, form.word.data or "")
    except PortalError as error:
        return _refused(asked, form, error, "deliver_form")
    flash("Delivered. Everybody who waits is told where it is.", "success")
    return see_other(url_for("content_requests.show", request_id=request_id))


def _named(address: str) -> Asset | None:
    """Return the content that an address, or its last part, leads to."""
    path = address.strip().partition("#")[0].partition("?")[0]
    parts = [part for part in path.split("/") if part]
    slug = parts[parts.index("library") + 1] if "library" in parts[:-1] else parts[-1] if parts else ""
    try:
        return visible_asset(me(), slug)
    except NotFound:
        return None


@blueprint.post("/<int:request_id>/draft")
@allow(*MARKETING)
def draft(request_id: int) -> Response:
    asked, form = request_or_404(request_id), DraftForm()
    if not form.validate_on_submit():
        form.draft_id.errors = form.draft_id.errors and [form.choose]
        return request_page(asked, draft_form=form, status=422)
    asset = db.session.get(Asset, form.draft_id.data)
    if asset is None:
        form.draft_id.errors = [form.choose]
        return request_page(asked, draft_form=form, status=422)
    try:
        check_revision(asked, number_of(request.form.get("revision")))
        review = send_draft(asked, me(), asset, form.question.data or "")
    except PortalError as error:
        return _refused(asked, form, error, "draft_form")
    people = len(review.reviewers)
    flash(
        f"{people} {'person looks' if people == 1 else 'people look'} at it. You are told what they say.",
        "success",
    )
    return see_other(url_for("content_requests.show", request_id=request_id) + "#draft")


def _refused(asked: ContentRequest, form: DeliverForm | DraftForm, error: PortalError, name: str) -> Response:
    """Show the request again with why not: at the field, or above all where somebody was quicker."""
    if error.field is not None and error.field in form:
        form[error.field].errors = [error.message]
        return request_page(asked, status=422, **{name: form})
    if not isinstance(error, Conflict):
        raise error
    return meanwhile_page(asked, error, **{name: form})
