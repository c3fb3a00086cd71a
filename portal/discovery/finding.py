"""Finding content: the engine ranks ids, and the database decides what of it a person sees, counts and pages it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.library.indexing import engine
from portal.library.life.queries import STATE_WORDS, shown_state
from portal.library.models import ASSET_KINDS, Asset, Facet, Page, Term, Version, asset_terms
from portal.library.page_queries import PICTURE_NAME, all_words
from portal.library.queries import visible_assets, worth_offering
from portal.search.engine import IndexUnusableError
from portal.search.query import read_query
from portal.search.snippets import Fragment, best_page
from portal.users.models import User
from portal.web.formatting import kind_words

PER_PAGE = 20
MOST_RANKED = 3_000
MOST_FOUND = 1_000
MOST_PAGES_LOOKED_AT = 60
LOOKED_AT_CHARACTERS = 4_000
SORTS = {
    "relevance": "Best match",
    "newest": "Newest",
    "used": "Most used",
    "rated": "Best rated",
    "title": "Title",
}
Filters = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Hit:
    """One found asset, where in it the words stand best, and a snippet of that page."""

    asset: Asset
    place: int
    score: float | None
    page_number: int | None = None
    fragments: tuple[Fragment, ...] = ()
    thumbnail_page: int | None = None
    thumbnail: str = ""


@dataclass(frozen=True)
class Choice:
    """One value of a filter, and how many of the hits have it."""

    key: str
    name: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Group:
    """One filter with its values."""

    key: str
    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Found:
    """What a search found, as far as the asking person may see it."""

    hits: tuple[Hit, ...]
    total: int
    is_capped: bool
    groups: tuple[Group, ...]
    number: int
    per_page: int
    is_ranked: bool = True
    # The words whose hits these are, where what was typed found nothing; or words that may have been meant.
    instead: str = ""
    did_you_mean: str = ""


@dataclass(frozen=True)
class Wanted:
    """The content that a person may see and that the words fit: the ids in their order, or None for all."""

    user: User
    filters: Filters
    ids: tuple[int, ...] | None
    scores: Mapping[int, float] = field(default_factory=dict)
    is_ranked: bool = True
    is_capped: bool = False

    def assets(self, *, without: str | None = None) -> Select[Any]:
        """Select the ids of the wanted content under all filters, or all but one."""
        visible = visible_assets(self.user).with_only_columns(Asset.id)
        if self.ids is not None:
            visible = visible.where(Asset.id.in_(self.ids))
        return visible.where(*self._conditions(without))

    def first_ids(self, most: int) -> list[int]:
        """Return the ids of the wanted content, up to a number."""
        return list(db.session.scalars(self.assets().order_by(Asset.id).limit(most)))

    def _conditions(self, without: str | None) -> list[ColumnElement[bool]]:
        conditions = [worth_offering(self.user)]
        for key, values in self.filters.items():
            if key == without or not values:
                continue
            if key == "kind":
                conditions.append(Asset.kind.in_(values))
            elif key == "state":
                conditions.append(shown_state().in_(values))
            else:
                conditions.append(_has_term(key, values))
        if not self.filters.get("state") and without != "state":
            conditions.append(Asset.state != "archived")
        return conditions


def _has_term(facet: str, values: Sequence[str]) -> ColumnElement[bool]:
    terms = select(Term.id).join(Facet).where(Facet.key == facet, Term.key.in_(values))
    return (
        exists().where(asset_terms.c.asset_id == Asset.id, asset_terms.c.term_id.in_(terms)).correlate(Asset)
    )


def find(
    user: User,
    text: str,
    filters: Filters | None = None,
    sort: str = "relevance",
    number: int = 1,
    per_page: int = PER_PAGE,
) -> Found:
    """Search, or browse when there are no words; hits, counts and facets hold only what the person may see."""
    text = " ".join(text.replace("\x00", " ").split())
    wanted = matching(user, text, filters or {})
    total = db.session.scalar(select(func.count()).select_from(wanted.assets().subquery())) or 0
    number = min(number, max(1, -(-total // per_page)))
    ids = _page_of_ids(wanted, sort if text or sort != "relevance" else "newest", number, per_page)
    return Found(
        hits=_hits(ids, wanted, text, (number - 1) * per_page),
        total=total,
        is_capped=wanted.is_capped,
        groups=_groups(wanted),
        number=number,
        per_page=per_page,
        is_ranked=wanted.is_ranked,
    )


def matching(user: User, text: str, filters: Filters) -> Wanted:
    """Return the content that words and filters fit, as far as a person may see it."""
    if not text:
        return Wanted(user, filters, None)
    try:
        ranked = engine().rank(read_query(text), MOST_RANKED)
    except IndexUnusableError:
        current_app.logger.exception("the search index cannot be used; the database answers instead")
        return _kept(user, filters, _by_database(user, text), is_ranked=False)
    if not ranked and engine().check() is not None:
        return _kept(user, filters, _by_database(user, text), is_ranked=False)
    scores = {hit.id: hit.score for hit in ranked}
    offered = visible_assets(user).with_only_columns(Asset.id).where(worth_offering(user))
    seen = set(db.session.scalars(offered.where(Asset.id.in_(scores))))
    cut = len(scores) >= MOST_RANKED
    return _kept(user, filters, tuple(number for number in scores if number in seen), scores, is_cut=cut)


def _kept(
    user: User,
    filters: Filters,
    ids: tuple[int, ...],
    scores: Mapping[int, float] | None = None,
    *,
    is_ranked: bool = True,
    is_cut: bool = False,
) -> Wanted:
    """Keep the first of what a person may see: what they may not see takes nobody's place."""
    capped = len(ids) > MOST_FOUND or is_cut
    return Wanted(user, filters, ids[:MOST_FOUND], scores or {}, is_ranked, capped)


def _by_database(user: User, text: str) -> tuple[int, ...]:
    """Find without an index: every word in the title, summary or a page; the newest first."""
    found = visible_assets(user).with_only_columns(Asset.id)
    for word in text.split()[:8]:
        page = select(Page.version_id).where(all_words().icontains(word, autoescape=True))
        in_title = Asset.title.icontains(word, autoescape=True)
        in_summary = Asset.summary.icontains(word, autoescape=True)
        found = found.where(or_(in_title, in_summary, Asset.current_version_id.in_(page)))
    return tuple(
        db.session.scalars(found.order_by(Asset.published_at.desc().nulls_last()).limit(MOST_FOUND + 1))
    )


def _page_of_ids(wanted: Wanted, sort: str, number: int, per_page: int) -> list[int]:
    first = (number - 1) * per_page
    if sort == "relevance" and wanted.ids is not None:
        kept = set(db.session.scalars(wanted.assets()))
        return [asset_id for asset_id in wanted.ids if asset_id in kept][first : first + per_page]
    orders: dict[str, list[Any]] = {
        "used": [Asset.use_count.desc()],
        "rated": [Asset.rating_rank.desc(), Asset.rating_count.desc()],
        "title": [func.lower(Asset.title)],
    }
    order = orders.get(sort, [func.coalesce(Asset.published_at, Asset.updated_at).desc()])
    return list(db.session.scalars(wanted.assets().order_by(*order, Asset.id).limit(per_page).offset(first)))


def _hits(ids: list[int], wanted: Wanted, text: str, before: int) -> tuple[Hit, ...]:
    if not ids:
        return ()
    version = joinedload(Asset.current_version).load_only(
        Version.number, Version.page_count, Version.preview_kind, Version.published_at
    )
    assets = {
        asset.id: asset
        for asset in db.session.scalars(select(Asset).where(Asset.id.in_(ids)).options(version))
    }
    pages = _pages([asset.current_version_id for asset in assets.values()], with_text=bool(text))
    hits = []
    for place, asset_id in enumerate(ids, before + 1):
        asset = assets[asset_id]
        own = pages.get(asset.current_version_id or 0, [])
        number, fragments = (
            best_page([(page.number, page.text) for page in own], read_query(text))
            if text and own
            else (None, ())
        )
        pictured = {page.number: page.thumbnail for page in own if page.thumbnail}
        drawn = number if number in pictured else min(pictured, default=None)
        score = wanted.scores.get(asset_id)
        page, picture = number if fragments else None, pictured.get(drawn or 0, "")[:PICTURE_NAME]
        hits.append(Hit(asset, place, score, page, tuple(fragments), drawn, picture))
    return tuple(hits)


@dataclass(frozen=True)
class _LookedAt:
    """One page of a hit: its number, its small picture's sha256 if it has one, and how it begins."""

    number: int
    thumbnail: str | None
    text: str


def _pages(version_ids: Sequence[int | None], *, with_text: bool) -> dict[int, list[_LookedAt]]:
    text = func.substr(all_words(), 1, LOOKED_AT_CHARACTERS) if with_text else literal("")
    found = select(Page.version_id, Page.number, Page.thumbnail_sha256, text)
    found = found.where(Page.version_id.in_([number for number in version_ids if number]))
    found = found.where(Page.number <= (MOST_PAGES_LOOKED_AT if with_text else 1))
    pages: dict[int, list[_LookedAt]] = {}
    for version_id, *page in db.session.execute(found.order_by(Page.version_id, Page.number)):
        pages.setdefault(version_id, []).append(_LookedAt(*page))
    return pages


def _groups(wanted: Wanted) -> tuple[Group, ...]:
    groups = [
        _column_group(wanted, "kind", "Kind", Asset.kind, {kind: kind_words(kind) for kind in ASSET_KINDS})
    ]
    chosen = {key: set(values) for key, values in wanted.filters.items()}
    counts = _term_counts(wanted, None)
    for key in chosen.keys() - {"kind", "state"}:
        counts.update({(facet, term): 0 for facet, term in counts if facet == key})
        counts.update({pair: number for pair, number in _term_counts(wanted, key).items() if pair[0] == key})
    terms = select(Facet.key, Facet.name, Term.key, Term.name).join(Term, Term.facet_id == Facet.id)
    by_facet: dict[tuple[str, str], list[Choice]] = {}
    for facet, facet_name, term, name in db.session.execute(
        terms.order_by(Facet.position, Facet.id, Term.position, Term.name)
    ):
        number, is_chosen = counts.get((facet, term), 0), term in chosen.get(facet, ())
        if number or is_chosen:
            by_facet.setdefault((facet, facet_name), []).append(Choice(term, name, number, is_chosen))
    groups += [Group(facet, name, tuple(choices)) for (facet, name), choices in by_facet.items()]
    if wanted.user.is_marketing:
        groups.append(_column_group(wanted, "state", "State", shown_state(), STATE_WORDS))
    return tuple(group for group in groups if group.choices)


def _term_counts(wanted: Wanted, without: str | None) -> dict[tuple[str, str], int]:
    counts = (
        select(Facet.key, Term.key, func.count())
        .select_from(asset_terms)
        .join(Term, Term.id == asset_terms.c.term_id)
        .join(Facet, Facet.id == Term.facet_id)
        .where(asset_terms.c.asset_id.in_(wanted.assets(without=without)))
        .group_by(Facet.key, Term.key)
    )
    return {(facet, term): number for facet, term, number in db.session.execute(counts)}


def _column_group(wanted: Wanted, key: str, name: str, column: Any, words: Mapping[str, str]) -> Group:
    counts = select(column, func.count()).where(Asset.id.in_(wanted.assets(without=key))).group_by(column)
    known: dict[str, int] = dict(db.session.execute(counts).tuples().all())
    chosen = set(wanted.filters.get(key, ()))
    choices = (Choice(value, word, known.get(value, 0), value in chosen) for value, word in words.items())
    return Group(key, name, tuple(choice for choice in choices if choice.count or choice.chosen))
