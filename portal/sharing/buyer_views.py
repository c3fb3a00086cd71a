"""What a buyer sees: the only addresses, besides signing in, that open without a sign-in.

An opening counts once the buyer's browser has loaded a picture that only a shown page loads. Programs, prefetching,
HEAD requests and people who are signed in here do not count. One visit is remembered by a cookie of that address for
half an hour, and nothing else is kept about the visitor.
"""

from __future__ import annotations

import base64
import secrets

from flask import Blueprint, Response, make_response, request, url_for
from flask_login import current_user

from portal.db import record_apart
from portal.errors import Gone, NotFound
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
from portal.sharing import services
from portal.sharing.models import ShareLink
from portal.sharing.queries import known_visit, link_by_token
from portal.sharing.robots import is_program
from portal.users.access import public
from portal.web import number_of, render, see_other

blueprint = Blueprint("buyer", __name__, url_prefix="/s/<token>")
VISIT_SECONDS = 30 * 60
COOKIE = "visit"
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@blueprint.after_request
def _keep_private(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def _open_link(token: str) -> ShareLink:
    link = link_by_token(token)
    name = link.created_by.name
    if link.state == "outdated":
        raise Gone(
            f"This document is not current any more. Please ask {name}, who sent it, for the present one."
        )
    if link.state != "open":
        raise Gone(f"This link no longer opens. Please ask {name}, who sent it, for a new one.")
    return link


@blueprint.get("")
@public
def show(token: str) -> Response:
    link = _open_link(token)
    key = _visit_key(link)
    addresses = Addresses(
        image=lambda page: url_for("buyer.picture", page=page, token=token),
        thumb=lambda page: url_for("buyer.thumbnail", page=page, token=token),
        frame=url_for("buyer.preview", token=token),
    )
    pages = for_audience(viewer_pages(link.version, addresses))
    response = render(
        "sharing/buyer.html",
        link=link,
        token=token,
        pages=pages,
        current=nearest_page(pages, number_of(request.args.get("page"))),
        page_word=page_word(link.version),
        seen=url_for("buyer.seen", key=key, token=token) if key else None,
    )
    if key:
        response.set_cookie(
            COOKIE,
            key,
            max_age=VISIT_SECONDS,
            path=f"/s/{token}",
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )
    return response


def _visit_key(link: ShareLink) -> str | None:
    """Return the key of this browser's visit, begun now unless it goes on, or None where nobody visits."""
    if request.method == "HEAD" or current_user.is_authenticated or is_program(request.headers):
        return None
    key = request.cookies.get(COOKIE, "")
    if key and known_visit(link.id, key):
        return key
    link_id, key = link.id, secrets.token_urlsafe(24)
    record_apart(lambda: services.begin_visit(link_id, key))
    return key


@blueprint.get("/seen/<key>.gif")
@public
def seen(token: str, key: str) -> Response:
    link = _open_link(token)
    if request.method != "HEAD" and not current_user.is_authenticated and not is_program(request.headers):
        link_id = link.id
        record_apart(lambda: services.see_visit(link_id, key))
    response = make_response(PIXEL)
    response.headers["Content-Type"] = "image/gif"
    return response


@blueprint.get("/pages/<int:page>.webp")
@public
def picture(token: str, page: int) -> Response:
    return picture_response(_page(token, page).image_sha256)


@blueprint.get("/pages/<int:page>/thumb")
@public
def thumbnail(token: str, page: int) -> Response:
    return picture_response(_page(token, page).thumbnail_sha256)


def _page(token: str, number: int) -> Page:
    page = page_of(_open_link(token).version_id, number)
    if page.is_hidden:
        raise NotFound
    return page


@blueprint.get("/preview")
@public
def preview(token: str) -> Response:
    return preview_response(_open_link(token).version)


@blueprint.get("/file")
@public
def download(token: str) -> Response:
    link = _open_link(token)
    is_address = link.version.source == "link"
    if is_address and not link.version.link:
        raise NotFound
    response = see_other(link.version.link or "") if is_address else file_response(link.asset, link.version)
    key = request.cookies.get(COOKIE, "")
    counts = key and not current_user.is_authenticated and not is_program(request.headers)
    if counts and request.method != "HEAD" and (is_address or hands_over(response)):
        link_id = link.id
        record_apart(lambda: services.note_download(link_id, key))
    return response
