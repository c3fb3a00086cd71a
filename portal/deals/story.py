"""A deal's story: what happened on it, from whichever package knows of it, as one list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from portal.deals.models import Deal, StageEntry

STATUS_TONES = {"won": "good", "lost": "bad"}


@dataclass(frozen=True)
class Moment:
    """One thing that happened: when (a day where no time is known), its sign, and words with what they link to."""

    at: datetime | date
    icon: str
    text: str
    tone: str = "neutral"
    who: str = ""
    title: str = ""
    address: str = ""
    note: str = ""
    mend_address: str = ""


def moments_of_deal(deal: Deal, entries: Iterable[StageEntry]) -> list[Moment]:
    """Return what the deal itself tells: created, its stages, closed."""
    moments = []
    if deal.created_on:
        moments.append(Moment(deal.created_on, "plus", "Deal created"))
    closed = deal.closed_on
    before = ""
    for entry in entries:
        if entry.stage == before or (entry.entered_on == closed and entry.stage == deal.stage):
            continue
        # The first import that sees a deal does not know since when it has been where it is.
        words = (
            f"In {entry.stage} when first imported"
            if entry.is_seen and not before
            else f"Moved to {entry.stage}"
        )
        moments.append(Moment(entry.entered_on, "arrow-right", words))
        before = entry.stage
    if closed:
        sign = "trophy" if deal.status == "won" else "circle-x"
        note = f"Reason: {deal.loss_reason}" if deal.status == "lost" and deal.loss_reason else ""
        moments.append(Moment(closed, sign, f"Deal {deal.status}", STATUS_TONES[deal.status], note=note))
    return moments


def in_order(moments: Iterable[Moment], zone: tzinfo) -> list[Moment]:
    """Return the moments latest first; within a day, what has a time stands between its beginning and its end."""

    def key(moment: Moment) -> tuple[date, int, float]:
        if isinstance(moment.at, datetime):
            return moment.at.astimezone(zone).date(), 1, moment.at.timestamp()
        return moment.at, 2 if moment.tone in ("good", "bad") else 0, 0.0

    # Of two things on the same day without a time, the one listed first came first.
    ordered = sorted(moments, key=key)
    ordered.reverse()
    return ordered
