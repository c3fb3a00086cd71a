"""The page of what was used before what."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from portal.impact.amounts import sees_each
from portal.impact.explored_views import explored_page
from portal.impact.exploring.asking import Asked
from portal.impact.exploring.computing import explored
from portal.impact.exploring.page import filters_context, said_of
from portal.impact.exploring.sequences import FEWEST_DEALS, sequence_of
from portal.impact.exploring.wording import choice_words
from portal.impact.queries import known_content
from portal.users.access import me

blueprint = Blueprint("impact_sequence", __name__, url_prefix="/impact/by/sequence")


@blueprint.get("")
def index() -> Response:
    return explored_page("impact/sequence.html", "impact_sequence.index", _found)


def _found(asked: Asked) -> dict[str, Any]:
    known, shown, slug = known_content(me()), asked.shown, request.args.get("piece", "")
    piece = next((one for one in known.values() if one.slug == slug), None)
    of_piece: dict[str, Any] = {"piece": piece.slug} if piece else {}
    return {
        "found": sequence_of(asked.snapshot, shown.chosen, known, kind=shown.kind, **of_piece),
        "piece": piece,
        "fewest": FEWEST_DEALS,
        "of_which": choice_words(shown.chosen, asked.team_names),
        "kept": shown.arguments(),
        "kept_fields": of_piece,
        **filters_context(asked, "impact_sequence.index", **of_piece),
        **_said(asked),
    }


def _said(asked: Asked) -> dict[str, Any]:
    """Coverage, and for those who may not see each of the deals, whether these are too few to be counted."""
    if asked.snapshot.cut_sha256 is None:
        return {}
    chosen = asked.shown.chosen
    said = said_of(asked, explored(asked.snapshot, chosen))
    return said | ({"too_few": ""} if sees_each(me(), chosen) else {})
