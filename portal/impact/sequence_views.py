"""The page of what was used before what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from portal.impact.amounts import sees_each
from portal.impact.explored_views import explored_page
from portal.impact.exploring.asking import Asked
from portal.impact.exploring.computing import explored
from portal.impact.exploring.page import filters_context, said_of
from portal.impact.exploring.sequences import FEWEST_DEALS, Sequence, pieces_in, sequence_of, sequence_words
from portal.impact.exploring.wording import choice_words
from portal.impact.overview import left_out_words
from portal.impact.queries import Named, known_content
from portal.users.access import me

blueprint = Blueprint("impact_sequence", __name__, url_prefix="/impact/by/sequence")
ENDPOINT = "impact_sequence.index"


@blueprint.get("")
def index() -> Response:
    return explored_page("impact/sequence.html", ENDPOINT, _figures)


def _figures(asked: Asked) -> dict[str, Any]:
    known, slug = known_content(me()), request.args.get("piece", "").strip()
    piece = next((one for one in known.values() if one.slug == slug), None)
    if slug and piece is None:
        wrong = dict(asked.shown.errors) | {"piece": "There is no such piece of content."}
        asked = replace(asked, shown=replace(asked.shown, errors=wrong))
    chosen = asked.shown.chosen
    found = sequence_of(
        asked.snapshot, chosen, known, kind=asked.shown.kind, piece=piece.slug if piece else ""
    )
    of_choice = explored(asked.snapshot, chosen)
    said = said_of(asked, of_choice)
    if sees_each(me(), chosen):  # counts of few deals tell nothing to those who may see each of them
        said |= {"too_few": "", "left_out": left_out_words(of_choice.left_out)}
    return said | {
        "found": found,
        "fewest": FEWEST_DEALS,
        "in_words": sequence_words(found, choice_words(chosen, asked.team_names)) if found else "",
        "kept": asked.shown.arguments(),
        **_around(asked, found, piece, said["wider"]),
    }


def _around(
    asked: Asked, found: Sequence | None, piece: Named | None, wider: list[tuple[str, Mapping[str, Any]]]
) -> dict[str, Any]:
    """The filters, with the field of one piece of content, which stays while deals are chosen."""
    of_piece: dict[str, Any] = {"piece": piece.slug} if piece else {}
    filters = filters_context(asked, ENDPOINT, **of_piece)
    choices = {one.slug: one.title for one in (*pieces_in(found), *([piece] if piece else []))}
    return filters | {
        "piece": piece,
        "piece_choices": sorted(choices.items(), key=lambda choice: choice[1].casefold()),
        "folded_count": filters["folded_count"] + len(of_piece),
        "is_narrowed": filters["is_narrowed"] or bool(piece),
        "kept_fields": of_piece,
        # The form says the piece itself, so that its address must not say it too.
        "here_values": {},
        "wider": [(words, {**arguments, **of_piece}) for words, arguments in wider],
    }
