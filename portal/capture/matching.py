"""What was sent, and for which deals: attachments are matched to versions, and recipients' mail domains to deals.

An attachment is a version when it is the same file, or when enough of its pages say what pages of that version say,
by the same prints with which the library finds near-duplicates. Whatever a person may not see is no answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from portal.db import db
from portal.deals.merging.domains import deals_of_domains
from portal.deals.models import Deal
from portal.library.contributions import comparing
from portal.library.documents.pages import PageText
from portal.library.models import Asset, Version
from portal.library.queries import reachable_assets, shown_versions
from portal.users.models import User

# What of an attachment's pages a version has to explain so that it counts as sent: parts of two decks are both.
LEAST_SHARE = 1 / 3
# A mail to more customers than these is no step in a deal of each.
MOST_DEALS = 3
# The number of a version that is none: what an attachment's prints are compared under.
_NONE = 0


@dataclass(frozen=True)
class Match:
    """A version that was sent: `pages` of the `of` pages that were attached are its own, 0 of 0 for the same file."""

    asset_id: int
    version_id: int
    pages: int = 0
    of: int = 0


@dataclass(frozen=True)
class _Known:
    """A version that a person may be told of, and what makes it the better answer of two."""

    asset_id: int
    version_id: int
    rank: tuple[bool, bool, bool, int]


def was_in_use(user: User) -> Select[tuple[Asset]]:
    """Select the content that a person may be told they sent: what they may open, and what everybody used once."""
    used = Asset.published_at.is_not(None) & Asset.state.in_(("published", "archived"))
    reached = reachable_assets(user).with_only_columns(Asset.id)
    return select(Asset).where(used | Asset.id.in_(reached))


def same_files(hashes: Collection[str], user: User) -> dict[str, Match]:
    """Return for each file that is a version the version that it is, the one in use where there are several."""
    found = select(Version.sha256, Version.id).where(Version.sha256.in_(set(hashes)))
    rows = db.session.execute(found).tuples().all()
    known = _known([number for _, number in rows], user)
    best: dict[str, _Known] = {}
    for sha256, number in rows:
        if sha256 and number in known:
            best[sha256] = max(best.get(sha256, known[number]), known[number], key=lambda one: one.rank)
    return {sha256: Match(one.asset_id, one.version_id) for sha256, one in best.items()}


def same_pages(prints: comparing.Prints, user: User) -> list[Match]:
    """Return the versions that explain the pages of an attachment, most pages first; each page counts once."""
    total = len(prints.numbers)
    if not total:
        return []
    alike: dict[int, dict[int, float]] = {}
    for match in comparing.find_matches(prints):
        if match.version_id == _NONE:
            alike.setdefault(match.of_version_id, {})[match.page_number] = match.similarity
    known = _known(list(alike), user)
    left = {number: pages for number, pages in alike.items() if number in known}
    matches: list[Match] = []
    while left:
        best = max(left, key=lambda number: _worth(left[number], known[number]))
        explained = left[best].keys()
        if len(explained) < LEAST_SHARE * total:
            break
        matches.append(Match(known[best].asset_id, best, len(explained), total))
        left = {
            number: rest
            for number, pages in left.items()
            if known[number].asset_id != known[best].asset_id
            and (rest := {page: value for page, value in pages.items() if page not in explained})
        }
    return matches


def prints_of_pages(pages: Sequence[PageText]) -> comparing.Prints:
    """Work out the prints of what was attached; slow for long texts, and without the database."""
    return comparing.prints_of(_NONE, [(page.number, page.words) for page in pages[: comparing.MOST_PAGES]])


def deals_of(domains: Collection[str], user: User) -> list[tuple[Deal, int]]:
    """Return the deals that a mail was probably about, one of each account, and how many more of it are open.

    They come in the order of deals_of_domains: of several, the one that the person worked on last.
    """
    firsts: dict[int | None, Deal] = {}
    counts: dict[int | None, int] = {}
    for deal in deals_of_domains(domains, user):
        firsts.setdefault(deal.account_id, deal)
        counts[deal.account_id] = counts.get(deal.account_id, 0) + 1
    return [(deal, counts[account_id] - 1) for account_id, deal in list(firsts.items())[:MOST_DEALS]]


def _worth(pages: Mapping[int, float], known: _Known) -> tuple[object, ...]:
    """Rank a version: by pages, then how alike they are, and what is in use."""
    return len(pages), round(sum(pages.values()), 3), known.rank


def _known(version_ids: Sequence[int], user: User) -> dict[int, _Known]:
    """Return those of some versions that a person may be told of."""
    found = select(Asset, Version.id, Version.published_at).join(Version, Version.asset_id == Asset.id)
    rows = db.session.execute(found.where(Version.id.in_(version_ids))).tuples().all() if version_ids else []
    known = [
        (asset, number)
        for asset, number, published_at in rows
        if asset.published_at and published_at and asset.state in ("published", "archived")
    ]
    sure = {number for _, number in known}
    others = {asset.id for asset, number, _ in rows if number not in sure}
    if others:
        reached = db.session.scalars(reachable_assets(user).where(Asset.id.in_(others))).all()
        for asset in reached:
            shown = shown_versions(user, asset).where(Version.id.in_(version_ids))
            known += [(asset, number) for number in db.session.scalars(shown.with_only_columns(Version.id))]
    return {number: _Known(asset.id, number, _rank(asset, number, number in sure)) for asset, number in known}


def _rank(asset: Asset, number: int, is_official: bool) -> tuple[bool, bool, bool, int]:
    return asset.is_live, is_official, asset.current_version_id == number, number
