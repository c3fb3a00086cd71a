"""The pages of collections: the list, one of them, and how one is made and changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from portal.errors import Forbidden, Invalid, NotFound, PortalError
from portal.library.collections import queries, services
from portal.library.collections.forms import CollectForm, CollectionForm
from portal.library.forms import show_at_field
from portal.library.models import Asset, Collection
from portal.library.page_queries import with_thumbnails
from portal.library.queries import suggested_assets, visible_asset
from portal.users.access import MARKETING, allow, me
from portal.web import paginate, render, see_other

blueprint = Blueprint("collections", __name__)
PER_PAGE = 24
MOST_PROPOSED = 100


@blueprint.get("/collections")
def index() -> Response:
    counts = queries.collection_counts(me())
    # Whoever has nothing to read yet begins with what they have themselves.
    first: queries.Shelf = "published" if counts["published"] or not counts["own"] else "own"
    shelves: dict[str, queries.Shelf] = {one: one for one in counts}
    shelf = shelves.get(request.args.get("view", ""), first)
    page = paginate(queries.listed_collections(me(), shelf), per_page=PER_PAGE)
    return render(
        "library/collections/index.html",
        page=page,
        cards=queries.cards_of(me(), page.items),
        shelf=shelf,
        counts=counts,
    )


@blueprint.route("/collections/new", methods=["GET", "POST"])
def new() -> Response:
    form = CollectionForm()
    if form.validate_on_submit():
        try:
            collection = services.create_collection(
                by=me(), name=form.name.data or "", purpose=form.purpose.data or ""
            )
        except PortalError as error:
            show_at_field(form, error)
        else:
            flash("It is here, and only you see it. Now put something into it.", "success")
            return see_other(url_for("collections.edit", slug=collection.slug))
    status = 422 if form.is_submitted() else 200
    return render("library/collections/new.html", form=form, status=status)


@blueprint.get("/collections/<slug>")
def show(slug: str) -> Response:
    return _page(queries.visible_collection(me(), slug))


def _page(collection: Collection, status: int = 200, **said: Any) -> Response:
    may_edit = queries.may_edit(me(), collection)
    pieces = queries.pieces_of(me(), collection)
    return render(
        "library/collections/show.html",
        collection=collection,
        may_edit=may_edit,
        pieces=[piece for piece in pieces if piece.is_open or may_edit],
        pictured=_pictured(pieces),
        status=status,
        **said,
    )


def _pictured(pieces: list[queries.Piece]) -> dict[int, str]:
    return with_thumbnails(piece.asset.current_version_id for piece in pieces if piece.is_open)


def _editable(slug: str) -> Collection:
    collection = queries.visible_collection(me(), slug)
    if not queries.may_edit(me(), collection):
        raise Forbidden("A published collection is changed by marketing.")
    return collection


@blueprint.route("/collections/<slug>/edit", methods=["GET", "POST"])
def edit(slug: str) -> Response:
    collection = _editable(slug)
    pieces = queries.pieces_of(me(), collection)
    form = CollectionForm(obj=collection)
    form.offer_covers(pieces)
    if request.method == "GET":
        form.cover.data = str(collection.cover_asset_id or "")
    if form.validate_on_submit():
        try:
            services.change_collection(
                collection,
                name=form.name.data or "",
                purpose=form.purpose.data or "",
                cover_asset_id=form.cover_id,
            )
        except PortalError as error:
            show_at_field(form, error)
        else:
            flash("Saved.", "success")
            return see_other(url_for("collections.show", slug=collection.slug))
    return _edit_page(collection, pieces, form, status=422 if form.is_submitted() else 200)


def _edit_page(
    collection: Collection, pieces: list[queries.Piece], form: CollectionForm, *, status: int, **said: Any
) -> Response:
    held = {piece.asset.id for piece in pieces}
    proposed = suggested_assets(me(), "", limit=MOST_PROPOSED)
    return render(
        "library/collections/edit.html",
        collection=collection,
        pieces=pieces,
        pictured=_pictured(pieces),
        form=form,
        proposed=[asset for asset in proposed if asset.id not in held],
        most=services.MOST_PIECES,
        status=status,
        **said,
    )


def _refused(collection: Collection, **said: Any) -> Response:
    """Show the pieces again with what was refused about one of them."""
    pieces = queries.pieces_of(me(), collection)
    form = CollectionForm(formdata=None, obj=collection)
    form.offer_covers(pieces)
    form.cover.data = str(collection.cover_asset_id or "")
    return _edit_page(collection, pieces, form, status=422, **said)


@blueprint.post("/collections/<slug>/items")
def add(slug: str) -> Response:
    collection = _editable(slug)
    chosen = request.form.get("asset", "").strip()
    try:
        asset = visible_asset(me(), chosen)
        services.add_piece(collection, asset)
    except NotFound:
        return _refused(collection, add_error="Please choose a piece of content.")
    except PortalError as error:
        return _refused(collection, add_error=error.message, chosen=asset)
    flash(f"“{asset.title}” is in it now.", "success")
    return _to_piece(collection, asset.id)


@blueprint.post("/collections/<slug>/items/<int:asset_id>")
def change_piece(slug: str, asset_id: int) -> Response:
    collection = _editable(slug)
    do, note = request.form.get("do", ""), request.form.get("note")
    if do == "remove":
        services.remove_piece(collection, asset_id)
        flash("Taken out. The content itself stays in the library.", "success")
        return see_other(url_for("collections.edit", slug=slug, _anchor="pieces"))
    try:
        if note is not None:
            services.annotate_piece(collection, asset_id, note)
    except Invalid as error:
        return _refused(collection, wrong_id=asset_id, wrong_note=note, note_error=error.message)
    if do in ("up", "down"):
        services.move_piece(collection, asset_id, -1 if do == "up" else 1)
    return _to_piece(collection, asset_id)


def _to_piece(collection: Collection, asset_id: int) -> Response:
    return see_other(url_for("collections.edit", slug=collection.slug, _anchor=f"piece-{asset_id}"))


@blueprint.post("/collections/<slug>/propose")
def propose(slug: str) -> Response:
    collection = _editable(slug)
    services.propose_collection(collection, me())
    flash("Proposed. Marketing sees it now, and you are told what becomes of it.", "success")
    return see_other(url_for("collections.show", slug=slug))


@blueprint.post("/collections/<slug>/end-proposal")
def end_proposal(slug: str) -> Response:
    collection = queries.visible_collection(me(), slug)
    own, why = collection.owner_id == me().id, request.form.get("why", "")
    if not (own or me().is_marketing):
        raise Forbidden("Only marketing and whoever proposed it end this.")
    try:
        services.end_proposal(collection, me(), why)
    except Invalid as error:
        return _page(collection, status=422, why=why, why_error=error.message)
    flash("Taken back. Only you see it." if own else f"{collection.owner.name} is told.", "success")
    return see_other(url_for("collections.show" if own else "collections.index", slug=slug if own else None))


@blueprint.post("/collections/<slug>/publish")
@allow(*MARKETING)
def publish(slug: str) -> Response:
    # What marketing sees is published, proposed to it or its own.
    collection = queries.visible_collection(me(), slug)
    services.publish_collection(collection, me())
    flash("Published. Everyone signed in sees it, and marketing can change it.", "success")
    return see_other(url_for("collections.show", slug=slug))


@blueprint.post("/collections/<slug>/unpublish")
@allow(*MARKETING)
def unpublish(slug: str) -> Response:
    collection = _editable(slug)
    services.unpublish_collection(collection, me())
    own = collection.owner_id == me().id
    flash(f"Only {'you' if own else collection.owner.name} can see it now.", "success")
    return see_other(url_for("collections.show" if own else "collections.index", slug=slug if own else None))


@blueprint.post("/collections/<slug>/delete")
def delete(slug: str) -> Response:
    collection = _editable(slug)
    services.delete_collection(collection)
    flash(f"“{collection.name}” is deleted. The content in it stays in the library.", "success")
    return see_other(url_for("collections.index"))


@blueprint.route("/library/<slug>/collect", methods=["GET", "POST"])
def collect(slug: str) -> Response:
    asset = visible_asset(me(), slug)
    panel = queries.collection_panel(me(), asset.id)
    form = CollectForm()
    form.offer(panel.choices, publishes=me().is_marketing)
    name = request.args.get("name", "").strip()
    if request.method == "GET" and name.casefold() not in {one.name.casefold() for one in panel.holding}:
        form.propose(name)
    if form.validate_on_submit():
        try:
            collection = _collected(asset, form)
        except PortalError as error:
            show_at_field(form, error)
        else:
            flash(f"Added to “{collection.name}”. {_seen_by(collection)}", "success")
            if form.share.data:
                return see_other(url_for("collections.show", slug=collection.slug))
            return see_other(url_for("library.show", slug=slug, _anchor="collections"))
    status = 422 if form.is_submitted() else 200
    return render("library/collections/collect.html", asset=asset, form=form, panel=panel, status=status)


def _collected(asset: Asset, form: CollectForm) -> Collection:
    """Add content to the collection that was chosen or named, or refuse."""
    chosen, name = form.collection.data, (form.name.data or "").strip()
    if chosen and name:
        raise Invalid("Choose a collection or name a new one, not both.", field="name")
    if not chosen:
        collection = services.create_collection(by=me(), name=name)
    else:
        try:
            collection = _editable(chosen)
        except NotFound:
            raise Invalid("There is no such collection any more.", field="collection") from None
    services.add_piece(collection, asset)
    if form.share.data:
        services.share_collection(collection, me())
    return collection


def _seen_by(collection: Collection) -> str:
    if collection.is_published:
        return "Everyone signed in sees it there."
    if collection.is_proposed:
        return "Marketing sees it, and may publish it for everyone."
    return "Only you see this collection."
