"""Rating content from its page."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for

from portal.deals.queries import visible_deal
from portal.errors import NotFound, PortalError
from portal.feedback.forms import CHOOSE, RatingForm
from portal.feedback.queries import rating_of
from portal.feedback.services import rate, withdraw
from portal.feedback.threads.views import blueprint as threads_blueprint
from portal.library.queries import visible_asset
from portal.users.access import me
from portal.web import render, see_other

blueprint = Blueprint("feedback", __name__, url_prefix="/library")
blueprints = (blueprint, threads_blueprint)


@blueprint.get("/<slug>/rating")
def rating_form(slug: str) -> Response:
    asset = visible_asset(me(), slug)
    mine = rating_of(me(), asset.current_version_id)
    return render("feedback/rating.html", asset=asset, mine=mine, form=RatingForm(obj=mine))


@blueprint.post("/<slug>/rating")
def save_rating(slug: str) -> Response:
    asset, form = visible_asset(me(), slug), RatingForm()
    if form.validate_on_submit():
        deal = visible_deal(me(), form.deal_id.data) if form.deal_id.data else None
        try:
            rate(
                asset=asset,
                user=me(),
                stars=form.stars.data,
                reason=form.reason.data,
                comment=form.comment.data or "",
                deal_id=deal.id if deal else None,
            )
        except PortalError as error:
            form.stars.errors = [error.message]
        else:
            flash("Thank you. Your rating counts from now on.", "success")
            return see_other(url_for("library.show", slug=asset.slug) + "#ratings")
    form.stars.errors = [CHOOSE] if form.stars.data is None else form.stars.errors
    mine = rating_of(me(), asset.current_version_id)
    return render("feedback/rating.html", asset=asset, mine=mine, form=form, status=422)


@blueprint.post("/<slug>/rating/withdraw")
def withdraw_rating(slug: str) -> Response:
    asset = visible_asset(me(), slug)
    mine = rating_of(me(), asset.current_version_id)
    if mine is None:
        raise NotFound("You have not rated this version.")
    withdraw(mine)
    flash("Your rating is taken back.")
    return see_other(url_for("library.show", slug=asset.slug) + "#ratings")
