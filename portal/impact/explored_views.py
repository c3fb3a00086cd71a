"""What the pages by kind, stage and sequence have in common: how they answer for a choice of deals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request, url_for

from portal.impact.exploring.asking import Asked, ask
from portal.users.access import me
from portal.web import render

# The part of a page that a choice changes.
EXPLORED = "explored"


def explored_page(template: str, endpoint: str, context_of: Callable[[Asked], dict[str, Any]]) -> Response:
    """Answer with a page of what is asked for, or with the part of it that a choice changed and the address for it.

    `kept_fields` of a context, if there are any, are told by the address beside the choice.
    """
    asked = ask(me(), request.args)
    context: dict[str, Any] = context_of(asked) if asked else {"shown": None}
    response = render(
        template,
        block=EXPLORED if asked else None,
        status=422 if asked and asked.shown.errors else 200,
        snapshot=asked.snapshot if asked else None,
        **context,
    )
    if asked and request.headers.get("HX-Target") == EXPLORED:
        said = asked.shown.arguments() | context.get("kept_fields", {})
        response.headers["HX-Push-Url"] = url_for(endpoint, **said)
    return response
