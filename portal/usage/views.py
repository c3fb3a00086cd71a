"""Mending a use that was noted on the wrong deal."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for

from portal.capture.deciding import is_late
from portal.db import db
from portal.deals.models import Deal
from portal.deals.queries import deal_to_log_on, open_deals_of, visible_deal
from portal.deals.words import deal_words
from portal.errors import Forbidden, NotFound, PortalError
from portal.library.queries import visible_assets_among
from portal.sharing.services import follow_use
from portal.usage import services
from portal.usage.models import UsageEvent
from portal.usage.queries import event_or_404, was_ever_inferred
from portal.users.access import me
from portal.users.models import User
from portal.users.queries import user_or_404
from portal.web import number_of, render, see_other

blueprint = Blueprint("usage", __name__, url_prefix="/uses")
blueprints = (blueprint,)
MOST_OFFERED = 100


@blueprint.route("/<int:event_id>/move", methods=["GET", "POST"])
def move(event_id: int) -> Response:
    event, deal = _mendable(event_id)
    error = ""
    if request.method == "POST":
        try:
            target = _named_deal(request.form.get("deal_id", ""))
            # What was inferred does not become a matter of fact by being moved to a deal that has ended.
            late = was_ever_inferred(event) and is_late(target)
            follow_use(event.id, services.move(event, target.id, me(), is_late=late))
            flash(f"Moved to {target.name}.", "success")
            return see_other(_back_to(deal or target))
        except PortalError as refusal:
            error = refusal.message
    asset = visible_assets_among(me(), [event.asset_id]).get(event.asset_id)
    offered = [one for one in db.session.scalars(open_deals_of(me()).limit(MOST_OFFERED)) if one != deal]
    return render(
        "usage/move.html",
        event=event,
        deal=deal,
        asset=asset,
        person=user_or_404(event.user_id) if event.user_id else None,
        choices=[(one.id, deal_words(one)) for one in offered],
        chosen=request.form.get("deal_id", ""),
        error=error,
        status=422 if error else 200,
    )


@blueprint.post("/<int:event_id>/remove")
def remove(event_id: int) -> Response:
    event, deal = _mendable(event_id)
    follow_use(event.id, services.remove(event, me()))
    flash("Removed from the deal. The use itself still counts for the content.", "success")
    return see_other(_back_to(deal))


def _mendable(event_id: int) -> tuple[UsageEvent, Deal | None]:
    """Return a use and its deal: 404 for who may see neither, 403 for who may only look."""
    user, event = me(), event_or_404(event_id)
    deal = _deal_of(event, user)
    mine = event.user_id == user.id
    if not (mine or user.sees_all_deals or (deal and deal.owner_id == user.id)):
        if deal is None:
            raise NotFound
        raise Forbidden("Only who used it, the deal's owner, marketing and managers may correct this.")
    return event, deal


def _deal_of(event: UsageEvent, user: User) -> Deal | None:
    if event.deal_id is None:
        return None
    try:
        return visible_deal(user, event.deal_id)
    except NotFound:
        return None


def _named_deal(text: str) -> Deal:
    number = number_of(text)
    if number is None:
        raise PortalError("Please choose a deal.")
    try:
        return deal_to_log_on(me(), number)
    except NotFound:
        raise PortalError("This deal does not exist, or is not shared with you.") from None


def _back_to(deal: Deal | None) -> str:
    return url_for("deals.show", deal_id=deal.id) if deal else url_for("deals.index")
