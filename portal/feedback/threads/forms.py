"""What may be typed in a thread."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from portal.feedback.threads.services import MAX_BODY


class CommentForm(FlaskForm):
    """What one person says."""

    body = TextAreaField(
        "Comment",
        [
            DataRequired("Please write something."),
            Length(max=MAX_BODY, message=f"A comment has up to {MAX_BODY:,} characters."),
        ],
    )


class ThreadForm(CommentForm):
    """The first comment, and the page that it is about, if it is about one."""

    page = StringField("About", [Optional()])
    version = StringField("Version", [Optional()])
