"""What is done to collections; who may do it is the caller's to ask (queries.may_edit)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from portal.db import db, now
from portal.errors import Conflict, Invalid, NotFound
from portal.library.models import Asset, Collection, CollectionItem
from portal.library.queries import live
from portal.library.services import checked_text
from portal.library.services.checking import one_line
from portal.library.slugs import slug_of
from portal.notifications.services import notify_many
from portal.users.models import User
from portal.users.queries import active_users

MAX_NAME = 200
MAX_PURPOSE = 1_000
MAX_ITEM_NOTE = 300
MAX_WHY = 200
MOST_PIECES = 200
# What stands at the same place in addresses as a collection's slug does.
RESERVED = frozenset({"new"})


def create_collection(*, by: User, name: str, purpose: str = "") -> Collection:
    """Make an empty private collection; its address never changes."""
    name = _checked_name(name)
    purpose = checked_text(purpose, MAX_PURPOSE, "purpose")
    collection = Collection(slug=_free_slug(name), name=name, purpose=purpose, owner_id=by.id)
    db.session.add(collection)
    db.session.flush()
    return collection


def change_collection(collection: Collection, *, name: str, purpose: str, cover_asset_id: int | None) -> None:
    """Change what a collection is called and for, and which of its pieces stands for it."""
    if cover_asset_id is not None and _item(collection, cover_asset_id) is None:
        raise Invalid("The cover is one of the pieces in it.", field="cover")
    collection.name = _checked_name(name)
    collection.purpose = checked_text(purpose, MAX_PURPOSE, "purpose")
    collection.cover_asset_id = cover_asset_id
    _touch(collection)


def propose_collection(collection: Collection, by: User) -> None:
    """Show a private collection to marketing, who may publish it; one in which others see nothing is refused."""
    if by.is_marketing:
        raise Conflict("You can publish it yourself.")
    if collection.is_proposed or collection.is_published:
        raise Conflict("It is published already." if collection.is_published else "It is proposed already.")
    _check_readable(collection)
    collection.proposed_at = now()
    db.session.flush()
    marketing = active_users("marketer") or active_users("admin")
    words = f"{by.name} proposes the collection “{collection.name}” for everyone"
    _tell([person.id for person in marketing], collection, words, "proposed")


def end_proposal(collection: Collection, by: User, why: str = "") -> None:
    """Make a proposed collection its owner's alone again: taken back by them, or not published by marketing."""
    if not collection.is_proposed:
        raise Conflict("It is not proposed any more.")
    why = checked_text(why, MAX_WHY, "why")
    if by.id != collection.owner_id:
        if not why:
            raise Invalid("Please say why, for whoever proposed it.", field="why")
        words = f"{by.name} does not publish your collection “{collection.name[:80]}”: {why}"
        _tell([collection.owner_id], collection, words, "declined")
    collection.proposed_at = None
    db.session.flush()


def publish_collection(collection: Collection, by: User) -> None:
    """Show a collection to everyone signed in; one in which they would see nothing is refused."""
    if collection.is_published:
        return
    _check_readable(collection)
    collection.published_at = now()
    _touch(collection)
    if by.id != collection.owner_id:
        words = f"{by.name} published your collection “{collection.name}” for everyone"
        _tell([collection.owner_id], collection, words, "published")


def share_collection(collection: Collection, by: User) -> None:
    """Show a collection to others: at once by those who may publish it, else by proposing it to them."""
    if by.is_marketing:
        publish_collection(collection, by)
    elif not collection.is_proposed:
        propose_collection(collection, by)


def _check_readable(collection: Collection) -> None:
    readable = select(CollectionItem.asset_id).join(Asset, Asset.id == CollectionItem.asset_id)
    readable = readable.where(CollectionItem.collection_id == collection.id, live()).limit(1)
    if db.session.scalar(readable) is None:
        raise Invalid("Put at least one published piece into it first: others would see nothing.")


def unpublish_collection(collection: Collection, by: User) -> None:
    """Make a collection its owner's alone again, or that of whoever does this when the owner cannot look after it."""
    owner = collection.owner
    if not owner.is_active or not (owner.is_marketing or collection.proposed_at):
        collection.owner = by
    elif owner.id != by.id:
        words = (
            f"{by.name} took your collection “{collection.name[:150]}” back from everyone: it is yours alone"
        )
        _tell([owner.id], collection, words, "unpublished")
    collection.published_at = collection.proposed_at = None
    _touch(collection)


def delete_collection(collection: Collection) -> None:
    """Delete a collection; the content in it stays where it is."""
    db.session.delete(collection)
    db.session.flush()


def add_piece(collection: Collection, asset: Asset, note: str = "") -> None:
    """Put content at the end of a collection; the same piece twice, archived content and a full one are refused."""
    note = checked_text(note, MAX_ITEM_NOTE, "note")
    if asset.state == "archived":
        raise Invalid("This is archived and no longer in use.", field="asset")
    if _item(collection, asset.id) is not None:
        raise Conflict(f"“{asset.title}” is already in “{collection.name}”.", field="asset")
    own = CollectionItem.collection_id == collection.id
    count, last = db.session.execute(select(func.count(), func.max(CollectionItem.position)).where(own)).one()
    if count >= MOST_PIECES:
        raise Conflict(f"“{collection.name}” is full: it has {MOST_PIECES} pieces.", field="asset")
    db.session.add(
        CollectionItem(collection_id=collection.id, asset_id=asset.id, position=(last or 0) + 1, note=note)
    )
    _touch(collection)


def remove_piece(collection: Collection, asset_id: int) -> None:
    """Take content out of a collection; where it was the cover, the first piece stands for it again."""
    db.session.delete(_item_or_404(collection, asset_id))
    if collection.cover_asset_id == asset_id:
        collection.cover_asset_id = None
    _touch(collection)


def move_piece(collection: Collection, asset_id: int, steps: int) -> None:
    """Move content up (-1) or down (+1) by one place; at an end it stays where it is."""
    items = _items(collection)
    at = next((index for index, item in enumerate(items) if item.asset_id == asset_id), None)
    if at is None:
        raise NotFound("This is not in the collection any more.")
    other = at + steps
    if 0 <= other < len(items):
        items[at].position, items[other].position = items[other].position, items[at].position
        _touch(collection)


def annotate_piece(collection: Collection, asset_id: int, note: str) -> None:
    """Say in a sentence why content is in a collection, or say nothing any more."""
    note = checked_text(note, MAX_ITEM_NOTE, "note")
    item = _item_or_404(collection, asset_id)
    if item.note != note:
        item.note = note
        _touch(collection)


def _checked_name(name: str) -> str:
    name = one_line(name)
    if not name:
        raise Invalid("Please give it a name.", field="name")
    if len(name) > MAX_NAME:
        raise Invalid(f"A name has at most {MAX_NAME} characters; this one has {len(name):,}.", field="name")
    return name


def _free_slug(name: str) -> str:
    base = slug_of(name, empty="collection")
    same = (Collection.slug == base) | Collection.slug.startswith(f"{base}-", autoescape=True)
    used = RESERVED.union(db.session.scalars(select(Collection.slug).where(same)))
    slug, number = base, 2
    while slug in used:
        slug, number = f"{base}-{number}", number + 1
    return slug


def _item(collection: Collection, asset_id: int) -> CollectionItem | None:
    return db.session.get(CollectionItem, (collection.id, asset_id))


def _item_or_404(collection: Collection, asset_id: int) -> CollectionItem:
    item = _item(collection, asset_id)
    if item is None:
        raise NotFound("This is not in the collection any more.")
    return item


def _items(collection: Collection) -> Sequence[CollectionItem]:
    found = select(CollectionItem).where(CollectionItem.collection_id == collection.id)
    return db.session.scalars(found.order_by(CollectionItem.position, CollectionItem.asset_id)).all()


def _tell(person_ids: Sequence[int], collection: Collection, words: str, event: str) -> None:
    notify_many(
        person_ids,
        kind="collection",
        title=words,
        address=f"/collections/{collection.slug}",
        event_key=f"collection:{collection.id}:{event}:{now().isoformat()}",
    )


def _touch(collection: Collection) -> None:
    collection.updated_at = now()
    db.session.flush()
