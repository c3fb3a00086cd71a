"""All wins that a person sees, the latest first."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response

from portal.home.wins import wins_of, won_deals
from portal.users.access import me
from portal.web import paginate, render

blueprint = Blueprint("wins", __name__)


@blueprint.get("/wins")
def index() -> Response:
    page = paginate(won_deals(me()))
    return render("home/wins.html", page=replace(page, items=wins_of(me(), page.items)))
