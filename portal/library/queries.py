"""Questions about content; which content a person may see is decided here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from portal.db import db, now
from portal.errors import NotFound
from portal.library.models import (
    Asset,
    Contribution,
    Facet,
    Page,
    Review,
    Reviewer,
    Term,
    Version,
    asset_terms,
)
from portal.library.page_queries import all_words
from portal.usage.models import UsageEvent
from portal.usage.queries import effective_events, touches, uses_of_asset
from portal.usage.sums import local_day
from portal.users.models import User

MOST_DRAFTS_SHOWN = 50


def visible_assets(user: User) -> Select[tuple[Asset]]:
    """Select the content that lists show a person.

    Marketing sees all of it; others see what is live, their own drafts and those they were asked about as they stand,
    what their team brought, and what they brought themselves until marketing makes it its own.
    """
    return select(Asset) if user.is_marketing else select(Asset).where(or_(*_listed(user)))


def reachable_assets(user: User) -> Select[tuple[Asset]]:
    """Select the content that a person may open: what lists show them, and what only its own address leads to.

    That is an earlier version they were asked about, the next one of what has expired, and what marketing adopted from
    them and works on. Of it they see what shown_versions says.
    """
    if user.is_marketing:
        return select(Asset)
    asked = _asked_about(user).with_only_columns(Review.asset_id)
    asked_now = asked.where(Review.state == "open")
    return select(Asset).where(
        or_(
            *_listed(user),
            _is_draft() & Asset.id.in_(asked),
            (Asset.state == "published") & Asset.id.in_(asked_now),
            Asset.published_at.is_(None) & Asset.id.in_(_brought_by(user)),
        )
    )


def _listed(user: User) -> tuple[ColumnElement[bool], ...]:
    undecided = _brought_by(user).where(Contribution.outcome.is_distinct_from("adopted"))
    return (
        live(),
        _is_draft() & (Asset.owner_id == user.id),
        _is_draft() & Asset.current_version_id.in_(_asked_about(user)),
        (Asset.state == "from_sales") & Asset.id.in_(_brought_by_team(user)),
        Asset.published_at.is_(None) & Asset.id.in_(undecided),
    )


def _is_draft() -> ColumnElement[bool]:
    return Asset.state.in_(("draft", "in_review"))


def may_open(user: User, asset: Asset) -> bool:
    """Return whether a person may open content (still)."""
    found = reachable_assets(user).where(Asset.id == asset.id).with_only_columns(Asset.id)
    return db.session.scalar(found) is not None


def live() -> ColumnElement[bool]:
    """Say in SQL which content sales may use: published, and not expired."""
    today = local_day(now())
    return and_(Asset.state == "published", or_(Asset.expires_on.is_(None), Asset.expires_on > today))


def _asked_about(user: User) -> Select[tuple[int]]:
    """Select the ids of the versions that a person was asked about."""
    asked = select(Review.version_id).join(Reviewer, Reviewer.review_id == Review.id)
    return asked.where(Reviewer.user_id == user.id, Review.state != "withdrawn")


def _brought_by(user: User) -> Select[tuple[int]]:
    return select(Contribution.asset_id).where(Contribution.contributed_by_id == user.id)


def _brought_by_team(user: User) -> Select[tuple[int]]:
    brought = select(Contribution.asset_id).join(User, User.id == Contribution.contributed_by_id)
    # Whoever is in no team shares theirs with nobody, least of all with all others who are in none.
    return brought.where(User.team_id == user.team_id, User.team_id.is_not(None))


def worth_offering(user: User) -> ColumnElement[bool]:
    """Say in SQL what lists offer a person: content with something in it; marketing is shown what is missing too."""
    return true() if user.is_marketing else Asset.is_placeholder.is_(False)


def visible_asset(user: User, slug: str) -> Asset:
    """Return content that a person may open with its terms, owner and current version, or raise NotFound."""
    asset = db.session.scalar(_whole(reachable_assets(user)).where(Asset.slug == slug))
    if asset is None:
        raise NotFound
    return asset


def _whole(assets: Select[tuple[Asset]]) -> Select[tuple[Asset]]:
    return assets.options(
        joinedload(Asset.owner),
        joinedload(Asset.current_version),
        joinedload(Asset.replaced_by),
        joinedload(Asset.verified_by),
        selectinload(Asset.terms).joinedload(Term.facet),
    )


def withdrawn_asset(user: User, slug: str) -> Asset | None:
    """Return archived or expired content that was in use once, for a page that names its replacement and no more.

    Content from sales that was merged was in use by the team of whoever brought it.
    """
    found = select(Asset).options(joinedload(Asset.replaced_by))
    gone = (Asset.state == "archived") | ((Asset.state == "published") & ~live())
    merged = _brought_by_team(user).where(Contribution.outcome == "merged")
    was_in_use = Asset.published_at.is_not(None) | Asset.id.in_(merged)
    return db.session.scalar(found.where(Asset.slug == slug, gone, was_in_use))


def asset_or_404(asset_id: int) -> Asset:
    """Return content by number for work that acts for the portal itself, or raise NotFound."""
    asset = db.session.scalar(_whole(select(Asset)).where(Asset.id == asset_id))
    if asset is None:
        raise NotFound
    return asset


def asset_with_file(sha256: str) -> Asset | None:
    """Return the content of which this very file is a version, preferably the one in use."""
    found = select(Asset).join(Version, Version.asset_id == Asset.id).where(Version.sha256 == sha256)
    in_use_first = case((Version.id == Asset.current_version_id, 0), else_=1)
    return db.session.scalar(found.order_by(in_use_first, Asset.id).limit(1))


def version_of(asset: Asset, number: int) -> Version:
    """Return one version of content that the caller was allowed to see, or raise NotFound."""
    found = select(Version).where(Version.asset_id == asset.id, Version.number == number)
    version = db.session.scalar(found)
    if version is None:
        raise NotFound
    return version


def visible_version(user: User, asset: Asset, number: int) -> Version:
    """Return one version of content that a person may see, or raise NotFound; see shown_versions."""
    found = shown_versions(user, asset).where(Version.number == number)
    version = db.session.scalar(found)
    if version is None:
        raise NotFound
    return version


def shown_versions(user: User, asset: Asset) -> Select[tuple[Version]]:
    """Select the versions that a person may see who may open content.

    All of their own draft and of what their team brought; else what was in use, what is asked of them, and of what
    is not published what they made.
    """
    found = select(Version).where(Version.asset_id == asset.id)
    is_own_draft = asset.state in ("draft", "in_review") and asset.owner_id == user.id
    if user.is_marketing or is_own_draft or asset.state == "from_sales":
        return found
    seen = or_(Version.published_at.is_not(None), Version.id.in_(_asked_about(user)))
    return found.where(seen if asset.is_published else or_(seen, Version.created_by_id == user.id))


def version_shown_to(user: User, asset: Asset) -> Version | None:
    """Return the version that content's page shows a person: the current one, or else the newest they may see."""
    current = asset.current_version
    if current is None or user.is_marketing or asset.is_published:
        return current
    current_first = (Version.id == current.id).desc()
    return db.session.scalar(
        shown_versions(user, asset).order_by(current_first, Version.number.desc()).limit(1)
    )


def versions_of(user: User, asset: Asset) -> list[Version]:
    """Return the versions that a person may see with who made them, newest first."""
    found = shown_versions(user, asset).options(
        joinedload(Version.created_by), joinedload(Version.published_by)
    )
    return list(db.session.scalars(found.order_by(Version.number.desc())))


def drafts_of(user: User, slugs: Sequence[str] = ()) -> list[Asset]:
    """Return a person's drafts, newest first, or those named that they may see, in the order named."""
    found = _whole(visible_assets(user)).where(Asset.state == "draft", Asset.is_placeholder.is_(False))
    if not slugs:
        newest = found.where(Asset.owner_id == user.id).order_by(Asset.id.desc())
        return list(db.session.scalars(newest.limit(MOST_DRAFTS_SHOWN)).unique())
    place = {slug: index for index, slug in enumerate(slugs)}
    named = db.session.scalars(found.where(Asset.slug.in_(slugs))).unique()
    return sorted(named, key=lambda asset: place[asset.slug])


def opening_texts(version_ids: Sequence[int], *, pages: int = 10, characters: int = 3_000) -> dict[int, str]:
    """Return how each version begins, for proposals: the start of its first pages."""
    found = select(Page.version_id, func.substr(all_words(), 1, characters)).where(
        Page.version_id.in_(version_ids), Page.number <= pages
    )
    texts: dict[int, list[str]] = {}
    for version_id, text in db.session.execute(found.order_by(Page.version_id, Page.number)):
        texts.setdefault(version_id, []).append(text)
    return {version_id: "\n".join(parts) for version_id, parts in texts.items()}


def suggested_assets(user: User, text: str, *, limit: int = 8) -> list[Asset]:
    """Return published content to use whose title has these words, for a type-ahead; most used first."""
    found = select(Asset).where(live(), Asset.current_version_id.is_not(None))
    for word in text.split()[:6]:
        found = found.where(Asset.title.icontains(word, autoescape=True))
    return list(db.session.scalars(found.order_by(Asset.use_count.desc(), Asset.title).limit(limit)))


def facets_with_terms() -> list[Facet]:
    """Return the vocabulary: every facet with its terms, in order."""
    found = select(Facet).options(selectinload(Facet.terms)).order_by(Facet.position, Facet.name)
    return list(db.session.scalars(found))


def term_names(facet: str) -> list[str]:
    """Return the terms of a facet, given by its key, in order."""
    names = select(Term.name).join(Facet, Facet.id == Term.facet_id).where(Facet.key == facet)
    return list(db.session.scalars(names.order_by(Term.position, Term.name)))


def facet_keys() -> set[str]:
    """Return by which facets content can be filtered."""
    return set(db.session.scalars(select(Facet.key)))


def term_uses() -> dict[int, int]:
    """Return for each term how many pieces of content carry it; none is left out of the answer."""
    counted = select(asset_terms.c.term_id, func.count()).group_by(asset_terms.c.term_id)
    return dict(db.session.execute(counted).tuples().all())


def term_or_404(term_id: int) -> Term:
    """Return a term with its facet, or raise NotFound."""
    term = db.session.scalar(select(Term).options(joinedload(Term.facet)).where(Term.id == term_id))
    if term is None:
        raise NotFound
    return term


def recent_uses(
    asset_id: int, deal_ids: Select[tuple[int]], *, limit: int
) -> tuple[list[tuple[UsageEvent, User | None]], int]:
    """Return the latest uses of an asset on no deal or one of these, with who did them, and how many are on others.

    Looking around is left out, and of the others nothing else may be told.
    """
    shown = UsageEvent.deal_id.is_(None) | UsageEvent.deal_id.in_(deal_ids)
    # Where somebody sees no deal at all, no deal would be outside of nothing too.
    outside = UsageEvent.deal_id.is_not(None) & UsageEvent.deal_id.not_in(deal_ids)
    others = effective_events().where(UsageEvent.asset_id == asset_id, touches(), outside)
    others = others.with_only_columns(func.count())
    found = uses_of_asset(asset_id).where(touches(), shown).limit(limit)
    rows = db.session.execute(found.add_columns(others.correlate(None).scalar_subquery())).all()
    number = rows[0][2] if rows else db.session.scalar(others) or 0
    return [(event, user) for event, user, _ in rows], number


def newest_version(asset: Asset) -> Version | None:
    """Return the version with the highest number, which is not the current one while it is read or when refused."""
    found = select(Version).where(Version.asset_id == asset.id).order_by(Version.number.desc()).limit(1)
    return db.session.scalar(found)


def visible_assets_among(user: User, asset_ids: Iterable[int]) -> dict[int, Asset]:
    """Return by id those of some assets that this person may see, for lists that mention content."""
    wanted = set(asset_ids)
    found = visible_assets(user).where(Asset.id.in_(wanted))
    return {asset.id: asset for asset in db.session.scalars(found)} if wanted else {}
