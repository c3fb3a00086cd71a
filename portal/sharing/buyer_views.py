"""What a buyer sees: the only addresses, besides signing in, that open without a sign-in.

An opening counts once the buyer's browser has loaded a picture that only a shown page loads.
"""

from __future__ import annotations

import base64

from flask import Response, make_response, request, url_for

from portal.db import record_apart
from portal.errors import Forbidden, NotFound
from portal.library.models import Page
from portal.library.page_queries import page_of
from portal.library.serving import (
    Addresses,
    file_response,
    for_audience,
    hands_over,
    nearest_page,
    page_word,
    picture_response,
    preview_response,
    viewer_pages,
)
from portal.sharing import services, visiting
from portal.sharing.beats import place_of
from portal.sharing.entry_views import (
    VISIT,
    VISIT_SECONDS,
    AsksFirst,
    Shown,
    blueprint,
    counted_key,
    entered_link,
    entered_piece,
    keep,
    missing,
    open_link,
    visit_key,
)
from portal.sharing.models import ShareItem, ShareLink
from portal.users.access import public
from portal.web import number_of, render, see_other

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@blueprint.get("")
@public
def show(token: str) -> Response:
    link = open_link(token)
    if missing(link):
        raise AsksFirst("Please say first what the link asks for.")
    key, item = visit_key(link), _wanted(link)
    version = item.shown_version
    pages = for_audience(viewer_pages(version, _addresses(token, item))) if item.opens else []
    if key and item.opens:
        _note_switch(item)
    current = nearest_page(pages, number_of(request.args.get("page")))
    measured = bool(key and pages)
    response = render(
        "sharing/buyer.html",
        link=link,
        item=item,
        version=version,
        token=token,
        pages=pages,
        current=current,
        page_word=page_word(version),
        seen=_pixel(token, key, item, current) if key else None,
        place=place_of(link, item, version, pages) if measured else None,
    )
    if key:
        keep(response, token, VISIT, key, VISIT_SECONDS)
    return response


def _wanted(link: ShareLink) -> ShareItem:
    """Return the piece that is asked for, else the first that still opens."""
    wanted = number_of(request.args.get("piece"))
    named = [item for item in link.items if item.position == wanted]
    return (named or [item for item in link.items if item.opens])[0]


def _addresses(token: str, item: ShareItem) -> Addresses:
    piece = item.position
    return Addresses(
        image=lambda page: url_for("buyer.picture", page=page, piece=piece, token=token),
        thumb=lambda page: url_for("buyer.thumbnail", page=page, piece=piece, token=token),
        frame=url_for("buyer.preview", piece=piece, token=token),
    )


def _note_switch(item: ShareItem) -> None:
    item_id, before, after = item.id, item.version_id, item.shown_version.id
    if before != after:
        record_apart(lambda: services.note_switch(item_id, before, after))


def _pixel(token: str, key: str, item: ShareItem, current: int) -> str:
    piece = item.position if item.opens else None
    return url_for("buyer.seen", key=key, token=token, piece=piece, page=current)


@blueprint.get("/seen/<key>.gif")
@public
def seen(token: str, key: str) -> Response:
    link = entered_link(token)
    if counted_key():
        link_id = link.id
        piece, page = number_of(request.args.get("piece")), number_of(request.args.get("page"))
        record_apart(lambda: visiting.see_visit(link_id, key))
        if piece and any(item.position == piece for item in link.items):
            record_apart(lambda: visiting.see_piece(link_id, key, piece, page))
    response = make_response(PIXEL)
    response.headers["Content-Type"] = "image/gif"
    return response


@blueprint.get("/<int:piece>/pages/<int:page>.webp")
@public
def picture(token: str, piece: int, page: int) -> Response:
    return picture_response(_page(entered_piece(token, piece), page).image_sha256)


@blueprint.get("/<int:piece>/pages/<int:page>/thumb")
@public
def thumbnail(token: str, piece: int, page: int) -> Response:
    return picture_response(_page(entered_piece(token, piece), page).thumbnail_sha256)


def _page(shown: Shown, number: int) -> Page:
    page = page_of(shown.version.id, number)
    if page.is_hidden:
        raise NotFound
    return page


@blueprint.get("/<int:piece>/preview")
@public
def preview(token: str, piece: int) -> Response:
    return preview_response(entered_piece(token, piece).version)


@blueprint.get("/<int:piece>/file")
@public
def download(token: str, piece: int) -> Response:
    shown = entered_piece(token, piece)
    item, version = shown.item, shown.version
    is_address = version.source == "link"
    if is_address and not version.link:
        raise NotFound
    if not is_address and not item.link.may_download:
        raise Forbidden("This can be looked at, but not downloaded.")
    response = see_other(version.link or "") if is_address else file_response(item.asset, version)
    key = counted_key()
    if key and (is_address or hands_over(response)):
        link_id = item.link_id
        record_apart(lambda: visiting.note_download(link_id, key, piece))
    return response
