"""What may be typed in about content from sales."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from portal.library.contributions.deciding import MAX_REASON
from portal.library.contributions.services import MAX_STORY
from portal.library.services import MAX_NOTE, MAX_SUMMARY, MAX_TITLE


def _upto(limit: int) -> Length:
    return Length(max=limit, message=f"This may have {limit:,} characters at most.")


class ContributeForm(FlaskForm):
    """A file, what it was made for, and the deal."""

    file = FileField("File")
    title = StringField("Title", [Optional(), _upto(MAX_TITLE)])
    story = TextAreaField("What did you make it for?", [Optional(), _upto(MAX_STORY)])
    deal_id = SelectField("For which deal", [Optional()])


class MendForm(FlaskForm):
    """What a rep says about their own content."""

    title = StringField("Title", [DataRequired("Please give a title."), _upto(MAX_TITLE)])
    summary = TextAreaField("Summary", [Optional(), _upto(MAX_SUMMARY)])
    story = TextAreaField("What did you make it for?", [Optional(), _upto(MAX_STORY)])


class NewFileForm(FlaskForm):
    """A newer file of a rep's own content."""

    file = FileField("New file")
    note = StringField("What is new", [Optional(), _upto(MAX_NOTE)])


class MergeForm(FlaskForm):
    """The content that a rep's is merged into."""

    into = StringField("Merge it into", [DataRequired("Please choose the content that it is merged into.")])
    take_file = BooleanField("Take its file as a new version of that content, which waits to be published")


class DeclineForm(FlaskForm):
    """Why a rep's content is not taken."""

    reason = TextAreaField(
        "Why not",
        [DataRequired("Please give a reason: the person who made it will read it."), _upto(MAX_REASON)],
    )
