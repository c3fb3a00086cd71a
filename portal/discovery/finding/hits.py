"""The hits of one page: each with its best page, a snippet of it, its picture, and why it stands there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import joinedload

from portal.db import IDS, db, one_of, sent
from portal.deals.models import Deal
from portal.discovery.finding.found import Hit
from portal.discovery.finding.listing import Listing
from portal.discovery.finding.reasons import Read, boost_reasons, term_names, word_reasons
from portal.discovery.finding.wanted import Wanted
from portal.library.models import Asset, Page, Version
from portal.library.page_queries import PICTURE_NAME, all_words
from portal.search.snippets import Fragment, best_page
from portal.users.models import User

# Of each hit, from its first page on: fifty dense pages, or two hundred slides.
LOOKED_AT_CHARACTERS = 100_000
MOST_ALIKE_SHOWN = 10


def _pages_as_read(*, with_text: bool) -> Select[tuple[int, int, str | None, str, int]]:
    """Select the pages of some versions with their text as far as it is looked at, and how long it is."""
    text = all_words() if with_text else literal("")
    until = func.sum(func.length(text)).over(partition_by=Page.version_id, order_by=Page.number)
    own = select(
        Page.version_id, Page.number, Page.thumbnail_sha256, text.label("text"), until.label("until")
    )
    own = own.where(one_of(Page.version_id, IDS))
    of = (own if with_text else own.where(Page.number == 1)).subquery().c
    length = func.length(of.text)
    room = LOOKED_AT_CHARACTERS - of.until + length
    found = select(of.version_id, of.number, of.thumbnail_sha256, func.substr(of.text, 1, room), length)
    return found.where(room > 0).order_by(of.version_id, of.number)


_PAGES, _FIRST_PAGES = _pages_as_read(with_text=True), _pages_as_read(with_text=False)
_ASSETS = (
    select(Asset)
    .where(one_of(Asset.id, IDS))
    .options(
        joinedload(Asset.current_version).load_only(
            Version.number, Version.page_count, Version.preview_kind, Version.published_at
        ),
        joinedload(Asset.owner).load_only(User.name),
    )
)


@dataclass(frozen=True)
class _LookedAt:
    """One page of a hit: its number, its small picture's sha256 if it has one, what is read of it, and its length."""

    number: int
    thumbnail: str | None
    text: str
    length: int


def hits_of(wanted: Wanted, listed: Listing, before: int, deal: Deal | None) -> tuple[Hit, ...]:
    """Return the hits of a page of the list; `before` of them stand on earlier pages."""
    if not listed.ids:
        return ()
    folded = {number for ids in listed.alike.values() for number in ids[:MOST_ALIKE_SHOWN]}
    assets = _assets({*listed.ids, *folded})
    versions = [assets[number].current_version_id for number in listed.ids]
    pages = _pages(versions, with_text=wanted.query is not None)
    terms = term_names(listed.ids) if wanted.ranked else {}
    hits = []
    for place, number in enumerate(listed.ids, before + 1):
        asset = assets[number]
        own = pages.get(asset.current_version_id or 0, [])
        best, fragments = _best(wanted, own)
        pictured = {page.number: page.thumbnail for page in own if page.thumbnail}
        drawn = best if best in pictured else min(pictured, default=None)
        ranked, alike = wanted.ranked.get(number), listed.alike.get(number, [])
        hits.append(
            Hit(
                asset,
                place,
                ranked.score if ranked else None,
                best if any(fragment.match for fragment in fragments) else None,
                fragments,
                drawn,
                pictured.get(drawn or 0, "")[:PICTURE_NAME],
                _why(wanted, listed, asset, own, terms, deal),
                tuple(assets[each] for each in alike[:MOST_ALIKE_SHOWN]),
                len(alike),
            )
        )
    return tuple(hits)


def _best(wanted: Wanted, pages: Sequence[_LookedAt]) -> tuple[int | None, tuple[Fragment, ...]]:
    if wanted.query is None or not pages:
        return None, ()
    number, fragments = best_page([(page.number, page.text) for page in pages], wanted.query)
    return number, tuple(fragments)


def _why(
    wanted: Wanted,
    listed: Listing,
    asset: Asset,
    pages: Sequence[_LookedAt],
    terms: Mapping[int, str],
    deal: Deal | None,
) -> tuple[str, ...]:
    """Say why a hit stands where it does; only where that order is the one of the list."""
    ranked = wanted.ranked.get(asset.id)
    if asset.id not in listed.facts or ranked is None or wanted.query is None:
        return ()
    texts = [asset.title, asset.summary, asset.guidance.text, terms.get(asset.id, "")]
    texts += [page.text for page in pages]
    version = asset.current_version
    cut = any(len(page.text) < page.length for page in pages)
    whole = not cut and (version is None or version.page_count <= len(pages))
    of_words = word_reasons(wanted.query, wanted.synonyms, ranked, Read(tuple(texts), whole))
    boosts = listed.boosts[asset.id]
    if listed.all_approved:
        boosts = {name: share for name, share in boosts.items() if name != "approved"}
    return (*of_words, *boost_reasons(listed.facts[asset.id], boosts, deal))


def _assets(ids: set[int]) -> dict[int, Asset]:
    return {asset.id: asset for asset in db.session.scalars(_ASSETS, sent(ids))}


def _pages(version_ids: Sequence[int | None], *, with_text: bool) -> dict[int, list[_LookedAt]]:
    """Return the pages of some versions as far as they are looked at, or the first ones without text."""
    found = _PAGES if with_text else _FIRST_PAGES
    pages: dict[int, list[_LookedAt]] = {}
    for version_id, *page in db.session.execute(found, sent(number for number in version_ids if number)):
        pages.setdefault(version_id, []).append(_LookedAt(*page))
    return pages
