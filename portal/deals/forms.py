"""What may be handed in for an import."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import DataRequired, Length

KIND_WORDS = (
    ("deals", "Deals, with accounts and people if you have them"),
    ("history", "Stage history: when deals entered their stages"),
    ("usage", "Past uses of content"),
)


class ImportForm(FlaskForm):
    """Files of one import and how to read them."""

    kind = RadioField("What is in the file", choices=KIND_WORDS, default="deals")
    file = FileField("CSV or Excel file")
    accounts = FileField("Accounts")
    users = FileField("Sales people and teams")
    source = StringField(
        "CRM name",
        [DataRequired("Please name the CRM."), Length(max=40)],
        default="csv",
        description="The CRM that the ids belong to.",
    )
    is_complete = BooleanField("This file is the whole CRM; deals that it lacks are gone from it")
    create = BooleanField("Add people and content that are missing as placeholders")
