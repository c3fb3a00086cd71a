"""Sending content, and looking after the links that were sent."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, request, url_for

from portal.db import db
from portal.deals.queries import deal_to_log_on, open_deals_of, visible_deal, working_deal
from portal.deals.words import deal_choices
from portal.errors import NotFound, PortalError
from portal.library.life.queries import replacement_of
from portal.library.models import Asset
from portal.library.page_queries import private_parts
from portal.library.queries import suggested_assets, visible_asset
from portal.sharing import beat_views, buyer_views, gate_views, services
from portal.sharing.engagement import MOST_VISITS, piece_states, readers_of, visits_of
from portal.sharing.entry_views import blueprint as buyer_blueprint
from portal.sharing.forms import SendForm
from portal.sharing.queries import LinkRow, links_of_deal, links_of_user, visible_link
from portal.users.access import me
from portal.web import Page, paginate, render, safe_redirect, see_other

blueprint = Blueprint("sharing", __name__)
blueprints = (blueprint, buyer_blueprint)
# Whose views are on the buyers' blueprint once they are imported.
buyer_pages = (buyer_views, gate_views, beat_views)
MOST_PROPOSED = 100


@blueprint.get("/library/<slug>/send")
def send_form(slug: str) -> Response:
    asset, form = visible_asset(me(), slug), SendForm()
    form.deal_id.choices = _deal_choices()
    wanted = request.args.get("deal_id", "")
    working = working_deal(me(), g.user_session)
    offered = {value for value, _ in form.deal_id.choices}
    form.deal_id.data = wanted if wanted and wanted in offered else str(working.id) if working else ""
    return _send_page(asset, form, [])


@blueprint.post("/library/<slug>/send")
def send(slug: str) -> Response:
    asset, form = visible_asset(me(), slug), SendForm()
    form.deal_id.choices = _deal_choices()
    others, error = _other_pieces(asset)
    if "add" in request.form.getlist("do") or "drop" in request.form or error:
        # Nothing is sent yet: the same form again, with a piece more or less.
        return _send_page(asset, form, others, error=error, status=422 if error else 200)
    if form.validate_on_submit():
        try:
            deal = deal_to_log_on(me(), int(form.deal_id.data)) if form.deal_id.data else None
            link = services.send(
                assets=[asset, *others],
                by=me(),
                recipient=form.recipient.data or "",
                deal_id=deal.id if deal else None,
                options=form.options,
            )
        except PortalError as refusal:
            at = form.deal_id if refusal.field == "deal_id" else form.recipient
            at.errors = [refusal.message]
        else:
            return see_other(url_for("sharing.show", link_id=link.id, new=1))
    return _send_page(asset, form, others, status=422)


def _other_pieces(asset: Asset) -> tuple[list[Asset], str]:
    """Return what the link is to lead to besides, without the piece that is taken out, and what is wrong with it."""
    named = [*request.form.getlist("piece"), request.form.get("another", "").strip()]
    slugs = dict.fromkeys(slug for slug in named if slug and slug != request.form.get("drop"))
    slugs.pop(asset.slug, None)
    others: list[Asset] = []
    for slug in slugs:
        try:
            others.append(visible_asset(me(), slug))
        except NotFound:
            return others, "Please choose content from the list."
        if len(others) >= services.MAX_PIECES:
            return others[:-1], f"A link leads to up to {services.MAX_PIECES} pieces."
    return others, ""


def _send_page(
    asset: Asset, form: SendForm, others: list[Asset], *, error: str = "", status: int = 200
) -> Response:
    taken = {asset.id, *(other.id for other in others)}
    return render(
        "sharing/send.html",
        asset=asset,
        form=form,
        others=others,
        proposed=[one for one in suggested_assets(me(), "", limit=MOST_PROPOSED) if one.id not in taken],
        private=private_parts([one.current_version_id for one in (asset, *others) if one.current_version_id]),
        add_error=error,
        status=status,
    )


def _deal_choices() -> list[tuple[str, str]]:
    deals = list(db.session.scalars(open_deals_of(me()).limit(200)))
    working = working_deal(me(), g.user_session)
    chosen = request.values.get("deal_id", "")
    others = {working.id: working} if working else {}
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 18:
        try:
            others[int(chosen)] = visible_deal(me(), int(chosen))
        except PortalError:
            pass
    known = {deal.id for deal in deals}
    deals = [deal for number, deal in others.items() if number not in known] + deals
    return deal_choices(deals)


@blueprint.get("/links")
def index() -> Response:
    page = paginate(links_of_user(me()), scalars=False)
    rows = Page([LinkRow(*row) for row in page.items], page.number, page.total, page.per_page)
    return render("sharing/index.html", page=rows)


@blueprint.get("/links/<int:link_id>")
def show(link_id: int) -> Response:
    row = visible_link(me(), link_id)
    own = row.link.created_by_id == me().id
    return render(
        "sharing/show.html",
        row=row,
        address=services.address_of(row.link) if own else None,
        is_new="new" in request.args,
        states=piece_states(row.link),
        visits=visits_of(link_id),
        most_visits=MOST_VISITS,
        may_revoke=own or me().sees_all_deals,
        replacement=replacement_of(row.link.items[0].asset) if row.link.state == "outdated" else None,
    )


@blueprint.get("/deals/<int:deal_id>/links")
def of_deal(deal_id: int) -> Response:
    deal = visible_deal(me(), deal_id)
    rows = links_of_deal(deal.id)
    return render("sharing/of_deal.html", deal=deal, rows=rows, readers=readers_of(rows))


@blueprint.post("/links/<int:link_id>/revoke")
def revoke(link_id: int) -> Response:
    row = visible_link(me(), link_id)
    services.revoke(row.link, me())
    flash("The link is closed. Whoever opens it is told so.", "success")
    return safe_redirect(request.form.get("next"), url_for("sharing.show", link_id=link_id))
