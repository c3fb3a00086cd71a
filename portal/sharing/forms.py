"""What may be typed in when content is sent, and by a buyer whom a link asks for something first."""

from __future__ import annotations

import re

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from portal.sharing.services import MAX_PASSWORD, MAX_RECIPIENT, MAX_TITLE, MIN_PASSWORD, Options

MAX_EMAIL = 254
# Nothing is sent there: it only has to look like an address, not work as one.
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class SendForm(FlaskForm):
    """For whom, on which deal, and what the link asks and allows."""

    recipient = StringField(
        "For whom",
        [Optional(), Length(max=MAX_RECIPIENT, message=f"A recipient has up to {MAX_RECIPIENT} characters.")],
    )
    deal_id = SelectField("On which deal", [Optional()])
    title = StringField(
        "Title of the page",
        [Optional(), Length(max=MAX_TITLE, message=f"A title has up to {MAX_TITLE} characters.")],
    )
    password = StringField(
        "Password",
        [
            Optional(),
            Length(
                MIN_PASSWORD, MAX_PASSWORD, f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters."
            ),
        ],
    )
    no_download = BooleanField("To look at only: no download")
    asks_email = BooleanField("Ask for an email before it opens")
    notify_when_opened = BooleanField("Tell me when it is opened")
    is_pinned = BooleanField("Keep these versions, even when newer ones are published")

    @property
    def options(self) -> Options:
        """What was chosen, as one value."""
        return Options(
            title=self.title.data or "",
            password=self.password.data or "",
            may_download=not self.no_download.data,
            asks_email=bool(self.asks_email.data),
            notify_when_opened=bool(self.notify_when_opened.data),
            is_pinned=bool(self.is_pinned.data),
        )


class PasswordForm(FlaskForm):
    """The password of a link."""

    password = PasswordField("Password", [DataRequired("Please type in the password of this link.")])


def _looks_like_email(form: FlaskForm, field: Field) -> None:
    field.data = (field.data or "").strip()
    if not _EMAIL.fullmatch(field.data) or not field.data.isprintable():
        raise ValidationError("Please type in an email such as ann@example.com.")


class EmailForm(FlaskForm):
    """The email that a link asks for; nobody checks whose it is."""

    email = StringField(
        "Your email",
        [
            DataRequired("Please type in your email."),
            Length(max=MAX_EMAIL, message=f"An email has up to {MAX_EMAIL} characters."),
            _looks_like_email,
        ],
    )
