"""Putting a deal's story together out of what stages, uses and links tell."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app, g, url_for

from portal.capture.deciding import came_late
from portal.db import db
from portal.deals.models import Deal
from portal.deals.queries import stage_entries
from portal.deals.story import Moment, in_order, moments_of_deal
from portal.feedback.closing.queries import DealAnswer
from portal.library.models import Asset
from portal.library.queries import visible_assets_among
from portal.sharing.queries import LinkRow
from portal.usage.models import UsageEvent
from portal.usage.queries import uses_of_deal
from portal.users.models import User

MOST_USES = 200
USES = {
    "viewed": ("eye", "Looked at"),
    "downloaded": ("download", "Downloaded"),
    "presented": ("presentation", "Presented"),
    "sent": ("send", "Sent"),
}
INFERRED = {"mail": "a mail", "meeting": "a meeting", "same_day": "a day's work on this deal"}
HIDDEN_TITLE = "content that is not shared with you"


def story_of(user: User, deal: Deal, links: list[LinkRow], said: DealAnswer | None) -> list[Moment]:
    """Return everything that is known to have happened on a deal that the caller was allowed to see."""
    uses = list(db.session.execute(uses_of_deal(deal.id).limit(MOST_USES)))
    assets = visible_assets_among(user, {event.asset_id for event, _ in uses})
    may_mend = user.sees_all_deals or deal.owner_id == user.id
    moments = moments_of_deal(deal, stage_entries(deal.id))
    for event, person in uses:
        mend, late = may_mend or event.user_id == user.id, came_late(event, deal)
        moments.append(_moment_of_use(event, person, assets.get(event.asset_id), late, may_mend=mend))
    moments += [_moment_of_opening(link, link.last_opened_at) for link in links if link.last_opened_at]
    moments += [_moment_of_answer(said)] if said and said.answer else []
    zone = ZoneInfo(g.get("time_zone") or current_app.config["ORGANISATION_TIME_ZONE"])
    return in_order(moments, zone)


def _moment_of_use(
    event: UsageEvent, person: User | None, asset: Asset | None, late: bool, *, may_mend: bool
) -> Moment:
    sign, verb = USES[event.kind]
    looked_around = event.kind == "viewed" and event.deal_known_by not in ("named", "imported")
    return Moment(
        event.at,
        sign,
        verb,
        "neutral" if looked_around else "accent",
        who=person.name if person else "",
        title=asset.title if asset else HIDDEN_TITLE,
        address=url_for("library.show", slug=asset.slug) if asset else "",
        note=_note_of_use(event, late, looked_around=looked_around),
        mend_address=url_for("usage.move", event_id=event.id) if may_mend else "",
    )


def _note_of_use(event: UsageEvent, late: bool, *, looked_around: bool) -> str:
    """Say how a use is known where nobody logged it, and what it therefore does not count for."""
    if looked_around and event.deal_known_by != "inferred":
        return "Looked at while working on this deal; this does not count as use."
    notes = []
    if event.deal_known_by == "inferred":
        notes.append(
            f"Inferred from {INFERRED.get(event.inferred_from or '', 'what was known')} and confirmed."
        )
    if late:
        notes.append("Logged after the deal closed: it counts as a use, but is compared with nothing.")
    return " ".join(notes)


def _moment_of_answer(said: DealAnswer) -> Moment:
    answer = said.answer
    assert answer is not None
    return Moment(answer.at, "message-square", "Said what mattered", who=said.who, note=said.words)


def _moment_of_opening(link: LinkRow, opened_at: datetime) -> Moment:
    who = link.link.recipient or "The buyer"
    times = "once" if link.opens == 1 else f"{link.opens} times"
    return Moment(
        opened_at,
        "mail",
        f"{who} opened",
        "good",
        title=link.link.name,
        note=f"Opened {times} in all.",
    )
