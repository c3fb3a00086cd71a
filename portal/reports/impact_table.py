"""The list of figures as a Table: what the page shows, with all that it takes to read it rightly and to repeat it."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import current_app

from portal.impact.amounts import FEW_NOTE, FEW_WORDS, NOT_TOLD
from portal.impact.exploring.asking import Asked, answer
from portal.impact.exploring.computing import Explored
from portal.impact.exploring.listing import DRAWN, Line, Listing, is_too_few, left_out_of
from portal.impact.exploring.periods import period_words
from portal.impact.exploring.wording import filters_in_words, headline_of, too_few_words
from portal.impact.lift import AssetLift
from portal.impact.overview import VERDICT_NAMES, compared_count, coverage_sentence
from portal.impact.places import flips
from portal.impact.second_opinion import disagreement
from portal.impact.verdicts import Verdict
from portal.impact.words import CREDITED_REVENUE, LIMITS, REVENUE_OF_DEALS, WORTH, chance_note, verdict_words
from portal.reports.table import Column, Mark, Row, Table, Value
from portal.usage.sums import local_day
from portal.users.models import User
from portal.web.formatting import exact, kind_words, points

COLUMNS = (
    Column("content", "Content", "text", "What was used on deals, and whatever is published."),
    Column("kind", "Kind", "text", "The kind of content."),
    Column(
        "deals",
        "Closed deals",
        "count",
        "Closed deals on which it was used, from their creation to their close.",
    ),
    Column("won", "Won", "count", "Of these, the won ones."),
    Column("lost", "Lost", "count", "Of these, the lost ones."),
    Column(
        "difference",
        "Difference",
        "points",
        "By how much more often deals were won when this was used instead of other content on similar deals, in"
        " percentage points; empty without enough deals.",
    ),
    Column(
        "low",
        "Likely from",
        "points",
        "Lower end of the range in which the difference is likely to lie (95%).",
    ),
    Column("high", "Likely to", "points", "Upper end of that range."),
    Column("verdict", "Verdict", "text", "What the data can carry about the difference."),
    Column("said", "In words", "text", "The verdict in full, or how far it is from one."),
    Column("second", "Second opinion", "text", "What the joint model says, where it says something else."),
    Column(
        "worth",
        "What it is worth",
        "estimate",
        f"{WORTH} Only where the difference is clear.",
    ),
    Column("worth_low", "Worth from", "estimate", "Lower end of the range of that."),
    Column("worth_high", "Worth to", "estimate", "Upper end of the range of that."),
    Column(
        "credited",
        "Credited revenue",
        "money",
        f"{CREDITED_REVENUE} Divided equally over the uses on each won deal.",
    ),
    Column(
        "best", "Best place", "count", "The best of its places by credited revenue that the seven rules give."
    ),
    Column("worst", "Worst place", "count", "The worst of them."),
    Column(
        "unsteady",
        "Place depends",
        "text",
        "Yes where the place depends on the rule so much that none can be told.",
    ),
    Column("used", "Revenue of deals", "money", REVENUE_OF_DEALS),
)


def impact_table(user: User | None, asked: Asked) -> Table:
    """Build the list that the page shows at the same address, of the content that this person may know of."""
    found, listing = answer(user, asked)
    shown, snapshot = asked.shown, asked.snapshot
    return Table(
        name="impact",
        title="Impact of content",
        columns=COLUMNS,
        rows=tuple(Row(_values(line), f"/impact/{line.asset.slug}") for line in listing.lines),
        filters=(
            *filters_in_words(shown, asked.team_names),
            ("Method", asked.method),
            ("Figures", f"snapshot {asked.number}, worked out {exact(snapshot.computed_at)}"),
            ("Address", _address(asked)),
        ),
        period=f"Deals closed: {period_words(shown.chosen.begin, shown.chosen.end)}",
        data_as_of=snapshot.data_as_of or snapshot.computed_at,
        notes=(*_not_told(listing), *_notes(asked, found)),
        currency=current_app.config["BASE_CURRENCY"],
        drawn="",
        marks=tuple(_mark(line) for line in _drawn(asked, listing)),
        marks_note=_chance(asked, found, listing),
        marks_title=f"Difference in win rate, percentage points{_of_marks(asked, listing)}",
        in_short=_in_short(asked, found, listing),
    )


def _drawn(asked: Asked, listing: Listing) -> list[Line]:
    """What the page draws: what stands out most, or the first lines where an order or a verdict was chosen."""
    lines = listing.drawn if asked.shown.is_whole else listing.lines[:DRAWN]
    return [line for line in lines if line.has_verdict and line.row.lift is not None]


def _of_marks(asked: Asked, listing: Listing) -> str:
    if len(_drawn(asked, listing)) == sum(1 for line in listing.lines if line.has_verdict):
        return ""
    return ": clear ones and the strongest others" if asked.shown.is_whole else ": the first rows"


def _chance(asked: Asked, found: Explored, listing: Listing) -> str:
    drawn = [AssetLift.read(line.row) for line in _drawn(asked, listing)]
    return chance_note(drawn, compared_count(found.rows))


def _mark(line: Line) -> Mark:
    row, lift = line.row, line.row.lift or 0.0
    low, high = (lift if end is None else end for end in (row.ci_low, row.ci_high))
    words = f"{points(lift)} ({points(low)} to {points(high)})" if row.ci_low is not None else points(lift)
    return Mark(line.asset.title, lift, low, high, str(row.verdict), words)


def _in_short(asked: Asked, found: Explored, listing: Listing) -> str:
    if is_too_few(found):
        return too_few_words(asked.shown, found.coverage["logged_deals"], asked.team_names)
    return "".join(part.words for part in headline_of(asked.shown, listing.counts, asked.team_names))


def _values(line: Line) -> tuple[Value, ...]:
    row = line.row
    figures = AssetLift.read(row)
    said = verdict_words(figures) if line.tells_counts else FEW_WORDS
    estimate = (row.lift, row.ci_low, row.ci_high) if line.has_verdict else (None, None, None)
    return (
        *(line.asset.title, kind_words(line.asset.kind)),
        *line.counts,
        *estimate,
        *(VERDICT_NAMES[Verdict(row.verdict)], said, disagreement(row)),
        *line.worth,
        *(line.credited_minor, *line.places),
        "Yes" if flips(*line.places) else "",
        line.used_revenue_minor,
    )


def _notes(asked: Asked, found: Explored) -> tuple[str, ...]:
    """What was covered and left out, as of the day of the figures, so that it reads the same on any later day."""
    snapshot, shown = asked.snapshot, asked.shown
    notes = [
        coverage_sentence(found.coverage, local_day(snapshot.computed_at), chosen=shown.chosen.narrows),
        *left_out_of(found),
    ]
    if asked.method != snapshot.method_version:
        notes.append(
            f"Worked out by {asked.method} from the data kept by a snapshot of {snapshot.method_version}."
        )
    if snapshot.joint_at and not shown.chosen.narrows:
        notes.append(f"Second opinion worked out {exact(snapshot.joint_at)}.")
    return (*notes, LIMITS)


def _not_told(listing: Listing) -> tuple[str, ...]:
    amounts = () if all(line.tells_amounts for line in listing.lines) else (NOT_TOLD,)
    return amounts if all(line.tells_counts for line in listing.lines) else (*amounts, FEW_NOTE)


def _address(asked: Asked) -> str:
    arguments = asked.shown.arguments() | {"snapshot": str(asked.number)}
    return f"{current_app.config['BASE_URL']}/impact?{urlencode(arguments)}"
