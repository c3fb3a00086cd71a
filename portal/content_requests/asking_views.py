"""Asking for content: the form that looks while a sentence is typed, and joining who asked already.

The addresses belong to the blueprint of requests, which adds them.
"""

from __future__ import annotations

from typing import Any

from flask import Response, flash, g, request, url_for

from portal.content_requests import services
from portal.content_requests.forms import AskForm
from portal.content_requests.merging import target_of
from portal.content_requests.queries import request_or_404
from portal.content_requests.similar import similar_requests
from portal.db import db
from portal.deals.models import Deal
from portal.deals.queries import open_deals_of, visible_deal, visible_deals_among, working_deal
from portal.deals.words import deal_choices
from portal.discovery.already_there import already_there
from portal.discovery.learning.queries import search_by_key
from portal.discovery.learning.request_services import remember_with
from portal.discovery.models import Search
from portal.errors import PortalError
from portal.library.models import Asset
from portal.library.queries import visible_asset
from portal.users.access import me
from portal.web import number_of, render, see_other

MOST = 3
GONE = "You cannot see this deal. Choose another one, or none."


def new() -> Response:
    """Show the form, look for what there is already, or ask."""
    form = AskForm()
    like = _like(form)
    if request.method == "GET":
        _prefill(form, like)
    deal = _deal(form)
    status = 200
    if form.is_submitted() and request.form.get("do") != "look":
        asked = _ask(form, deal, like) if form.validate_on_submit() else None
        if asked is not None:
            return see_other(url_for("content_requests.show", request_id=asked))
        status = 422
    part = request.args.get("part") if request.headers.get("HX-Request") == "true" else None
    if part == "deal":
        return render("content_requests/_deal_facts.html", deal=deal)
    found = _there(form.need.data or "", deal, like)
    if part == "there":
        return render("content_requests/_there.html", **found)
    search = _own_search(form.search.data)
    return render(
        "content_requests/new.html",
        form=form,
        deal=deal,
        deals=_choices(deal),
        like=like,
        search_text=search.text if search else "",
        status=status,
        **found,
    )


def _there(need: str, deal: Deal | None, like: Asset | None) -> dict[str, Any]:
    """Return what may answer a sentence already, and who asked for about the same."""
    answers = already_there(me(), need, MOST, deal=deal)
    return {
        "answers": [hit for hit in answers if like is None or hit.asset.id != like.id],
        "similar": similar_requests(need, MOST, user=me()),
    }


def _ask(form: AskForm, deal: Deal | None, like: Asset | None) -> int | None:
    """Ask, and return the number of the request; or say at the field why that can't be."""
    if form.deal_id.data and deal is None:
        form.deal_id.errors = [GONE]
        return None
    search = _own_search(form.search.data)
    try:
        asked = services.ask(
            by=me(),
            need=form.need.data or "",
            details=form.details.data or "",
            deal_id=deal.id if deal else None,
            search_id=search.id if search else None,
            like_asset_id=like.id if like else None,
        )
    except PortalError as error:
        if error.field is None:
            raise
        form[error.field].errors = [error.message]
        return None
    if search is not None:
        remember_with(asked, search)
    flash("Marketing has your request. You are told when it moves.", "success")
    return asked.id


def _like(form: AskForm) -> Asset | None:
    """Return the content that the request is to be like; what the person may not see is not found."""
    slug = form.like.data if form.is_submitted() else request.args.get("like")
    form.like.data = slug
    return visible_asset(me(), slug) if slug else None


def _own_search(key: str | None) -> Search | None:
    """Return the search that a request begins with, unless it is somebody else's."""
    search = search_by_key(key) if key else None
    return search if search is not None and search.user_id == me().id else None


def _prefill(form: AskForm, like: Asset | None) -> None:
    typed = request.args.get("need", request.args.get("text"))
    form.need.data = (typed if typed is not None else f"Like “{like.title}”, but for " if like else "")[:500]
    form.search.data = request.args.get("s", "")[:32]
    chosen = request.args.get("deal_id")
    if chosen is None:
        working = working_deal(me(), g.user_session)
        chosen = str(working.id) if working and working.status == "open" else ""
    form.deal_id.data = chosen


def _deal(form: AskForm) -> Deal | None:
    """Return the deal that was chosen, if the person may see it; what an address names in vain is left out."""
    number = number_of(form.deal_id.data)
    deal = visible_deals_among(me(), [number]).get(number or 0)
    if request.method == "GET" and (deal is None or deal.status != "open"):
        form.deal_id.data = ""
        return None
    return deal


def _choices(deal: Deal | None) -> list[tuple[str, str]]:
    """Return the deals to choose from: the one at hand, whoever owns it, and the own open ones."""
    own = list(db.session.scalars(open_deals_of(me()).limit(200)))
    return deal_choices([deal, *own] if deal is not None and deal not in own else own)[1:]


def support(request_id: int) -> Response:
    """Say that one needs it too; who joins what was merged joins the request that it is part of now."""
    chosen = request.form.get("deal_id")
    if chosen is None:
        deal = working_deal(me(), g.user_session)
        deal = deal if deal is not None and deal.status == "open" else None
    else:  # nothing chosen says that no deal waits, whatever is at hand
        number = number_of(chosen) or 0
        deal = visible_deal(me(), number) if chosen else None
    named = request_or_404(request_id)
    asked = target_of(named)
    is_new = services.support(asked, me(), deal.id if deal else None)
    part = f"“{named.need}” is part of this request now. " if asked.id != named.id else ""
    noted = f"Noted: you need it too{f', for {deal.name}' if deal else ''}."
    flash(part + (noted if is_new else "You need it already; nothing is counted twice."), "success")
    return see_other(url_for("content_requests.show", request_id=asked.id))
