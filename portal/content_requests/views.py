"""Requests: the list and board, asking, and the page of one request."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, request, url_for
from flask_wtf import FlaskForm

from portal.content_requests import asking_views, services
from portal.content_requests.board_views import blueprint as board_blueprint
from portal.content_requests.board_views import board_page, list_page, shown_by
from portal.content_requests.delivery_views import blueprint as delivery_blueprint
from portal.content_requests.forms import CompleteForm, ReasonForm
from portal.content_requests.history import check_revision
from portal.content_requests.merge_views import blueprint as merging_blueprint
from portal.content_requests.models import ContentRequest
from portal.content_requests.page_views import meanwhile_page, request_page
from portal.content_requests.queries import (
    request_or_404,
)
from portal.content_requests.search_views import blueprint as searches_blueprint
from portal.content_requests.worth_queries import waiting_for
from portal.db import now
from portal.errors import Conflict, Forbidden, PortalError
from portal.usage.sums import local_day
from portal.users.access import MARKETING, allow, me
from portal.web import number_of, see_other

blueprint = Blueprint("content_requests", __name__, url_prefix="/requests")
blueprints = (blueprint, board_blueprint, merging_blueprint, searches_blueprint, delivery_blueprint)
blueprint.route("/new", methods=["GET", "POST"])(asking_views.new)
blueprint.post("/<int:request_id>/support")(asking_views.support)


@blueprint.get("")
def index() -> Response:
    shown = shown_by(request.args)
    return board_page(shown) if shown.as_board else list_page(shown)


@blueprint.get("/<int:request_id>")
def show(request_id: int) -> Response:
    return request_page(request_or_404(request_id))


def _act(
    request_id: int, verb: Callable[[ContentRequest], object], words: str, **forms: FlaskForm
) -> Response:
    """Do something to a request, unless somebody was quicker: then say so, and keep what was typed in a form."""
    asked = request_or_404(request_id)
    try:
        check_revision(asked, number_of(request.form.get("revision")))
        verb(asked)
    except Conflict as error:
        return meanwhile_page(asked, error, **forms)
    flash(words, "success")
    return see_other(url_for("content_requests.show", request_id=request_id))


@blueprint.post("/<int:request_id>/withdraw")
def withdraw(request_id: int) -> Response:
    return _act(request_id, lambda asked: services.withdraw_support(asked, me()), "You are off this request.")


@blueprint.post("/<int:request_id>/take")
@allow(*MARKETING)
def take(request_id: int) -> Response:
    return _act(
        request_id, lambda asked: services.take(asked, me()), "It is yours. Everybody waiting is told."
    )


@blueprint.post("/<int:request_id>/start")
@allow(*MARKETING)
def start(request_id: int) -> Response:
    return _act(request_id, lambda asked: services.start(asked, me()), "Marked as in progress.")


@blueprint.post("/<int:request_id>/complete")
@allow(*MARKETING)
def complete(request_id: int) -> Response:
    asked, form = request_or_404(request_id), CompleteForm()
    if form.validate_on_submit():
        try:
            check_revision(asked, number_of(request.form.get("revision")))
            services.complete(
                asked,
                me(),
                need=form.need.data if "need" in request.form else asked.need,
                kind=form.kind.data,
                audience=form.audience.data or "",
                needed_by=form.needed_by.data,
                details=form.details.data or "",
                examples=form.examples.data or "",
                today=local_day(now()),
            )
        except Conflict as error:
            return meanwhile_page(asked, error, complete_form=form)
        except PortalError as error:
            if error.field is None:
                raise
            form[error.field].errors = [error.message]
        else:
            flash("Saved.", "success")
            return see_other(url_for("content_requests.show", request_id=asked.id))
    return request_page(asked, complete_form=form, status=422)


@blueprint.post("/<int:request_id>/decline")
@allow(*MARKETING)
def decline(request_id: int) -> Response:
    asked, form = request_or_404(request_id), ReasonForm()
    if not form.validate_on_submit():
        return request_page(asked, decline_form=form, status=422)
    return _act(
        request_id,
        lambda found: services.decline(found, me(), form.reason.data),
        "Declined. The people who need it are told why.",
        decline_form=form,
    )


@blueprint.post("/<int:request_id>/reopen")
def reopen(request_id: int) -> Response:
    asked, form = request_or_404(request_id), ReasonForm()
    if not (me().is_marketing or waiting_for(asked, me()).joined):
        raise Forbidden("Only people who asked for it, or marketing, can open it again.")
    if not form.validate_on_submit():
        return request_page(asked, reopen_form=form, status=422)
    return _act(
        request_id,
        lambda found: services.reopen(found, me(), form.reason.data),
        "Open again.",
        reopen_form=form,
    )
