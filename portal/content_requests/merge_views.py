"""Merging a request into another one: choosing it, and doing it with what other packages know of both."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for

from portal.content_requests.history import ChangedMeanwhile, check_revision
from portal.content_requests.merging import merge, targets
from portal.content_requests.models import ContentRequest
from portal.content_requests.queries import request_or_404
from portal.db import give_up
from portal.discovery.learning.request_services import pass_searches
from portal.errors import Conflict, Invalid, PortalError
from portal.feedback.threads.services import move_threads
from portal.users.access import MARKETING, allow, me
from portal.web import number_of, render, see_other

blueprint = Blueprint("request_merging", __name__, url_prefix="/requests")


@blueprint.get("/<int:request_id>/merge")
@allow(*MARKETING)
def choose(request_id: int) -> Response:
    return _page(request_or_404(request_id))


def _page(asked: ContentRequest, *, error: str = "", chosen: str = "", status: int = 200) -> Response:
    if asked.status == "merged":
        raise Conflict("This request is part of another one already.")
    text = request.values.get("q", "").strip()[:200]
    return render(
        "content_requests/merge.html",
        asked=asked,
        targets=targets(asked, text),
        text=text,
        error=error,
        chosen=chosen,
        status=status,
    )


@blueprint.get("/<int:request_id>/merge/suggest")
@allow(*MARKETING)
def suggest(request_id: int) -> Response:
    asked = request_or_404(request_id)
    return render("content_requests/targets.html", targets=targets(asked, request.args.get("q", "")[:200], 8))


@blueprint.post("/<int:request_id>/merge")
@allow(*MARKETING)
def merge_into(request_id: int) -> Response:
    asked, chosen = request_or_404(request_id), request.form.get("into", "")
    try:
        check_revision(asked, number_of(request.form.get("revision")))
        number = number_of(chosen)
        if number is None:
            raise Invalid("Please choose the request that it is part of.", field="into")
        target = merge(asked, request_or_404(number), me())
        move_threads(asked, target)
        pass_searches(asked.id, target.id)
    except (Invalid, ChangedMeanwhile) as error:
        return _refused(request_id, error, chosen)
    flash(f"“{asked.need}” is part of this request now. The people who need it are told.", "success")
    return see_other(url_for("content_requests.show", request_id=target.id))


def _refused(request_id: int, error: PortalError, chosen: str) -> Response:
    give_up()
    return _page(request_or_404(request_id), error=error.message, chosen=chosen, status=error.status)
