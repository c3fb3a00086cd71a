"""Versions of content: an earlier or a waiting one looked at, two compared, one brought back; and the whole history."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, Response, flash, request, url_for

from portal.errors import Conflict
from portal.feedback.threads.queries import thread_panel
from portal.library import queries, services
from portal.library.comparing import Comparison, PageChange, compare_pages, summed_up
from portal.library.file_views import addresses_of
from portal.library.models import Asset, Version
from portal.library.reading import soffice_path
from portal.library.reviewing.queries import closed_reviews, review_panel
from portal.library.serving import drawn_with, marked, nearest_page, page_word, viewer_pages
from portal.library.version_queries import history_of, pages_to_compare
from portal.users.access import MARKETING, allow, me
from portal.web import number_of, render, see_other

blueprint = Blueprint("library_versions", __name__, url_prefix="/library/<slug>")
MOST_EVENTS = 500


@blueprint.get("/v/<int:number>")
def show(slug: str, number: int) -> Response:
    asset = queries.visible_asset(me(), slug)
    version = queries.visible_version(me(), asset, number)
    pages = viewer_pages(version, addresses_of(asset, version))
    versions = queries.versions_of(me(), asset)
    return render(
        "library/version_shown.html",
        asset=asset,
        version=version,
        shown=version,
        versions=versions,
        review=review_panel(asset, me(), versions),
        closed_reviews=closed_reviews(version, asset, me()),
        threads=thread_panel(asset, me()),
        pages=pages,
        current=nearest_page(pages, number_of(request.args.get("page"))),
        page_word=page_word(version),
        drawn_with=drawn_with(version),
    )


@blueprint.get("/compare")
def compare(slug: str) -> Response:
    asset = queries.visible_asset(me(), slug)
    versions = queries.versions_of(me(), asset)
    old, new = _chosen(asset, versions)
    if old.id == new.id or "link" in (old.source, new.source):
        return render(
            "library/compare.html", asset=asset, versions=versions, old=old, new=new, comparison=None
        )
    (before, cut), (after, too) = pages_to_compare(old.id), pages_to_compare(new.id)
    word = page_word(new)
    comparison = compare_pages(before, after, flowing=word == "page")
    return render(
        "library/compare.html",
        asset=asset,
        versions=versions,
        old=old,
        new=new,
        comparison=comparison if before or after else None,
        groups=_groups(comparison, word),
        marked=marked,
        summary=summed_up(comparison, word),
        page_word=word,
        cut=cut or too,
    )


def _groups(comparison: Comparison, word: str) -> list[tuple[str, list[PageChange] | str]]:
    """Return the pages in order, those in a row on which nothing changed as one sentence."""
    groups: list[tuple[str, list[PageChange] | str]] = []
    for is_same, run in groupby(comparison.pages, key=lambda page: page.kind == "same" and not page.moved):
        pages = list(run)
        first, last = pages[0].new, pages[-1].new
        numbers = (
            f"{word.capitalize()} {first} is"
            if first == last
            else f"{word.capitalize()}s {first} to {last} are"
        )
        groups.append(("same", f"{numbers} unchanged") if is_same else ("changed", pages))
    return groups


def _chosen(asset: Asset, versions: list[Version]) -> tuple[Version, Version]:
    """Return the two versions that are meant: those named, else the newest and the one in use or before it."""
    to, source = number_of(request.args.get("to")), number_of(request.args.get("from"))
    new = queries.visible_version(me(), asset, to) if to is not None else None
    if new is None:
        new = versions[0] if versions else queries.visible_version(me(), asset, 1)
    if source is not None:
        return queries.visible_version(me(), asset, source), new
    in_use = next((version for version in versions if version.id == asset.current_version_id), new)
    before = next((version for version in versions if version.number < new.number), new)
    return (in_use if in_use.number < new.number else before), new


@blueprint.get("/history")
def history(slug: str) -> Response:
    asset = queries.visible_asset(me(), slug)
    return render(
        "library/history.html",
        asset=asset,
        events=history_of(me(), asset, limit=MOST_EVENTS),
        most_events=MOST_EVENTS,
    )


@blueprint.post("/v/<int:number>/draw-again")
@allow(*MARKETING)
def draw_again(slug: str, number: int) -> Response:
    asset = queries.visible_asset(me(), slug)
    version = queries.visible_version(me(), asset, number)
    if soffice_path() is None:
        raise Conflict("LibreOffice is not installed here, so it would be shown as text again.")
    services.draw_again(version)
    return see_other(url_for("library.show", slug=asset.slug))


@blueprint.post("/v/<int:number>/restore")
@allow(*MARKETING)
def restore(slug: str, number: int) -> Response:
    asset = queries.visible_asset(me(), slug)
    version = queries.visible_version(me(), asset, number)
    at_once = request.form.get("do") == "publish"
    note = request.form.get("note", "")
    new = services.restore_version(asset, version, me(), note, publish_when_read=at_once)
    words = f"Version {number} is back as version {new.number}"
    if not asset.is_published:
        flash(f"{words}.", "success")
    elif asset.current_version_id == new.id:
        flash(f"{words}, which everyone uses now.", "success")
    else:
        flash(f"{words}. It waits to be published.", "success")
    return see_other(url_for("library.show", slug=asset.slug, _anchor="versions"))
