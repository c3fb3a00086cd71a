"""What is done about the searches of a delivered request: run again, or left as they are."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for

from portal.content_requests.queries import request_or_404
from portal.discovery.learning.request_queries import delivery_of
from portal.discovery.learning.request_services import leave_missed
from portal.errors import Conflict
from portal.jobs import enqueue
from portal.users.access import MARKETING, OVERSIGHT, allow
from portal.web import see_other

blueprint = Blueprint("request_searches", __name__, url_prefix="/requests")


@blueprint.post("/<int:request_id>/searches")
@allow(*OVERSIGHT)
def run(request_id: int) -> Response:
    if request_or_404(request_id).status != "delivered":
        raise Conflict("This request is not delivered; there is nothing yet that its searches could find.")
    if delivery_of(request_id) is None:
        raise Conflict("What was delivered is not published any more, so no search can find it.")
    enqueue("rerun_searches", request_id, once=True)
    flash("The searches are being run again.", "success")
    return see_other(url_for("content_requests.show", request_id=request_id) + "#searches")


@blueprint.post("/<int:request_id>/searches/left")
@allow(*MARKETING)
def leave(request_id: int) -> Response:
    if request_or_404(request_id).status != "delivered":
        raise Conflict("This request is not delivered; its searches have nothing to find yet.")
    leaving = request.form.get("back") != "1"
    leave_missed(request_id, leave=leaving)
    flash("Off the To do list." if leaving else "Back on the To do list.", "success")
    return see_other(url_for("content_requests.show", request_id=request_id) + "#searches")
