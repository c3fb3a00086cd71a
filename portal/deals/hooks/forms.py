"""What an admin says of a hook."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length


class HookForm(FlaskForm):
    """A new address for updates."""

    name = StringField(
        "What sends the updates",
        [DataRequired("Please name what sends the updates."), Length(max=120)],
        description="Such as “HubSpot workflow”.",
    )
    source = StringField(
        "CRM name",
        [DataRequired("Please name the CRM."), Length(max=40)],
        description="As in the imports of this CRM, so that its ids mean the same deals.",
    )
