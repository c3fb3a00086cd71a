"""Bringing one's own content: for everyone who is signed in, and from then on for the one who brought it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, request, url_for

from portal.db import db
from portal.deals.models import Deal
from portal.deals.queries import suggest_deals, visible_deals_among, working_deal
from portal.deals.words import deal_choices
from portal.errors import Conflict, Invalid, PortalError
from portal.library.adding import Received, receive_file
from portal.library.contributions import queries, services
from portal.library.contributions.forms import ContributeForm, MendForm, NewFileForm
from portal.library.contributions.queries import SameFile
from portal.library.forms import show_at_field
from portal.library.models import Asset, Contribution
from portal.storage import Stored
from portal.users.access import me
from portal.web import number_of, render, see_other

blueprint = Blueprint("contributions", __name__, url_prefix="/library")
MOST_DEALS = 300


def origin_context(asset: Asset) -> dict[str, Any]:
    """Return what templates/library/_origin.html shows; the deal only to those who may see it."""
    panel = queries.origin_panel(me(), asset)
    deal_id = panel.contribution.deal_id if panel.contribution else None
    return {"origin": panel, "origin_deal": visible_deals_among(me(), [deal_id]).get(deal_id or 0)}


@blueprint.route("/contribute", methods=["GET", "POST"])
def contribute() -> Response:
    # Stored before the database is first asked: meanwhile others can write.
    received = _received_file()
    form, same = ContributeForm(), None
    form.deal_id.choices = deal_choices(_open_deals())
    if request.method == "GET":
        form.deal_id.data = _prefilled(form)
    elif form.validate_on_submit():
        try:
            stored = _stored(received)
            same = queries.same_file(me(), stored.sha256)
            if same is None:
                return see_other(url_for("library.show", slug=_take(form, stored, received)))
        except PortalError as error:
            show_at_field(form, error)
    return render(
        "library/contributions/contribute.html",
        form=form,
        same=same,
        own=queries.own_contributions(me()) if request.method == "GET" else [],
        status=422 if form.is_submitted() else 200,
    )


def _open_deals() -> list[Deal]:
    """Return the open deals that a person may see, their own first."""
    return [deal for deal in suggest_deals(me(), "", limit=MOST_DEALS) if deal.status == "open"]


def _prefilled(form: ContributeForm) -> str:
    working = working_deal(me(), g.user_session)
    asked = request.args.get("deal_id") or (str(working.id) if working else "")
    return asked if asked in {key for key, _ in form.deal_id.choices or []} else ""


def _received_file() -> Received | None:
    upload = request.files.get("file") if request.method == "POST" else None
    return receive_file(upload.stream, upload.filename) if upload and upload.filename else None


def _stored(received: Received | None) -> Stored:
    if received is None or received.stored is None:
        raise Invalid(received.reason if received else "Please choose a file.", field="file")
    return received.stored


def _take(form: ContributeForm, stored: Stored, received: Received | None) -> str:
    contribution = services.contribute(
        by=me(),
        stored=stored,
        filename=received.filename if received else "",
        title=form.title.data or "",
        story=form.story.data or "",
        deal_id=number_of(form.deal_id.data),
    )
    db.session.flush()
    flash("It is here. Your team and marketing can see it now, marked as from sales.", "success")
    return db.session.get_one(Asset, contribution.asset_id).slug


@blueprint.route("/<slug>/own", methods=["GET", "POST"])
def own(slug: str) -> Response:
    contribution = _own_undecided(slug)
    asset = contribution.asset
    form = MendForm(data={"title": asset.title, "summary": asset.summary, "story": contribution.story})
    if form.validate_on_submit():
        try:
            services.mend(
                contribution,
                by=me(),
                title=form.title.data,
                summary=form.summary.data or "",
                story=form.story.data or "",
            )
        except PortalError as error:
            show_at_field(form, error)
        else:
            flash("Saved.", "success")
            return see_other(url_for("library.show", slug=slug))
    return _own_page(asset, form=form, status=422 if form.is_submitted() else 200)


def _own_page(
    asset: Asset, *, form: MendForm | None = None, file_form: NewFileForm | None = None, status: int = 200
) -> Response:
    if form is None:
        contribution = queries.own_contribution(me(), asset.slug)
        form = MendForm(
            formdata=None,
            data={"title": asset.title, "summary": asset.summary, "story": contribution.story},
        )
    file_form = file_form or NewFileForm(formdata=None)
    return render(
        "library/contributions/own.html", asset=asset, form=form, file_form=file_form, status=status
    )


def _own_undecided(slug: str) -> Contribution:
    contribution = queries.own_contribution(me(), slug)
    services.check_undecided(contribution)
    return contribution


@blueprint.post("/<slug>/own/file")
def new_file(slug: str) -> Response:
    received = _received_file()
    contribution, form = _own_undecided(slug), NewFileForm()
    if form.validate_on_submit():
        try:
            stored = _stored(received)
            _refuse_same(queries.same_file(me(), stored.sha256))
            version = services.add_version(
                contribution,
                by=me(),
                stored=stored,
                filename=received.filename if received else "",
                note=form.note.data or "",
            )
        except PortalError as error:
            show_at_field(form, error)
        else:
            flash(f"Version {version.number} is here. The earlier one is kept.", "success")
            return see_other(url_for("library.show", slug=slug))
    return _own_page(contribution.asset, file_form=form, status=422)


def _refuse_same(same: SameFile | None) -> None:
    if same is not None:
        raise Conflict(f"This very file is in the library already as “{same.asset.title}”.", field="file")


@blueprint.post("/<slug>/own/withdraw")
def withdraw(slug: str) -> Response:
    services.withdraw(queries.own_contribution(me(), slug), me())
    flash("Taken back. You still have it here, and can offer it again.", "success")
    return see_other(url_for("library.show", slug=slug))


@blueprint.post("/<slug>/own/offer")
def offer_again(slug: str) -> Response:
    services.offer_again(queries.own_contribution(me(), slug), me())
    flash("Your team and marketing can see it again.", "success")
    return see_other(url_for("library.show", slug=slug))
