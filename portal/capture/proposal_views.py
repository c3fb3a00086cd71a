"""What was probably used: a list of questions that one key each answers, for the person who did it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, flash, request, url_for

from portal.capture import deciding
from portal.capture.grouping import deal_choices, groups_of, line_of
from portal.capture.models import ProposedUse
from portal.capture.queries import decided_lately, proposal_or_404, still_waiting, waiting_for, waiting_number
from portal.db import db
from portal.deals.models import Deal
from portal.deals.queries import deal_to_log_on, open_deals_of
from portal.errors import Invalid, NotFound
from portal.users.access import me
from portal.web import number_of, render, see_other

blueprint = Blueprint("proposals", __name__, url_prefix="/me/proposals")
SHOWN, MOST_OFFERED = 50, 100
CHOOSE = "Please choose the deal that it was for."


@blueprint.get("")
def index() -> Response:
    return _page()


def _page(
    chosen: Mapping[int, int | None] | None = None, errors: Mapping[int, str] | None = None
) -> Response:
    waiting = list(db.session.scalars(waiting_for(me()).limit(SHOWN)))
    decided = decided_lately(me())
    return render(
        "capture/proposals.html",
        groups=groups_of(waiting, chosen, errors),
        choices=_choices(waiting),
        decided=[line_of(one, one.deal_id) for one in decided],
        number=waiting_number(me()),
        shown=len(waiting),
        status=422 if errors else 200,
    )


def _choices(proposals: list[ProposedUse]) -> list[tuple[int, str]]:
    deals = list(db.session.scalars(open_deals_of(me()).limit(MOST_OFFERED)))
    return deal_choices(deals, proposals)


@blueprint.post("/<int:proposal_id>/confirm")
def confirm(proposal_id: int) -> Response:
    proposal = proposal_or_404(me(), proposal_id)
    try:
        deciding.confirm(proposal, _named_deal(proposal), me())
    except Invalid as refusal:
        return _answer(proposal, refusal.message)
    return _answer(proposal)


@blueprint.post("/<int:proposal_id>/refuse")
def refuse(proposal_id: int) -> Response:
    proposal = proposal_or_404(me(), proposal_id)
    deciding.refuse(proposal)
    return _answer(proposal)


@blueprint.post("/<int:proposal_id>/undo")
def undo(proposal_id: int) -> Response:
    proposal = proposal_or_404(me(), proposal_id)
    deciding.undo(proposal)
    return _answer(proposal)


@blueprint.post("/together")
def together() -> Response:
    ids = [number for number in map(number_of, request.form.getlist("shown")) if number is not None]
    # What was answered, or put on a deal by hand, since the page was shown is settled; the rest is logged all the same.
    waiting = still_waiting(me(), ids[:SHOWN])
    deals: dict[int, Deal] = {}
    errors: dict[int, str] = {}
    for one in waiting:
        try:
            deals[one.id] = _named_deal(one)
        except Invalid as refusal:
            errors[one.id] = refusal.message
    if errors:
        return _page({one.id: _chosen(one) for one in waiting}, errors)
    for one in waiting:
        deciding.confirm(one, deals[one.id], me())
    flash(f"Logged {len(waiting)} {'use' if len(waiting) == 1 else 'uses'}.", "success")
    return see_other(url_for("proposals.index"))


def _answer(proposal: ProposedUse, error: str = "") -> Response:
    """Answer with the one line again, or with the whole page to a browser without JavaScript."""
    chosen = _chosen(proposal)
    if request.headers.get("HX-Request") != "true":
        return _page({proposal.id: chosen}, {proposal.id: error}) if error else see_other(url_for(".index"))
    return render(
        "capture/_line.html",
        line=line_of(proposal, chosen, error),
        choices=_choices([proposal]),
        status=422 if error else 200,
    )


def _chosen(proposal: ProposedUse) -> int | None:
    """Return the deal picked in the page; a form without that choice leaves what is proposed."""
    text = request.form.get(f"deal_{proposal.id}")
    return proposal.deal_id if text is None else number_of(text)


def _named_deal(proposal: ProposedUse) -> Deal:
    number = _chosen(proposal)
    if number is None:
        raise Invalid(CHOOSE)
    try:
        return deal_to_log_on(me(), number)
    except NotFound:
        raise Invalid("This deal does not exist, or is not shared with you.") from None
