"""The life of one piece of content: checked, its dates, who looks after it; and the intervals of all kinds."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for

from portal.errors import NotFound, PortalError
from portal.library.forms import show_at_field
from portal.library.life import services
from portal.library.life.dates import DEFAULT_DAYS, kind_days, review_days, today
from portal.library.life.forms import DatesForm, IntervalsForm
from portal.library.life.queries import life_panel
from portal.library.models import Asset
from portal.library.queries import suggested_assets, visible_asset
from portal.users.access import MARKETING, allow, me
from portal.web import render, safe_redirect, see_other
from portal.web.formatting import day

blueprint = Blueprint("life", __name__, url_prefix="/library")
MOST_OFFERED = 300


@blueprint.post("/<slug>/verify")
@allow(*MARKETING)
def verify(slug: str) -> Response:
    asset = visible_asset(me(), slug)
    if services.verify(asset, me()):
        until = f", and expires on {day(asset.expires_on)}" if asset.expires_on else ""
        flash(f"Still right: noted. It is looked at again by {day(asset.review_by)}{until}.", "success")
    else:
        flash("It was checked today already.", "info")
    return _back(asset)


def _back(asset: Asset) -> Response:
    return safe_redirect(request.form.get("next"), url_for("library.show", slug=asset.slug))


@blueprint.post("/<slug>/take-over")
@allow(*MARKETING)
def take_over(slug: str) -> Response:
    asset = visible_asset(me(), slug)
    is_new = services.change_owner(asset, me(), me())
    flash(f"You look after “{asset.title}” now." if is_new else "You look after it already.", "success")
    return _back(asset)


@blueprint.route("/<slug>/dates", methods=["GET", "POST"])
@allow(*MARKETING)
def dates(slug: str) -> Response:
    asset = visible_asset(me(), slug)
    form = DatesForm(data=_dates_of(asset)) if request.method == "GET" else DatesForm()
    if form.validate_on_submit() and _set_dates(asset, form):
        return see_other(url_for("library.show", slug=asset.slug))
    choices = [other for other in suggested_assets(me(), "", limit=MOST_OFFERED) if other.id != asset.id]
    named = asset.replaced_by
    if named is not None and named.id not in {other.id for other in choices}:
        choices.append(named)
    return render(
        "library/life/dates.html",
        asset=asset,
        form=form,
        choices=choices,
        of_kind=kind_days()[asset.kind],
        interval=review_days(asset),
        panel=life_panel(asset, me()),
        status=422 if form.is_submitted() else 200,
    )


def _dates_of(asset: Asset) -> dict[str, object]:
    return {
        "review_by": asset.review_by,
        "review_days": asset.review_days,
        "expires_on": asset.expires_on,
        "replaced_by": asset.replaced_by.slug if asset.replaced_by else "",
    }


def _set_dates(asset: Asset, form: DatesForm) -> bool:
    chosen = (form.replaced_by.data or "").strip()
    try:
        replaced_by = _replacement(asset, chosen)
        changed = services.set_dates(
            asset,
            me(),
            review_by=form.review_by.data,
            review_days=form.review_days.data,
            expires_on=form.expires_on.data,
            replaced_by=replaced_by,
        )
    except NotFound:
        form.replaced_by.errors = ["There is no such content."]
        return False
    except PortalError as error:
        show_at_field(form, error)
        return False
    gone = changed and asset.is_published and asset.expires_on == today()
    flash("Expired as of today: sales can't find it any more." if gone else "Saved.", "success")
    return True


def _replacement(asset: Asset, chosen: str) -> Asset | None:
    if not chosen:
        return None
    if asset.replaced_by is not None and asset.replaced_by.slug == chosen:
        return asset.replaced_by
    return visible_asset(me(), chosen)


@blueprint.route("/review-intervals", methods=["GET", "POST"])
@allow(*MARKETING)
def intervals() -> Response:
    form = IntervalsForm(data=kind_days()) if request.method == "GET" else IntervalsForm()
    if form.validate_on_submit():
        changed = services.set_review_intervals(me(), {kind: form[kind].data for kind in DEFAULT_DAYS})
        flash("Saved. It holds from the next check on." if changed else "Nothing was changed.", "success")
        return see_other(url_for("life.intervals"))
    status = 422 if form.is_submitted() else 200
    return render("library/life/intervals.html", form=form, defaults=DEFAULT_DAYS, status=status)
