"""Marketing's list of content from sales, and its decisions."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from markupsafe import Markup

from portal.deals.queries import visible_deals_among
from portal.errors import Invalid, NotFound, PortalError
from portal.library import queries as library_queries
from portal.library.contributions import deciding, queries
from portal.library.contributions.forms import DeclineForm, MergeForm
from portal.library.contributions.origins import origins_of, origins_of_versions
from portal.library.contributions.proposals import Proposal
from portal.library.contributions.services import check_undecided
from portal.library.forms import show_at_field
from portal.library.models import Contribution
from portal.library.page_queries import with_thumbnails
from portal.library.serving import page_word
from portal.users.access import MARKETING, allow, me
from portal.web import Page, paginate, render, see_other
from portal.web.paging import page_number

blueprint = Blueprint("contributions_deciding", __name__, url_prefix="/library")
PER_PAGE = 20
MOST_CHOICES = 300
MOST_TOGETHER = 100


@blueprint.get("/from-sales")
@allow(*MARKETING)
def index() -> Response:
    waiting = queries.waiting_proposals()
    if request.args.get("show") == "decided":
        page = paginate(queries.decided_contributions(), per_page=PER_PAGE)
        shown = list(page.items)
    else:
        number = min(page_number(), max(1, -(-len(waiting) // PER_PAGE)))
        part = waiting[(number - 1) * PER_PAGE : number * PER_PAGE]
        page = Page(part, number, len(waiting), PER_PAGE)
        shown = _members(part)
    return render(
        "library/contributions/from_sales.html",
        decided=request.args.get("show") == "decided",
        page=page,
        waiting=queries.waiting_count(),
        most=queries.MOST_WAITING,
        deals=visible_deals_among(me(), (item.deal_id for item in shown)),
        origins=origins_of_versions(
            (item.asset.current_version for item in shown if item.asset.current_version), me()
        ),
        word_of=page_word,
        pictured=with_thumbnails(item.asset.current_version_id for item in shown),
    )


def _with_others(slug: str) -> list[Contribution]:
    """Return one piece from sales that nobody has decided on, and those that are decided on together with it.

    A page that is opened for all of them shows who they are; what is sent from it names them.
    """
    first = queries.visible_contribution(me(), slug)
    named = [other for other in request.form.getlist("also")[:MOST_TOGETHER] if other != slug]
    others = queries.contributions_named(me(), named)
    if request.method == "GET" and request.args.get("together"):
        others = queries.waiting_with(first)[:MOST_TOGETHER]
    for contribution in (first, *others):
        check_undecided(contribution)
    return [first, *others]


def _members(proposals: list[Proposal]) -> list[Contribution]:
    return [item for proposal in proposals for item in proposal.contributions]


@blueprint.post("/<slug>/adopt")
@allow(*MARKETING)
def adopt(slug: str) -> Response:
    contribution = queries.visible_contribution(me(), slug)
    named = request.form.getlist("merge")[:MOST_TOGETHER]
    if slug in named:
        raise Invalid("It cannot be merged into itself.")
    others = queries.contributions_named(me(), named)
    publish_now = request.form.get("do") == "publish"
    deciding.adopt(contribution, me(), publish_now=publish_now, others=others)
    words = [
        "Adopted and published."
        if publish_now
        else "Adopted as a draft of yours: publish it when it is ready."
    ]
    if others:
        words.append(f"{len(others)} more {'was' if len(others) == 1 else 'were'} merged into it.")
    next_step = Markup('<a href="{}">Now add filters and how to use it</a>').format(
        url_for("library_changing.edit", slug=slug)
    )
    flash(Markup(" ").join([*words, next_step]), "success")
    return see_other(url_for("library.show", slug=slug))


@blueprint.route("/<slug>/merge", methods=["GET", "POST"])
@allow(*MARKETING)
def merge(slug: str) -> Response:
    contribution, *others = _with_others(slug)
    asset, form = contribution.asset, MergeForm()
    version = asset.current_version
    origins = origins_of(version, me()) if version else []
    if request.method == "GET":
        form.into.data = request.args.get("into") or next(
            (origin.asset.slug for origin in origins if origin.asset.is_live), ""
        )
    elif form.validate_on_submit():
        try:
            target = library_queries.visible_asset(me(), (form.into.data or "").strip())
            deciding.merge(contribution, target, me(), take_file=form.take_file.data)
            for other in others:
                deciding.merge(other, target, me())
        except NotFound:
            show_at_field(form, Invalid("There is no such content.", field="into"))
        except PortalError as error:
            show_at_field(form, error)
        else:
            what = f"{len(others) + 1} pieces merged" if others else "Merged"
            flash(f"{what} into “{target.title}”.", "success")
            return see_other(url_for("library.show", slug=target.slug))
    offered = library_queries.suggested_assets(me(), "", limit=MOST_CHOICES)
    return render(
        "library/contributions/merge.html",
        contribution=contribution,
        others=others,
        form=form,
        origins=origins,
        choices=[(other.slug, other.title) for other in offered if other.id != asset.id],
        status=422 if form.is_submitted() else 200,
    )


@blueprint.route("/<slug>/decline", methods=["GET", "POST"])
@allow(*MARKETING)
def decline(slug: str) -> Response:
    together, form = _with_others(slug), DeclineForm()
    if form.validate_on_submit():
        try:
            for contribution in together:
                deciding.decline(contribution, me(), form.reason.data or "")
        except PortalError as error:
            show_at_field(form, error)
        else:
            names = ", ".join(dict.fromkeys(one.contributed_by.name for one in together))
            flash(f"Declined. Told why: {names}.", "success")
            return see_other(url_for("contributions_deciding.index"))
    status = 422 if form.is_submitted() else 200
    return render("library/contributions/decline.html", together=together, form=form, status=status)
