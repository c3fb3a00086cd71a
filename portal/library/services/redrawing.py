"""Files that are shown as text because LibreOffice was missing or failed, drawn once more."""

from __future__ import annotations

from portal.errors import Conflict
from portal.jobs import enqueue
from portal.library.models import Version


def draw_again(version: Version) -> None:
    """Have a version drawn that is shown as text only because it could not be drawn before; its text stays."""
    if version.preview_kind == "waiting":
        return
    if not version.is_shown_as_text:
        raise Conflict("It has been drawn already.")
    version.preview_kind, version.preview_reason = "waiting", ""
    enqueue("draw_version", version.id, once=True)
