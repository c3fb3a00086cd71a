"""New content: files, a text or a link, and the list in which proposals are reviewed and published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, request, session, url_for

from portal.content_requests.models import ContentRequest
from portal.content_requests.queries import awaited_by, open_request
from portal.content_requests.services import begin_for
from portal.errors import NotFound, PortalError
from portal.library import queries, services
from portal.library.adding import receive_file, take_file
from portal.library.draft_queries import published_named
from portal.library.forms import FilesForm, LinkForm, TextForm, show_at_field
from portal.library.models import Asset, Facet
from portal.library.page_queries import with_thumbnails
from portal.library.review import Draft, drafts_for_review, publish_drafts
from portal.library.serving import page_word
from portal.users.access import MARKETING, allow, me
from portal.web import number_of, render, see_other

blueprint = Blueprint("library_adding", __name__, url_prefix="/library")
FORMS: dict[str, Any] = {"files": FilesForm, "text": TextForm, "link": LinkForm}
# What a cookie can carry of the reasons why some files of a drop were not taken.
MOST_REASONS = 12
MOST_FILES = 200
# An address has an end: past this the list of all one's drafts shows them.
MOST_NAMED = 20


@blueprint.get("/new")
@allow(*MARKETING)
def new() -> Response:
    way = request.args.get("as", "files")
    way = way if way in FORMS else "files"
    form, asked = FORMS[way](), _asked()
    if way != "files" and asked and asked.kind:
        form.kind.data = asked.kind
    return _new_page(way, form)


def _new_page(way: str, form: Any, *, refused: tuple[str, ...] = (), status: int = 200) -> Response:
    return render("library/new.html", way=way, form=form, refused=refused, asked=_asked(), status=status)


def _asked() -> ContentRequest | None:
    """Return the open request that the address or the form says this content is for."""
    return open_request(number_of(request.values.get("request")))


def _begin(assets: list[Asset]) -> None:
    asked = _asked()
    if asked is not None:
        begin_for(asked, assets)


@blueprint.post("/new")
@allow(*MARKETING)
def add() -> Response:
    way = request.form.get("as", "files")
    if way == "files":
        return _add_files()
    form = TextForm() if way == "text" else LinkForm()
    if form.validate_on_submit():
        try:
            asset = _add_written(form)
        except PortalError as error:
            show_at_field(form, error)
        else:
            return see_other(url_for("library.show", slug=asset.slug))
    return _new_page("text" if way == "text" else "link", form, status=422)


def _add_files() -> Response:
    uploads = [upload for upload in request.files.getlist("files") if upload.filename]
    form = FilesForm()
    if not uploads or len(uploads) > MOST_FILES:
        words = (
            f"Please send at most {MOST_FILES} files at a time."
            if uploads
            else "Please choose at least one file."
        )
        form.files.errors = [words]
        return _new_page("files", form, status=422)
    # All are stored before the first is written down: meanwhile others can write.
    received = [receive_file(upload.stream, upload.filename or "") for upload in uploads]
    taken = [take_file(file, by=me()) for file in received]
    refused = [f"{file.filename[:80]}: {file.reason}" for file in taken if file.reason]
    added = [file.asset for file in taken if file.asset and not file.known]
    slugs = [asset.slug for asset in added]
    if not slugs:
        form.files.errors = ["None of the files was added."]
        return _new_page("files", form, refused=tuple(refused), status=422)
    _begin(added)
    session["not_added"] = refused[:MOST_REASONS]
    return see_other(url_for("library_adding.review", asset=slugs if len(slugs) <= MOST_NAMED else None))


def _add_written(form: Any) -> Asset:
    asset = services.create_asset(
        by=me(),
        title=form.title.data,
        kind=form.kind.data,
        summary=form.summary.data or "" if "summary" in form else "",
        guidance=form.guidance,
    )
    if "body" in form:
        services.add_markdown_version(asset, by=me(), body=form.body.data)
    else:
        services.add_link_version(asset, by=me(), link=form.link.data)
    _begin([asset])
    if request.form.get("do") == "publish":
        services.publish(asset, me())
        flash("Published. Everyone signed in can find it now.", "success")
    else:
        flash("Saved as a draft.", "success")
    return asset


@blueprint.get("/review")
@allow(*MARKETING)
def review() -> Response:
    """Show the files of one upload, ticked as far as they are ready, or all one's drafts, of which none is ticked."""
    named = request.args.getlist("asset")[:MOST_FILES]
    published = published_named(me(), request.args.getlist("published")[:MOST_NAMED])
    ticking = bool(named) and not published
    # What was just published leaves only the rest of its upload: none when all of it is out.
    drafts = [] if published and not named else drafts_for_review(me(), named, ticked=ticking)
    not_added = session.pop("not_added", [])
    return _review_page(drafts, ticking=ticking, published=published, not_added=not_added)


def _review_page(
    drafts: list[Draft],
    *,
    ticking: bool = False,
    published: Sequence[Asset] = (),
    not_added: list[str] | None = None,
    status: int = 200,
) -> Response:
    return render(
        "library/review.html",
        drafts=drafts,
        pictured=_pictured(drafts),
        ticking=ticking,
        published=published,
        awaited=awaited_by([*(draft.asset.id for draft in drafts), *(asset.id for asset in published)]),
        facets=_used_facets(),
        word_of=page_word,
        not_added=not_added or [],
        most=queries.MOST_DRAFTS_SHOWN,
        status=status,
    )


def _pictured(drafts: list[Draft]) -> dict[int, str]:
    return with_thumbnails(draft.asset.current_version_id for draft in drafts)


def _used_facets() -> list[Facet]:
    return [facet for facet in queries.facets_with_terms() if facet.terms]


@blueprint.get("/review/<slug>")
@allow(*MARKETING)
def review_row(slug: str) -> Response:
    """Answer a row that waits for its file with how it stands now."""
    ticking = request.args.get("ticked") == "1"
    drafts = drafts_for_review(me(), [slug], ticked=ticking)
    if not drafts:
        raise NotFound
    if request.headers.get("HX-Request") != "true":
        return _review_page(drafts, ticking=ticking)
    return render(
        "library/review.html",
        block="picture" if request.args.get("only") == "picture" else "row",
        draft=drafts[0],
        awaited=awaited_by([drafts[0].asset.id]),
        pictured=_pictured(drafts),
        facets=_used_facets(),
        word_of=page_word,
        ticking=ticking,
    )


@blueprint.post("/review")
@allow(*MARKETING)
def publish_chosen() -> Response:
    drafts = drafts_for_review(me(), request.form.getlist("asset")[:MOST_FILES], typed=request.form)
    chosen = [draft for draft in drafts if draft.chosen]
    publishing = request.form.get("do") == "publish"
    if publishing and not chosen:
        flash("Tick what is to be published.", "warning")
        return _review_page(drafts, status=422)
    wrong = publish_drafts(drafts, by=me(), publish_chosen=publishing)
    if wrong:
        return _review_page(wrong, status=422)
    count = len(chosen)
    if not publishing:
        flash("Saved as drafts.", "success")
    elif count == 1:
        flash(f"“{chosen[0].title}” is published.", "success")
        return see_other(url_for("library.show", slug=chosen[0].asset.slug))
    else:
        flash(f"{count} pieces of content are published.", "success")
        out = [draft.asset.slug for draft in chosen][:MOST_NAMED]
        rest = [draft.asset.slug for draft in drafts if not draft.chosen][:MOST_NAMED]
        return see_other(url_for("library_adding.review", published=out, asset=rest))
    return see_other(url_for("library_adding.review"))
