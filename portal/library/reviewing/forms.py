"""What may be typed in about a review."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.library.reviewing.services import MAX_ANSWER, MAX_QUESTION
from portal.web import number_of


def _number(text: str) -> int:
    # Nobody has the number 0, so what is no number names nobody.
    return number_of(str(text)) or 0


class AskForm(FlaskForm):
    """Who is asked, and what."""

    question = TextAreaField(
        "Question",
        [
            DataRequired("Please say what you want to know."),
            Length(max=MAX_QUESTION, message=f"A question has up to {MAX_QUESTION:,} characters."),
        ],
    )
    people = SelectMultipleField(
        "People",
        [InputRequired("Please choose at least one person.")],
        choices=[],
        coerce=_number,
        validate_choice=False,
    )


class AnswerForm(FlaskForm):
    """A yes, or what has to change."""

    answer = StringField("Answer", [InputRequired("Please approve it, or ask for changes.")])
    comment = TextAreaField(
        "Comment",
        [Optional(), Length(max=MAX_ANSWER, message=f"A comment has up to {MAX_ANSWER:,} characters.")],
    )
