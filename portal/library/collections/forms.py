"""What may be typed in about collections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from portal.library.collections.queries import CollectionLine, Piece
from portal.library.collections.services import MAX_NAME, MAX_PURPOSE

_SHORT = Length(max=MAX_NAME, message=f"A name has at most {MAX_NAME} characters.")


class CollectionForm(FlaskForm):
    """A collection's name and purpose, and which of its pieces stands for it."""

    name = StringField("Name", [DataRequired("Please give it a name."), _SHORT])
    purpose = TextAreaField(
        "Purpose", [Optional(), Length(max=MAX_PURPOSE, message=f"This may have {MAX_PURPOSE:,} characters.")]
    )
    cover = SelectField("Cover", [Optional()], choices=[("", "The first piece with a picture")])

    def offer_covers(self, pieces: Iterable[Piece]) -> None:
        """Fill the choice of covers."""
        own = [(str(piece.asset.id), piece.title) for piece in pieces if piece.is_open]
        self.cover.choices = [("", "The first piece with a picture"), *own]

    @property
    def cover_id(self) -> int | None:
        """The content that was chosen, if one was."""
        return int(self.cover.data) if self.cover.data else None


class CollectForm(FlaskForm):
    """Which collection to add content to: one that is there, or a new one by its name."""

    # Whether it is there and theirs to change is asked where it is added.
    collection = SelectField("Collection", [Optional()], validate_choice=False)
    name = StringField("Name of a new one", [Optional(), _SHORT])
    share = BooleanField()

    def offer(self, choices: Sequence[CollectionLine], *, publishes: bool) -> None:
        """Fill the choice of collections; `publishes` says that this person may show one to everyone."""
        self.share.label.text = (
            "Publish it, so that everyone signed in sees it"
            if publishes
            else "Propose it to marketing, who may publish it for everyone"
        )
        lines = [(one.slug, f"{one.name} (published)" if one.is_published else one.name) for one in choices]
        self.collection.choices = [("", "A new one"), *lines]
        self._named = {one.name.casefold(): one.slug for one in choices}

    def propose(self, name: str) -> None:
        """Fill in the name of a collection for others that an address proposes: one that is there, or a new one."""
        name = name.strip()[:MAX_NAME]
        self.share.data = bool(name)
        self.collection.data = self._named.get(name.casefold(), "")
        self.name.data = "" if self.collection.data else name
