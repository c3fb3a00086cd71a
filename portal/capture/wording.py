"""Why a use is proposed, in words: of a mail its domains and its day, of a meeting its title and hour, no more."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, g

from portal.capture.models import ProposedUse
from portal.db import now

DONE = {"viewed": "Looked at", "downloaded": "Downloaded", "presented": "Presented", "sent": "Sent"}
DID = {"viewed": "opened", "downloaded": "downloaded", "presented": "presented", "sent": "sent"}
MOST_TITLE, MOST_NAME = 80, 60
WEEK = 7


def because(proposal: ProposedUse) -> str:
    """Say what the proposals of one mail, meeting or day have in common."""
    reason = proposal.reason
    if proposal.origin == "mail":
        return f"Your mail{_to(reason)} {_on(_local(proposal.at).date())}"
    if proposal.origin == "meeting":
        begin = _local(_moment(reason.get("starts_at")) or proposal.at)
        title = _cut(str(reason.get("title") or "A meeting"), MOST_TITLE)
        return f"“{title}” {_on(begin.date())} at {begin:%H:%M}"
    deal = _cut(str(reason.get("deal") or "one deal"), MOST_TITLE)
    return f"You worked on {deal} {_on(_local(proposal.at).date())}"


def detail(proposal: ProposedUse) -> str:
    """Say what is known of one use in particular."""
    reason = proposal.reason
    if proposal.origin == "mail":
        file, pages, of = str(reason.get("file") or ""), reason.get("pages"), reason.get("of")
        attached = f"Attached as {_cut(file, MOST_NAME)}" if file else "Attached"
        return f"{attached}; {pages} of its {of} pages are this" if pages and of and pages != of else attached
    did = DID.get(str(reason.get("did")), DID[proposal.kind])
    alone = "" if proposal.origin == "meeting" and did == "opened" else ", without a deal"
    return f"You {did} it at {_local(proposal.at):%H:%M}{alone}"


def _to(reason: dict[str, Any]) -> str:
    domains = [str(domain) for domain in reason.get("domains") or []]
    if not domains:
        return ""
    more = len(domains) - 1
    return f" to {_cut(domains[0], MOST_NAME)}" + (f" and {more} more" if more else "")


def _on(day: date) -> str:
    """Name a day as people do: today, yesterday, on Tuesday, on 3 Nov, on 3 Nov 2025."""
    today = _local(now()).date()
    ago = (today - day).days
    if ago in (0, 1):
        return ("today", "yesterday")[ago]
    if 0 < ago < WEEK:
        return f"on {day:%A}"
    return f"on {day.day} {day:%b}" + (f" {day.year}" if day.year != today.year else "")


def _local(moment: datetime) -> datetime:
    zone = g.get("time_zone") or current_app.config["ORGANISATION_TIME_ZONE"]
    return moment.astimezone(ZoneInfo(zone))


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
