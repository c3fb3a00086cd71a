"""The edge around every request: one unit of work, form posts that count once, and the security headers."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request, url_for
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model, UtcDateTime, begin_unit, db, end_unit, give_up, now, start_writing
from portal.errors import Forbidden, crash
from portal.web.numbers import Number
from portal.web.rendering import see_other

csrf = CSRFProtect()
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PUBLIC_FORM_BYTES = 1024 * 1024
MOST_NONCE = 64
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; frame-src 'self'; base-uri 'none'; "
    "object-src 'none'; media-src 'self'"
)


class FormPost(Model):
    """A form that was sent: its nonce and where its first post led, so that a second one lands there too."""

    __tablename__ = "form_posts"

    nonce: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int | None]
    location: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


View = TypeVar("View", bound=Callable[..., Any])


def only_reads(view: View) -> View:
    """Mark a view whose posts write nothing in their own unit, so that they wait for nobody's write lock."""
    view.only_reads = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Put the edge around the app; its end is registered first because Flask runs it last."""
    app.after_request(_finish)
    app.teardown_request(_abandon)
    app.before_request(_begin)
    app.url_map.converters["int"] = Number
    app.jinja_env.globals["nonce"] = new_nonce
    # Every page names fifty of them, and they stay while the process runs.
    app.jinja_env.globals["static_address"] = _static_address if app.debug else cache(_static_address)
    app.url_defaults(_name_version)


def guard_forms(app: Flask) -> None:
    """Check and read forms; after the check of who is asking, so that strangers' uploads are never read."""
    csrf.init_app(app)
    app.before_request(_take_form)


def new_nonce() -> str:
    """Return a fresh nonce for one form."""
    return secrets.token_urlsafe(16)


def _name_version(endpoint: str, values: dict[str, Any]) -> None:
    """Put a static file's age into its address, so that browsers may keep it until it changes."""
    if endpoint == "static" and "filename" in values and "v" not in values:
        path = Path(current_app.static_folder or "") / values["filename"]
        values["v"] = int(path.stat().st_mtime) if path.is_file() else 0


def _static_address(filename: str) -> str:
    return url_for("static", filename=filename)


def _begin() -> None:
    if request.method not in SAFE_METHODS:
        _refuse_other_sites()
        if is_public(request.endpoint):
            request.max_content_length = PUBLIC_FORM_BYTES
        elif request.mimetype == "application/x-www-form-urlencoded":
            # Werkzeug holds only forms with files to this, and reads any other as a whole.
            request.max_content_length = request.max_form_memory_size
    begin_unit(writes=False)


def is_public(endpoint: str | None) -> bool:
    """Say whether an address is open to people who are not signed in."""
    return bool(getattr(current_app.view_functions.get(endpoint or ""), "is_public", False))


def _refuse_other_sites() -> None:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise Forbidden("This request came from another site.")
        return
    origin = request.headers.get("Origin")
    if origin is not None and _host_of(origin) != request.host:
        raise Forbidden("This request came from another site.")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _take_form() -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method in SAFE_METHODS or getattr(view, "only_reads", False):
        return None
    # The whole body has been read by now. A form with files is looked up before the write lock is taken, since its
    # files are stored first; any other form takes the lock at once, so that its double waits for it.
    g.nonce = request.form.get("nonce", "")[:MOST_NONCE] or None
    if request.files:
        first = _first_post()
        start_writing()
    else:
        start_writing()
        first = _first_post() if g.nonce else None
    return see_other(first) if first else None


def _first_post() -> str | None:
    """Return where the first post of this very form led, if there was one."""
    post = db.session.get(FormPost, g.nonce) if g.nonce else None
    if post is None or post.user_id != g.get("user_id"):
        return None
    g.nonce = None
    return post.location


def _finish(response: Response) -> Response:
    response = _settle(response)
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    elif "v" in request.args:
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _settle(response: Response) -> Response:
    """Commit or roll back, and answer with what became of it."""
    try:
        _remember_post(response)
        end_unit(commit=response.status_code < 400)
    except IntegrityError:
        give_up()
        first = _first_post()
        end_unit(commit=False)
        return see_other(first) if first else crash()
    except Exception:
        current_app.logger.exception("what was done at %s could not be stored", request.path)
        end_unit(commit=False)
        return crash()
    return response


def _remember_post(response: Response) -> None:
    location = response.headers.get("Location") or response.headers.get("HX-Redirect")
    if g.get("nonce") and location and response.status_code < 400:
        db.session.add(FormPost(nonce=g.nonce, user_id=g.get("user_id"), location=location))
        db.session.flush()


def _abandon(error: BaseException | None) -> None:
    end_unit(commit=False)


def forget_old_posts(before: datetime) -> None:
    """Delete nonces that no open form can still carry."""
    db.session.execute(delete(FormPost).where(FormPost.created_at < before))
