"""Every component in every state, on one page for those who build pages."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField

from portal.db import now
from portal.web import render

blueprint = Blueprint("styleguide", __name__)


class SampleForm(FlaskForm):
    """One field of each kind."""

    title = StringField("Title")
    kind = SelectField("Kind", choices=[("deck", "Deck"), ("case_study", "Case study")])
    text = TextAreaField("How to use it")
    due = DateField("Needed by")
    live = BooleanField("Publish at once")
    way = RadioField("Way", choices=[("file", "A file"), ("link", "A link")], default="file")
    files = MultipleFileField("Files")


@blueprint.get("/styleguide")
def show() -> Response:
    form = SampleForm(None)
    form.title.errors = ["A title has 1 to 300 characters."]
    return render("styleguide.html", form=form, moment=now())
