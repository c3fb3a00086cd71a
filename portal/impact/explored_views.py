"""What the pages by kind, stage, sequence and owners have in common: how they answer for a choice of deals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request, url_for

from portal.impact.exploring.asking import Asked, ask
from portal.impact.exploring.page import filters_context
from portal.users.access import me
from portal.web import render

# The part of a page that a choice changes.
EXPLORED = "explored"
# What an address says of the list alone; another page offers no field to choose it, or to mend it.
OF_THE_LIST = ("verdict", "sort")


def explored_page(
    template: str,
    endpoint: str,
    figures_of: Callable[[Asked], dict[str, Any]],
    *,
    unread: tuple[str, ...] = OF_THE_LIST,
    takes_apart: bool = True,
) -> Response:
    """Answer with a page of what is asked for, or with the part of it that a choice changed and the address for it.

    A page that takes figures apart, and any choice of deals, needs what they were made from; only where that is kept is
    `figures_of` asked. What it returns may replace the filters; its `kept_fields` are told by the address too.
    """
    asked = ask(me(), {name: said for name, said in request.args.items() if name not in unread})
    context: dict[str, Any] = {"shown": None, "snapshot": None, "here": endpoint}
    if asked:
        needs_all = takes_apart or asked.shown.chosen.narrows
        is_kept = asked.snapshot.cut_sha256 is not None or not needs_all
        context |= {"snapshot": asked.snapshot, "is_kept": is_kept, **filters_context(asked, endpoint)}
        context |= figures_of(asked) if is_kept else {}
    shown = context["shown"]
    response = render(
        template,
        block=EXPLORED if asked else None,
        status=422 if shown and shown.errors else 200,
        **context,
    )
    if shown and request.headers.get("HX-Target") == EXPLORED:
        said = shown.arguments() | context.get("kept_fields", {})
        response.headers["HX-Push-Url"] = url_for(endpoint, **said)
    return response
