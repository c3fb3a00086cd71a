"""The page on which the owners of CRMs are matched to people."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for

from portal.deals.import_views import IMPORTERS
from portal.deals.owners.forms import NOBODY, answers_of
from portal.deals.owners.queries import (
    NamedOwner,
    everybody,
    named_owner,
    named_owners,
    owner_counts,
    people_to_choose,
)
from portal.deals.owners.services import say_owner
from portal.deals.owners.similar import People
from portal.errors import Invalid, NotFound
from portal.tabular.report import counted
from portal.users.access import allow, me
from portal.web import paginate, render, see_other

LONGEST_SEARCH = 200

blueprint = Blueprint("crm_owners", __name__, url_prefix="/deals/owners")


@blueprint.get("")
@allow(*IMPORTERS)
def index() -> Response:
    return _page()


@blueprint.post("")
@allow(*IMPORTERS)
def save() -> Response:
    try:
        answers = answers_of(request.form)
        moved = [(one, say_owner(one.source, one.name, one.email, one.user_id, me())) for one in answers]
    except Invalid as error:
        return _page(error.message)
    settled = [(one.user_id, deals) for one, deals in moved if deals is not None]
    if settled:
        given = sum(deals for user_id, deals in settled if user_id is not None)
        freed = sum(deals for user_id, deals in settled if user_id is None)
        said = [f"{counted(len(settled), 'owner')} settled"]
        said += [f"{counted(given, 'deal')} given to them"] if given or not freed else []
        said += [f"{counted(freed, 'deal')} without an owner here now"] if freed else []
        flash(f"{', '.join(said)}.", "success")
    else:
        flash("Nothing was changed.", "info")
    show = "matched" if request.form.get("show") == "matched" else None
    return see_other(url_for("crm_owners.index", show=show))


def _page(error: str = "") -> Response:
    waiting = request.values.get("show") != "matched"
    text = request.args.get("q", "")[:LONGEST_SEARCH]
    page = paginate(named_owners(waiting=waiting, text=text), scalars=False)
    people = People(everybody())
    owners = [NamedOwner(*row) for row in page.items]
    return render(
        "deals/owners.html",
        block="results",
        page=page,
        owners=owners,
        like={owner: people.like(owner.name, owner.email) for owner in owners},
        named={owner: people.named(owner.name) for owner in owners},
        chosen=_chosen(),
        nobody=NOBODY,
        waiting=waiting,
        text=text,
        counts=owner_counts(),
        error=error,
        status=422 if error else 200,
    )


def _chosen() -> dict[tuple[str, str, str], str]:
    """Return what a form that could not be taken had chosen for each owner."""
    columns = [request.form.getlist(field) for field in ("source", "name", "email", "person")]
    return {(source, name, email): said for source, name, email, said in zip(*columns, strict=False)}


@blueprint.get("/choose")
@allow(*IMPORTERS)
def choose() -> Response:
    source, name, email = (request.args.get(field, "") for field in ("source", "name", "email"))
    owner = named_owner(source, name, email)
    if owner is None:
        raise NotFound("No deal names this owner any more.")
    text = request.args.get("q", "")[:LONGEST_SEARCH]
    page = paginate(people_to_choose(text), scalars=False)
    return render("deals/owner_choose.html", owner=owner, page=page, text=text, nobody=NOBODY)
