"""What may be typed in about a request."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from portal.content_requests.services import MAX_DETAILS, MAX_NEED, MAX_REASON
from portal.library.models import ASSET_KINDS
from portal.web.formatting import kind_words

CHOOSE = "Please choose the content that answers it."


def _upto(limit: int, what: str) -> Length:
    return Length(max=limit, message=f"{what} has up to {limit:,} characters.")


class AskForm(FlaskForm):
    """One sentence is enough."""

    need = StringField(
        "What do you need?",
        [DataRequired("Please say in a sentence what you need."), _upto(MAX_NEED, "This sentence")],
    )
    details = TextAreaField("Anything else", [Optional(), _upto(MAX_DETAILS, "This text")])
    deal_id = SelectField("The deal that waits for it", [Optional()])
    search = HiddenField()


class CompleteForm(FlaskForm):
    """What marketing fills in."""

    need = StringField("In a sentence", [Optional(), _upto(MAX_NEED, "This sentence")])
    kind = SelectField(
        "Kind",
        [Optional()],
        choices=[("", "Not decided"), *((kind, kind_words(kind)) for kind in ASSET_KINDS)],
    )
    audience = StringField("For whom", [Optional(), _upto(300, "The audience")])
    needed_by = DateField("Needed by", [Optional()])
    details = TextAreaField("What it must say", [Optional(), _upto(MAX_DETAILS, "This text")])


class ReasonForm(FlaskForm):
    """Why a request is declined, or needed again."""

    reason = TextAreaField(
        "Reason",
        [
            DataRequired("Please give a reason: the people who need it will read it."),
            _upto(MAX_REASON, "A reason"),
        ],
    )


class DeliverForm(FlaskForm):
    """Which content answers it."""

    asset_id = IntegerField("Content", [InputRequired(CHOOSE), NumberRange(max=2**62, message=CHOOSE)])
