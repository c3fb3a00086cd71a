"""Requests as a list and as a board, and moving them: by dragging, by keys, or with a plain form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Response, flash, request, url_for
from werkzeug.datastructures import MultiDict

from portal.content_requests.board import Filters, askers, asking_teams, board_columns, loads
from portal.content_requests.history import STATUS_WORDS, ChangedMeanwhile, check_revision
from portal.content_requests.models import OPEN_STATUSES, UNWORDED, ContentRequest
from portal.content_requests.moving import assign, move
from portal.content_requests.queries import VIEWS, RequestRow, request_or_404, requests_by_pipeline
from portal.db import give_up, now
from portal.discovery.learning.request_queries import searches_of, typed_for
from portal.errors import PortalError
from portal.library.models import ASSET_KINDS
from portal.usage.sums import local_day
from portal.users.access import MARKETING, OVERSIGHT, allow, me
from portal.users.queries import active_users, user_or_404
from portal.web import Page, number_of, paginate, render, see_other
from portal.web.formatting import kind_words
from portal.web.rendering import local_path

blueprint = Blueprint("request_board", __name__, url_prefix="/requests")


@dataclass(frozen=True)
class Shown:
    """What of the requests is looked at, and how; all of it is in the address."""

    as_board: bool
    view: str
    filters: Filters

    def address(self, **changes: Any) -> str:
        """Return the address of this with something changed: as_board, view, or one of the filters."""
        own = {name: changes.pop(name) for name in ("as_board", "view") if name in changes}
        shown = replace(self, filters=replace(self.filters, **changes), **own)
        arguments = shown.filters.arguments()
        if shown.as_board:
            arguments = {"as": "board"} | arguments
        if shown.view != "open":
            arguments["view"] = shown.view
        return url_for("content_requests.index", **arguments)  # type: ignore[arg-type]

    def fields(self) -> dict[str, str]:
        """Return what a form of filters sends along, beside the filters themselves."""
        return {"as": "board"} if self.as_board else {"view": self.view}


def shown_by(arguments: MultiDict[str, str]) -> Shown:
    """Read from an address what is looked at; what it says of nothing known is left out."""
    kind = arguments.get("kind")
    filters = Filters(
        maker=number_of(arguments.get("maker")),
        asker=number_of(arguments.get("asker")),
        team=number_of(arguments.get("team")),
        kind=kind if kind in ASSET_KINDS else None,
        overdue=True if arguments.get("overdue") == "1" else None,
    )
    view = arguments.get("view", "open")
    return Shown(arguments.get("as") == "board", view if view in VIEWS else "open", filters)


def board_page(shown: Shown, *, status: int = 200, **told: Any) -> Response:
    """Show the board; `told` says what became of a move that came too late."""
    columns = board_columns(shown.filters, local_day(now()))
    unworded = [card.id for column in columns for card in column.cards if card.need == UNWORDED]
    return render(
        "content_requests/board.html",
        columns=columns,
        shown=shown,
        back=shown.address(),
        words=STATUS_WORDS,
        typed=_typed(unworded),
        **_choices(),
        **told,
        status=status,
    )


def list_page(shown: Shown) -> Response:
    """Show the list, a page at a time."""
    wanted = shown.filters.conditions(local_day(now()))
    page = paginate(requests_by_pipeline(shown.view, me(), wanted), scalars=False)
    page = Page([RequestRow(*row) for row in page.items], page.number, page.total, page.per_page)
    return render(
        "content_requests/index.html",
        page=page,
        shown=shown,
        view=shown.view,
        words=STATUS_WORDS,
        today=local_day(now()),
        typed=_typed([row.request.id for row in page.items if not row.request.is_worded]),
        behind=searches_of([row.request.id for row in page.items]),
        **_choices(),
    )


def _typed(request_ids: list[int]) -> dict[int, str]:
    """Return what was typed for requests that nobody has put into words yet, for those who may read it."""
    return typed_for(request_ids) if me().role in OVERSIGHT else {}


def _choices() -> dict[str, Any]:
    kinds = [(kind, kind_words(kind)) for kind in ASSET_KINDS]
    return {"loads": loads(), "askers": askers(), "teams": asking_teams(), "kinds": kinds}


@blueprint.get("/<int:request_id>/move")
@allow(*MARKETING)
def move_page(request_id: int) -> Response:
    asked = request_or_404(request_id)
    revision = number_of(request.args.get("revision")) or asked.revision
    return _move_page(asked, back=_back(asked), to=request.args.get("to", ""), revision=revision)


def _move_page(asked: ContentRequest, *, status: int = 200, **typed: Any) -> Response:
    return render(
        "content_requests/move.html",
        block="panel",
        asked=asked,
        people=[(person.id, person.name) for person in active_users(*MARKETING)],
        open_columns=[(key, STATUS_WORDS[key]) for key in OPEN_STATUSES],
        words=STATUS_WORDS,
        status=status,
        **typed,
    )


@blueprint.post("/<int:request_id>/move")
@allow(*MARKETING)
def move_to(request_id: int) -> Response:
    asked, to = request_or_404(request_id), request.form.get("to", "")
    if to == "delivered" and asked.is_open:
        return see_other(url_for("content_requests.show", request_id=asked.id) + "#deliver")
    try:
        check_revision(asked, number_of(request.form.get("revision")))
        moved = move(asked, me(), to, request.form.get("reason", ""))
    except PortalError as error:
        return _refused(request_id, error)
    place = STATUS_WORDS[asked.status]
    flash(f"“{asked.need}” is {'now' if moved else 'already'} in “{place}”.", "success" if moved else "info")
    return see_other(f"{_back(asked)}#request-{asked.id}")


@blueprint.post("/<int:request_id>/assign")
@allow(*MARKETING)
def assign_to(request_id: int) -> Response:
    asked, chosen = request_or_404(request_id), request.form.get("user_id", "")
    try:
        check_revision(asked, number_of(request.form.get("revision")))
        person = user_or_404(number_of(chosen) or 0) if chosen else None
        changed = assign(asked, me(), person)
    except PortalError as error:
        return _refused(request_id, error)
    makes = f"{person.name} makes" if person else "Nobody makes"
    flash(f"{makes} “{asked.need}” {'now' if changed else 'already'}.", "success" if changed else "info")
    return see_other(f"{_back(asked)}#request-{asked.id}")


def _back(asked: ContentRequest) -> str:
    """Return where somebody came from, the board with its filters say, without any place on that page."""
    came = local_path(request.values.get("back", "")[:2_000])
    return (came or url_for("content_requests.show", request_id=asked.id)).partition("#")[0]


def _refused(request_id: int, error: PortalError) -> Response:
    """Tell why nothing was moved: on the board, where the card is now, unless words were typed that must stay."""
    give_up()
    asked = request_or_404(request_id)
    back, reason = _back(asked), request.form.get("reason", "")
    came = urlsplit(back)
    shown = shown_by(MultiDict(parse_qsl(came.query)))
    if isinstance(error, ChangedMeanwhile) and not reason and shown.as_board:
        return board_page(shown, status=error.status, refused=error.message, changed=asked)
    return _move_page(
        asked,
        status=error.status,
        error=error.message,
        is_changed=isinstance(error, ChangedMeanwhile),
        reason=reason,
        to=request.form.get("to", ""),
        chosen=request.form.get("user_id", ""),
        back=back,
        revision=asked.revision,
    )
