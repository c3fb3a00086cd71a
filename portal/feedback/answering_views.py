"""Answering ratings, from marketing's list of what is to do or from the content's page."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for

from portal.errors import Forbidden, NotFound, PortalError
from portal.feedback.answering import answer, check_seen, is_told, seen_of
from portal.feedback.forms import AnswerForm
from portal.feedback.models import REASONS, Rating
from portal.feedback.queries import later_versions, may_answer, rating_or_404
from portal.library.forms import show_at_field
from portal.library.models import Asset
from portal.library.queries import visible_asset
from portal.users.access import me
from portal.web import render, safe_redirect
from portal.web.rendering import local_path

blueprint = Blueprint("answering", __name__, url_prefix="/library")


@blueprint.route("/<slug>/ratings/<int:rating_id>/answer", methods=["GET", "POST"])
def answer_rating(slug: str, rating_id: int) -> Response:
    asset, form = visible_asset(me(), slug), AnswerForm()
    if not may_answer(me(), asset):
        raise Forbidden("Marketing and the owner of the content answer its ratings.")
    try:
        rating = rating_or_404(asset, rating_id)
    except NotFound as error:
        if request.method == "GET":
            raise
        # Taken back while somebody wrote: what they wrote is shown once more, to be copied.
        return _page(asset, None, form, error.message, status=404)
    versions = later_versions(rating)
    form.offer(versions, asset.current_version_id)
    refusal = ""
    if form.validate_on_submit():
        chosen = next((one for one in versions if str(one.number) == form.fixed_in.data), None)
        try:
            check_seen(rating, form.seen.data or "")
            answer(rating, asset, by=me(), words=form.words.data or "", fixed_in=chosen)
        except PortalError as error:
            if error.field:
                show_at_field(form, error)
            else:
                refusal = error.message
        else:
            told = rating.user.name if is_told(rating, asset, me()) else None
            flash(f"Answered. {told} is told." if told else "Answered.", "success")
            place = url_for("library.show", slug=asset.slug) + f"#rating-{rating.id}"
            return safe_redirect(form.next.data, place)
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
    return _page(asset, rating, form, refusal, status=422 if form.is_submitted() else 200)


def _page(asset: Asset, rating: Rating | None, form: AnswerForm, refusal: str, *, status: int) -> Response:
    return render(
        "feedback/answer.html",
        asset=asset,
        rating=rating,
        reasons=REASONS,
        form=form,
        seen=seen_of(rating) if rating else "",
        refusal=refusal,
        back=local_path(form.next.data) or url_for("library.show", slug=asset.slug) + "#ratings",
        status=status,
    )
