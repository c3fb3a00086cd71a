"""Changing content: what is said about it, its versions, and whether it is in use."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for

from portal.errors import Invalid, NotFound, PortalError
from portal.library import queries, services
from portal.library.adding import Received, receive_file
from portal.library.contributions.queries import story_of
from portal.library.documents.text import whole_text
from portal.library.forms import AssetForm, VersionForm, show_at_field
from portal.library.history import SAID
from portal.library.life.queries import replacement_of
from portal.library.life.telling import tell_new_owner
from portal.library.models import Asset, Version
from portal.library.version_queries import history_of
from portal.richtext import MAX_CHARACTERS
from portal.sharing.queries import open_links_of
from portal.sharing.services import close_links_of
from portal.storage import storage
from portal.users.access import MARKETING, allow, me
from portal.users.queries import active_users
from portal.web import number_of, render, see_other
from portal.web.formatting import kind_words

blueprint = Blueprint("library_changing", __name__, url_prefix="/library/<slug>")
TEXT_FILES = (".md", ".markdown", ".txt")


@blueprint.route("/edit", methods=["GET", "POST"])
@allow(*MARKETING)
def edit(slug: str) -> Response:
    asset = queries.visible_asset(me(), slug)
    form = AssetForm(obj=asset)
    people = active_users()
    if asset.owner is not None and not asset.owner.is_active:
        people.append(asset.owner)
    form.offer_owners(people)
    if request.method == "GET":
        form.owner_id.data = str(asset.owner_id or "")
        if not asset.summary:
            form.summary.data = story_of(asset)
    term_ids = _term_ids() if request.method == "POST" else {term.id for term in asset.terms}
    meanwhile = _meanwhile(asset, form, term_ids)
    if not meanwhile and form.validate_on_submit() and _change(asset, form, term_ids):
        flash("Saved.", "success")
        return see_other(url_for("library.show", slug=asset.slug))
    return render(
        "library/edit.html",
        asset=asset,
        form=form,
        facets=queries.facets_with_terms(),
        term_ids=term_ids,
        meanwhile=meanwhile,
        last=history_of(me(), asset, limit=1) if meanwhile else [],
        status=409 if meanwhile else 422 if form.is_submitted() else 200,
    )


def _meanwhile(asset: Asset, form: AssetForm, term_ids: set[int]) -> list[tuple[str, str]]:
    """Return what somebody else saved since the form was opened, as (field, text), where it is not what was typed."""
    stamp, form.stamp.data = form.stamp.data, services.said_stamp(asset)
    if not form.is_submitted() or not stamp or stamp == form.stamp.data:
        return []
    said = services.said_of(asset)
    typed = {key: (form[key].data or "").replace("\r\n", "\n").strip() for key in said if key in form}
    typed["kind"] = kind_words(form.kind.data)
    texts = [(SAID[key], said[key]) for key in typed if said[key] != typed[key]]
    if {term.id for term in asset.terms} != term_ids:
        texts.append((SAID["terms"], said["terms"]))
    if str(asset.owner_id or "") != (form.owner_id.data or ""):
        texts.append(("Owner", asset.owner.name if asset.owner else "Nobody"))
    return texts


def _term_ids() -> set[int]:
    numbers = map(number_of, request.form.getlist("terms"))
    return {number for number in numbers if number is not None}


def _change(asset: Asset, form: AssetForm, term_ids: set[int]) -> bool:
    owner_before = asset.owner_id
    try:
        services.change_asset(
            asset,
            by=me(),
            title=form.title.data,
            kind=form.kind.data,
            summary=form.summary.data or "",
            guidance=form.guidance,
            term_ids=term_ids,
            owner_id=int(form.owner_id.data) if form.owner_id.data else None,
        )
    except PortalError as error:
        show_at_field(form, error)
        return False
    if asset.owner_id != owner_before:
        tell_new_owner([asset], asset.owner, me())
    return True


@blueprint.post("/publish")
@allow(*MARKETING)
def publish(slug: str) -> Response:
    asset = queries.visible_asset(me(), slug)
    services.publish(asset, me())
    flash("Published. Everyone signed in can find it now.", "success")
    return see_other(url_for("library.show", slug=asset.slug))


@blueprint.post("/v/<int:number>/publish")
@allow(*MARKETING)
def publish_version(slug: str, number: int) -> Response:
    asset = queries.visible_asset(me(), slug)
    services.publish_version(asset, queries.version_of(asset, number), me())
    flash(f"Version {number} is what everyone uses now.", "success")
    return see_other(url_for("library.show", slug=asset.slug))


@blueprint.get("/archive")
@allow(*MARKETING)
def archive_form(slug: str) -> Response:
    asset = queries.visible_asset(me(), slug)
    replacement = replacement_of(asset)
    return _archive_page(asset, chosen=replacement.slug if replacement else "")


def _archive_page(asset: Asset, *, error: str = "", chosen: str = "", status: int = 200) -> Response:
    return render(
        "library/archive.html",
        asset=asset,
        choices=[other for other in queries.suggested_assets(me(), "", limit=300) if other.id != asset.id],
        open_links=open_links_of(asset.id),
        close_links=request.method == "GET" or "close_links" in request.form,
        error=error,
        chosen=chosen,
        status=status,
    )


@blueprint.post("/archive")
@allow(*MARKETING)
def archive(slug: str) -> Response:
    asset = queries.visible_asset(me(), slug)
    chosen = request.form.get("replaced_by", "").strip()
    try:
        replacement = queries.visible_asset(me(), chosen) if chosen else None
        if "replaced_by" not in request.form:
            # A list's one click asks for no replacement; one that was named before stays.
            replacement = replacement_of(asset)
        services.archive(asset, me(), replaced_by=replacement)
        if "close_links" in request.form:
            close_links_of([asset.id], me())
    except NotFound:
        return _archive_page(asset, error="There is no such content.", chosen=chosen, status=422)
    except Invalid as error:
        return _archive_page(asset, error=error.message, chosen=chosen, status=422)
    flash("Archived. Its uses and figures are kept, and it can be restored.", "success")
    return see_other(url_for("library.show", slug=asset.slug))


@blueprint.post("/restore")
@allow(*MARKETING)
def restore(slug: str) -> Response:
    asset = queries.visible_asset(me(), slug)
    services.restore(asset, me())
    if asset.is_published and asset.is_expired:
        flash("Restored. It has expired: sales finds it again once you change that under Dates.", "warn")
    else:
        flash("Restored.", "success")
    return see_other(url_for("library.show", slug=asset.slug))


@blueprint.route("/versions", methods=["GET", "POST"])
@allow(*MARKETING)
def new_version(slug: str) -> Response:
    # Stored before the database is first asked: meanwhile others can write.
    received = _received_file()
    asset = queries.visible_asset(me(), slug)
    form = VersionForm()
    if form.validate_on_submit():
        try:
            version = _add_version(asset, form, received)
        except PortalError as error:
            show_at_field(form, error)
        else:
            flash(_words_for(asset, version), "success")
            return see_other(url_for("library.show", slug=asset.slug))
    current = asset.current_version
    if request.method == "GET" and current is not None:
        form.body.data, form.link.data = _text_of(current), current.link
    return render(
        "library/version.html",
        asset=asset,
        form=form,
        source=request.values.get("source") or (current.source if current else "file"),
        status=422 if form.is_submitted() else 200,
    )


@blueprint.post("/v/<int:number>/read-again")
@allow(*MARKETING)
def read_again(slug: str, number: int) -> Response:
    asset = queries.visible_asset(me(), slug)
    services.read_again(queries.version_of(asset, number))
    return see_other(url_for("library.show", slug=asset.slug))


def _text_of(version: Version) -> str | None:
    """Return the text to go on writing: that of a version written here, or of a small text file."""
    is_text = (version.filename or "").lower().endswith(TEXT_FILES)
    if version.sha256 is None or not is_text or (version.size or 0) > MAX_CHARACTERS:
        return version.body
    try:
        return whole_text(storage().path(version.sha256))
    except NotFound:
        return version.body


def _received_file() -> Received | None:
    upload = request.files.get("file")
    if upload is None or not upload.filename or request.form.get("source", "file") != "file":
        return None
    return receive_file(upload.stream, upload.filename)


def _add_version(asset: Asset, form: VersionForm, received: Received | None) -> Version:
    note, source = form.note.data or "", request.form.get("source", "file")
    at_once = request.form.get("do") == "publish"
    if source == "markdown":
        return services.add_markdown_version(
            asset, by=me(), body=form.body.data or "", note=note, publish_when_read=at_once
        )
    if source == "link":
        return services.add_link_version(
            asset, by=me(), link=form.link.data or "", note=note, publish_when_read=at_once
        )
    if received is None or received.stored is None:
        raise Invalid(received.reason if received else "Please choose a file.", field="file")
    return services.add_file_version(
        asset,
        by=me(),
        stored=received.stored,
        filename=received.filename,
        note=note,
        publish_when_read=at_once,
    )


def _words_for(asset: Asset, version: Version) -> str:
    """Say what becomes of a version that was just added."""
    if not asset.is_published or asset.current_version_id == version.id:
        return f"Version {version.number} is here. Earlier versions are kept."
    if asset.current_version_id is None:
        return f"Version {version.number} is here. Everyone can use it as soon as it is read."
    if version.publish_when_read:
        return f"Version {version.number} takes the place of the one in use as soon as it is read."
    return f"Version {version.number} is here. Everyone goes on using the old one until you publish it."
