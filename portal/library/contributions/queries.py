"""Questions about content from sales: whose it is, what became of it, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.errors import Forbidden, NotFound
from portal.library.contributions.origins import Origin, origins_of
from portal.library.contributions.proposals import Proposal, alike, proposals
from portal.library.models import Asset, Contribution, Version
from portal.library.queries import shown_versions, visible_asset, visible_assets
from portal.users.models import User

# As much is put together at a time; the oldest come first, so that none is forgotten.
MOST_WAITING = 500
MOST_PLACES = 20


@dataclass(frozen=True)
class SameFile:
    """A file that is in the library already, as a version of content that the asking person may see."""

    asset: Asset
    number: int


@dataclass(frozen=True)
class OriginPanel:
    """What the page of a piece of content says of where it comes from."""

    contribution: Contribution | None
    merged_makers: tuple[str, ...]
    origins: list[Origin]
    is_mine: bool
    may_decide: bool
    is_waiting: bool
    is_withdrawn: bool
    alike: int = 0

    @property
    def tells_why_archived(self) -> bool:
        """Whether it says why content is put away, so that nothing else has to."""
        outcome = self.contribution.outcome if self.contribution else None
        return self.is_withdrawn or outcome in ("merged", "declined")


def _whole() -> Select[tuple[Contribution]]:
    version = joinedload(Contribution.asset).joinedload(Asset.current_version)
    return select(Contribution).options(
        version,
        joinedload(Contribution.contributed_by),
        joinedload(Contribution.decided_by),
        joinedload(Contribution.merged_into),
    )


def _waits() -> ColumnElement[bool]:
    return Contribution.outcome.is_(None) & (Asset.state == "from_sales")


def contribution_of(asset: Asset) -> Contribution | None:
    """Return who brought content and what became of it, or None for content that marketing made."""
    return db.session.scalar(_whole().where(Contribution.asset_id == asset.id))


def story_of(asset: Asset) -> str:
    """Return what whoever brought content said of it: a summary to begin with."""
    return db.session.scalar(select(Contribution.story).where(Contribution.asset_id == asset.id)) or ""


def visible_contribution(user: User, slug: str) -> Contribution:
    """Return content from sales that a person may see, or raise NotFound."""
    contribution = contribution_of(visible_asset(user, slug))
    if contribution is None:
        raise NotFound
    return contribution


def own_contribution(user: User, slug: str) -> Contribution:
    """Return a person's own content from sales; Forbidden for that of others which they may see."""
    contribution = visible_contribution(user, slug)
    if contribution.contributed_by_id != user.id:
        raise Forbidden("Only the person who brought this can do that.")
    return contribution


def contributions_named(user: User, slugs: Sequence[str]) -> list[Contribution]:
    """Return content from sales by its slugs as far as a person may see it, or raise NotFound for what is missing."""
    wanted = list(dict.fromkeys(slugs))
    seen = visible_assets(user).where(Asset.slug.in_(wanted)).with_only_columns(Asset.id)
    found = list(db.session.scalars(_whole().where(Contribution.asset_id.in_(seen)))) if wanted else []
    if len(found) != len(wanted):
        raise NotFound
    return found


def same_file(user: User, sha256: str) -> SameFile | None:
    """Return where a person finds this very file already: as official content, or as what they brought themselves.

    What others brought is none of it: the same file from several people is one proposal. Nor is what the person may
    not see: nobody learns from a refusal what is in the library.
    """
    places = select(Version.asset_id).where(Version.sha256 == sha256)
    own = select(Contribution.asset_id).where(Contribution.contributed_by_id == user.id)
    counts = Asset.state.in_(("published", "draft", "in_review")) | Asset.id.in_(own)
    seen = visible_assets(user).where(Asset.id.in_(places), counts)
    in_use_first = seen.order_by((Asset.state == "published").desc(), Asset.id).limit(MOST_PLACES)
    for asset in db.session.scalars(in_use_first).all():
        shown = shown_versions(user, asset).where(Version.sha256 == sha256).order_by(Version.number)
        version = db.session.scalar(shown.limit(1))
        if version is not None:
            return SameFile(asset, version.number)
    return None


def origin_panel(user: User, asset: Asset) -> OriginPanel:
    """Return what the page of a piece of content says of where it comes from."""
    merged = (Contribution.merged_into_id == asset.id) & (Contribution.outcome == "merged")
    told = db.session.scalars(_whole().where(or_(Contribution.asset_id == asset.id, merged))).all()
    contribution = next((one for one in told if one.asset_id == asset.id), None)
    makers = {one.contributed_by.name for one in told if one is not contribution}
    version = asset.current_version
    waiting = asset.state == "from_sales"
    undecided = contribution is not None and contribution.outcome is None
    is_mine = contribution is not None and contribution.contributed_by_id == user.id
    may_decide = user.is_marketing and undecided and waiting
    return OriginPanel(
        contribution=contribution,
        merged_makers=tuple(sorted(makers)),
        origins=origins_of(version, user) if version and not asset.is_published else [],
        is_mine=is_mine,
        may_decide=may_decide,
        is_waiting=undecided and waiting,
        is_withdrawn=undecided and asset.state == "archived",
        alike=len(_alike_to(asset)) if may_decide else 0,
    )


def waiting_with(contribution: Contribution) -> list[Contribution]:
    """Return what else waits that is one proposal with content from sales, what was brought first before others."""
    others = _alike_to(contribution.asset)
    found = _whole().where(Contribution.asset_id.in_(others)).order_by(Contribution.id)
    return list(db.session.scalars(found)) if others else []


def _alike_to(asset: Asset) -> set[int]:
    """Return the other assets that wait and are one proposal with content from sales."""
    waiting = select(Asset.id).join(Contribution, Contribution.asset_id == Asset.id).where(_waits())
    found, fresh = {asset.id}, {asset.id}
    while fresh and len(found) < MOST_WAITING:
        pairs = alike(among=waiting, of=fresh)
        fresh = {one for pair in pairs for one in pair} - found
        found |= fresh
    return found - {asset.id}


def waiting_count() -> int:
    """Return how much content from sales waits for a decision of marketing."""
    found = select(func.count()).select_from(Contribution).join(Asset, Asset.id == Contribution.asset_id)
    return db.session.scalar(found.where(_waits())) or 0


def waiting_proposals() -> list[Proposal]:
    """Return what waits for a decision, like content together: what most people made first, then the oldest."""
    found = _whole().join(Asset, Asset.id == Contribution.asset_id).where(_waits())
    waiting = list(db.session.scalars(found.order_by(Contribution.id).limit(MOST_WAITING)))
    return sorted(proposals(waiting), key=lambda proposal: (-len(proposal.people), proposal.first.id))


def decided_contributions() -> Select[tuple[Contribution]]:
    """Select what was decided on, the latest first, for paging."""
    return (
        _whole()
        .where(Contribution.outcome.is_not(None))
        .order_by(Contribution.decided_at.desc(), Contribution.id.desc())
    )


def own_contributions(user: User) -> list[Contribution]:
    """Return what a person brought, the latest first."""
    found = _whole().where(Contribution.contributed_by_id == user.id)
    return list(db.session.scalars(found.order_by(Contribution.id.desc()).limit(MOST_WAITING)))
