"""The life of content: published, archived, brought back."""

from __future__ import annotations

from sqlalchemy import select

from portal.db import db, now
from portal.errors import Conflict, Invalid
from portal.library import history
from portal.library.life.dates import next_review
from portal.library.models import Asset, Contribution
from portal.library.reviewing.ending import end_reviews
from portal.library.services.checking import checked_replacement, checked_title
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
    if asset.state == "from_sales":
        raise Conflict("It is from sales and was not decided on. Adopt it first.")
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
    if asset.state == "from_sales":
        raise Conflict("It is from sales and was not decided on. Adopt it, merge it or decline it.")
    put_away(asset, by, replaced_by)
    history.note(asset, by, "archived", replaced_by=replaced_by.slug if replaced_by else None)
    touch(asset)
    audit(by, "archived", asset.title, {"replaced_by": replaced_by.title if replaced_by else None})


def put_away(asset: Asset, by: User | None, replaced_by: Asset | None = None) -> None:
    """Make content archived, whatever the reason; the caller writes that down."""
    if replaced_by is not None:
        checked_replacement(replaced_by, asset)
    end_reviews(asset, by, why="It was archived.")
    asset.state, asset.archived_at = "archived", now()
    asset.replaced_by_id = replaced_by.id if replaced_by else None


def restore(asset: Asset, by: User | None) -> None:
    """Bring archived content back as it was: published if it had been, else a draft or content from sales."""
    if asset.state != "archived":
        raise Conflict("Only archived content can be restored.")
    asset.state = "published" if asset.published_at else _state_before(asset)
    asset.archived_at = asset.replaced_by_id = None
    history.note(asset, by, "restored")
    touch(asset)
    audit(by, "restored", asset.title)


def _state_before(asset: Asset) -> str:
    """Return the state of content that was never published; what was brought by sales waits for a decision again."""
    found = select(Contribution).where(Contribution.asset_id == asset.id)
    brought = db.session.scalar(found)
    if brought is None or brought.outcome == "adopted":
        return "draft"
    if brought.outcome is None:
        raise Conflict("The person who brought it took it back; only they can offer it again.")
    brought.outcome = brought.merged_into_id = brought.decided_by_id = brought.decided_at = None
    brought.reason = ""
    return "from_sales"
