"""What may be typed in when content is sent."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional

from portal.sharing.services import MAX_RECIPIENT


class SendForm(FlaskForm):
    """For whom, and on which deal."""

    recipient = StringField(
        "For whom",
        [Optional(), Length(max=MAX_RECIPIENT, message=f"A recipient has up to {MAX_RECIPIENT} characters.")],
    )
    deal_id = SelectField("On which deal", [Optional()])
