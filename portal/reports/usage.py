"""The usage report: what was done with each piece of content, and what went with it."""

from __future__ import annotations

from flask import current_app

from portal.db import now
from portal.impact.amounts import NOT_TOLD, may_tell, sees_each
from portal.impact.exploring.filters import Chosen
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.impact.overview import VERDICT_NAMES
from portal.impact.queries import DealsUsed, deals_used, latest_snapshot, snapshot_rows
from portal.impact.verdicts import Verdict
from portal.impact.words import CREDITED_REVENUE, LIMITS
from portal.reports import queries
from portal.reports.filters import Filters
from portal.reports.table import Column, Row, Table, Value
from portal.users.models import User
from portal.web.formatting import exact, kind_words

# What one decides by stands first, so that it is in sight before anybody scrolls; the counts of what was done follow.
COLUMNS = (
    Column("content", "Content", "text", "What is published, and whatever else was used in the period."),
    Column("kind", "Kind", "text", "The kind of content."),
    Column(
        "verdict", "Verdict, all time", "text", "What the data can carry about the difference. Over all time."
    ),
    Column(
        "difference",
        "Difference, all time",
        "points",
        "By how much more often deals were won when this was used instead of other content on similar deals, in"
        " percentage points. Over all time; empty without enough deals.",
    ),
    Column(
        "low",
        "Likely from, all time",
        "points",
        "Lower end of the range in which the difference is likely to lie.",
    ),
    Column("high", "Likely to, all time", "points", "Upper end of that range."),
    Column("credited", "Credited revenue, all time", "money", f"{CREDITED_REVENUE} Over all time."),
    Column(
        "rating",
        "Rating",
        "rating",
        "Mean of the ratings given in the period, 1 to 5, whichever version they were of.",
    ),
    Column("ratings", "Ratings", "count", "How many ratings that is."),
    Column(
        "deals_used",
        "Deals used",
        "count",
        "Closed deals on which it was used in the period, from their creation to their close: won and lost together.",
    ),
    Column("won", "Won", "count", "Of these, the won ones."),
    Column("lost", "Lost", "count", "Of these, the lost ones."),
    Column(
        "open_deals", "Open deals", "count", "Deals that are open now on which it was used in the period."
    ),
    Column("looked", "Looked at", "count", "How often somebody signed in opened it."),
    Column("downloaded", "Downloaded", "count", "How often it was downloaded."),
    Column("presented", "Presented", "count", "How often it was shown full screen."),
    Column("sent", "Sent", "count", "How many links to it were sent."),
    Column(
        "opened",
        "Opened by buyers",
        "count",
        "How often a link to it was opened; robots and the sender's own visits don't count.",
    ),
    Column("people", "People", "count", "How many people did any of this, buyers left out."),
)


def usage_table(user: User | None, filters: Filters) -> Table:
    """Build the report of the content that this person may know of; without a person, of all content."""
    snapshot = latest_snapshot(without_inferred=filters.without_inferred)
    return Table(
        name="usage",
        title="Content usage",
        columns=COLUMNS,
        rows=_rows(user, filters, snapshot),
        filters=(("Kind", filters.kind_words), ("Team", filters.team_words), ("Uses", filters.uses_words)),
        period=filters.period.words,
        data_as_of=now(),
        notes=(*_snapshot_notes(snapshot), *_team_notes(filters), *_amount_notes(user), LIMITS),
        currency=current_app.config["BASE_CURRENCY"],
        drawn="deals_used",
    ).sorted_by("-deals_used")


def _rows(user: User | None, filters: Filters, snapshot: ImpactSnapshot | None) -> tuple[Row, ...]:
    done, people = queries.uses_by_kind(filters), queries.people_by_asset(filters)
    opened, rated = queries.opens_by_asset(filters), queries.ratings_by_asset(filters)
    deals = deals_used(
        filters.period.begin,
        filters.period.end,
        filters.team_id,
        without_inferred=filters.without_inferred,
    )
    impact = snapshot_rows(snapshot.id) if snapshot else {}
    chosen = Chosen(without_inferred=filters.without_inferred)
    rows = []
    for asset in queries.content(user, filters.kind):
        kinds, used = done.get(asset.id, {}), deals.get(asset.id, DealsUsed())
        mean, ratings = rated.get(asset.id, (None, 0))
        on_deals: tuple[Value, ...] = (used.won + used.lost, used.won, used.lost, used.open)
        counts: tuple[Value, ...] = (
            *(kinds.get(kind, 0) for kind in ("viewed", "downloaded", "presented", "sent")),
            opened.get(asset.id, 0),
            people.get(asset.id, 0),
        )
        if asset.is_live or any(counts) or any(on_deals) or ratings:
            figures = _figures(user, chosen, impact.get(asset.id))
            values = (asset.title, kind_words(asset.kind), *figures, mean, ratings, *on_deals, *counts)
            rows.append(Row(values, f"/library/{asset.slug}"))
    return tuple(rows)


def _amount_notes(user: User | None) -> tuple[str, ...]:
    return () if sees_each(user, Chosen()) else (NOT_TOLD,)


def _figures(user: User | None, chosen: Chosen, row: ImpactRow | None) -> tuple[Value, ...]:
    """The verdict, the difference, its range and credited revenue; an estimate only where the data can carry it."""
    if row is None:
        return (None, None, None, None, None)
    name = VERDICT_NAMES[Verdict(row.verdict)]
    credited = row.credited_minor if may_tell(user, chosen, row) else None
    if row.verdict == Verdict.NOT_ENOUGH_DEALS:
        return (name, None, None, None, credited)
    return (name, row.lift, row.ci_low, row.ci_high, credited)


def _snapshot_notes(snapshot: ImpactSnapshot | None) -> tuple[str, ...]:
    if snapshot is None:
        return ("Credited revenue, difference and verdict have not been worked out yet.",)
    return (
        "Credited revenue, difference and verdict are over all time, teams and uses, as worked out"
        f" {exact(snapshot.computed_at)}; the period and the team don't narrow them.",
    )


def _team_notes(filters: Filters) -> tuple[str, ...]:
    if filters.team is None:
        return ()
    return (f"Uses, links, deals and ratings are those by people who are in {filters.team.name} now.",)
