"""The page of what was used before what."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from portal.impact.exploring.asking import ask
from portal.impact.exploring.page import filters_context
from portal.impact.exploring.sequences import FEWEST_DEALS, sequence_of
from portal.impact.exploring.wording import choice_words
from portal.impact.queries import known_content
from portal.users.access import me
from portal.web import render

blueprint = Blueprint("impact_sequence", __name__, url_prefix="/impact/by/sequence")
EXPLORED = "explored"


@blueprint.get("")
def index() -> Response:
    asked = ask(me(), request.args)
    if asked is None:
        return render("impact/sequence.html", snapshot=None)
    known = known_content(me())
    slug = request.args.get("piece", "")
    piece = next((one for one in known.values() if one.slug == slug), None)
    found = sequence_of(
        asked.snapshot, asked.shown.chosen, known, kind=asked.shown.kind, piece=piece.slug if piece else ""
    )
    is_choice = request.headers.get("HX-Target") == EXPLORED
    response = render(
        "impact/sequence.html",
        block=EXPLORED,
        status=422 if asked.shown.errors else 200,
        snapshot=asked.snapshot,
        found=found,
        piece=piece,
        fewest=FEWEST_DEALS,
        of_which=choice_words(asked.shown.chosen, asked.team_names),
        kept=asked.shown.arguments(),
        **filters_context(asked, "impact_sequence.index"),
    )
    if is_choice:
        arguments = asked.shown.arguments() | ({"piece": piece.slug} if piece else {})
        response.headers["HX-Push-Url"] = url_for("impact_sequence.index", **arguments)
    return response
