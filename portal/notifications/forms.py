"""What a person may choose about their notifications."""

from __future__ import annotations

from collections.abc import Mapping

from portal.notifications.choices import Choice, Way
from portal.notifications.models import MAIL_TIMES


def read_choices(form: Mapping[str, str], present: list[Choice]) -> tuple[list[Choice], bool]:
    """Return the choices as a form has them, and whether all can be taken; what cannot stays as it is."""
    read, is_valid = [], True
    for choice in present:
        mail_time = form.get(f"mail-{choice.key}", "")
        if mail_time not in MAIL_TIMES:
            mail_time, is_valid = choice.way.mail_time, False
        read.append(Choice(choice.key, choice.kind, Way(f"app-{choice.key}" in form, mail_time)))
    return read, is_valid
