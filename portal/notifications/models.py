"""The outbox, what each person finds under the bell and in their mail, what they follow, and what teams are told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model, UtcDateTime, now

FOLLOWABLE = ("asset", "term", "request")
# When a kind of notification comes by mail.
MAIL_TIMES = ("now", "daily", "weekly", "never")
MAIL_STATES = ("waiting", "handing_over", "sent", "uncertain", "failed")


class OutboxMessage(Model):
    """Something one person is to be told, written in the transaction of the event; a job delivers it once.

    Messages with the same `group_key` stand in one line while they are unread ("7 new ratings of …"): `group_title`
    then says what they are, after their number.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = (UniqueConstraint("recipient_id", "event_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    event_key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(300))
    address: Mapped[str] = mapped_column(String(300))
    group_key: Mapped[str | None] = mapped_column(String(120))
    group_title: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    # The mail that carries it; none while it waits for a digest, or when it is not to be mailed.
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mails.id", ondelete="SET NULL"), index=True)
    # Which digest it waits for, until a mail carries it.
    mail_time: Mapped[str | None] = mapped_column(String(10), index=True)


class Notification(Model):
    """One line under the bell."""

    __tablename__ = "notifications"
    __table_args__ = (Index("ix_notifications_user_read", "user_id", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_messages.id", ondelete="CASCADE"), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(300))
    address: Mapped[str] = mapped_column(String(300))
    group_key: Mapped[str | None] = mapped_column(String(120))
    group_title: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NotificationChoice(Model):
    """How a person wants one kind of notification, where it is not as everybody gets it."""

    __tablename__ = "notification_choices"
    __table_args__ = (CheckConstraint(f"mail_time in {MAIL_TIMES}", name="mail_time"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    in_app: Mapped[bool] = mapped_column(default=True)
    mail_time: Mapped[str] = mapped_column(String(10))


class Mail(Model):
    """One mail to one person, of what is told at once or of a digest; its lines are the messages that name it.

    It is `handing_over` from just before the server is given its text until it has answered. A worker killed in between
    cannot know whether it went: the mail is `uncertain` then and never given again, so that nobody gets it twice.
    """

    __tablename__ = "mails"
    __table_args__ = (
        CheckConstraint(f"state in {MAIL_STATES}", name="state"),
        Index("ix_mails_state_run_after", "state", "run_after"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    mail_time: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    claimed_by: Mapped[str | None]
    error: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Follow(Model):
    """Something a person wants to hear of: content, a term, or a request."""

    __tablename__ = "follows"
    __table_args__ = (
        CheckConstraint(f"subject in {FOLLOWABLE}", name="subject"),
        Index("ix_follows_subject", "subject", "subject_id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(10), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TeamWebhook(Model):
    """The incoming webhook of a team's Slack or Teams channel, and which kinds of news it is told."""

    __tablename__ = "team_webhooks"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[str] = mapped_column(String(2000))
    kinds: Mapped[str] = mapped_column(String(200))
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class WebhookPost(Model):
    """Something one team's channel is to be told, written in the transaction of the event."""

    __tablename__ = "webhook_posts"
    __table_args__ = (
        UniqueConstraint("team_id", "event_key"),
        CheckConstraint(f"state in {MAIL_STATES}", name="state"),
        Index("ix_webhook_posts_state_run_after", "state", "run_after"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    event_key: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(300))
    address: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    claimed_by: Mapped[str | None]
    error: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
