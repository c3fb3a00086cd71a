"""What the address of a report asks for, and the links to the usual periods of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import request, url_for

from portal.db import now
from portal.usage.sums import local_day


def asked_of(names: Iterable[str]) -> dict[str, Any]:
    """Return those of the named arguments that the address has."""
    return {name: request.args[name] for name in names if request.args.get(name)}


def periods(endpoint: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return links to the usual periods, that in force being marked."""
    today = local_day(now())
    starts = [("All time", None), ("This year", today.replace(month=1, day=1))]
    starts += [(f"Last {days} days", today - timedelta(days=days - 1)) for days in (90, 30)]
    rest = {key: value for key, value in asked.items() if key not in ("from", "to")}
    links = []
    for label, first in starts:
        period: dict[str, Any] = {"from": first.isoformat()} if first else {}
        links.append(
            {
                "label": label,
                "href": url_for(endpoint, **rest, **period),
                "current": {key: asked[key] for key in ("from", "to") if key in asked} == period,
            }
        )
    return links
