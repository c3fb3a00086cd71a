"""Asking for a review, answering it, and the list of what one is asked and has asked."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for

from portal.errors import Conflict, NotFound, PortalError
from portal.library.forms import show_at_field
from portal.library.models import Asset, Review
from portal.library.queries import may_open, visible_asset, visible_version
from portal.library.reviewing import queries, services
from portal.library.reviewing.forms import AnswerForm, AskForm
from portal.users.access import MARKETING, allow, me
from portal.web import number_of, render, see_other
from portal.web.rendering import local_path

blueprint = Blueprint("reviewing", __name__)


@blueprint.get("/reviews")
def index() -> Response:
    asked_of_me = queries.reviews_of_person(me())
    waiting = {review.id for review in asked_of_me if any(_waits(review, me().id))}
    return render(
        "library/reviewing/index.html",
        waiting=[review for review in asked_of_me if review.id in waiting],
        answered=[review for review in asked_of_me if review.id not in waiting],
        asked=queries.reviews_asked_by(me()),
        address_of=services.address_of,
    )


def _waits(review: Review, user_id: int) -> list[bool]:
    return [one.answer is None for one in review.reviewers if one.user_id == user_id]


@blueprint.route("/library/<slug>/review", methods=["GET", "POST"])
@allow(*MARKETING)
def ask(slug: str) -> Response:
    asset = visible_asset(me(), slug)
    version, open_one = queries.reviewed_version(asset), queries.open_review(asset)
    if version is None:
        raise Conflict("Everyone uses its newest version already. Add a new one to ask about.")
    form = AskForm()
    if form.validate_on_submit():
        try:
            services.ask_review(
                asset,
                version,
                by=me(),
                reviewer_ids=form.people.data or (),
                question=form.question.data or "",
            )
        except PortalError as error:
            show_at_field(form, error)
        else:
            flash("They are asked. You are told when all have answered, or one asks for changes.", "success")
            return _back(asset)
    if request.method == "GET":
        form.question.data = open_one.question if open_one else services.QUESTION
        form.people.data = [] if open_one else sorted(queries.asked_last_time(asset))
    return render(
        "library/reviewing/ask.html",
        asset=asset,
        version=version,
        form=form,
        people=queries.people_to_ask(asset, version),
        asked={one.user_id for one in open_one.reviewers} if open_one else set(),
        status=422 if form.is_submitted() else 200,
    )


def _back(asset: Asset) -> Response:
    # Having answered about what has expired, one cannot open it any more.
    if not may_open(me(), asset):
        return see_other(url_for("reviewing.index"))
    return see_other(url_for("library.show", slug=asset.slug) + "#review")


def _open_review(slug: str) -> tuple[Asset, Review]:
    asset = visible_asset(me(), slug)
    review = queries.open_review(asset)
    if review is None or not (me().is_marketing or _waits(review, me().id)):
        raise NotFound("Nothing is asked about this content any more.")
    return asset, review


@blueprint.post("/library/<slug>/review/answer")
def answer(slug: str) -> Response:
    asset, review = _open_review(slug)
    form, came = AnswerForm(), local_path(request.form.get("next"))
    if form.validate_on_submit():
        try:
            services.answer_review(review, me(), form.answer.data or "", form.comment.data or "")
        except PortalError as error:
            if error.field is None:
                raise
            show_at_field(form, error)
        else:
            flash("Thank you. Your answer is with whoever asked.", "success")
            return see_other(came) if came else _back(asset)
    return render(
        "library/reviewing/answer.html", asset=asset, review=review, form=form, came=came, status=422
    )


@blueprint.post("/library/<slug>/review/withdraw")
@allow(*MARKETING)
def withdraw(slug: str) -> Response:
    asset, review = _open_review(slug)
    services.withdraw_review(review, me())
    flash("Taken back. Nobody is asked about it any more.", "success")
    came = local_path(request.form.get("next"))
    return see_other(came) if came else _back(asset)


@blueprint.post("/library/<slug>/approve")
@allow(*MARKETING)
def approve(slug: str) -> Response:
    asset = visible_asset(me(), slug)
    number = number_of(request.form.get("version"))
    version = visible_version(me(), asset, number) if number is not None else asset.current_version
    if version is None:
        raise Conflict("There is nothing in it to approve yet.")
    services.approve_version(asset, version, me())
    flash(f"You approved version {version.number}.", "success")
    return _back(asset)
