"""Answering what the portal asks, or putting it off, from the card that asks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from portal.db import record_apart
from portal.errors import PortalError
from portal.feedback.asking.choosing import UseQuestion, asked_of, day_of, question_for
from portal.feedback.asking.services import note_asked, put_off
from portal.feedback.closing.queries import ClosingQuestion
from portal.feedback.forms import RatingForm
from portal.feedback.services import rate
from portal.users.access import me
from portal.web import render, see_other

blueprint = Blueprint("questions", __name__, url_prefix="/questions")


def ask_today() -> UseQuestion | ClosingQuestion | None:
    """Return what the page that is shown asks its reader, and note that it did, unless nobody looks."""
    user = me()
    day = day_of(user)
    question = question_for(user, day)
    # A browser may fetch pages ahead, or only their heads.
    ahead = "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    if question is not None and request.method == "GET" and not ahead:
        about: dict[str, Any] = {
            "user_id": user.id,
            "day": day,
            "deal_id": question.deal_id,
            "asset_id": question.asset_id,
        }
        record_apart(lambda: note_asked(**about))
    return question


@blueprint.post("/<int:deal_id>/<slug>")
def answer(deal_id: int, slug: str) -> Response:
    asked, form = asked_of(me(), deal_id, slug), RatingForm()
    about, refusal = asked.about, ""
    if asked.is_answered:
        refusal = f"You have rated “{about.asset.title}” already. You can change that on its page."
    elif form.validate_on_submit():
        # The deal is named as long as it is theirs to see.
        seen_id = deal_id if about.deal_name is not None else None
        try:
            rate(asset=about.asset, user=me(), deal_id=seen_id, **form.given)
        except PortalError as error:
            refusal = error.message
        else:
            return _done(about, "Thank you. Marketing reads it, and it counts from now on.")
    form.say_why_not()
    return render(
        "feedback/question.html", block="asked", question=about, form=form, refusal=refusal, status=422
    )


@blueprint.post("/<int:deal_id>/<slug>/later")
def later(deal_id: int, slug: str) -> Response:
    asked = asked_of(me(), deal_id, slug)
    if not asked.is_answered:
        user, about = me(), asked.about
        put_off(user_id=user.id, day=day_of(user), deal_id=about.deal_id, asset_id=about.asset.id)
    return _done(None, "You have answered this already." if asked.is_answered else "All right, not now.")


def _done(about: UseQuestion | None, words: str) -> Response:
    if request.headers.get("HX-Request") == "true":
        return render("feedback/question.html", block="asked", question=None, about=about, words=words)
    flash(words, "success")
    return see_other(url_for("home.index"))
