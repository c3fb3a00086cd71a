"""What may be typed in about content that was used, and in answer to that."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from portal.feedback.models import BLAME, PRAISE, REASONS
from portal.feedback.services import LOW, MAX_COMMENT
from portal.library.models import Version

CHOOSE = "Please choose one to five stars."
MOST = 2**62


class RatingForm(FlaskForm):
    """Stars, a reason, a comment, the deal it was used on, and the version that was looked at."""

    stars = IntegerField("Stars", [InputRequired(CHOOSE), NumberRange(1, 5, CHOOSE)])
    reason = StringField("Why", [Optional()])
    comment = TextAreaField(
        "Comment", [Length(max=MAX_COMMENT, message=f"A comment has up to {MAX_COMMENT:,} characters.")]
    )
    deal_id = IntegerField("Deal", [Optional(), NumberRange(max=MOST)])
    version = IntegerField("Version", [Optional(), NumberRange(max=MOST)])

    def validate_reason(self, field: Field) -> None:
        if field.data not in REASONS:
            raise ValidationError("Please choose one of the reasons.")

    def say_why_not(self) -> None:
        """Put into words that no stars were given at all, or no number."""
        if self.stars.data is None:
            self.stars.errors = [CHOOSE]

    @property
    def given(self) -> dict[str, Any]:
        """What the service takes; a reason that the stars chosen later have hidden is none."""
        stars, reason = self.stars.data or 0, self.reason.data
        hidden = BLAME if stars > LOW + 1 else PRAISE if stars <= LOW else {}
        return {
            "stars": stars,
            "reason": None if reason in hidden else reason,
            "comment": self.comment.data or "",
            "version_id": self.version.data,
        }


class AnswerForm(FlaskForm):
    """An answer to a rating, the version in which it is fixed, and what the writer saw of the rating."""

    words = TextAreaField("Your answer")
    fixed_in = SelectField("Fixed in", [Optional()], validate_choice=False)
    seen = HiddenField()
    next = HiddenField()

    def offer(self, versions: list[Version], current_id: int | None) -> None:
        """Let one of these versions be chosen as the one in which it is fixed."""
        named = [
            (str(one.number), f"Version {one.number}{', in use' if one.id == current_id else ''}")
            for one in versions
        ]
        self.fixed_in.choices = [("", "No version"), *named]

    def validate_fixed_in(self, field: Field) -> None:
        if field.data and field.data not in {value for value, _ in field.choices}:
            raise ValidationError("Please choose a version that came after the one that was rated.")
