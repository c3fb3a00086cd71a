"""The library's first page, which is search and browsing in one, and what is offered while somebody types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request
from markupsafe import Markup, escape

from portal.db import record_apart
from portal.deals.models import Deal
from portal.discovery.answering import answer
from portal.discovery.asking import MOST_CHARACTERS, Typed, asked_for, deal_at_hand
from portal.discovery.finding import SORTS, Found, Hit, count
from portal.discovery.learning import services
from portal.discovery.nothing import Nothing, nothing_of
from portal.discovery.queries import any_content
from portal.discovery.saved.showing import saving
from portal.discovery.saved.views import blueprint as saved_blueprint
from portal.discovery.suggesting import suggestions
from portal.discovery.synonyms.views import blueprint as synonyms_blueprint
from portal.jobs import enqueue
from portal.library.contributions.queries import waiting_count
from portal.library.following import followable_term
from portal.library.life import bulk
from portal.library.models import Term
from portal.search.snippets import Fragment
from portal.users.access import me
from portal.web import Page, number_of, render
from portal.web.paging import page_number

blueprint = Blueprint("discovery", __name__)
blueprints = (saved_blueprint, synonyms_blueprint, blueprint)
# What `from` says in links of reports: whoever follows them looks at a search that somebody else made.
LOOKED_AT = "report"
# What is longer is no word that a cut could halve.
LONGEST_WORD = 60


@blueprint.get("/library")
def index() -> Response:
    if len(request.args.get("q", "")) > MOST_CHARACTERS:  # every link of the page would be as long
        cut = [("q", _beginning(request.args["q"].strip())), ("cut", "yes")]
        return make_response(redirect(_library([*cut, *(pair for pair in _here() if pair[0] != "q")])))
    text, filters = asked_for(request.args)
    sort = request.args.get("sort", "relevance")
    sort = sort if sort in SORTS else "relevance"
    exact = request.args.get("exact") == "yes"
    deal = deal_at_hand(me(), g.user_session, request.args)
    found = answer(me(), text, filters, sort, page_number(), deal=deal, exact=exact)
    if not found.is_ranked:
        record_apart(lambda: enqueue("rebuild_index", once=True))
    nothing = nothing_of(me(), filters, found)
    g.search_key = _log(text, filters, found, nothing, deal) if text else None
    return render(
        "discovery/index.html",
        block="results",
        text=text,
        sort=sort,
        found=found,
        page=Page(found.hits, found.number, found.listed, found.per_page),
        groups=_groups(found),
        hits=[(hit, _address(hit), _thumbnail(hit), snippet(hit.fragments)) for hit in found.hits],
        chosen=any(filters.values()),
        nothing=nothing,
        at_hand=deal if _counts_here(deal, found, sort) else None,
        **_beside(text, filters, found),
        **_links(text, filters, found, exact=exact),
    )


def _beginning(text: str) -> str:
    """Return as much of a text as is searched for; half a word at its end, which nothing would have, is left out."""
    begun, follows = text[:MOST_CHARACTERS], text[MOST_CHARACTERS : MOST_CHARACTERS + 1]
    words = begun.rsplit(None, 1)
    is_half = follows and not follows.isspace() and len(words) == 2 and len(words[1]) <= LONGEST_WORD
    return words[0] if is_half else begun.rstrip()


def _counts_here(deal: Deal | None, found: Found, sort: str) -> bool:
    """Say whether a deal at hand lifts hits of this page, or of what is searched for next."""
    ranks = deal is not None and "deal" in current_app.config["SEARCH_BOOSTS"]
    return ranks and bool(found.hits) and found.is_ranked and (sort == "relevance" or not found.words)


def _beside(text: str, filters: dict[str, list[str]], found: Found) -> dict[str, Any]:
    """Return what stands around the list: orders to choose from, what is said of the search, what to do with it."""
    return {
        "sorts": [(name, words) for name, words in SORTS.items() if found.words or name != "relevance"],
        "rebuilding": not found.is_ranked and any_content(),
        "example_owner": _example_owner(found),
        "key": g.search_key or "",
        "followable": _one_term(text, filters),
        "saving": saving(me(), text, filters, number_of(request.args.get("since"))),
        "most_at_once": bulk.MOST,
        "from_sales": waiting_count() if me().is_marketing else 0,
        "is_cut": request.args.get("cut") == "yes",
    }


def _one_term(text: str, filters: dict[str, list[str]]) -> tuple[Term, bool] | None:
    """Return the term that the list is filtered by and nothing else, and whether this person follows it."""
    chosen = _pairs(filters)
    return followable_term(me(), *chosen[0]) if len(chosen) == 1 and not text else None


def _links(text: str, filters: dict[str, list[str]], found: Found, *, exact: bool) -> dict[str, Any]:
    """Return the addresses of other searches and of folded content that the page leads to."""
    named = number_of(request.args.get("deal_id")) is not None
    return {
        "chips": [(one.label, _with_text(one.rest)) for one in found.typed],
        "alike": {
            hit.asset.id: [(each.title, f"/library/{each.slug}", each.kind) for each in hit.alike]
            for hit in found.hits
        },
        "one_by_one": _library([*(pair for pair in _here() if pair[0] != "sort"), ("sort", "newest")]),
        "carried": [*_pairs(filters), *([("exact", "yes")] if exact else []), *_marks()],
        "all_the_same": _library([("q", text), *_pairs(filters), ("exact", "yes"), *_marks()]),
        "unfiltered": _library([*([("q", text)] if text else []), *_marks()]),
        "without_filters": _library([("q", found.bare), *_marks()]),
        "in_archive": _library([("q", found.bare), ("state", "archived"), *_marks()]),
        "without_deal": _library([pair for pair in _here() if pair[0] != "deal_id"]) if named else None,
        "meant": _library([("q", found.did_you_mean), *_pairs(filters)]),
    }


def _pairs(filters: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in filters.items() for value in values]


def _library(pairs: list[tuple[str, str]]) -> str:
    return "/library" + (f"?{urlencode(pairs)}" if pairs else "")


def _log(
    text: str,
    filters: dict[str, list[str]],
    found: Found,
    nothing: Nothing | None,
    deal: Deal | None,
) -> str | None:
    """Write a search down, once while it is paged and filtered; return its key.

    Not written down is what has no word to look for, what the database answered without an index, which says nothing
    of the search, and what somebody follows a report's link to.
    """
    if found.says_nothing or not found.is_ranked or request.args.get("from") == LOOKED_AT:
        return None
    user_id, bare, total = me().id, found.bare, 0 if found.instead else found.total
    same = services.same_search(user_id, text, bare, request.args.get("s", ""))
    if same is not None:
        key = same.key
        if total > same.result_count:
            record_apart(lambda: services.found_more(key, total))
        return key
    if nothing:  # that filters leave nothing does not mean that there is nothing
        total = nothing.without_filters.total
    elif not total and bare and (found.typed or any(filters.values())):
        total = count(me(), bare).total
    key = services.new_key()
    values: dict[str, Any] = {"key": key, "user_id": user_id, "text": text, "bare": bare, "filters": filters}
    values |= {"result_count": total, "corrected": "" if total else found.instead}
    values["deal_id"] = deal.id if deal else None
    record_apart(lambda: services.log_search(**values))
    return key


def _marks() -> list[tuple[str, str]]:
    """Return what the addresses of this search's pages carry so that they stay this search, or none at all."""
    cut = [("cut", "yes")] if request.args.get("cut") == "yes" else []
    if request.args.get("from") == LOOKED_AT:
        return [*cut, ("from", LOOKED_AT)]
    key = g.get("search_key")
    return [*cut, ("s", key)] if key else cut


def _example_owner(found: Found) -> str:
    """Return a first name for the search tips that finds something, where there is one."""
    names = [hit.asset.owner.name for hit in found.hits if hit.asset.owner] + [me().name]
    return next((name.split()[0].casefold() for name in names if name.strip()), "")


def _address(hit: Hit) -> str:
    values: dict[str, Any] = {"page": hit.page_number} if hit.page_number and hit.page_number > 1 else {}
    if g.search_key:
        values |= {"s": g.search_key, "place": hit.place}
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
    here = _here()
    return [
        {
            "label": group.name,
            "options": [
                {
                    "label": choice.name,
                    "count": choice.count,
                    "selected": choice.chosen,
                    "href": _toggled(here, group.key, choice.key, found.typed),
                }
                for choice in group.choices
            ],
        }
        for group in found.groups
    ]


def _toggled(pairs: list[tuple[str, str]], name: str, value: str, typed: Sequence[Typed]) -> str:
    """Return this page's address with one value of a filter switched, back on the first page."""
    if (name, value) in pairs:
        return _library([pair for pair in pairs if pair != (name, value)])
    written = next(
        (one for one in typed if (one.key, one.excludes) == (name, False) and value in one.values), None
    )
    return _with_text(written.rest) if written else _library([*pairs, (name, value)])


def _with_text(text: str) -> str:
    """Return this page's address with other words, back on the first page."""
    return _library(
        [*([("q", text)] if text else []), *(pair for pair in _here() if pair[0] not in ("q", "cut"))]
    )


def _here() -> list[tuple[str, str]]:
    given = request.args.items(multi=True)
    return [*(pair for pair in given if pair[0] not in ("page", "s", "from", "cut", "focus")), *_marks()]


@blueprint.get("/search/suggest")
def suggest() -> Response:
    offered = suggestions(me(), request.args.get("q", "")[:MOST_CHARACTERS])
    groups = [(group.name, [(line, snippet(line.parts)) for line in group.lines]) for group in offered]
    return make_response(render_template("discovery/suggestions.html", groups=groups))
