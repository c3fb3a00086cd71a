"""The page of what was used before what."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.impact.amounts import sees_each
from portal.impact.exploring.asking import Asked, ask
from portal.impact.exploring.computing import explored
from portal.impact.exploring.page import filters_context, said_of
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
    of_piece: dict[str, Any] = {"piece": piece.slug} if piece else {}
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
        kept_fields=of_piece,
        **filters_context(asked, "impact_sequence.index", **of_piece),
        **_said(asked),
    )
    if is_choice:
        response.headers["HX-Push-Url"] = url_for(
            "impact_sequence.index", **asked.shown.arguments(), **of_piece
        )
    return response


def _said(asked: Asked) -> dict[str, Any]:
    """Coverage, and for those who may not see each of the deals, whether these are too few to be counted."""
    if asked.snapshot.cut_sha256 is None:
        return {}
    chosen = asked.shown.chosen
    said = said_of(asked, explored(asked.snapshot, chosen))
    return said | ({"too_few": ""} if sees_each(me(), chosen) else {})
