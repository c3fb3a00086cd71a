"""The page of one piece of content, and what is done to it from there.

A look at published content is written down for everybody who is signed in, and without a deal: looking around while a
deal happens to be chosen in the top bar is no use on that deal. A download, and a presenting, carry the chosen deal,
marked as sticky. Looking becomes a use on a deal only when somebody says so: "I used this on ..." posts to /used with
the deal that is meant, marked as named.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from portal.content_requests.queries import awaited_by
from portal.db import record_apart
from portal.deals.models import Deal
from portal.deals.queries import deal_to_log_on, suggest_deals, visible_deals, visible_deals_among
from portal.discovery.learning.services import log_click
from portal.errors import Gone, Invalid, NotFound
from portal.feedback.closing.counting import said_of
from portal.feedback.queries import rating_panel
from portal.feedback.threads.queries import thread_panel
from portal.impact.queries import impact_panel
from portal.library import queries
from portal.library.adding_views import blueprint as adding_blueprint
from portal.library.changing_views import blueprint as changing_blueprint
from portal.library.collections.queries import collection_panel
from portal.library.collections.views import blueprint as collections_blueprint
from portal.library.contributions.deciding_views import blueprint as deciding_blueprint
from portal.library.contributions.views import blueprint as contributions_blueprint
from portal.library.contributions.views import origin_context
from portal.library.file_views import addresses_of, record_use
from portal.library.file_views import blueprint as file_blueprint
from portal.library.hygiene.views import blueprint as hygiene_blueprint
from portal.library.life.bulk_views import blueprint as bulk_blueprint
from portal.library.life.queries import life_panel, replacement_of
from portal.library.life.views import blueprint as life_blueprint
from portal.library.models import Asset
from portal.library.reading import soffice_path
from portal.library.reviewing.queries import review_panel
from portal.library.reviewing.views import blueprint as reviewing_blueprint
from portal.library.serving import drawn_with, for_audience, nearest_page, page_word, viewer_pages
from portal.library.version_queries import history_of
from portal.library.version_views import blueprint as version_blueprint
from portal.library.vocabulary_views import blueprint as vocabulary_blueprint
from portal.notifications.following import follows
from portal.sharing.queries import sending_panel
from portal.usage.services import record
from portal.users.access import me
from portal.web import number_of, render, see_other

blueprint = Blueprint("library", __name__, url_prefix="/library")
blueprints = (
    adding_blueprint,
    vocabulary_blueprint,
    changing_blueprint,
    file_blueprint,
    life_blueprint,
    bulk_blueprint,
    reviewing_blueprint,
    collections_blueprint,
    contributions_blueprint,
    deciding_blueprint,
    version_blueprint,
    hygiene_blueprint,
    blueprint,
)
MOST_USES_SHOWN = 12
MOST_DEALS_OFFERED = 20
MOST_EVENTS_SHOWN = 10
MOST_PLACES = 10_000


@blueprint.get("/<slug>")
def show(slug: str) -> Response:
    asset = _asset(slug)
    if asset is None:
        return _withdrawn(slug)
    version = queries.version_shown_to(me(), asset)
    if request.headers.get("HX-Request") == "true":
        return _state(asset)
    if version is not None:
        record_use(asset, version, "viewed", on_working_deal=False)
    _log_click(asset)
    versions = queries.versions_of(me(), asset)
    seen = visible_deals(me()).with_only_columns(Deal.id)
    uses, other_uses = queries.recent_uses(asset.id, seen, limit=MOST_USES_SHOWN + 1)
    return render(
        "library/show.html",
        **_viewer(asset),
        versions=versions,
        newest=versions[0] if versions else None,
        uses=uses[:MOST_USES_SHOWN],
        more_uses=len(uses) > MOST_USES_SHOWN,
        other_uses=other_uses,
        use_deals=visible_deals_among(me(), (event.deal_id for event, _ in uses)),
        deals=suggest_deals(me(), "", limit=MOST_DEALS_OFFERED) if asset.is_live else [],
        sending=sending_panel(asset, me()),
        impact=impact_panel(asset.id),
        said=said_of(asset.id),
        rating=rating_panel(asset, me(), has_used=any(event.user_id == me().id for event, _ in uses)),
        events=history_of(me(), asset, limit=MOST_EVENTS_SHOWN + 1),
        most_events=MOST_EVENTS_SHOWN,
        life=life_panel(asset, me()),
        review=review_panel(asset, me(), versions),
        threads=thread_panel(asset, me()),
        collections=collection_panel(me(), asset.id),
        is_followed=follows(me().id, "asset", asset.id),
        awaited=awaited_by([asset.id]).get(asset.id, []) if me().is_marketing else [],
        **origin_context(asset),
    )


def _log_click(asset: Asset) -> None:
    """Write down that a hit of a search was opened; its link carries the search's key and the hit's place."""
    key, place = request.args.get("s", ""), number_of(request.args.get("place"))
    if key and place is not None and place < MOST_PLACES:
        user_id, asset_id = me().id, asset.id
        record_apart(lambda: log_click(key=key[:32], user_id=user_id, asset_id=asset_id, place=place))


def _asset(slug: str) -> Asset | None:
    try:
        return queries.visible_asset(me(), slug)
    except NotFound:
        return None


def _withdrawn(slug: str) -> Response:
    """Answer an old link to archived or expired content by naming what replaces it, and showing nothing else of it."""
    asset = queries.withdrawn_asset(me(), slug)
    if asset is None:
        raise NotFound
    return render(
        "library/withdrawn.html",
        title=asset.title,
        expired_on=asset.expires_on if asset.is_published else None,
        replacement=replacement_of(asset),
        status=Gone.status,
    )


def _state(asset: Asset) -> Response:
    """Tell a page that waits for its file whether to go on waiting or to load anew."""
    newest = next(iter(queries.versions_of(me(), asset)), None)
    response = render("library/show.html", block="waiting", asset=asset, newest=newest)
    if newest is None or not newest.is_being_read:
        response.headers["HX-Refresh"] = "true"
    return response


def _viewer(asset: Asset, *, presenting: bool = False) -> dict[str, Any]:
    version = queries.version_shown_to(me(), asset)
    pages = viewer_pages(version, addresses_of(asset, version)) if version else []
    pages = for_audience(pages, with_notes=True) if presenting else pages
    return {
        "asset": asset,
        "version": version,
        "shown": version,
        "pages": pages,
        "current": nearest_page(pages, number_of(request.args.get("page"))),
        "page_word": page_word(version),
        "word_of": page_word,
        "drawn_with": drawn_with(version),
        "may_draw_again": bool(version and version.is_shown_as_text and soffice_path()),
    }


@blueprint.get("/<slug>/present")
def present(slug: str) -> Response:
    asset = queries.visible_asset(me(), slug)
    viewer = _viewer(asset, presenting=True)
    if viewer["version"] is None:
        raise NotFound("There is nothing to present yet.")
    return render("library/present.html", **viewer)


@blueprint.get("/<slug>/present/notes")
def present_notes(slug: str) -> Response:
    """Show how to use it, the words of the page and the next one to whoever presents, in a window of its own."""
    asset = queries.visible_asset(me(), slug)
    viewer = _viewer(asset, presenting=True)
    if viewer["version"] is None:
        raise NotFound("There is nothing to present yet.")
    return render("library/notes.html", **viewer)


@blueprint.post("/<slug>/present")
def start_presenting(slug: str) -> Response:
    asset = queries.visible_asset(me(), slug)
    version = queries.version_shown_to(me(), asset)
    if version is None:
        raise NotFound("There is nothing to present yet.")
    record_use(asset, version, "presented")
    page = number_of(request.form.get("page")) or 1
    return see_other(url_for("library.present", slug=asset.slug, page=page))


@blueprint.post("/<slug>/used")
def used(slug: str) -> Response:
    asset = queries.visible_asset(me(), slug)
    if not asset.is_live or asset.current_version is None:
        raise Invalid("Only published content that has not expired can be used on a deal.")
    deal_id = number_of(request.form.get("deal_id"))
    if deal_id is None:
        raise Invalid("Please choose the deal that you used it on.", field="deal_id")
    deal = deal_to_log_on(me(), deal_id)
    record(
        asset_id=asset.id,
        version_id=asset.current_version_id,
        user_id=me().id,
        kind="viewed",
        deal_id=deal.id,
        known_by="named",
    )
    flash(f"Noted: you used this on {deal.name}.", "success")
    return see_other(url_for("library.show", slug=asset.slug))


@blueprint.get("/suggest")
def suggest() -> Response:
    found = queries.suggested_assets(me(), request.args.get("q", "")[:200])
    return render("library/suggestions.html", assets=found)
