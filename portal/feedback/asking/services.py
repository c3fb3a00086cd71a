"""Noting that a person was asked, answered, or wants to be left alone with it."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError

from portal.db import db, now
from portal.feedback.models import Question


def note_asked(*, user_id: int, day: date, deal_id: int | None, asset_id: int | None) -> None:
    """Note that a person was asked this on this day of theirs; of two tabs that show a question, the first counts.

    What a deal's end is asked of anew, since it ended otherwise than it had, is open again.
    """
    theirs = select(Question).where(Question.user_id == user_id)
    if db.session.scalar(theirs.where(Question.day >= day).limit(1)) is not None:
        return
    earlier = db.session.scalar(theirs.where(_about(deal_id, asset_id)))
    if earlier is not None:
        if asset_id is None:
            earlier.day, earlier.asked_at = day, now()
            earlier.answered_at = earlier.dismissed_at = None
        return
    try:
        with db.session.begin_nested():
            db.session.add(Question(user_id=user_id, day=day, deal_id=deal_id, asset_id=asset_id))
    except IntegrityError:
        # Another tab was first between the two statements, or what it is about was taken away meanwhile.
        return


def put_off(*, user_id: int, day: date, deal_id: int | None, asset_id: int | None) -> None:
    """Ask a person this no more, whatever else they were asked that day; what was answered stays answered."""
    asked = select(Question).where(Question.user_id == user_id, _about(deal_id, asset_id))
    question = db.session.scalar(asked)
    if question is None:
        free = _free_day(user_id, day)
        question = Question(user_id=user_id, day=free, deal_id=deal_id, asset_id=asset_id)
        db.session.add(question)
    if question.answered_at is None and question.dismissed_at is None:
        question.dismissed_at = now()
    db.session.flush()


def _about(deal_id: int | None, asset_id: int | None) -> ColumnElement[bool]:
    return (Question.deal_id == deal_id) & Question.asset_id.is_not_distinct_from(asset_id)


def _free_day(user_id: int, day: date) -> date:
    """Return the latest day up to this one on which nothing is noted: a day holds one question."""
    taken = set(db.session.scalars(select(Question.day).where(Question.user_id == user_id)))
    while day in taken:
        day -= timedelta(days=1)
    return day


def note_rated(user_id: int, asset_id: int) -> None:
    """Take what a person was asked about content as answered, wherever they rated it."""
    asked = update(Question).where(Question.user_id == user_id, Question.asset_id == asset_id)
    db.session.execute(asked.where(Question.answered_at.is_(None)).values(answered_at=now()))
