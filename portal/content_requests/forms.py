"""What may be typed in about a request."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from portal.content_requests.delivering import MAX_WORD
from portal.content_requests.services import MAX_DETAILS, MAX_NEED, MAX_REASON
from portal.library.models import ASSET_KINDS
from portal.library.reviewing.services import MAX_QUESTION
from portal.web.formatting import kind_words

CHOOSE = "Please choose the content that answers it."
CHOOSE_DRAFT = "Please choose the draft that they are to look at."


def _upto(limit: int, what: str) -> Length:
    return Length(max=limit, message=f"{what} has up to {limit:,} characters.")


class AskForm(FlaskForm):
    """One sentence is enough."""

    need = StringField(
        "What do you need?",
        [DataRequired("Please say in a sentence what you need."), _upto(MAX_NEED, "This sentence")],
    )
    details = TextAreaField("Anything else", [Optional(), _upto(MAX_DETAILS, "This text")])
    # Which deals a person may name is looked up where one is named.
    deal_id = SelectField("The deal that waits for it", [Optional()], validate_choice=False)
    search = HiddenField()
    like = HiddenField()


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
    examples = TextAreaField("Examples", [Optional(), _upto(MAX_DETAILS, "This text")])


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
    """Which content answers it, chosen or named by its address, and a word about it."""

    choose = CHOOSE
    asset_id = IntegerField("Content", [Optional(), NumberRange(max=2**62, message=CHOOSE)])
    address = StringField("Or paste its address", [Optional(), _upto(500, "An address")])
    word = StringField("A word with it", [Optional(), _upto(MAX_WORD, "A word")])


class DraftForm(FlaskForm):
    """Which draft those who asked are to look at, and what they are asked."""

    choose = CHOOSE_DRAFT
    draft_id = IntegerField(
        "Draft", [InputRequired(CHOOSE_DRAFT), NumberRange(max=2**62, message=CHOOSE_DRAFT)]
    )
    question = TextAreaField("What you want to know", [Optional(), _upto(MAX_QUESTION, "A question")])
