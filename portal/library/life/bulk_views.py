"""Changing much content from a list: ticked there, shown piece by piece, then done."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Response, flash, g, request, url_for
from werkzeug.datastructures import MultiDict

from portal.discovery.asking import asked_for, deal_at_hand
from portal.discovery.finding import listed_ids
from portal.errors import Invalid, NotFound
from portal.library.life import bulk
from portal.library.life.forms import BulkForm
from portal.library.life.queries import assets_by_ids
from portal.library.queries import suggested_assets, visible_asset
from portal.sharing.services import close_links_of
from portal.users.access import MARKETING, allow, me
from portal.users.queries import active_users, user_or_404
from portal.web import number_of, render, safe_redirect

blueprint = Blueprint("bulk", __name__, url_prefix="/library/bulk")
MOST_OFFERED = 300
MOST_NAMED = 5
MOST_FIELDS = 200


@blueprint.post("")
@allow(*MARKETING)
def preview() -> Response:
    """Show what would change; ids come as ticked boxes from a list, or in one field from this page itself."""
    ids = _found() if "all" in request.form else _ids()
    if not ids:
        flash("Tick the content that you want to change first.", "warn")
        return _to_list()
    if len(ids) > bulk.MOST:
        flash(f"At most {bulk.MOST} pieces can be changed at a time. Narrow the list first.", "warn")
        return _to_list()
    form, error = BulkForm(), {}
    task = bulk.Task(request.form.get("do", ""))
    try:
        task = _task(form)
        bulk.check(task)
    except Invalid as refused:
        error = {refused.field or "do": refused.message}
        task = bulk.Task(task.action)
    if task.action not in bulk.ACTIONS:
        raise Invalid("Please choose what to do with the content.")
    return _preview(ids, form, task, error)


def _preview(ids: list[int], form: BulkForm, task: bulk.Task, error: dict[str, str]) -> Response:
    assets = assets_by_ids(ids)
    planned = bulk.plan(assets, task)
    changing = [one for one in planned if not one.left_alone]
    return render(
        "library/life/bulk.html",
        task=task,
        error=error,
        form=form,
        planned=planned,
        changing=changing if task.is_whole and not error else [],
        gone=len(ids) - len(assets),
        ids=",".join(map(str, ids)),
        people=active_users() if task.action == "owner" else [],
        choices=suggested_assets(me(), "", limit=MOST_OFFERED) if task.action == "archive" else [],
        back=request.form.get("next", ""),
        status=422 if error else 200,
    )


def _ids() -> list[int]:
    sent = [*request.form.getlist("id"), *request.form.get("ids", "").split(",")]
    numbers = (number_of(text.strip()) for text in sent[: 4 * bulk.MOST])
    return list(dict.fromkeys(number for number in numbers if number is not None))


def _found() -> list[int]:
    """Return all that the list has from which this was sent, by its address; one more than can be changed tells."""
    try:
        arguments = parse_qsl(urlsplit(request.form.get("next", "")).query, max_num_fields=MOST_FIELDS)
    except ValueError:
        return []
    values = MultiDict(arguments)
    text, filters = asked_for(values)
    deal = deal_at_hand(me(), g.user_session, values)
    return listed_ids(me(), text, filters, values.get("sort", "relevance"), bulk.MOST + 1, deal=deal)


def _to_list() -> Response:
    return safe_redirect(request.form.get("next"), url_for("discovery.index"))


def _task(form: BulkForm) -> bulk.Task:
    """Return what is to be done as the form says it, or refuse a value that is none."""
    action = request.form.get("do", "")
    if not form.validate_on_submit():
        field, problems = next(iter(form.errors.items()))
        raise Invalid(" ".join(problems), field=field)
    chosen = (form.replaced_by.data or "").strip()
    try:
        named = form.owner_id.data if action == "owner" else ""
        owner = user_or_404(number_of(named) or 0) if named else None
        replaced_by = visible_asset(me(), chosen) if action == "archive" and chosen else None
    except NotFound:
        field, words = ("owner_id", "person") if action == "owner" else ("replaced_by", "content")
        raise Invalid(f"There is no such {words}.", field=field) from None
    if action != "expire":
        return bulk.Task(action, owner, replaced_by=replaced_by)
    return bulk.Task(action, expires_on=form.expires_on.data, never_expires=bool(form.never_expires.data))


@blueprint.post("/apply")
@allow(*MARKETING)
def apply() -> Response:
    stamps = _stamps()
    if not stamps:
        raise Invalid("There is nothing to change.")
    if len(stamps) > bulk.MOST:
        raise Invalid(f"At most {bulk.MOST} pieces can be changed at a time.")
    task = _task(BulkForm())
    if not task.is_whole:
        raise Invalid("Please choose the new value first.")
    outcome = bulk.apply(assets_by_ids(stamps), stamps, task, me())
    if task.action == "archive" and "close_links" in request.form:
        close_links_of(outcome.changed, me())
    _say(task, outcome)
    return _to_list()


def _stamps() -> dict[int, str]:
    """Return by id how each piece was when it was shown."""
    stamps: dict[int, str] = {}
    for token in request.form.get("items", "").split()[: bulk.MOST + 1]:
        number, _, stamp = token.partition("-")
        asset_id = number_of(number)
        if asset_id is not None:
            stamps[asset_id] = stamp
    return stamps


def _say(task: bulk.Task, outcome: bulk.Outcome) -> None:
    done = {
        "verify": "Checked {}: still right.",
        "owner": f"{task.owner.name if task.owner else ''} looks after {{}} now.",
        "expire": "{} will never expire now." if task.never_expires else "Set the expiry of {}.",
        "archive": "Archived {}.",
    }[task.action]
    if outcome.changed:
        words = done.format(_pieces(len(outcome.changed)))
        flash(words[0].upper() + words[1:], "success")
    if outcome.changed_meanwhile:
        names = _listed(outcome.changed_meanwhile)
        flash(f"Somebody changed {names} meanwhile, so that was left as it is now.", "warn")
    if outcome.left_alone:
        flash(f"Left alone, since there was nothing to change: {_listed(outcome.left_alone)}.", "info")
    if outcome.gone:
        flash(f"Not there any more: {_pieces(outcome.gone)}.", "warn")


def _pieces(number: int) -> str:
    return "one piece of content" if number == 1 else f"{number:,} pieces of content"


def _listed(titles: Iterable[str]) -> str:
    every = [f"“{title[:80]}”" for title in titles]
    more = f" and {len(every) - MOST_NAMED} more" if len(every) > MOST_NAMED else ""
    return ", ".join(every[:MOST_NAMED]) + more
