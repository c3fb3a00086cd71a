"""Files, pictures of pages and framed previews of versions, each handed out only to whoever sees the content."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, request, url_for

from portal.db import record_apart
from portal.deals.queries import working_deal
from portal.library.models import Asset, Version
from portal.library.page_queries import first_picture, page_of
from portal.library.queries import visible_asset, visible_version
from portal.library.serving import Addresses, file_response, hands_over, picture_response, preview_response
from portal.usage.services import record
from portal.users.access import me

blueprint = Blueprint("library_files", __name__, url_prefix="/library/<slug>/v/<int:number>")


def _version(slug: str, number: int) -> tuple[Asset, Version]:
    asset = visible_asset(me(), slug)
    return asset, visible_version(me(), asset, number)


def record_use(asset: Asset, version: Version, kind: str, *, on_working_deal: bool = True) -> None:
    """Write down that content in use was used, on the deal that is being worked on if there is one.

    A version that waits to be published is only looked into by those who work on it.
    """
    if not asset.is_live or version.published_at is None or request.method == "HEAD":
        return
    deal = working_deal(me(), g.user_session) if on_working_deal else None
    asset_id, version_id, user_id, deal_id = asset.id, version.id, me().id, deal.id if deal else None
    record_apart(
        lambda: record(
            asset_id=asset_id,
            version_id=version_id,
            user_id=user_id,
            kind=kind,
            deal_id=deal_id,
            known_by="sticky" if deal_id else None,
        )
    )


def addresses_of(asset: Asset, version: Version) -> Addresses:
    """Return where the library shows the pictures and the frame of a version."""
    slug, number = asset.slug, version.number
    return Addresses(
        image=lambda page: url_for("library_files.page_picture", slug=slug, number=number, page=page),
        thumb=lambda page: url_for("library_files.page_thumbnail", slug=slug, number=number, page=page),
        frame=url_for("library_files.preview", slug=slug, number=number),
    )


@blueprint.get("/file")
def download(slug: str, number: int) -> Response:
    asset, version = _version(slug, number)
    if version.source == "link" and version.link:
        record_use(asset, version, "downloaded")
        return redirect(version.link)  # type: ignore[return-value]
    response = file_response(asset, version)
    if hands_over(response):
        record_use(asset, version, "downloaded")
    return response


@blueprint.get("/pages/<int:page>.webp")
def page_picture(slug: str, number: int, page: int) -> Response:
    _, version = _version(slug, number)
    return picture_response(page_of(version.id, page).image_sha256)


@blueprint.get("/pages/<int:page>/thumb")
def page_thumbnail(slug: str, number: int, page: int) -> Response:
    _, version = _version(slug, number)
    return picture_response(page_of(version.id, page).thumbnail_sha256)


@blueprint.get("/thumb")
def thumbnail(slug: str, number: int) -> Response:
    _, version = _version(slug, number)
    return picture_response(first_picture(version.id))


@blueprint.get("/preview")
def preview(slug: str, number: int) -> Response:
    _, version = _version(slug, number)
    return preview_response(version)
