"""What may be typed in about saved searches."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired


class NameForm(FlaskForm):
    """What a saved search is called; what a name may be is checked where it is kept."""

    name = StringField("Name", [InputRequired()])
