"""What may be typed in about content that was used."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.feedback.models import REASONS
from portal.feedback.services import MAX_COMMENT

CHOOSE = "Please choose one to five stars."


class RatingForm(FlaskForm):
    """Stars, a reason, a comment, and the deal it was used on."""

    stars = IntegerField("Stars", [InputRequired(CHOOSE), NumberRange(1, 5, CHOOSE)])
    reason = SelectField("Why", [Optional()], choices=[("", "No reason given"), *REASONS.items()])
    comment = TextAreaField(
        "Comment", [Length(max=MAX_COMMENT, message=f"A comment has up to {MAX_COMMENT:,} characters.")]
    )
    deal_id = IntegerField("Deal", [Optional(), NumberRange(max=2**62)])
