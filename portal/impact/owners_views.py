"""The page of what owners of closed deals said, beside the figures."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.feedback.closing.counting import said_of_all
from portal.impact.exploring.owners import (
    APART,
    FEWEST_ANSWERS,
    OPEN,
    SAME,
    usual_share,
    word_words,
    words_of_owners,
)
from portal.impact.queries import known_content, latest_snapshot, snapshot_rows
from portal.users.access import me
from portal.web import render

blueprint = Blueprint("impact_owners", __name__, url_prefix="/impact/by/owners")


@blueprint.get("")
def index() -> Response:
    snapshot = latest_snapshot()
    if snapshot is None:
        return render("impact/owners.html", snapshot=None)
    said = said_of_all()
    words = words_of_owners(said, snapshot_rows(snapshot.id), known_content(me()))
    groups = {
        stand: [(word, word_words(word)) for word in words if word.stands == stand]
        for stand in (APART, SAME, OPEN)
    }
    return render(
        "impact/owners.html",
        snapshot=snapshot,
        groups=groups,
        answered=any(one.answered for one in said.values()),
        usual=usual_share(said),
        fewest=FEWEST_ANSWERS,
    )
