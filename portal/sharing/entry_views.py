"""Whether a link still opens and who may look at what is behind it, for every address that starts with it.

One visit is remembered by a cookie of that address for half an hour; that a password was given, and which email, by two
more. Nothing else is kept about the visitor. Programs, prefetching, HEAD requests and people who are signed in here
are no visitors.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

from portal.db import record_apart
from portal.errors import Gone, NotFound, PortalError
from portal.library.models import Version
from portal.sharing import visiting
from portal.sharing.models import ShareItem, ShareLink
from portal.sharing.passing import email_in, password_proof, proves
from portal.sharing.queries import known_visit, link_by_token
from portal.sharing.robots import is_program
from portal.web import see_other

blueprint = Blueprint("buyer", __name__, url_prefix="/s/<token>")
VISIT_SECONDS = 30 * 60
VISIT, PASSWORD, EMAIL = "visit", "opened", "email"


@blueprint.after_request
def _keep_private(response: Response) -> Response:
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


class AsksFirst(PortalError):
    """The visitor has to give a password or an email before anything is shown; the page asks for it."""

    status = 403
    title = "One moment"


@blueprint.errorhandler(AsksFirst)
def _ask(refusal: AsksFirst) -> Response:
    return see_other(url_for("buyer.gate", token=(request.view_args or {})["token"]))


@dataclass(frozen=True)
class Shown:
    """One piece of a link as it is shown now: its current version, unless the link stays with what was sent."""

    item: ShareItem
    version: Version


def open_link(token: str) -> ShareLink:
    """Return the link that a token opens; one that was closed, is over, or holds nothing current says so."""
    link = link_by_token(token)
    name = link.created_by.name
    if link.state == "outdated":
        what = "This document is" if len(link.items) == 1 else "These documents are"
        one = "the present one" if len(link.items) == 1 else "the present ones"
        raise Gone(f"{what} not current any more. Please ask {name}, who sent it, for {one}.")
    if link.state != "open":
        raise Gone(f"This link no longer opens. Please ask {name}, who sent it, for a new one.")
    return link


def is_sender(link: ShareLink) -> bool:
    """Say whether the person who sent the link is looking at it."""
    return current_user.is_authenticated and current_user.id == link.created_by_id


def missing(link: ShareLink) -> str:
    """Say what the visitor still has to give: "password", "email" or nothing; the sender has to give nothing."""
    if not (link.password_hash or link.asks_email) or is_sender(link):
        return ""
    if link.password_hash and not proves(request.cookies.get(PASSWORD, ""), password_proof(link)):
        return "password"
    counted = not current_user.is_authenticated
    return "email" if link.asks_email and counted and not email_in(given_email(), link) else ""


def entered_link(token: str) -> ShareLink:
    """Return an open link to whose content the visitor was let in, or have them asked first."""
    link = open_link(token)
    if missing(link):
        raise AsksFirst("Please open the link itself first.")
    return link


def entered_piece(token: str, position: int) -> Shown:
    """Return a piece of an open link that the visitor may look at now."""
    link = entered_link(token)
    item = next((item for item in link.items if item.position == position), None)
    if item is None:
        raise NotFound
    if not item.opens:
        raise Gone(f"“{item.asset.title}” is not current any more. Please ask {link.created_by.name} for it.")
    return Shown(item, item.shown_version)


def visit_key(link: ShareLink) -> str | None:
    """Return the key of this browser's visit, begun now unless it goes on, or None where nobody visits."""
    if request.method == "HEAD" or current_user.is_authenticated or is_program(request.headers):
        return None
    key = request.cookies.get(VISIT, "")
    if key and known_visit(link.id, key):
        return key
    link_id, key, email = link.id, secrets.token_urlsafe(24), email_in(given_email(), link)
    record_apart(lambda: visiting.begin_visit(link_id, key, email))
    return key


def given_email() -> str:
    """Return what the cookie of this link says that the visitor gave; email_in() tells what it is worth."""
    return request.cookies.get(EMAIL, "")


def counted_key() -> str:
    """Return the key of the visit that a request belongs to, or nothing where it must not count."""
    if request.method == "HEAD" or current_user.is_authenticated or is_program(request.headers):
        return ""
    return request.cookies.get(VISIT, "")


def keep(response: Response, token: str, name: str, value: str, seconds: int) -> None:
    """Let the browser keep a value for the addresses of this link alone."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=f"/s/{token}",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
