"""Answering with a page, or with one named block of it for htmx."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, make_response, redirect, render_template, request


def render(template: str, *, block: str | None = None, status: int = 200, **context: Any) -> Response:
    """Render a page; when htmx asks and `block` is named, only that block of the same page."""
    if block and request.headers.get("HX-Request") == "true" and not _restores_history():
        current_app.update_template_context(context)
        page = current_app.jinja_env.get_template(template)
        scope = page.new_context(context)
        # What a page imports and sets at its top serves its blocks too, and is there once the page has begun;
        # so are the blocks of a page that it extends.
        next(page.root_render_func(scope), None)
        body = "".join(scope.blocks[block][0](scope))
    else:
        body = render_template(template, **context)
    response = make_response(body, status)
    response.headers.add("Vary", "HX-Request")
    return response


def _restores_history() -> bool:
    return request.headers.get("HX-History-Restore-Request") == "true"


def see_other(address: str) -> Response:
    """Send the browser on after a form, so that reloading does not send it twice."""
    if request.headers.get("HX-Request") == "true":
        return make_response("", 204, {"HX-Redirect": address})
    return make_response(redirect(address, code=303))


def safe_redirect(target: str | None, fallback: str) -> Response:
    """Send the browser on to `target` if that is a path of this portal, else to `fallback`."""
    return see_other(local_path(target) or fallback)


def local_path(target: str | None) -> str | None:
    """Return `target` if it is a path on this very portal; a browser reads backslashes and tabs as more."""
    if not target or not target.startswith("/") or any(sign in target for sign in "\\\t\r\n"):
        return None
    if target.startswith("//"):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else target
