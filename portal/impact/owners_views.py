"""The page of what owners of closed deals said, beside the figures."""

from __future__ import annotations

from flask import Blueprint, Response, request

from portal.db import now
from portal.feedback.closing.counting import said_of_all
from portal.impact.exploring.asking import ask
from portal.impact.exploring.owners import (
    APART,
    FEWEST_ANSWERS,
    OPEN,
    SAME,
    usual_share,
    word_words,
    words_of_owners,
)
from portal.impact.overview import coverage_sentence
from portal.impact.queries import known_content, latest_snapshot, snapshot_rows
from portal.usage.sums import local_day
from portal.users.access import me
from portal.web import render

blueprint = Blueprint("impact_owners", __name__, url_prefix="/impact/by/owners")


@blueprint.get("")
def index() -> Response:
    snapshot = latest_snapshot()
    if snapshot is None:
        return render("impact/owners.html", snapshot=None)
    # The words are of all deals; what was chosen elsewhere is kept for the way back.
    asked = ask(me(), request.args)
    said = said_of_all()
    words = words_of_owners(said, snapshot_rows(snapshot.id), known_content(me()))
    groups = {
        stand: [(word, word_words(word)) for word in words if word.stands == stand]
        for stand in (APART, SAME, OPEN)
    }
    return render(
        "impact/owners.html",
        snapshot=snapshot,
        shown=asked.shown if asked else None,
        coverage=coverage_sentence(snapshot.coverage, local_day(now())),
        groups=groups,
        answered=any(one.answered for one in said.values()),
        usual=usual_share(said),
        fewest=FEWEST_ANSWERS,
    )
