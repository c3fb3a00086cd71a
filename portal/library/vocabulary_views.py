"""The vocabulary: the terms that content is filed under, added, renamed and deleted by marketing."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for

from portal.errors import PortalError
from portal.library import queries, vocabulary
from portal.library.forms import TermForm
from portal.users.access import MARKETING, allow
from portal.web import render, see_other

blueprint = Blueprint("vocabulary", __name__, url_prefix="/library/vocabulary")


@blueprint.get("")
@allow(*MARKETING)
def index() -> Response:
    return _page()


def _page(
    *, wrong: str = "", error: str = "", typed: str = "", renaming: int | None = None, status: int = 200
) -> Response:
    """Show all facets; `wrong` is the key of the facet at which the error stands, with what was typed."""
    known = {facet.key: facet for facet in queries.facets_with_terms()}
    default = [(key, name) for key, name in vocabulary.FACETS if key not in known]
    rows = [(facet.key, facet.name, facet.terms) for facet in known.values()]
    return render(
        "library/vocabulary.html",
        facets=[*rows, *((key, name, []) for key, name in default)],
        uses=queries.term_uses(),
        wrong=wrong,
        error=error,
        typed=typed,
        renaming=renaming,
        status=status,
    )


@blueprint.post("/<key>")
@allow(*MARKETING)
def add(key: str) -> Response:
    form = TermForm()
    facet = vocabulary.facet_by_key(key)
    error = "" if form.validate_on_submit() else " ".join(form.name.errors)
    if not error:
        try:
            vocabulary.add_term(facet, form.name.data)
        except PortalError as refused:
            error = refused.message
    if error:
        return _page(wrong=facet.key, error=error, typed=form.name.data or "", status=422)
    flash(f"Added “{form.name.data.strip()}” to {facet.name}.", "success")
    return see_other(url_for("vocabulary.index") + f"#{facet.key}")


@blueprint.get("/terms/<int:term_id>")
@allow(*MARKETING)
def rename_form(term_id: int) -> Response:
    term = queries.term_or_404(term_id)
    return _page(renaming=term.id, wrong=term.facet.key)


@blueprint.post("/terms/<int:term_id>")
@allow(*MARKETING)
def rename(term_id: int) -> Response:
    term, form = queries.term_or_404(term_id), TermForm()
    error = "" if form.validate_on_submit() else " ".join(form.name.errors)
    if not error:
        try:
            vocabulary.rename_term(term, form.name.data)
        except PortalError as refused:
            error = refused.message
    if error:
        typed = request.form.get("name", "")
        return _page(wrong=term.facet.key, error=error, typed=typed, renaming=term_id, status=422)
    flash(f"It is called “{term.name}” now, wherever it was used.", "success")
    return see_other(url_for("vocabulary.index") + f"#{term.facet.key}")


@blueprint.post("/terms/<int:term_id>/delete")
@allow(*MARKETING)
def delete(term_id: int) -> Response:
    term = queries.term_or_404(term_id)
    name, key = term.name, term.facet.key
    carried = vocabulary.delete_term(term)
    words = (
        f" It was taken off {carried} {'piece' if carried == 1 else 'pieces'} of content." if carried else ""
    )
    flash(f"“{name}” is deleted.{words}", "success")
    return see_other(url_for("vocabulary.index") + f"#{key}")
