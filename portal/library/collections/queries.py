"""Questions about collections; which of them, and what in them, a person may see is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.errors import NotFound
from portal.library.models import Asset, Collection, CollectionItem, Page, Version
from portal.library.page_queries import PICTURE_NAME
from portal.library.queries import visible_assets
from portal.users.models import User

MOST_OFFERED = 200
Shelf = Literal["published", "own", "proposed"]


def visible_collections(user: User) -> Select[tuple[Collection]]:
    """Select the collections that a person may see: published ones and their own; marketing sees proposed ones."""
    own, proposed = Collection.owner_id == user.id, _on_shelf(user, "proposed")
    return select(Collection).where(or_(Collection.published_at.is_not(None), own, proposed))


def _on_shelf(user: User, shelf: Shelf) -> ColumnElement[bool]:
    if shelf == "own":
        return Collection.owner_id == user.id
    if shelf == "published":
        return Collection.published_at.is_not(None)
    if not user.is_marketing:
        return false()
    return and_(Collection.proposed_at.is_not(None), Collection.published_at.is_(None))


def listed_collections(user: User, shelf: Shelf) -> Select[tuple[Collection]]:
    """Select the published collections, a person's own, or those proposed to them, the last changed first."""
    listed = visible_collections(user).options(joinedload(Collection.owner)).where(_on_shelf(user, shelf))
    return listed.order_by(Collection.updated_at.desc(), Collection.id.desc())


def collection_counts(user: User) -> dict[Shelf, int]:
    """Return how many collections are published, how many a person has, and how many wait for marketing."""
    shelves: tuple[Shelf, ...] = ("published", "own", "proposed")
    counts = [func.count(case((_on_shelf(user, shelf), 1))) for shelf in shelves]
    return dict(zip(shelves, db.session.execute(select(*counts)).one(), strict=True))


def visible_collection(user: User, slug: str) -> Collection:
    """Return one collection with its owner, or raise NotFound."""
    found = visible_collections(user).where(Collection.slug == slug)
    collection = db.session.scalar(found.options(joinedload(Collection.owner)))
    if collection is None:
        raise NotFound
    return collection


def may_edit(user: User, collection: Collection) -> bool:
    """Say whether a person may change a collection that they see: marketing a published one, else its owner."""
    return user.is_marketing if collection.is_published else collection.owner_id == user.id


@dataclass(frozen=True)
class Piece:
    """Content in a collection: why it is there, and whether the person who looks may open it."""

    asset: Asset
    note: str
    is_open: bool

    @property
    def title(self) -> str:
        """Its title, unless it never was for this person to read."""
        withdrawn = self.asset.published_at is not None and (
            self.asset.state == "archived" or self.asset.is_expired
        )
        return self.asset.title if self.is_open or withdrawn else "Not shared with you any more"

    @property
    def replacement(self) -> Asset | None:
        """What is to be used instead, when it is no longer in use and its replacement is."""
        instead = self.asset.replaced_by
        return instead if not self.asset.is_live and instead is not None and instead.is_live else None

    @property
    def is_for_all(self) -> bool:
        """Whether everyone who reads the collection sees it there."""
        return self.asset.is_live


def pieces_of(user: User, collection: Collection) -> list[Piece]:
    """Return everything in a collection in its order, for somebody who may change it."""
    seen = visible_assets(user).with_only_columns(Asset.id)
    found = (
        select(Asset, CollectionItem.note, Asset.id.in_(seen))
        .join(CollectionItem, CollectionItem.asset_id == Asset.id)
        .where(CollectionItem.collection_id == collection.id)
        .options(joinedload(Asset.current_version), joinedload(Asset.replaced_by))
        .order_by(CollectionItem.position, Asset.id)
    )
    return [Piece(*row) for row in db.session.execute(found)]


@dataclass(frozen=True)
class Cover:
    """The content whose picture stands for a collection; without a name of a picture it has none."""

    slug: str
    kind: str
    number: int | None
    picture: str


@dataclass(frozen=True)
class Card:
    """A collection in a list: how many pieces its reader sees in it, and its cover."""

    collection: Collection
    pieces: int
    cover: Cover | None


def cards_of(user: User, collections: Sequence[Collection]) -> list[Card]:
    """Return how each of some collections looks to a person, in one statement."""
    drawn = exists().where(Page.version_id == Asset.current_version_id, Page.thumbnail_sha256.is_not(None))
    # What was chosen, else the first piece that has a picture, else the first.
    chosen = case((Asset.id == Collection.cover_asset_id, 0), else_=1)
    order = (chosen, case((drawn, 0), else_=1), CollectionItem.position, Asset.id)
    part = CollectionItem.collection_id
    ranked = (
        visible_assets(user)
        .join(CollectionItem, CollectionItem.asset_id == Asset.id)
        .join(Collection, Collection.id == CollectionItem.collection_id)
        .outerjoin(Version, Version.id == Asset.current_version_id)
        .where(part.in_([collection.id for collection in collections]))
        .with_only_columns(
            part.label("collection_id"),
            func.count().over(partition_by=part).label("pieces"),
            func.row_number().over(partition_by=part, order_by=order).label("place"),
            Asset.slug,
            Asset.kind,
            Version.id.label("version_id"),
            Version.number,
        )
        .subquery()
    )
    picture = (
        select(Page.thumbnail_sha256)
        .where(Page.version_id == ranked.c.version_id, Page.thumbnail_sha256.is_not(None))
        .order_by(Page.is_hidden, Page.number)
        .limit(1)
    ).scalar_subquery()
    firsts = select(ranked, picture.label("picture")).where(ranked.c.place == 1)
    found = {row.collection_id: row for row in db.session.execute(firsts)} if collections else {}
    return [_card(collection, found.get(collection.id)) for collection in collections]


def _card(collection: Collection, row: Any) -> Card:
    if row is None:
        return Card(collection, 0, None)
    return Card(
        collection, row.pieces, Cover(row.slug, row.kind, row.number, (row.picture or "")[:PICTURE_NAME])
    )


@dataclass(frozen=True)
class CollectionLine:
    """A collection by its name, as the page of a piece of content mentions it."""

    slug: str
    name: str
    is_published: bool


@dataclass(frozen=True)
class CollectionPanel:
    """The collections that hold a piece of content, and those that a person may add it to."""

    holding: list[CollectionLine]
    choices: list[CollectionLine]


def collection_panel(user: User, asset_id: int) -> CollectionPanel:
    """Return in which collections a person sees a piece of content, and to which they may add it."""
    holds = exists().where(CollectionItem.collection_id == Collection.id, CollectionItem.asset_id == asset_id)
    published = Collection.published_at.is_not(None)
    editable = or_(~published & (Collection.owner_id == user.id), published if user.is_marketing else false())
    found = (
        visible_collections(user)
        .where(or_(holds, editable))
        .with_only_columns(Collection.slug, Collection.name, published, holds)
        .order_by(holds.desc(), Collection.updated_at.desc(), Collection.id.desc())
        .limit(MOST_OFFERED)
    )
    rows = [(CollectionLine(slug, name, out), held) for slug, name, out, held in db.session.execute(found)]
    return CollectionPanel([line for line, held in rows if held], [line for line, held in rows if not held])
