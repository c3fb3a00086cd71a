"""The edge around every request: one unit of work, form posts that count once, and the security headers."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import delete
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model, UtcDateTime, begin_unit, db, end_unit, now
from portal.errors import Forbidden
from portal.web.rendering import see_other

csrf = CSRFProtect()
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
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


def init_app(app: Flask) -> None:
    """Put the edge around the app; its end is registered first because Flask runs it last."""
    app.after_request(_finish)
    app.teardown_request(_abandon)
    app.before_request(_refuse_other_sites)
    csrf.init_app(app)
    app.before_request(_begin)
    app.jinja_env.globals["nonce"] = new_nonce
    app.url_defaults(_name_version)


def new_nonce() -> str:
    """Return a fresh nonce for one form."""
    return secrets.token_urlsafe(16)


def _name_version(endpoint: str, values: dict[str, Any]) -> None:
    """Put a static file's age into its address, so that browsers may keep it until it changes."""
    if endpoint == "static" and "filename" in values and "v" not in values:
        path = Path(current_app.static_folder or "") / values["filename"]
        values["v"] = int(path.stat().st_mtime) if path.is_file() else 0


def _refuse_other_sites() -> None:
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise Forbidden("This request came from another site.")
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Forbidden("This request came from another site.")


def _begin() -> Response | None:
    writes = request.method not in SAFE_METHODS
    # A slow upload must not hold the write lock: the whole body is read before any transaction begins.
    nonce = request.form.get("nonce") if writes else None
    begin_unit(writes=writes)
    if nonce:
        first = db.session.get(FormPost, nonce)
        if first is not None:
            return see_other(first.location)
        g.nonce = nonce[:64]
    return None


def _finish(response: Response) -> Response:
    _remember_post(response)
    end_unit(commit=response.status_code < 400)
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


def _remember_post(response: Response) -> None:
    nonce = g.pop("nonce", None)
    location = response.headers.get("Location") or response.headers.get("HX-Redirect")
    if nonce and location and response.status_code < 400:
        db.session.add(FormPost(nonce=nonce, user_id=g.get("user_id"), location=location))


def _abandon(error: BaseException | None) -> None:
    end_unit(commit=False)


def forget_old_posts(before: datetime) -> None:
    """Delete nonces that no open form can still carry."""
    db.session.execute(delete(FormPost).where(FormPost.created_at < before))
