"""Rating content from its page."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for

from portal.deals.queries import visible_deal
from portal.errors import NotFound, PortalError
from portal.feedback.answering_views import blueprint as answering_blueprint
from portal.feedback.asking.choosing import use_to_rate
from portal.feedback.asking.views import blueprint as asking_blueprint
from portal.feedback.closing.views import blueprint as closing_blueprint
from portal.feedback.forms import RatingForm
from portal.feedback.models import BLAME, PRAISE
from portal.feedback.queries import rating_of
from portal.feedback.services import rate, withdraw
from portal.feedback.threads.views import blueprint as threads_blueprint
from portal.library.models import Asset
from portal.library.queries import visible_asset, withdrawn_asset
from portal.users.access import me
from portal.web import render, see_other

blueprint = Blueprint("feedback", __name__, url_prefix="/library")
blueprints = (blueprint, answering_blueprint, asking_blueprint, closing_blueprint, threads_blueprint)


@blueprint.app_template_global()
def rating_reasons() -> tuple[dict[str, str], dict[str, str]]:
    """Return what may be chosen as a reason: for many stars, and for few."""
    return PRAISE, BLAME


@blueprint.get("/<slug>/rating")
def rating_form(slug: str) -> Response:
    asset = visible_asset(me(), slug)
    return _form(asset, RatingForm(obj=rating_of(me(), asset.current_version_id)))


@blueprint.post("/<slug>/rating")
def save_rating(slug: str) -> Response:
    asset, form, refusal = _asset(slug), RatingForm(), ""
    if form.validate_on_submit():
        deal = visible_deal(me(), form.deal_id.data) if form.deal_id.data else None
        try:
            rate(asset=asset, user=me(), deal_id=deal.id if deal else None, **form.given)
        except PortalError as error:
            refusal = error.message
        else:
            flash("Thank you. Your rating counts from now on.", "success")
            return see_other(url_for("library.show", slug=asset.slug) + "#ratings")
    form.say_why_not()
    return _form(asset, form, refusal, status=422)


def _asset(slug: str) -> Asset:
    """Return what is to be rated, also when it was withdrawn while somebody wrote: their words are kept then."""
    try:
        return visible_asset(me(), slug)
    except NotFound:
        asset = withdrawn_asset(me(), slug)
        if asset is None:
            raise
        return asset


def _form(asset: Asset, form: RatingForm, refusal: str = "", status: int = 200) -> Response:
    return render(
        "feedback/rating.html",
        asset=asset,
        mine=rating_of(me(), asset.current_version_id),
        used=use_to_rate(me(), asset),
        form=form,
        refusal=refusal,
        status=status,
    )


@blueprint.post("/<slug>/rating/withdraw")
def withdraw_rating(slug: str) -> Response:
    asset = visible_asset(me(), slug)
    mine = rating_of(me(), asset.current_version_id)
    if mine is None:
        raise NotFound("You have not rated this version.")
    withdraw(mine)
    flash("Your rating is taken back.")
    return see_other(url_for("library.show", slug=asset.slug) + "#ratings")
