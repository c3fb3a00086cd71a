"""The life of content: published, archived, brought back."""

from __future__ import annotations

from portal.db import now
from portal.errors import Conflict, Invalid
from portal.library import history
from portal.library.life.dates import next_review
from portal.library.models import Asset
from portal.library.services.checking import checked_title
from portal.library.services.content import touch
from portal.library.services.versions import put_in_place
from portal.users.models import User
from portal.users.services import audit


def publish(asset: Asset, by: User | None) -> None:
    """Show content to everyone signed in; it needs a title, a kind and something to use."""
    if asset.state == "published":
        return
    if asset.state == "archived":
        raise Conflict("It is archived. Restore it first.")
    version = asset.current_version
    if version is None:
        raise Invalid("There is nothing to use in it yet: add a file, a text or a link.")
    if version.state == "refused":
        raise Invalid(f"Its file was refused. {version.state_reason} Replace the file first.")
    checked_title(asset.title)
    asset.state, asset.published_at = "published", asset.published_at or now()
    put_in_place(asset, version, by)
    if asset.review_by is None:
        asset.review_by = next_review(asset)
    history.note(asset, by, "published", version=version)
    touch(asset)
    audit(by, "published", asset.title)


def archive(asset: Asset, by: User | None, replaced_by: Asset | None = None) -> None:
    """Take content out of use; whoever follows an old link is shown its replacement."""
    if asset.state == "archived":
        raise Conflict("It is archived already.")
    if replaced_by is not None and replaced_by.id == asset.id:
        raise Invalid("It cannot replace itself.", field="replaced_by")
    if replaced_by is not None and replaced_by.state != "published":
        raise Invalid("The replacement has to be published.", field="replaced_by")
    if replaced_by is not None and replaced_by.current_version_id is None:
        raise Invalid("There is nothing to use in the replacement yet.", field="replaced_by")
    asset.state, asset.archived_at = "archived", now()
    asset.replaced_by_id = replaced_by.id if replaced_by else None
    history.note(asset, by, "archived", replaced_by=replaced_by.slug if replaced_by else None)
    touch(asset)
    audit(by, "archived", asset.title, {"replaced_by": replaced_by.title if replaced_by else None})


def restore(asset: Asset, by: User | None) -> None:
    """Bring archived content back as it was: published if it had been, else a draft."""
    if asset.state != "archived":
        raise Conflict("Only archived content can be restored.")
    asset.state = "published" if asset.published_at else "draft"
    asset.archived_at = asset.replaced_by_id = None
    history.note(asset, by, "restored")
    touch(asset)
    audit(by, "restored", asset.title)
