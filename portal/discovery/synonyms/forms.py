"""What may be typed in about words that mean the same."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired


class GroupForm(FlaskForm):
    """The words and phrases of a group, one a line; what they may be is checked where they are kept."""

    phrases = TextAreaField("Words and phrases", [InputRequired()])
    # How the group was when the form was opened, so that nobody undoes what somebody else did meanwhile.
    stamp = HiddenField()
