"""The page on which a CRM's stages get the portal's words."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, flash, request, url_for

from portal.deals.import_views import IMPORTERS
from portal.deals.stages.forms import answers_of
from portal.deals.stages.queries import Meaning, key_stage, seen_stages, sources, suggested_stage, undated
from portal.deals.stages.services import say_stages
from portal.errors import Invalid, NotFound
from portal.jobs import enqueue, pending
from portal.library.queries import term_names
from portal.tabular.report import counted
from portal.users.access import allow, me
from portal.web import page_of, render, see_other

PER_PAGE = 50

blueprint = Blueprint("crm_stages", __name__, url_prefix="/deals/stages")


@blueprint.get("")
@allow(*IMPORTERS)
def index() -> Response:
    return _page(_source(request.args.get("source")))


@blueprint.post("")
@allow(*IMPORTERS)
def save() -> Response:
    source = _source(request.form.get("source"))
    answers: Mapping[str, Meaning] = {}
    try:
        answers = answers_of(request.form)
        changed = say_stages(source, answers, term_names("stage"), me())
    except Invalid as error:
        return _page(source, answers, error.message)
    if changed:
        enqueue("apply_stages", key_stage(source), once=True)
        flash(f"{counted(len(changed), 'stage')} saved. The deals follow in a moment.", "success")
    else:
        flash("Nothing was changed.", "info")
    return see_other(url_for("crm_stages.index", source=source, page=request.form.get("page") or None))


def _source(name: str | None) -> str:
    """Return the CRM that is asked for, or the first; "" while there are no deals."""
    every = sources()
    if name and name not in every:
        raise NotFound("No deals came from a CRM of this name.")
    return name or (every[0] if every else "")


def _page(source: str, chosen: Mapping[str, Meaning] | None = None, error: str = "") -> Response:
    own = term_names("stage")
    same = {name.casefold() for name in own}
    seen = seen_stages(source)
    unsaid = {
        stage.name
        for stage in seen
        if stage.said is None and stage.own_end == "open" and stage.name.casefold() not in same
    }
    # What waits for an answer stands first.
    page = page_of(sorted(seen, key=lambda stage: stage.name not in unsaid), per_page=PER_PAGE)
    key = key_stage(source)
    return render(
        "deals/stages.html",
        block=None if error else "moving",
        source=source,
        sources=sources(),
        page=page,
        own=own,
        own_choices=[(name, name) for name in own],
        unsaid=unsaid,
        suggested={stage.name: suggested_stage(stage.name, own) for stage in seen if stage.said is None},
        chosen=chosen or {},
        error=error,
        undated=undated(source),
        moving=key is not None and pending("apply_stages", key),
        status=422 if error else 200,
    )
