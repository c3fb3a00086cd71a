"""The report of what sales builds for itself: like content as one row, as a sign of what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from flask import current_app

from portal.db import now
from portal.library.contributions.origins import Origin, origins_of_versions
from portal.library.contributions.proposals import Proposal, proposals
from portal.library.models import Asset
from portal.library.queries import visible_assets_among
from portal.reports import queries
from portal.reports.filters import Filters
from portal.reports.table import Column, Row, Table, Value
from portal.usage.sums import local_day
from portal.users.models import User
from portal.web.formatting import kind_words

COLUMNS = (
    Column(
        "content",
        "What was made",
        "text",
        "What reps brought; files that share at least half of their pages are one row, named after the first.",
    ),
    Column("kind", "Kind", "text", "The kind of content."),
    Column("people", "People", "count", "How many people made it."),
    Column("teams", "Teams", "count", "In how many teams they are now."),
    Column("files", "Files", "count", "How many files that are."),
    Column("deals", "Deals", "count", "For how many deals it was made, as far as that was said."),
    Column("pipeline", "Open pipeline", "money", "What those of these deals are worth that are open now."),
    Column(
        "closest",
        "Closest official content",
        "text",
        "The published content that most of its pages come from.",
    ),
    Column("share", "Pages from it", "percent", "The share of its pages that come from there."),
    Column("last", "Last", "date", "When the latest of these files was brought."),
    Column("outcome", "Outcome", "text", "What marketing decided."),
)
_OUTCOMES = {None: "waiting", "adopted": "adopted", "merged": "merged", "declined": "declined"}


def from_sales_table(user: User | None, filters: Filters) -> Table:
    """Build the report; content that a person may not see is not named to them, nor are the deals to anybody."""
    return Table(
        name="from-sales",
        title="From sales",
        columns=COLUMNS,
        rows=_rows(user, filters),
        filters=(("Kind", filters.kind_words), ("Team", filters.team_words)),
        period=filters.period.words,
        data_as_of=now(),
        notes=(
            "What its maker took back is left out.",
            "Content that another team shares with marketing alone is counted, but not named.",
        ),
        currency=current_app.config["BASE_CURRENCY"],
        drawn="people",
    ).sorted_by("-people")


def _rows(user: User | None, filters: Filters) -> tuple[Row, ...]:
    brought = queries.contributions(filters)
    versions = [item.asset.current_version for item in brought if item.asset.current_version]
    origins = origins_of_versions(versions, user)
    open_deals = queries.open_amounts(item.deal_id for item in brought if item.deal_id)
    shown = {item.asset_id: item.asset for item in brought}
    if user is not None:
        shown = visible_assets_among(user, shown)
    return tuple(_row(proposal, shown, origins, open_deals) for proposal in proposals(brought))


def _row(
    proposal: Proposal, shown: dict[int, Asset], origins: dict[int, list[Origin]], open_deals: dict[int, int]
) -> Row:
    members, first = proposal.contributions, proposal.first
    named = next((shown[item.asset_id] for item in members if item.asset_id in shown), None)
    closest = _closest(origins.get(item.asset.current_version_id or 0, []) for item in members)
    worth = [open_deals[deal_id] for deal_id in proposal.deals if deal_id in open_deals]
    outcomes = Counter(_OUTCOMES[item.outcome] for item in members)
    values: tuple[Value, ...] = (
        named.title if named else _unnamed(proposal),
        kind_words(first.asset.kind),
        len(proposal.people),
        len(proposal.teams),
        len(members),
        len(proposal.deals),
        sum(worth) if worth else None,
        closest.asset.title if closest else None,
        closest.share if closest else None,
        local_day(max(item.created_at for item in members)),
        ", ".join(f"{count} {word}" for word, count in outcomes.items())
        if len(members) > 1
        else next(iter(outcomes)),
    )
    return Row(values, f"/library/{named.slug}" if named else None)


def _unnamed(proposal: Proposal) -> str:
    """Return what stands for content that a person may not see: its kind and the teams that made it."""
    kind = proposal.first.asset.kind
    words = "piece of content" if kind == "other" else kind_words(kind).lower()
    teams = {item.contributed_by.team.name for item in proposal.contributions if item.contributed_by.team}
    makers = "of " + " and ".join(sorted(teams)) if teams else "from sales"
    return f"{'An' if words.startswith('e') else 'A'} {words} {makers}"


def _closest(found: Iterable[list[Origin]]) -> Origin | None:
    return max(
        (origin for origins in found for origin in origins), key=lambda origin: origin.share, default=None
    )
