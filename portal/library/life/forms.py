"""What may be typed in about the life of content."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange, Optional

from portal.library.life.dates import MOST_DAYS
from portal.library.models import ASSET_KINDS
from portal.web.formatting import kind_words

_DAYS = NumberRange(1, MOST_DAYS, message=f"Please give 1 to {MOST_DAYS:,} days.")


class _InPlainWords:
    """A field that may be left empty, and says in plain words when what was typed is nothing it can take."""

    wrong: str

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed, or refuse it in words."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata([valuelist[0].strip()[:20]])  # type: ignore[misc]
        except ValueError:
            self.data = None
            raise ValueError(self.wrong) from None


class Day(_InPlainWords, DateField):
    """A day."""

    wrong = "Please give a day as year-month-day, such as 2027-01-31."


class Days(_InPlainWords, IntegerField):
    """A number of days."""

    wrong = "Please give a whole number of days."


class DatesForm(FlaskForm):
    """When content is looked at again, when it expires, and what is used instead then."""

    review_by = Day("Look at it again by", [Optional()])
    review_days = Days("And then every so many days", [Optional(), _DAYS])
    expires_on = Day("Expires on", [Optional()])
    replaced_by = StringField("What to use instead", [Optional()])


def _interval(kind: str) -> Days:
    return Days(kind_words(kind), [InputRequired("Please give a number of days."), _DAYS])


class _Intervals(FlaskForm):
    """One field per kind."""


IntervalsForm = type("IntervalsForm", (_Intervals,), {kind: _interval(kind) for kind in ASSET_KINDS})


class BulkForm(FlaskForm):
    """The value that a change of much content takes."""

    owner_id = StringField("New owner", [Optional()])
    expires_on = Day("Expires on", [Optional()])
    never_expires = BooleanField("They never expire")
    replaced_by = StringField("What replaces them", [Optional()])
