"""What may be typed in a thread."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields import Field
from wtforms.validators import DataRequired, Optional, ValidationError

from portal.feedback.threads.services import MAX_BODY
from portal.users.models import User


def _plain_lines(text: str | None) -> str | None:
    """Return what was typed with line breaks of one character, as they are counted while typing."""
    return text.replace("\r\n", "\n") if text else text


def _short_enough(form: FlaskForm, field: Field) -> None:
    length = len(field.data or "")
    if length > MAX_BODY:
        raise ValidationError(f"A comment has up to {MAX_BODY:,} characters; this one has {length:,}.")


class CommentForm(FlaskForm):
    """What one person says."""

    body = TextAreaField(
        "Comment", [DataRequired("Please write something."), _short_enough], filters=[_plain_lines]
    )


class ThreadForm(CommentForm):
    """The first comment, who reads it, and the page that it is about, if it is about one."""

    audience = RadioField("Who reads it", [Optional()], default="", validate_choice=False)
    page = StringField("About", [Optional()])
    version = StringField("Version", [Optional()])

    def offer(self, user: User) -> ThreadForm:
        """Let whoever is in a team keep what they say among its members."""
        own = [(str(user.team_id), f"Only my team ({user.team.name})")] if user.team else []
        self.audience.choices = [("", "Everybody who sees this"), *own]
        return self
