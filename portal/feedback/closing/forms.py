"""What the owner of a closed deal may say of it."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectMultipleField, TextAreaField

from portal.library.models import Asset
from portal.web import number_of


class ClosingForm(FlaskForm):
    """Which content mattered, or that none did, and what nothing answered."""

    mattered = SelectMultipleField("Which of these mattered?", choices=[], validate_choice=False)
    none_of_them = BooleanField("None of them")
    unanswered = TextAreaField("What did the buyer ask or object to that we had no answer for?")

    def offer(self, assets: list[Asset]) -> None:
        """Let these be chosen."""
        self.mattered.choices = [(str(asset.id), asset.title) for asset in assets]

    @property
    def chosen(self) -> set[int]:
        """The numbers that were ticked; what is no number stands for content that nothing is."""
        return {number_of(text) or 0 for text in self.mattered.data or []}
