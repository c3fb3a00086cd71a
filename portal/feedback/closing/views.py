"""The owner's form about a closed deal, and marketing's decisions on what nothing answered."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for

from portal.content_requests.models import ContentRequest
from portal.content_requests.queries import request_or_404, requests_by_pipeline
from portal.db import db
from portal.deals.models import Deal
from portal.errors import Conflict, NotFound, PortalError
from portal.feedback.asking.choosing import day_of
from portal.feedback.closing import services
from portal.feedback.closing.forms import ClosingForm
from portal.feedback.closing.queries import (
    ClosingQuestion,
    answer_of,
    mattered_ids,
    offered_on,
    own_closed_deal,
    unanswered_or_404,
)
from portal.library.forms import show_at_field
from portal.users.access import MARKETING, allow, me
from portal.web import number_of, render, safe_redirect, see_other

blueprint = Blueprint("closing", __name__)
REQUESTS_OFFERED = 200
TO_DO = "/to-do#unanswered"


@blueprint.get("/deals/<int:deal_id>/closing")
def form(deal_id: int) -> Response:
    deal, filled = own_closed_deal(me(), deal_id), ClosingForm(None)
    answer = answer_of(deal.id, me().id)
    if answer is not None:
        chosen = mattered_ids(answer)
        filled.mattered.data = [str(number) for number in chosen]
        filled.none_of_them.data, filled.unanswered.data = not chosen, answer.unanswered
    return _page(deal, filled)


@blueprint.post("/deals/<int:deal_id>/closing")
def answer(deal_id: int) -> Response:
    deal, sent = own_closed_deal(me(), deal_id), ClosingForm()
    try:
        services.say_what_mattered(
            deal,
            me(),
            mattered=sent.chosen,
            none_of_them=bool(sent.none_of_them.data),
            unanswered=sent.unanswered.data or "",
        )
    except PortalError as error:
        show_at_field(sent, error)
        return _page(deal, sent, status=422)
    return _done(deal, "Thank you. It stands on the deal’s page, where you can change it.")


@blueprint.post("/deals/<int:deal_id>/closing/later")
def later(deal_id: int) -> Response:
    deal = own_closed_deal(me(), deal_id)
    services.leave_unsaid(deal, me(), day=day_of(me()))
    return _done(deal, "All right, you are not asked about this deal again. Its page keeps the form.")


def _page(deal: Deal, form: ClosingForm, *, status: int = 200) -> Response:
    return render(
        "feedback/closing.html",
        block="asked",
        question=ClosingQuestion(deal, offered_on(me(), deal)),
        form=form,
        on_own_page=request.headers.get("HX-Request") != "true",
        status=status,
    )


def _done(deal: Deal, words: str) -> Response:
    if request.headers.get("HX-Request") == "true":
        return render("feedback/closing.html", block="asked", question=None, closed=deal, words=words)
    flash(words, "success")
    return safe_redirect(request.form.get("next"), url_for("deals.show", deal_id=deal.id))


@blueprint.post("/closing/<int:answer_id>/request")
@allow(*MARKETING)
def make_request(answer_id: int) -> Response:
    made = services.make_request(unanswered_or_404(answer_id), me(), request.form.get("seen", ""))
    flash("Say in a sentence for everybody what is needed: the buyer’s words are in the form.", "success")
    return see_other(url_for("content_requests.show", request_id=made.id))


@blueprint.post("/closing/<int:answer_id>/leave")
@allow(*MARKETING)
def leave(answer_id: int) -> Response:
    services.leave_it(unanswered_or_404(answer_id), me(), request.form.get("seen", ""))
    flash("Left as it is. What was said stays on the deal’s page.")
    return see_other(TO_DO)


@blueprint.route("/closing/<int:answer_id>/join", methods=["GET", "POST"])
@allow(*MARKETING)
def join(answer_id: int) -> Response:
    asked, refusal = unanswered_or_404(answer_id), ""
    if request.method == "POST":
        try:
            chosen = _chosen(request.form.get("request_id", ""))
            services.join_request(asked, chosen, me(), request.form.get("seen", ""))
        except Conflict as error:
            refusal = error.message
        else:
            flash(f"Added. {asked.who.name} is told when the request moves.", "success")
            return see_other(url_for("content_requests.show", request_id=chosen.id))
    rows = db.session.execute(requests_by_pipeline("open").limit(REQUESTS_OFFERED)).all()
    return render(
        "feedback/join_request.html",
        asked=asked,
        seen=services.seen_of(asked.answer),
        requests=[(row[0].id, row[0].need) for row in rows],
        chosen=request.form.get("request_id", "")[:20],
        refusal=refusal,
        status=422 if refusal else 200,
    )


def _chosen(text: str) -> ContentRequest:
    number = number_of(text)
    if number is None:
        raise Conflict("Please choose the request that it is about.")
    try:
        return request_or_404(number)
    except NotFound:
        raise Conflict("This request is not there any more. Please choose another one.") from None
