"""Choosing: the filters of the deals, and the links that choose one of them, as the page shows them."""

from __future__ import annotations

from typing import Any

from flask import url_for

from portal.db import now
from portal.impact.exploring.asking import Asked
from portal.impact.exploring.periods import usual_periods
from portal.impact.exploring.wording import FACET_WORDS, SAID_FIRST, choice_words
from portal.impact.forms import USES
from portal.usage.sums import local_day

# As many words of one facet as stand beside each other.
MOST_LINKS = 10
Link = dict[str, Any]


def filters_context(asked: Asked | None, endpoint: str, **place: str) -> dict[str, Any]:
    """Return what may be chosen and what is, for a page at an endpoint; nothing before the first figures."""
    if asked is None:
        return {"asked": None, "facets": [], "quick": None, "errors": {}, "arguments": {}, "said": ""}
    shown = asked.shown
    facets = [
        (name, FACET_WORDS[name][0], [("", FACET_WORDS[name][1]), *asked.choices[name].items()])
        for name in SAID_FIRST
        if asked.choices[name] or name in shown.errors
    ]
    return {
        "asked": asked,
        "facets": facets,
        "quick": _quick(asked, endpoint, place),
        "periods": _periods(asked, endpoint, place),
        "use_choices": USES,
        "errors": shown.errors,
        "arguments": asked.shown.of_deals(),
        "said": choice_words(shown.chosen, asked.team_names),
    }


def _quick(asked: Asked, endpoint: str, place: dict[str, str]) -> Link | None:
    """The first facet that has words, each of them one click away; that in force is marked."""
    name = next((name for name in SAID_FIRST if asked.choices[name]), None)
    if name is None:
        return None
    chosen = asked.shown.chosen
    rest: Link = place | {key: word for key, word in asked.shown.of_deals().items() if key != name}
    words = list(asked.choices[name].items())
    now_on = chosen.word(name)
    shown = [pair for at, pair in enumerate(words) if at < MOST_LINKS or pair[0] == now_on]
    links = [{"label": "All", "href": url_for(endpoint, **rest), "current": not now_on}]
    links += [
        {
            "label": label,
            "href": url_for(endpoint, **rest | {name: word}),
            "current": word == now_on,
        }
        for word, label in shown
    ]
    return {"name": name, "label": FACET_WORDS[name][0], "links": links, "more": len(words) - len(shown)}


def _periods(asked: Asked, endpoint: str, place: dict[str, str]) -> list[Link]:
    """Links to the usual periods, that in force being marked."""
    chosen = asked.shown.chosen
    rest: Link = place | {
        key: word for key, word in asked.shown.of_deals().items() if key not in ("begin", "end")
    }
    links = []
    for period in usual_periods(local_day(now())):
        days = {"begin": period.begin, "end": period.end}
        said = {name: day.isoformat() for name, day in days.items() if day}
        current = (chosen.begin, chosen.end) == (period.begin, period.end)
        links.append({"label": period.name, "href": url_for(endpoint, **rest | said), "current": current})
    return links
