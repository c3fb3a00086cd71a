"""The life of content: published, archived, brought back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from portal.db import chunks, db, now
from portal.errors import Conflict, Invalid
from portal.jobs import enqueue_all
from portal.library import history
from portal.library.following import tell_of_end, tell_of_return, tell_of_version
from portal.library.models import Asset, Contribution, Review, Version
from portal.library.reviewing.ending import end_reviews
from portal.library.services.checking import checked_replacement, checked_title
from portal.library.services.content import touch
from portal.library.services.versions import put_in_place
from portal.notifications.services import notify
from portal.users.models import User
from portal.users.services import audit
from portal.web.formatting import day


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
    if version.may_be_refused:
        # Nobody is to find content that is then gone again.
        raise Conflict("Its file is still being read. Try again in a moment.")
    if asset.is_expired and asset.expires_on is not None:
        raise Invalid(
            f"It expired on {day(asset.expires_on)}: nobody could find it. Change that under Dates first."
        )
    checked_title(asset.title)
    asset.state, asset.published_at = "published", asset.published_at or now()
    put_in_place(asset, version, by)
    history.note(asset, by, "published", version=version)
    touch(asset)
    tell_of_version(asset, version, by, is_first=True)
    audit(by, "published", asset.title)


def archive(asset: Asset, by: User | None, replaced_by: Asset | None = None) -> None:
    """Take content out of use; whoever follows an old link is shown its replacement."""
    archive_all([(asset, replaced_by)], by)


def archive_all(replaced: Sequence[tuple[Asset, Asset | None]], by: User | None) -> None:
    """Take much content out of use, each piece with its replacement, in statements that do not grow with it."""
    for asset, _ in replaced:
        if asset.state == "archived":
            raise Conflict("It is archived already.")
        if asset.state == "from_sales":
            raise Conflict("It is from sales and was not decided on. Adopt it, merge it or decline it.")
    _put_all_away(replaced, by)
    for asset, replaced_by in replaced:
        asset.updated_at = now()
        title = replaced_by.title if replaced_by else None
        audit(by, "archived", asset.title, {"replaced_by": title})
    history.note_all(
        [(asset, {"replaced_by": other.slug if other else None}) for asset, other in replaced], by, "archived"
    )
    tell_of_end(replaced, by)
    enqueue_all("index_asset", [asset.id for asset, _ in replaced])


def put_away(asset: Asset, by: User | None, replaced_by: Asset | None = None) -> None:
    """Make content archived, whatever the reason; the caller writes that down."""
    _put_all_away([(asset, replaced_by)], by)


def _put_all_away(replaced: Sequence[tuple[Asset, Asset | None]], by: User | None) -> None:
    ids = [asset.id for asset, _ in replaced]
    reviewed: set[int] = set()
    for part in chunks(ids):
        asked = select(Review.asset_id).where(Review.asset_id.in_(part), Review.state == "open")
        reviewed.update(db.session.scalars(asked))
        # What was to go live by itself does not, whenever it comes back: somebody has to look at it first.
        waiting = update(Version).where(Version.asset_id.in_(part), Version.publish_when_read)
        db.session.execute(waiting.values(publish_when_read=False))
    for asset, replaced_by in replaced:
        if replaced_by is not None:
            checked_replacement(replaced_by, asset)
        if asset.id in reviewed:
            end_reviews(asset, by, why="It was archived.")
        asset.state, asset.archived_at = "archived", now()
        asset.replaced_by_id = replaced_by.id if replaced_by else None


def restore(asset: Asset, by: User | None) -> None:
    """Bring archived content back as it was: published if it had been, else a draft or content from sales.

    What replaces it is kept only where it has expired meanwhile: then old links still lead there.
    """
    if asset.state != "archived":
        raise Conflict("Only archived content can be restored.")
    detail: dict[str, Any] = {} if asset.published_at else _undecided_again(asset, by)
    asset.state = "published" if asset.published_at else "from_sales" if detail else "draft"
    asset.archived_at = None
    if asset.replaced_by is not None and not (asset.is_published and asset.is_expired):
        detail["replaced_by"] = [asset.replaced_by.slug, None]
        asset.replaced_by_id = None
    history.note(asset, by, "restored", **detail)
    touch(asset)
    if asset.is_live:
        tell_of_return(asset, by)
    audit(by, "restored", asset.title)


def _undecided_again(asset: Asset, by: User | None) -> dict[str, Any]:
    """Let content from sales wait for a decision again, tell its maker, and return the decision that was undone."""
    brought = db.session.scalar(select(Contribution).where(Contribution.asset_id == asset.id))
    if brought is None or brought.outcome == "adopted":
        return {}
    if brought.outcome is None:
        raise Conflict("The person who brought it took it back; only they can offer it again.")
    undone = {
        "outcome": brought.outcome,
        "reason": brought.reason,
        "merged_into_id": brought.merged_into_id,
        "decided_by_id": brought.decided_by_id,
        "decided_at": brought.decided_at.isoformat() if brought.decided_at else None,
    }
    brought.outcome = brought.merged_into_id = brought.decided_by_id = brought.decided_at = None
    brought.reason = ""
    if by is None or brought.contributed_by_id != by.id:
        notify(
            recipient_id=brought.contributed_by_id,
            kind="contribution",
            title=f"Marketing looks at “{asset.title}” again: it was {undone['outcome']} before",
            address=f"/library/{asset.slug}",
            event_key=f"contribution-{brought.id}-again-{now().isoformat()}",
        )
    return undone
