"""The pages on which marketing says which words mean the same."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from portal.discovery.learning.facts import SAME_PEOPLE, SAME_TIMES
from portal.discovery.models import SynonymGroup
from portal.discovery.synonyms import phrases as typing
from portal.discovery.synonyms import queries, services
from portal.discovery.synonyms.forms import GroupForm
from portal.errors import Conflict, PortalError
from portal.library.forms import show_at_field
from portal.users.access import MARKETING, allow, me
from portal.web import number_of, render, see_other

blueprint = Blueprint("synonyms", __name__, url_prefix="/library/synonyms")


@blueprint.get("")
@allow(*MARKETING)
def index() -> Response:
    return render(
        "discovery/synonyms/index.html",
        groups=queries.group_lines(),
        proposals=queries.proposals(),
        same_people=SAME_PEOPLE,
        same_times=SAME_TIMES,
        different=queries.said_different(),
    )


@blueprint.post("/different")
@allow(*MARKETING)
def say_different() -> Response:
    typed, instead = (request.form.get(name, "") for name in ("typed", "instead"))
    services.say_different(typed, instead, by=me())
    flash("Noted: they are not the same. You can take that back at the end of this page.", "success")
    return see_other(url_for("synonyms.index"))


@blueprint.post("/different/<int:different_id>/delete")
@allow(*MARKETING)
def take_back(different_id: int) -> Response:
    said = services.take_back(different_id)
    flash(f"“{said.typed}” and “{said.instead}” are proposed again when searches say so.", "success")
    return see_other(url_for("synonyms.index"))


@blueprint.route("/new", methods=["GET", "POST"])
@allow(*MARKETING)
def new() -> Response:
    form = GroupForm()
    if request.method == "GET":
        form.phrases.data = "\n".join(_added())
        return _page(form)
    return _saved(form, None)


@blueprint.route("/<int:group_id>", methods=["GET", "POST"])
@allow(*MARKETING)
def edit(group_id: int) -> Response:
    form = GroupForm()
    if request.method == "POST":
        group = queries.group_of(group_id)
        return _saved(form, group) if group else _gone(form)
    group = queries.group_or_404(group_id)
    known = {typing.reading(phrase) for phrase in group.phrases}
    added = [phrase for phrase in _added() if typing.reading(phrase) not in known]
    form.phrases.data = "\n".join([*group.phrases, *added])
    form.stamp.data = services.stamp_of(group)
    return _page(form, group)


def _gone(form: GroupForm) -> Response:
    """Show what was typed for a group that is no longer there as a new one."""
    form.stamp.data = ""
    words = "Somebody else deleted this group meanwhile, or made it one with another. Save it as a new group?"
    show_at_field(form, Conflict(words, field="phrases"))
    return _page(form, status=422)


@blueprint.post("/<int:group_id>/delete")
@allow(*MARKETING)
def delete(group_id: int) -> Response:
    services.delete_group(group_id)
    flash("Deleted. These words mean different things to the search again.", "success")
    return see_other(url_for("synonyms.index"))


def _added() -> list[str]:
    """Return the phrases that the address proposes."""
    return list(filter(None, map(typing.as_phrase, request.args.getlist("add")[: typing.MOST])))


def _saved(form: GroupForm, group: SynonymGroup | None) -> Response:
    """Keep what was typed, or show it again with what is wrong about it."""
    said: dict[str, Any] = {}
    try:
        kept = services.save_group(
            form.phrases.data or "",
            by=me(),
            group=group,
            stamp=form.stamp.data or "",
            merged={
                number for text in request.form.get("merge", "").split(",") if (number := number_of(text))
            },
        )
    except services.Taken as error:
        show_at_field(form, error)
        said = {"taken": error.groups}
    except PortalError as error:
        show_at_field(form, error)
    else:
        flash(
            f"Searching for “{kept.phrases[0]}” now finds “{kept.phrases[1]}” too, for everyone.", "success"
        )
        return see_other(url_for("synonyms.index") + f"#group-{kept.id}")
    return _page(form, group, status=422, **said)


def _page(form: GroupForm, group: SynonymGroup | None = None, *, status: int = 200, **said: Any) -> Response:
    return render(
        "discovery/synonyms/edit.html",
        form=form,
        group=group,
        effects=queries.effects(me(), group.phrases) if group else [],
        most_counted=queries.MOST_COUNTED,
        most=typing.MOST,
        status=status,
        **said,
    )
