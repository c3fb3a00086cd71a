"""The library's first page, which is search and browsing in one, and what is offered while somebody types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, make_response, render_template, request
from markupsafe import Markup, escape

from portal.db import record_apart
from portal.deals.queries import working_deal
from portal.discovery.asking import MOST_CHARACTERS, asked_for
from portal.discovery.finding import SORTS, Found, Hit, find
from portal.discovery.learning import services
from portal.discovery.queries import any_content
from portal.discovery.suggesting import suggestions
from portal.jobs import enqueue
from portal.library.contributions.queries import waiting_count
from portal.library.life import bulk
from portal.search.snippets import Fragment
from portal.users.access import me
from portal.web import Page, render
from portal.web.paging import page_number

blueprint = Blueprint("discovery", __name__)
blueprints = (blueprint,)


@blueprint.get("/library")
def index() -> Response:
    text, filters = asked_for(request.args)
    sort = request.args.get("sort", "relevance")
    sort = sort if sort in SORTS else "relevance"
    found = find(me(), text, filters, sort, page_number())
    if not found.is_ranked:
        record_apart(lambda: enqueue("rebuild_index", once=True))
    key = _log(text, filters, found.total) if text else None
    return render(
        "discovery/index.html",
        block="results",
        text=text,
        sort=sort,
        sorts=[(name, words) for name, words in SORTS.items() if text or name != "relevance"],
        found=found,
        rebuilding=not found.is_ranked and any_content(),
        page=Page(found.hits, found.number, found.total, found.per_page),
        groups=_groups(found),
        hits=[(hit, _address(hit, key), _thumbnail(hit), snippet(hit.fragments)) for hit in found.hits],
        key=key,
        chosen=any(filters.values()),
        most_at_once=bulk.MOST,
        from_sales=waiting_count() if me().is_marketing else 0,
        carried=[(name, value) for name, values in filters.items() for value in values],
    )


def _log(text: str, filters: dict[str, list[str]], count: int) -> str:
    user_id = me().id
    key = services.same_search(user_id, text)
    if key is None:
        key = services.new_key()
        deal = working_deal(me(), g.user_session)
        values: dict[str, Any] = {"key": key, "user_id": user_id, "text": text, "filters": filters}
        deal_id = deal.id if deal else None
        record_apart(lambda: services.log_search(**values, result_count=count, deal_id=deal_id))
    return key


def _address(hit: Hit, key: str | None) -> str:
    values: dict[str, Any] = {"page": hit.page_number} if hit.page_number and hit.page_number > 1 else {}
    if key:
        values |= {"s": key, "place": hit.place}
    return f"/library/{hit.asset.slug}" + (f"?{urlencode(values)}" if values else "")


def _thumbnail(hit: Hit) -> str | None:
    version = hit.asset.current_version
    if version is None or hit.thumbnail_page is None:
        return None
    return f"/library/{hit.asset.slug}/v/{version.number}/pages/{hit.thumbnail_page}/thumb?h={hit.thumbnail}"


def snippet(fragments: Iterable[Fragment]) -> Markup:
    """Return a snippet as HTML in which only the matching words are marked; everything of the page is escaped."""
    parts = (
        Markup("<mark>{}</mark>").format(part.text) if part.match else escape(part.text) for part in fragments
    )
    return Markup("").join(parts)


def _groups(found: Found) -> list[dict[str, Any]]:
    return [
        {
            "label": group.name,
            "options": [
                {
                    "label": choice.name,
                    "count": choice.count,
                    "selected": choice.chosen,
                    "href": _toggled(group.key, choice.key),
                }
                for choice in group.choices
            ],
        }
        for group in found.groups
    ]


def _toggled(name: str, value: str) -> str:
    """Return this page's address with one value of a filter switched, back on the first page."""
    pairs = [(key, each) for key, each in request.args.items(multi=True) if key != "page"]
    pairs = (
        [pair for pair in pairs if pair != (name, value)]
        if (name, value) in pairs
        else [*pairs, (name, value)]
    )
    return "/library" + (f"?{urlencode(pairs)}" if pairs else "")


@blueprint.get("/search/suggest")
def suggest() -> Response:
    offered = suggestions(me(), request.args.get("q", "")[:MOST_CHARACTERS])
    groups = [(group.name, [(line, snippet(line.parts)) for line in group.lines]) for group in offered]
    return make_response(render_template("discovery/suggestions.html", groups=groups))
