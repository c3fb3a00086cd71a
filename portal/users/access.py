"""Who may call which address: every view is for everyone signed in unless it says otherwise here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, flash, g, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user

from portal.errors import Forbidden
from portal.users import services
from portal.users.models import User
from portal.users.queries import user_of_session
from portal.web import see_other

View = TypeVar("View", bound=Callable[..., Any])
login_manager = LoginManager()
MARKETING = ("marketer", "admin")
OVERSIGHT = ("marketer", "manager", "admin")


def allow(*roles: str) -> Callable[[View], View]:
    """Mark a view as being for some roles only."""

    def mark(view: View) -> View:
        view.allowed_roles = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as open to people who are not signed in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Put the check before every view."""
    login_manager.init_app(app)
    login_manager.session_protection = None
    login_manager.user_loader(_load_user)
    app.before_request(_check)


def _load_user(token: str) -> User | None:
    found = user_of_session(token)
    if found is None:
        return None
    user, user_session = found
    user.session_token = token
    g.user_session, g.user_id, g.time_zone = user_session, user.id, user.time_zone
    return user


def _check() -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static" or getattr(view, "is_public", False):
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    roles = getattr(view, "allowed_roles", None)
    if roles is not None and current_user.role not in roles:
        raise Forbidden
    return None


def _ask_to_sign_in() -> Response:
    target = request.full_path.rstrip("?") if request.method == "GET" else "/"
    if request.method != "GET":
        flash("Please sign in and try again.")
    return see_other(url_for("users.sign_in", next=target) if target != "/" else url_for("users.sign_in"))


def begin_session(user: User, token: str) -> None:
    """Let the browser carry the session opened for this person, and drop what it carried before."""
    session.clear()
    session.permanent = True
    user.session_token = token
    login_user(user)


def finish_session() -> None:
    """End the present session in the table and in the browser."""
    token = getattr(current_user, "session_token", None)
    if token:
        services.end_session(token)
    logout_user()
    session.clear()


def me() -> User:
    """Return the person who is signed in, as a plain user."""
    return current_user._get_current_object()
