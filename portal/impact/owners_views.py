"""The page of what owners of closed deals said, beside the figures."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from portal.feedback.closing.counting import said_of_all
from portal.impact.explored_views import explored_page
from portal.impact.exploring.asking import Asked
from portal.impact.exploring.computing import explored
from portal.impact.exploring.owners import (
    FEWEST_ANSWERS,
    STANDS,
    deals_chosen,
    summary_words,
    usual_share,
    word_words,
    words_of_owners,
)
from portal.impact.exploring.page import said_of
from portal.impact.exploring.wording import choice_words
from portal.impact.queries import known_content
from portal.users.access import me

blueprint = Blueprint("impact_owners", __name__, url_prefix="/impact/by/owners")


@blueprint.get("")
def index() -> Response:
    return explored_page("impact/owners.html", "impact_owners.index", _figures, takes_apart=False)


def _figures(asked: Asked) -> dict[str, Any]:
    shown = asked.shown
    found = explored(asked.snapshot, shown.chosen)
    answers = said_of_all(deals_chosen(asked.snapshot, shown.chosen))
    known = {
        number: one for number, one in known_content(me()).items() if not shown.kind or one.kind == shown.kind
    }
    words = words_of_owners(answers, {row.asset_id: row for row in found.rows}, known)
    return said_of(asked, found) | {
        "groups": {
            stand: [(word, word_words(word)) for word in words if word.stands == stand] for stand in STANDS
        },
        "in_words": summary_words(words, choice_words(shown.chosen, asked.team_names)),
        "answered": any(one.answered for one in answers.values()),
        "usual": usual_share(answers),
        "fewest": FEWEST_ANSWERS,
    }
