"""Requests: the list and board, asking, and the page of one request."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, flash, g, request, url_for

from portal.content_requests import services
from portal.content_requests.forms import AskForm, CompleteForm, DeliverForm, ReasonForm
from portal.content_requests.models import ContentRequest
from portal.content_requests.page_views import request_page
from portal.content_requests.queries import (
    VIEWS,
    RequestRow,
    request_or_404,
    request_rows,
    requests_by_pipeline,
)
from portal.content_requests.search_views import blueprint as searches_blueprint
from portal.content_requests.worth_queries import waiting_for
from portal.db import db, now
from portal.deals.queries import open_deals_of, visible_deal, working_deal
from portal.deals.words import deal_choices
from portal.discovery.learning.queries import search_by_key
from portal.discovery.learning.request_queries import (
    searches_of,
    typed_for,
)
from portal.discovery.learning.request_services import remember_with
from portal.discovery.models import Search
from portal.errors import Forbidden, PortalError
from portal.library.models import Asset
from portal.usage.sums import local_day
from portal.users.access import MARKETING, OVERSIGHT, allow, me
from portal.web import Page, number_of, paginate, render, see_other

blueprint = Blueprint("content_requests", __name__, url_prefix="/requests")
blueprints = (blueprint, searches_blueprint)
ON_BOARD = 300


@blueprint.get("")
def index() -> Response:
    view = request.args.get("view", "open")
    view = view if view in VIEWS else "open"
    as_board = request.args.get("as") == "board"
    statement = requests_by_pipeline("all" if as_board else view, me())
    if as_board:
        rows = request_rows(statement.limit(ON_BOARD))
        return render("content_requests/board.html", rows=rows, view=view, typed=_typed(rows))
    page = paginate(statement, scalars=False)
    page = Page([RequestRow(*row) for row in page.items], page.number, page.total, page.per_page)
    return render(
        "content_requests/index.html",
        page=page,
        view=view,
        typed=_typed(page.items),
        behind=searches_of([row.request.id for row in page.items]),
    )


def _typed(rows: Sequence[RequestRow]) -> dict[int, str]:
    """Return what was typed for requests that nobody has put into words yet, for those who may read it."""
    unworded = [row.request.id for row in rows if not row.request.is_worded]
    return typed_for(unworded) if me().role in OVERSIGHT else {}


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Response:
    form = AskForm()
    deals = list(db.session.scalars(open_deals_of(me()).limit(200)))
    form.deal_id.choices = deal_choices(deals)
    if request.method == "GET":
        _prefill(form, {str(deal.id) for deal in deals})
    elif form.validate_on_submit():
        search = _own_search(form.search.data)
        asked = services.ask(
            by=me(),
            need=form.need.data,
            details=form.details.data or "",
            deal_id=visible_deal(me(), int(form.deal_id.data)).id if form.deal_id.data else None,
            search_id=search.id if search else None,
        )
        if search is not None:
            remember_with(asked, search)
        flash("Marketing has your request. You are told when it moves.", "success")
        return see_other(url_for("content_requests.show", request_id=asked.id))
    search = _own_search(form.search.data)
    return render(
        "content_requests/new.html",
        form=form,
        search_text=search.text if search else "",
        status=422 if form.is_submitted() else 200,
    )


def _own_search(key: str | None) -> Search | None:
    """Return the search that a request begins with, unless it is somebody else's."""
    search = search_by_key(key) if key else None
    return search if search is not None and search.user_id == me().id else None


def _prefill(form: AskForm, deals: set[str]) -> None:
    form.need.data = request.args.get("text", "")[:500]
    form.search.data = request.args.get("s", "")[:32]
    chosen = request.args.get("deal_id", "")
    working = working_deal(me(), g.user_session)
    form.deal_id.data = (
        chosen if chosen in deals else str(working.id) if working and str(working.id) in deals else ""
    )


@blueprint.get("/<int:request_id>")
def show(request_id: int) -> Response:
    return request_page(request_or_404(request_id))


def _act(request_id: int, verb: Callable[[ContentRequest], None], words: str) -> Response:
    asked = request_or_404(request_id)
    verb(asked)
    flash(words, "success")
    return see_other(url_for("content_requests.show", request_id=request_id))


@blueprint.post("/<int:request_id>/support")
def support(request_id: int) -> Response:
    chosen = request.form.get("deal_id")
    if chosen is None:
        deal = working_deal(me(), g.user_session)
    else:  # nothing chosen says that no deal waits, whatever is at hand
        number = number_of(chosen) or 0
        deal = visible_deal(me(), number) if chosen else None
    return _act(
        request_id,
        lambda asked: services.support(asked, me(), deal.id if deal else None),
        f"Noted: you need it too{f', for {deal.name}' if deal else ''}.",
    )


@blueprint.post("/<int:request_id>/withdraw")
def withdraw(request_id: int) -> Response:
    return _act(request_id, lambda asked: services.withdraw_support(asked, me()), "You are off this request.")


@blueprint.post("/<int:request_id>/take")
@allow(*MARKETING)
def take(request_id: int) -> Response:
    return _act(
        request_id, lambda asked: services.take(asked, me()), "It is yours. Everybody waiting is told."
    )


@blueprint.post("/<int:request_id>/start")
@allow(*MARKETING)
def start(request_id: int) -> Response:
    return _act(request_id, lambda asked: services.start(asked, me()), "Marked as in progress.")


@blueprint.post("/<int:request_id>/complete")
@allow(*MARKETING)
def complete(request_id: int) -> Response:
    asked, form = request_or_404(request_id), CompleteForm()
    if form.validate_on_submit():
        try:
            services.complete(
                asked,
                me(),
                need=form.need.data if "need" in request.form else asked.need,
                kind=form.kind.data,
                audience=form.audience.data or "",
                needed_by=form.needed_by.data,
                details=form.details.data or "",
                today=local_day(now()),
            )
        except PortalError as error:
            if error.field is None:
                raise
            form[error.field].errors = [error.message]
        else:
            flash("Saved.", "success")
            return see_other(url_for("content_requests.show", request_id=asked.id))
    return request_page(asked, complete_form=form, status=422)


@blueprint.post("/<int:request_id>/decline")
@allow(*MARKETING)
def decline(request_id: int) -> Response:
    asked, form = request_or_404(request_id), ReasonForm()
    if not form.validate_on_submit():
        return request_page(asked, decline_form=form, status=422)
    return _act(
        request_id,
        lambda found: services.decline(found, me(), form.reason.data),
        "Declined. The people who need it are told why.",
    )


@blueprint.post("/<int:request_id>/deliver")
@allow(*MARKETING)
def deliver(request_id: int) -> Response:
    asked, form = request_or_404(request_id), DeliverForm()
    asset = db.session.get(Asset, form.asset_id.data) if form.validate_on_submit() else None
    if asset is None:
        form.asset_id.errors = form.asset_id.errors or ["Please choose the content that answers it."]
        return request_page(asked, deliver_form=form, status=422)
    try:
        return _act(
            request_id,
            lambda found: services.deliver(found, me(), asset),
            "Delivered. Everybody who waits is told where it is.",
        )
    except PortalError as error:
        if error.field != "asset_id":
            raise
        form.asset_id.errors = [error.message]
        return request_page(asked, deliver_form=form, status=422)


@blueprint.post("/<int:request_id>/reopen")
def reopen(request_id: int) -> Response:
    asked, form = request_or_404(request_id), ReasonForm()
    if not (me().is_marketing or waiting_for(asked, me()).joined):
        raise Forbidden("Only people who asked for it, or marketing, can open it again.")
    if not form.validate_on_submit():
        return request_page(asked, reopen_form=form, status=422)
    return _act(request_id, lambda found: services.reopen(found, me(), form.reason.data), "Open again.")
