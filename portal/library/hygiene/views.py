"""What is not in order in the library, and mending it from there."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, request, url_for

from portal.errors import Conflict, Invalid, NotFound
from portal.jobs import enqueue
from portal.library.hygiene import queries
from portal.library.hygiene.finding import KINDS
from portal.library.hygiene.services import describe, look_over, still_found
from portal.library.life.services import change_owner, verify
from portal.library.life.telling import tell_new_owner
from portal.library.models import HygieneFinding
from portal.library.services import archive
from portal.sharing.queries import opened_since
from portal.users.access import MARKETING, allow, me
from portal.users.queries import active_users, user_or_404
from portal.web import number_of, paginate, render, see_other

blueprint = Blueprint("library_hygiene", __name__, url_prefix="/library/hygiene")


@blueprint.get("")
@allow(*MARKETING)
def index() -> Response:
    state = queries.looked_over()
    if request.headers.get("HX-Request") == "true":
        return _state(state)
    counts, kind = queries.finding_counts(), request.args.get("kind", "")
    kind = kind if kind in counts else ""
    page = paginate(queries.findings(kind))
    return render(
        "library/hygiene/index.html",
        lines=queries.lines_of(page.items),
        page=page,
        counts=counts,
        kind=kind,
        kinds=KINDS,
        state=state,
        people=[(person.id, person.name) for person in active_users() if person.id != me().id],
    )


def _state(state: queries.LookedOver) -> Response:
    """Tell a page that waits for the look over the library whether to go on waiting or to load anew."""
    response = render("library/hygiene/index.html", block="state", state=state)
    if not state.is_running:
        response.headers["HX-Refresh"] = "true"
    return response


@blueprint.post("/look")
@allow(*MARKETING)
def look() -> Response:
    enqueue(queries.LOOK, once=True)
    enqueue(queries.CHECK, once=True)
    flash("The library is being looked over. This page shows what is found as soon as it is there.")
    return see_other(_back())


@blueprint.post("/<int:finding_id>/<mend>")
@allow(*MARKETING)
def mend(finding_id: int, mend: str) -> Response:
    finding = still_found(finding_id, opened=opened_since)
    if finding is None:
        flash("This is in order by now. Nothing was changed.", "info")
        return see_other(_back())
    apply = _MENDS.get(finding.kind, {}).get(mend)
    if apply is None:
        raise NotFound
    try:
        words = apply(finding)
    except Conflict as refusal:
        flash(refusal.message, "warning")
    else:
        flash(words, "success")
        look_over([finding.asset_id], opened=opened_since)
    return see_other(_back())


def _back() -> str:
    """Return to the part of the list that the button stood in."""
    kind, page = request.form.get("kind", ""), number_of(request.form.get("page"))
    return url_for(".index", kind=kind if kind in KINDS else None, page=page if page and page > 1 else None)


def _give_owner(finding: HygieneFinding) -> str:
    text = request.form.get("owner_id", "")
    number = number_of(text)
    if text and number is None:
        raise Invalid("Please choose a person.", field="owner_id")
    owner = me() if number is None else user_or_404(number)
    if change_owner(finding.asset, me(), owner):
        tell_new_owner([finding.asset], owner, me())
    return (
        f"{'You look' if owner.id == me().id else f'{owner.name} looks'} after “{finding.asset.title}” now."
    )


def _give_summary(finding: HygieneFinding) -> str:
    summary = request.form.get("summary", "").strip()
    if not summary:
        raise Invalid("Please write a summary.", field="summary")
    describe(finding.asset, me(), summary=summary)
    return f"“{finding.asset.title}” has a summary now."


def _file(finding: HygieneFinding) -> str:
    numbers = [number_of(text) for text in request.form.get("terms", "").split()]
    term_ids = [number for number in numbers if number is not None]
    if not term_ids:
        raise Invalid("Please choose what to file it under.", field="terms")
    describe(finding.asset, me(), term_ids=term_ids)
    return f"“{finding.asset.title}” is filed under {', '.join(term.name for term in finding.asset.terms)}."


def _check_link(finding: HygieneFinding) -> str:
    enqueue(queries.CHECK, finding.asset.current_version_id, once=True)
    return "The link is being asked again. It goes from this list if it answers."


def _replace(finding: HygieneFinding) -> str:
    archive(finding.asset, me(), replaced_by=finding.other)
    kept = finding.other.title if finding.other else ""
    return f"Archived. Old links to it lead to “{kept}”, which stays in use."


def _archive(finding: HygieneFinding) -> str:
    archive(finding.asset, me())
    return f"“{finding.asset.title}” is archived. Its figures are kept, and it can be restored."


def _verify(finding: HygieneFinding) -> str:
    verify(finding.asset, me())
    return f"Noted: “{finding.asset.title}” is still right. Sales can use it again."


_MENDS: dict[str, dict[str, Callable[[HygieneFinding], str]]] = {
    "broken_link": {"check": _check_link},
    "expired_used": {"verify": _verify, "archive": _archive},
    "no_owner": {"owner": _give_owner},
    "no_summary": {"summary": _give_summary},
    "no_terms": {"terms": _file},
    "same_title": {"replace": _replace},
    "same_file": {"replace": _replace},
    "never_viewed": {"archive": _archive},
}
