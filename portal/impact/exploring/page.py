"""Page: all that the list page shows of what is asked for, as plain words and addresses for its template."""

from __future__ import annotations

from typing import Any

from flask import url_for

from portal.db import now
from portal.impact.amounts import FEW_DEALS, FEW_NOTE, FEW_WORDS, NOT_TOLD
from portal.impact.exploring.asking import Asked, answer
from portal.impact.exploring.computing import Explored
from portal.impact.exploring.listing import DRAWN, Line, Listing, is_too_few, left_out_of
from portal.impact.exploring.periods import usual_periods
from portal.impact.exploring.wording import FACET_WORDS, SAID_FIRST, headline_of, too_few_words, wider
from portal.impact.forms import USES, Shown
from portal.impact.lift import AssetLift
from portal.impact.method import METHOD_VERSION, MIN_DEALS_USED
from portal.impact.models import ImpactSnapshot
from portal.impact.overview import (
    VERDICT_NAMES,
    compared_count,
    coverage_sentence,
    distance,
)
from portal.impact.places import place_words
from portal.impact.queries import kept_snapshots
from portal.impact.second_opinion import disagreement
from portal.impact.verdicts import Verdict
from portal.impact.words import chance_note, short_words, verdict_words
from portal.library.models import ASSET_KINDS
from portal.usage.sums import local_day
from portal.users.models import User
from portal.web import page_of
from portal.web.formatting import count, exact, kind_words, points

WINNERS = 3


def filters_context(asked: Asked, endpoint: str, **values: str) -> dict[str, Any]:
    """Return the filters with what may be chosen, for a page at an endpoint with what its address is made of."""
    shown, kept = asked.shown, kept_snapshots()
    facets = [
        (name, FACET_WORDS[name][0], [("", FACET_WORDS[name][1]), *asked.choices[name].items()])
        for name in SAID_FIRST
        if asked.choices[name] or name in shown.errors
    ]
    folded = [shown.chosen.word(name) for name, _, _ in facets[1:]] + [shown.kind, shown.verdict, shown.uses]
    typed = [shown.chosen.begin, shown.chosen.end, asked.shown.snapshot_id]
    return {
        "shown": shown,
        "facets": facets,
        "here_values": values,
        "periods": _periods(shown, endpoint, values),
        "kind_choices": [("", "Every kind"), *((kind, kind_words(kind)) for kind in ASSET_KINDS)],
        "use_choices": USES,
        "snapshot_choices": _snapshots(kept),
        "folded_count": sum(1 for word in folded if word),
        "is_narrowed": any([*folded, *typed, shown.chosen.facets]),
        "earlier": _earlier(asked, kept, endpoint, values),
    }


def list_context(user: User, asked: Asked) -> dict[str, Any]:
    """Return the figures of what is asked for, the rows of one page of them."""
    shown, (found, listing) = asked.shown, answer(user, asked)
    page = page_of(listing.lines, per_page=DRAWN)
    drawn = listing.drawn if shown.is_whole else [line for line in page.items if line.has_verdict]
    return {
        "page": page,
        "lines": [_line(line) for line in page.items],
        "not_told": "" if all(line.tells_amounts for line in page.items) else NOT_TOLD,
        "few_note": FEW_NOTE,
        "plot": [_mark(line, shown) for line in drawn],
        "chance": chance_note([AssetLift.read(line.row) for line in drawn], compared_count(found.rows)),
        "has_own_plot": shown.is_whole,
        "counts": listing.counts,
        "total": listing.total,
        "headline": [_part(part, shown) for part in headline_of(shown, listing.counts, asked.team_names)],
        "winners": [_winner(line, shown) for line in listing.winners[:WINNERS]],
        "more_winners": len(listing.winners) - WINNERS,
        "verdict_choices": _verdicts(listing),
        **said_of(asked, found),
    }


def said_of(asked: Asked, found: Explored) -> dict[str, Any]:
    """Return what stands beside any figures of a choice: coverage, what was left out, what to widen."""
    shown = asked.shown
    deals = found.coverage["logged_deals"]
    return {
        "coverage": coverage_sentence(found.coverage, local_day(now()), chosen=found.chosen.narrows),
        "left_out": left_out_of(found),
        "method": asked.method,
        "too_few": too_few_words(shown, deals, asked.team_names) if is_too_few(found) else "",
        "enough": MIN_DEALS_USED,
        "wider": [(words, wide.arguments()) for words, wide in wider(shown)],
    }


def _periods(shown: Shown, endpoint: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Links to the usual periods, the one in force being marked."""
    kept = {name: said for name, said in shown.arguments().items() if name not in ("begin", "end")}
    links = []
    for period in usual_periods(local_day(now())):
        days = {"begin": period.begin, "end": period.end}
        said: dict[str, Any] = {name: day.isoformat() for name, day in days.items() if day}
        current = (shown.chosen.begin, shown.chosen.end) == (period.begin, period.end)
        links.append(
            {"label": period.name, "href": url_for(endpoint, **values, **kept, **said), "current": current}
        )
    return links


def _snapshots(kept: list[ImpactSnapshot]) -> list[tuple[str, str]]:
    """The snapshots that are kept, by when they were worked out; the latest one needs no number."""
    return [("", "The latest"), *((str(one.id), exact(one.computed_at)) for one in kept[1:])]


def _earlier(
    asked: Asked, kept: list[ImpactSnapshot], endpoint: str, values: dict[str, Any]
) -> dict[str, Any] | None:
    """What to say of a snapshot that the address names, and the way back to the latest."""
    if asked.shown.snapshot_id is None:
        return None
    arguments = {name: said for name, said in asked.shown.arguments().items() if name != "snapshot"}
    back = url_for(endpoint, **values, **arguments)
    words = as_of_words(asked.snapshot, asked.method)
    return {"words": words, "back": back, "is_latest": asked.number == kept[0].id}


def as_of_words(snapshot: ImpactSnapshot, method: str) -> str:
    """Say of when figures are and by which method they were made."""
    words = f"As of {exact(snapshot.computed_at)}; figures by {method}."
    if method != snapshot.method_version:
        words += (
            f" Worked out anew from the data kept then, whose own figures are by {snapshot.method_version}."
        )
    return words if method == METHOD_VERSION else f"{words} The method now is {METHOD_VERSION}."


def _part(part: Any, shown: Shown) -> dict[str, Any]:
    arguments = shown.arguments() | {"verdict": part.verdict}
    return {"words": part.words, "href": url_for("impact.index", **arguments) if part.verdict else None}


def _winner(line: Line, shown: Shown) -> dict[str, Any]:
    return {
        "title": line.asset.title,
        "href": _address(line, shown),
        "words": short_words(AssetLift.read(line.row)),
    }


def _address(line: Line, shown: Shown) -> str:
    """Where one piece is shown alone, on the same deals."""
    return url_for("impact.show", slug=line.asset.slug, **shown.of_deals())


def _verdicts(listing: Listing) -> list[tuple[str, str]]:
    counted = (
        (value, f"{name} ({count(listing.counts.get(value, 0))})") for value, name in VERDICT_NAMES.items()
    )
    return [("", "Every verdict"), *counted]


def _line(line: Line) -> dict[str, Any]:
    figures = AssetLift.read(line.row)
    return {
        "row": line.row,
        "asset": line.asset,
        "counts": line.counts,
        "few": "" if line.tells_counts else FEW_DEALS,
        "worth": line.worth,
        "credited": line.credited_minor,
        "used_revenue": line.used_revenue_minor,
        "distance": distance(figures) if line.tells_counts else None,
        "words": verdict_words(figures) if line.tells_counts else FEW_WORDS,
        "places": place_words(*line.places),
        "second": disagreement(line.row),
    }


def _mark(line: Line, shown: Shown) -> dict[str, Any]:
    """One line of the forest plot."""
    row = line.row
    both = row.ci_low is not None and row.ci_high is not None
    range_words = f" ({points(row.ci_low)} to {points(row.ci_high)})" if both else ""
    return {
        "label": line.asset.title,
        "href": _address(line, shown),
        "note": f"{VERDICT_NAMES[Verdict(row.verdict)]} · {count(row.deals_used)} deals",
        "estimate": row.lift,
        "low": row.ci_low,
        "high": row.ci_high,
        "verdict": row.verdict,
        "text": points(row.lift) + range_words,
    }
