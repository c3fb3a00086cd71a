"""Rates as an admin hands them in."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import TextAreaField


class RatesForm(FlaskForm):
    """Lines of rates, pasted or in a file."""

    text = TextAreaField("Rates")
    file = FileField("Or a file")
