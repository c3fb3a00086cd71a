"""Noting that a person was asked, answered, or wants to be left alone with it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from portal.db import db, now
from portal.feedback.models import Question


def note_asked(*, user_id: int, day: date, deal_id: int | None, asset_id: int | None) -> None:
    """Note that a person was asked this on this day of theirs; of two tabs that show a question, the first counts."""
    about_the_same = (Question.deal_id == deal_id) & Question.asset_id.is_not_distinct_from(asset_id)
    known = select(Question.id).where(Question.user_id == user_id, or_(Question.day >= day, about_the_same))
    if db.session.scalar(known.limit(1)) is not None:
        return
    try:
        with db.session.begin_nested():
            db.session.add(Question(user_id=user_id, day=day, deal_id=deal_id, asset_id=asset_id))
    except IntegrityError:
        # Another tab was first between the two statements, or what it is about was taken away meanwhile.
        return


def put_off(question: Question) -> None:
    """Ask this no more; what was answered stays answered."""
    if question.answered_at is None and question.dismissed_at is None:
        question.dismissed_at = now()


def note_rated(user_id: int, asset_id: int) -> None:
    """Take what a person was asked about content as answered, wherever they rated it."""
    asked = update(Question).where(Question.user_id == user_id, Question.asset_id == asset_id)
    db.session.execute(asked.where(Question.answered_at.is_(None)).values(answered_at=now()))
