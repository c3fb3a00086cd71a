"""What may be typed in about content; the rules behind it are the services'."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    Field,
    FileField,
    HiddenField,
    MultipleFileField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.errors import PortalError
from portal.library.guidance import FIELDS, Guidance
from portal.library.models import ASSET_KINDS
from portal.library.services import MAX_LINK, MAX_NOTE, MAX_SUMMARY, MAX_TITLE
from portal.richtext import MAX_CHARACTERS, MAX_SHORT
from portal.web.formatting import kind_words


def show_at_field(form: FlaskForm, error: PortalError) -> None:
    """Put a refusal at the field that it names, else at the first one."""
    field = form[error.field] if error.field in form else next(iter(form))
    field.errors = [*field.errors, error.message]


def _longest(number: int) -> Length:
    return Length(max=number, message=f"This may have {number:,} characters at most.")


def _title() -> StringField:
    return StringField("Title", [DataRequired("Please give a title."), _longest(MAX_TITLE)])


def _kind() -> SelectField:
    return SelectField("Kind", choices=[(kind, kind_words(kind)) for kind in ASSET_KINDS])


def _guidance_field(key: str) -> TextAreaField:
    heading, hint = FIELDS[key]
    return TextAreaField(heading, [Optional(), _longest(MAX_SHORT)], description=hint)


class GuidanceFields(FlaskForm):
    """How to use it, field by field."""

    for_whom, when_to_use = _guidance_field("for_whom"), _guidance_field("when_to_use")
    what_to_say, not_to_promise = _guidance_field("what_to_say"), _guidance_field("not_to_promise")
    proof_points = _guidance_field("proof_points")

    @property
    def guidance_fields(self) -> list[Field]:
        """The five fields in the order in which a rep reads them."""
        return [self[key] for key in FIELDS]

    @property
    def guidance(self) -> Guidance:
        """What was typed, as one value."""
        return Guidance(**{key: self[key].data or "" for key in FIELDS})


def _summary() -> TextAreaField:
    return TextAreaField("Summary", [Optional(), _longest(MAX_SUMMARY)])


def _body() -> TextAreaField:
    return TextAreaField("Text", [InputRequired("Please write something."), _longest(MAX_CHARACTERS)])


def _link() -> URLField:
    return URLField("Web address", [DataRequired("Please give a web address."), _longest(MAX_LINK)])


class FilesForm(FlaskForm):
    """One or many files, each of which becomes a draft."""

    files = MultipleFileField("Files")


class TextForm(GuidanceFields):
    """Content that is written here, as Markdown."""

    title, kind, body = _title(), _kind(), _body()


class LinkForm(GuidanceFields):
    """Content that lives at another address."""

    title, kind, link, summary = _title(), _kind(), _link(), _summary()


class AssetForm(GuidanceFields):
    """What is said about a piece of content."""

    title, kind, summary = _title(), _kind(), _summary()
    owner_id = SelectField("Owner", [Optional()])
    # How it was when the form was opened, so that nobody undoes what somebody else did meanwhile.
    stamp = HiddenField()

    def offer_owners(self, people: list[Any]) -> None:
        """Fill the choice of owners."""
        self.owner_id.choices = [("", "Nobody"), *((str(person.id), person.name) for person in people)]


class VersionForm(FlaskForm):
    """A new version: a file, a text or a link, whichever was sent, and what is new in it."""

    file = FileField("New file")
    body = TextAreaField("Text", [Optional(), _longest(MAX_CHARACTERS)])
    link = URLField("Web address", [Optional(), _longest(MAX_LINK)])
    note = StringField("What is new", [Optional(), _longest(MAX_NOTE)])


class TermForm(FlaskForm):
    """A term's name."""

    name = StringField("Name", [DataRequired("Please give a name."), _longest(120)])
