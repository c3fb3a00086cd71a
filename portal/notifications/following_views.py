"""Following content, a filter or a request, letting go of it, and the list of what one follows."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for

from portal.content_requests.following import followed_requests
from portal.content_requests.merging import target_of
from portal.content_requests.queries import request_or_404
from portal.library.following import followable_asset, followed_assets, followed_terms
from portal.library.queries import term_or_404
from portal.notifications.following import follow, unfollow
from portal.users.access import me
from portal.web import render, safe_redirect

blueprint = Blueprint("following", __name__)
_SUBJECT = "/follow/<any(asset, term, request):subject>/<int:subject_id>"


@blueprint.get("/me/following")
def index() -> Response:
    return render(
        "notifications/following.html",
        assets=followed_assets(me()),
        terms=followed_terms(me()),
        requests=followed_requests(me()),
    )


@blueprint.post(_SUBJECT)
def start(subject: str, subject_id: int) -> Response:
    if subject == "request":
        # What was merged moves no more; what it is part of does.
        subject_id = target_of(request_or_404(subject_id)).id
    name = _name(subject, subject_id)
    follow(me().id, subject, subject_id)
    return _answer(subject, subject_id, name, following=True)


@blueprint.post(f"{_SUBJECT}/stop")
def stop(subject: str, subject_id: int) -> Response:
    # What one cannot see any more can be let go of all the same.
    unfollow(me().id, subject, subject_id)
    return _answer(subject, subject_id, request.form.get("name", "")[:300], following=False)


def _name(subject: str, subject_id: int) -> str:
    """Return what a subject is called, or raise NotFound where this person does not see it."""
    if subject == "asset":
        return followable_asset(me(), subject_id).title
    if subject == "term":
        term = term_or_404(subject_id)
        return f"{term.facet.name}: {term.name}"
    return request_or_404(subject_id).need


def _answer(subject: str, subject_id: int, name: str, *, following: bool) -> Response:
    if request.headers.get("HX-Request") == "true":
        return render(
            "notifications/follow_answer.html",
            subject=subject,
            subject_id=subject_id,
            name=name,
            is_followed=following,
        )
    if following:
        flash(f"You are told when something happens to “{name}”.", "success")
    else:
        flash(f"You are not told of {f'“{name}”' if name else 'it'} any more.", "success")
    return safe_redirect(request.form.get("next"), url_for("following.index"))
