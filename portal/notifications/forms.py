"""What may be chosen about notifications: one's own, and those of a team's channel."""

from __future__ import annotations

from collections.abc import Mapping

from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length

from portal.notifications.choices import Choice, Way
from portal.notifications.models import MAIL_TIMES
from portal.notifications.webhooks import CHANNEL_KINDS, MAX_ADDRESS


def read_choices(form: Mapping[str, str], present: list[Choice]) -> tuple[list[Choice], bool]:
    """Return the choices as a form has them, and whether all can be taken; what cannot stays as it is."""
    read, is_valid = [], True
    for choice in present:
        mail_time = form.get(f"mail-{choice.key}", "")
        if mail_time not in MAIL_TIMES:
            mail_time, is_valid = choice.way.mail_time, False
        read.append(Choice(choice.key, choice.kind, Way(f"app-{choice.key}" in form, mail_time)))
    return read, is_valid


class ChannelForm(FlaskForm):
    """Where a team's channel is, and which news it is told."""

    address = StringField(
        "Address of the incoming webhook",
        [Length(max=MAX_ADDRESS, message=f"An address has up to {MAX_ADDRESS:,} characters.")],
    )
    kinds = SelectMultipleField(
        "What it is told",
        [DataRequired("Please choose what the channel is told, or remove it.")],
        choices=[(key, f"{kind.name}: {kind.tells}") for key, kind in CHANNEL_KINDS.items()],
    )
