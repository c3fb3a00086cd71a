"""What people follow in the library, and telling them: new versions, new content under a filter, what is archived.

Each is told in one statement for all who follow a thing, however many they are, and only to those who may see it then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.db import db
from portal.errors import NotFound
from portal.library.models import Asset, Facet, Term, Version, asset_terms
from portal.library.queries import reachable_assets
from portal.notifications.following import active_followers, followed_among, followed_by
from portal.notifications.models import Follow
from portal.notifications.services import Group, notify_selected
from portal.users.access import MARKETING
from portal.users.models import User

MOST_LISTED = 500
_LONGEST = 120


def followable_asset(user: User, asset_id: int) -> Asset:
    """Return content that a person may open, to be followed, or raise NotFound."""
    asset = db.session.scalar(reachable_assets(user).where(Asset.id == asset_id))
    if asset is None:
        raise NotFound
    return asset


def followed_assets(user: User) -> list[Asset]:
    """Return the content that a person follows and may open, or whose old links still tell its title, by title."""
    seen = reachable_assets(user).with_only_columns(Asset.id)
    found = select(Asset).where(Asset.id.in_(followed_by(user.id, "asset")))
    found = found.where(or_(Asset.id.in_(seen), Asset.published_at.is_not(None)))
    return list(db.session.scalars(found.order_by(Asset.title, Asset.id).limit(MOST_LISTED)))


def followable_term(user: User, facet_key: str, term_key: str) -> tuple[Term, bool] | None:
    """Return the term that a filter of the library names, and whether a person follows it; None if there is none."""
    mine = select(Follow).where(Follow.subject == "term", Follow.subject_id == Term.id)
    found = select(Term, mine.where(Follow.user_id == user.id).exists()).join(Facet)
    found = found.options(contains_eager(Term.facet)).where(Facet.key == facet_key, Term.key == term_key)
    row = db.session.execute(found).one_or_none()
    return (row[0], row[1]) if row else None


def followed_terms(user: User) -> list[Term]:
    """Return the terms that a person follows with their facets, in the order of the vocabulary."""
    found = select(Term).join(Facet).options(joinedload(Term.facet))
    found = found.where(Term.id.in_(followed_by(user.id, "term")))
    return list(
        db.session.scalars(found.order_by(Facet.position, Term.position, Term.name).limit(MOST_LISTED))
    )


def tell_of_version(asset: Asset, version: Version, by: User | None, *, is_first: bool) -> None:
    """Tell those who follow content that a version of it is in use, and of its first one those who follow its terms."""
    event = _Event(f"/library/{asset.slug}", f"in-use:{asset.id}:{version.id}")
    title = _short(asset.title)
    words = f"“{title}” is published" if is_first else f"“{title}” has a new version: {version.number}"
    _tell(asset, by, event, words)
    if not is_first:
        return
    for term in _followed_terms_of(asset):
        # Who was told of it already, following the content or another of its terms, is not told twice.
        name = f"{term.facet.name}: {term.name}"
        group = Group(f"follow:term:{term.id}", f"new pieces of content with {name}")
        people = _who_sees(asset, active_followers("term", term.id, besides=by.id if by else None))
        notify_selected(people, title=f"New with {name}: “{title}”", group=group, **event.facts)


def tell_of_end(archived: Sequence[tuple[Asset, Asset | None]], by: User | None) -> None:
    """Tell those who follow content that it is out of use, and where what is to be used instead is."""
    known = followed_among("asset", [asset.id for asset, _ in archived])
    for asset, instead in archived:
        if asset.id in known and asset.archived_at is not None:
            key = f"archived:{asset.id}:{asset.archived_at.isoformat()}"
            words = f"“{_short(asset.title)}” is archived"
            words += f": use “{_short(instead.title)}” instead" if instead else ""
            _tell(asset, by, _Event(f"/library/{(instead or asset).slug}", key), words)


def tell_of_return(asset: Asset, by: User | None) -> None:
    """Tell those who follow content that it is in use again."""
    event = _Event(f"/library/{asset.slug}", f"restored:{asset.id}:{asset.updated_at.isoformat()}")
    _tell(asset, by, event, f"“{_short(asset.title)}” is in use again")


@dataclass(frozen=True)
class _Event:
    address: str
    key: str

    @property
    def facts(self) -> dict[str, str]:
        return {"kind": "follow", "address": self.address, "event_key": self.key}


def _tell(asset: Asset, by: User | None, event: _Event, words: str) -> None:
    group = Group(f"follow:asset:{asset.id}", f"changes of “{_short(asset.title)}”")
    people = _who_sees(asset, active_followers("asset", asset.id, besides=by.id if by else None))
    notify_selected(people, title=words, group=group, **event.facts)


def _who_sees(asset: Asset, people: Select[tuple[int]]) -> Select[tuple[int]]:
    """Leave those who may see content now, or the page that says what became of it."""
    is_known = asset.is_live or (asset.state == "archived" and asset.published_at is not None)
    return people if is_known else people.where(User.role.in_(MARKETING))


def _followed_terms_of(asset: Asset) -> list[Term]:
    carried = select(asset_terms.c.term_id).where(asset_terms.c.asset_id == asset.id)
    found = select(Term).options(joinedload(Term.facet)).where(Term.id.in_(carried))
    terms = list(db.session.scalars(found.order_by(Term.facet_id, Term.position)))
    known = followed_among("term", [term.id for term in terms])
    return [term for term in terms if term.id in known]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
