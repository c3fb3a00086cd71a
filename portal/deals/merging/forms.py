"""What somebody says of an account."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length


class DomainForm(FlaskForm):
    """A mail domain of an account."""

    domain = StringField(
        "Mail domain",
        [
            DataRequired("Please write a mail domain, such as acme.com."),
            Length(max=300, message="A mail domain has up to 253 characters."),
        ],
    )
