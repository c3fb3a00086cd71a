"""Ratings, what people are asked at the right moment, and threads about content, requests and deals."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.library.models import Version
from portal.users.models import Team, User

PRAISE = {
    "right_message": "Right message",
    "customer_loved_it": "Customer loved it",
    "saved_time": "Saved me time",
}
BLAME = {
    "outdated": "Outdated",
    "too_long": "Too long",
    "wrong_audience": "Wrong audience",
    "not_convincing": "Not convincing",
    "mistakes": "Has mistakes",
}
REASONS = PRAISE | BLAME


class Rating(Model):
    """1 to 5 usefulness by one person for one version, with a reason and, when known, the deal."""

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("version_id", "user_id"),
        CheckConstraint("stars between 1 and 5", name="stars"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id", ondelete="SET NULL"), index=True)
    stars: Mapped[int]
    reason: Mapped[str | None] = mapped_column(String(40))
    comment: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    user: Mapped[User] = relationship()
    version: Mapped[Version] = relationship()
    # The database takes them along when the rating is taken back.
    answers: Mapped[list[RatingAnswer]] = relationship(viewonly=True, order_by="RatingAnswer.id")


class RatingAnswer(Model):
    """What marketing says to a rating, and the version in which it was mended, where it was."""

    __tablename__ = "rating_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    words: Mapped[str]
    fixed_in_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    by: Mapped[User | None] = relationship()
    fixed_in: Mapped[Version | None] = relationship()


class Question(Model):
    """One thing a person was asked on one day of theirs: whether content helped on a deal, or what mattered on it.

    There is one a day at most. Without an asset it is about a deal that closed.
    """

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("user_id", "day"),
        UniqueConstraint("user_id", "deal_id", "asset_id"),
        Index(
            "uq_questions_closing",
            "user_id",
            "deal_id",
            unique=True,
            sqlite_where=text("asset_id is null"),
            postgresql_where=text("asset_id is null"),
        ),
        CheckConstraint("asset_id is not null or deal_id is not null", name="about_something"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    day: Mapped[date]
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dismissed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ClosingAnswer(Model):
    """What the owner of a closed deal said of it: which content mattered, and what nothing answered."""

    __tablename__ = "closing_answers"
    __table_args__ = (UniqueConstraint("deal_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    unanswered: Mapped[str] = mapped_column(default="")
    # The request that its unanswered question became, or joined.
    request_id: Mapped[int | None] = mapped_column(
        ForeignKey("content_requests.id", ondelete="SET NULL"), index=True
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # When marketing made a request of it, or left it; other words afterwards are to be decided on anew.
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class MatteredAsset(Model):
    """Content that mattered on a closed deal, as its owner says."""

    __tablename__ = "mattered_assets"

    answer_id: Mapped[int] = mapped_column(
        ForeignKey("closing_answers.id", ondelete="CASCADE"), primary_key=True
    )
    asset_id: Mapped[int] = mapped_column(
        ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Thread(Model):
    """A conversation about one asset, one of its pages, a request or a deal; open until it is resolved.

    One with a team is private: only its members see it, and only while they see what it is about.
    """

    __tablename__ = "threads"
    __table_args__ = (
        Index("ix_threads_asset_id_created_at", "asset_id", "created_at"),
        CheckConstraint(
            "case when asset_id is null then 0 else 1 end + case when request_id is null then 0 else 1 end"
            " + case when deal_id is null then 0 else 1 end = 1",
            name="one_subject",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"))
    request_id: Mapped[int | None] = mapped_column(
        ForeignKey("content_requests.id", ondelete="CASCADE"), index=True
    )
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"), index=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id", ondelete="SET NULL"))
    page_number: Mapped[int | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    version: Mapped[Version | None] = relationship()
    team: Mapped[Team | None] = relationship()
    resolved_by: Mapped[User | None] = relationship(foreign_keys=resolved_by_id)
    comments: Mapped[list[Comment]] = relationship(back_populates="thread", order_by="Comment.id")


class Comment(Model):
    """What one person said in a thread, in Markdown."""

    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The body is empty then: what was taken away is kept nowhere.
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    thread: Mapped[Thread] = relationship(back_populates="comments")
    author: Mapped[User | None] = relationship(foreign_keys=author_id)
    removed_by: Mapped[User | None] = relationship(foreign_keys=removed_by_id)


class CommentEdit(Model):
    """What a comment said before it was changed; taken away with the comment's words."""

    __tablename__ = "comment_edits"

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), index=True)
    body: Mapped[str]
    until: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Mention(Model):
    """A person or a team that a comment names with an @."""

    __tablename__ = "mentions"
    __table_args__ = (CheckConstraint("(user_id is null) <> (team_id is null)", name="one_named"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), index=True)

    user: Mapped[User | None] = relationship()
    team: Mapped[Team | None] = relationship()
