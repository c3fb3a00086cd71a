"""The pages of one's own saved searches."""

from __future__ import annotations

from math import ceil

from flask import Blueprint, Response, flash, request, url_for

from portal.db import record_apart
from portal.discovery.asking import asked_for
from portal.discovery.saved import queries, services
from portal.discovery.saved.forms import NameForm
from portal.errors import PortalError
from portal.library.forms import show_at_field
from portal.users.access import me
from portal.web import number_of, render, see_other

blueprint = Blueprint("saved_searches", __name__, url_prefix="/searches")


@blueprint.get("")
def index() -> Response:
    return _list(renaming=number_of(request.args.get("rename")))


def _list(
    *, renaming: int | None = None, typed: str | None = None, error: str | None = None, status: int = 200
) -> Response:
    return render(
        "discovery/saved/index.html",
        lines=queries.saved_lines(me()),
        renaming=renaming,
        typed=typed,
        error=error,
        most=services.MOST,
        most_counted=services.MOST_COUNTED,
        longest=services.LONGEST_NAME,
        status=status,
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Response:
    text, filters = asked_for(request.args)
    if not text and not any(filters.values()):
        flash("Search for something first, or choose filters; then you can save it.")
        return see_other("/library")
    form, saved = NameForm(), None
    words = queries.words_of(text, filters, queries.term_names() if filters else {})
    if request.method == "GET":
        saved = queries.saved_as(me(), text, filters)
        form.name.data = (words if filters else text)[: services.LONGEST_NAME]
    else:
        try:
            search = services.save_search(by=me(), name=form.name.data or "", text=text, filters=filters)
        except PortalError as error:
            show_at_field(form, error)
        else:
            flash("Saved. You are told as soon as something new fits it.", "success")
            return see_other(queries.address_of(search))
    status = 422 if request.method == "POST" else 200
    back = "/library?" + request.query_string.decode(errors="replace")
    return render(
        "discovery/saved/new.html",
        form=form,
        words=words,
        back=back,
        longest=services.LONGEST_NAME,
        saved=saved,
        status=status,
    )


@blueprint.get("/<int:search_id>")
def show(search_id: int) -> Response:
    """Lead to the results, which mark what is new since the last time; from here on it is not new any more."""
    search = queries.saved_search_or_404(me(), search_id)
    address = queries.address_of(search, since=ceil(search.seen_at.timestamp() * 1000))
    record_apart(lambda: services.mark_seen(search_id))
    return see_other(address)


@blueprint.post("/<int:search_id>")
def rename(search_id: int) -> Response:
    search, form = queries.saved_search_or_404(me(), search_id), NameForm()
    try:
        services.rename_search(search, form.name.data or "")
    except PortalError as error:
        return _list(renaming=search_id, typed=form.name.data or "", error=error.message, status=422)
    flash("Renamed.", "success")
    return see_other(url_for("saved_searches.index") + f"#search-{search_id}")


@blueprint.post("/<int:search_id>/delete")
def delete(search_id: int) -> Response:
    search = queries.saved_search_or_404(me(), search_id)
    name = search.name
    services.delete_search(search)
    flash(f"“{name}” is deleted. You are told of nothing more that fits it.", "success")
    return see_other(url_for("saved_searches.index"))
