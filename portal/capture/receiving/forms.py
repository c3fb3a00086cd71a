"""What may be handed in as a mail."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField

MOST_FILES = 20


class MailFilesForm(FlaskForm):
    """Mails as files, as mail programs save them."""

    files = MultipleFileField("Mail files (.eml)")
