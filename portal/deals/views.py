"""Pages of deals: the list, one deal with its story, and the deal that somebody works on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, flash, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from portal.content_requests.queries import requests_of_deal
from portal.deals.hooks.views import blueprint as hooks_blueprint
from portal.deals.layouts.views import blueprint as columns_blueprint
from portal.deals.merging.views import blueprint as accounts_blueprint
from portal.deals.models import Deal
from portal.deals.owners.views import blueprint as owners_blueprint
from portal.deals.queries import (
    DEAL_SORTS,
    WHICH,
    Which,
    deal_list,
    deal_of_crm,
    deal_to_log_on,
    suggest_deals,
    view_counts,
    visible_deal,
)
from portal.deals.rates.views import blueprint as rates_blueprint
from portal.deals.stages.views import blueprint as stages_blueprint
from portal.deals.story_views import story_of
from portal.deals.undo_views import blueprint as import_blueprint
from portal.discovery.fitting import facts_of
from portal.discovery.recommending import Pick, everything_for, picks_for_deal
from portal.feedback.closing.queries import deal_answer
from portal.feedback.threads.queries import thread_panel
from portal.library.page_queries import with_thumbnails
from portal.reports.actions.leaning import lean_one
from portal.sharing.queries import links_of_deal
from portal.tabular.report import counted
from portal.usage.queries import content_counts
from portal.users.access import me
from portal.users.services import choose_working_deal
from portal.web import number_of, page_of, paginate, render, safe_redirect, see_other

blueprint = Blueprint("deals", __name__, url_prefix="/deals")
blueprints = (
    *(blueprint, import_blueprint, columns_blueprint, accounts_blueprint, hooks_blueprint),
    *(stages_blueprint, rates_blueprint, owners_blueprint),
)
LONGEST_SEARCH = 200
PICKS = 5


@blueprint.get("")
def index() -> Response:
    which = _which(request.args.get("view", ""))
    text = request.args.get("q", "")[:LONGEST_SEARCH]
    sort = request.args.get("sort", "")
    sort = sort if sort.removeprefix("-") in DEAL_SORTS else ""
    page = paginate(deal_list(me(), which, text, sort))
    return render(
        "deals/index.html",
        block="results",
        page=page,
        which=which,
        text=text,
        sort=sort,
        counts=view_counts(me()),
        content=content_counts([deal.id for deal in page.items]),
    )


def _which(name: str) -> Which:
    default: Which = "mine" if me().role == "rep" else "open"
    return next((which for which in WHICH if which == name), default)


@blueprint.get("/<int:deal_id>")
def show(deal_id: int) -> Response:
    user = me()
    deal = visible_deal(user, deal_id)
    links = links_of_deal(deal.id)
    picks = picks_for_deal(deal, PICKS) if deal.is_worked_on else []
    said = deal_answer(user, deal)
    return render(
        "deals/show.html",
        deal=deal,
        picks=picks,
        unknown=_unknown(deal),
        pictured=_pictured(picks),
        links=links,
        requests=requests_of_deal(deal.id),
        said=said,
        story=story_of(user, deal, links, said),
        leaning=lean_one(user, deal),
        threads=thread_panel(deal, user),
    )


@blueprint.get("/<int:deal_id>/content")
def content(deal_id: int) -> Response:
    """Everything that fits a deal, with the reason beside each."""
    deal = visible_deal(me(), deal_id)
    every = everything_for(deal) if deal.is_worked_on else []
    kinds = Counter(pick.asset.kind for pick in every)
    kind = request.args.get("kind", "")
    kind = kind if kind in kinds else ""
    page = page_of([pick for pick in every if kind in ("", pick.asset.kind)])
    return render(
        "deals/content.html",
        block="results",
        deal=deal,
        page=page,
        kind=kind,
        kinds=sorted(kinds.items()),
        every=every,
        unknown=_unknown(deal),
        pictured=_pictured(page.items),
    )


def _unknown(deal: Deal) -> list[str]:
    return [facet for facet in ("industry", "product") if facet not in facts_of(deal)]


def _pictured(picks: Sequence[Pick]) -> dict[int, str]:
    return with_thumbnails(pick.asset.current_version_id for pick in picks)


@blueprint.get("/crm/<source>/<path:external_id>")
def crm(source: str, external_id: str) -> AnyResponse:
    deal = deal_of_crm(me(), source, external_id)
    return redirect(url_for("deals.show", deal_id=deal.id))


@blueprint.get("/suggest")
def suggest() -> Response:
    text = request.args.get("q", "")[:LONGEST_SEARCH]
    return render("deals/suggest.html", deals=suggest_deals(me(), text), user=me())


@blueprint.get("/choose")
def choose() -> Response:
    text = request.args.get("choose", "")[:LONGEST_SEARCH]
    return render("deals/choose.html", deals=suggest_deals(me(), text), text=text)


@blueprint.post("/working")
def working() -> Response:
    token = me().session_token or ""
    deal_id = request.form.get("deal_id", "")
    if "choose" in request.form and not deal_id:  # typed and sent without a script: nothing is chosen yet
        typed = request.form["choose"].strip()[:LONGEST_SEARCH]
        return see_other(url_for("deals.index", view="mine", q=typed or None))
    if deal_id:
        deal = deal_to_log_on(me(), number_of(deal_id) or 0)
        choose_working_deal(token, deal.id)
        hours = current_app.config["WORKING_DEAL_HOURS"]
        flash(f"Working on {deal.name}. What you use is noted on it for {counted(hours, 'hour')}.", "success")
    else:
        choose_working_deal(token, None)
    return safe_redirect(request.form.get("next") or _came_from(), url_for("deals.index"))


def _came_from() -> str:
    """Return the page of this portal that the browser says it came from, or nothing."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
