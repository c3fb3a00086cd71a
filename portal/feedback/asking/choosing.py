"""Choosing what to ask a person today, if anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import Select, exists, literal, select

from portal.db import db, now
from portal.deals.models import Deal
from portal.deals.queries import visible_deals
from portal.errors import NotFound
from portal.feedback.closing.queries import ClosingQuestion, closing_still_asked, closing_to_ask
from portal.feedback.models import Question, Rating
from portal.library.models import Asset
from portal.library.queries import live
from portal.usage.models import UsageEvent
from portal.usage.queries import effective_events, touches
from portal.users.models import User

# Within the hour a call may still go on and a mail lies unread: whoever used something just now can't say yet whether
# it helped. Later on the same day it is fresh in mind.
RESTS = timedelta(hours=1)
# Nobody remembers for longer which of many things it was.
REMEMBERED = timedelta(days=14)


@dataclass(frozen=True)
class UseQuestion:
    """Did this content help on this deal? A deal no longer seen, or a use corrected since, is left out."""

    asset: Asset
    deal_id: int
    deal_name: str | None
    kind: str | None
    used_at: datetime | None

    @property
    def asset_id(self) -> int:
        return self.asset.id


def day_of(user: User) -> date:
    """Return which day it is where a person is."""
    zone = user.time_zone or current_app.config["ORGANISATION_TIME_ZONE"]
    return now().astimezone(ZoneInfo(zone)).date()


def question_for(user: User, day: date) -> UseQuestion | ClosingQuestion | None:
    """Return what to ask a person on a day of theirs, or None; a deal that closed comes before what was used.

    What they were asked that day is asked until they answer it or put it off, and nothing else that day.
    """
    # Of most people nothing is asked, so one statement finds out first what there is.
    # Who moves west lives a day again: what was asked on the later one counts.
    of_today = (Question.user_id == user.id) & (Question.day >= day)
    row = select(literal(1).label("one")).subquery()
    found = select(_not_asked_about(user).exists(), Question).select_from(row).outerjoin(Question, of_today)
    has_use, today = db.session.execute(found.order_by(Question.day.desc()).limit(1)).one()
    if today is not None:
        is_open = today.answered_at is None and today.dismissed_at is None
        return _still_to_ask(user, today) if is_open else None
    return closing_to_ask(user) or (_first(_not_asked_about(user)) if has_use else None)


def _still_to_ask(user: User, asked: Question) -> UseQuestion | ClosingQuestion | None:
    if asked.asset_id is None:
        return closing_still_asked(user, asked.deal_id)
    about = _uses_to_rate(user)
    return _first(about.where(UsageEvent.asset_id == asked.asset_id, UsageEvent.deal_id == asked.deal_id))


def _not_asked_about(user: User) -> Select[Any]:
    """Select the uses to ask about: of what was asked about before, only a later use on another deal."""
    mine = Question.user_id == user.id
    about_it = mine & (Question.asset_id == UsageEvent.asset_id)
    asked_since = exists().where(about_it, Question.asked_at >= UsageEvent.at)
    asked_there = exists().where(about_it, Question.deal_id == UsageEvent.deal_id)
    return _uses_to_rate(user).where(~asked_since, ~asked_there)


def use_to_rate(user: User, asset: Asset) -> UseQuestion | None:
    """Return the latest use of content by a person on a deal that its rating can name, if it is theirs to rate."""
    return _first(_uses_to_rate(user).where(UsageEvent.asset_id == asset.id))


def _uses_to_rate(user: User) -> Select[Any]:
    """Select a person's uses on deals, of versions that are in use (so everybody may see them) and not rated yet.

    A version that was replaced since is not asked about: the word would be taken for one on its successor.
    """
    rated = exists().where(Rating.user_id == user.id, Rating.version_id == Asset.current_version_id)
    seen = visible_deals(user).with_only_columns(Deal.id).order_by(None).subquery()
    return (
        effective_events()
        .join(Asset, (Asset.id == UsageEvent.asset_id) & (Asset.current_version_id == UsageEvent.version_id))
        .join(Deal, Deal.id == UsageEvent.deal_id)
        .where(
            UsageEvent.user_id == user.id,
            UsageEvent.at <= now() - RESTS,
            UsageEvent.at > now() - REMEMBERED,
            touches(),
            live(),
            Deal.id.in_(select(seen.c.id)),
            ~rated,
        )
        .with_only_columns(Asset, Deal.id, Deal.name, UsageEvent.kind, UsageEvent.at)
        .order_by(UsageEvent.at.desc(), UsageEvent.id.desc())
    )


def _first(uses: Select[Any]) -> UseQuestion | None:
    row = db.session.execute(uses.limit(1)).one_or_none()
    return None if row is None else UseQuestion(*row)


@dataclass(frozen=True)
class Asked:
    """What a person sends an answer to: the use, and whether they rated it already."""

    about: UseQuestion
    is_answered: bool


def asked_of(user: User, deal_id: int, slug: str) -> Asked:
    """Return what a person was asked about content on a deal, or raise NotFound if they never were, nor used it there.

    It is found even when the content is no longer in use, so that what they wrote can be kept. Without a row the note
    that it was shown was lost, or another tab asked something else: their word counts all the same.
    """
    asset = db.session.scalar(select(Asset).where(Asset.slug == slug))
    if asset is None:
        raise NotFound
    asked = select(Question).where(Question.user_id == user.id, Question.deal_id == deal_id)
    question = db.session.scalar(asked.where(Question.asset_id == asset.id))
    there = effective_events().where(UsageEvent.user_id == user.id, UsageEvent.deal_id == deal_id)
    there = there.where(UsageEvent.asset_id == asset.id, touches()).order_by(UsageEvent.at.desc())
    use = db.session.scalar(there.limit(1))
    if question is None and use is None:
        raise NotFound("You were not asked about this.")
    name = db.session.scalar(visible_deals(user).where(Deal.id == deal_id).with_only_columns(Deal.name))
    about = UseQuestion(asset, deal_id, name, use.kind if use else None, use.at if use else None)
    rated = exists().where(Rating.user_id == user.id, Rating.version_id == asset.current_version_id)
    is_answered = bool(question and question.answered_at) or bool(db.session.scalar(select(rated)))
    return Asked(about, is_answered)
