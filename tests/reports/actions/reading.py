"""Reading the page of what to do as people do: its lists, their rows, and where a link's words lead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Shown:
    """One row: its title, all its words, its button's words and where that leads."""

    title: str
    text: str
    button: str
    leads_to: str

    @property
    def path(self) -> str:
        return urlsplit(self.leads_to).path

    @property
    def filled_in(self) -> dict[str, str]:
        return {name: words[0] for name, words in parse_qs(urlsplit(self.leads_to).query).items()}


def plain(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def rows_of(client: Any, name: str, query: str = "") -> list[Shown]:
    """Return the rows of one list, from its own page."""
    answer = client.get(f"/reports/actions/{name}{query}")
    assert answer.status_code == 200, answer.status_code
    return rows_in(answer.text)


def rows_in(page: str) -> list[Shown]:
    return [_row(one) for one in re.findall(r'<li class="row-item action-row".*?</li>', page, re.S)]


def section(page: str, name: str) -> str:
    """Return the part of the page of what to do that is one list."""
    found = re.search(rf'<section class="card[^"]*" id="{name}".*?</section>', page, re.S)
    assert found, name
    return found.group()


def _row(markup: str) -> Shown:
    title = re.search(r'class="row-title"><a[^>]*>(.*?)</a>', markup, re.S)
    actions = markup.split('class="row-actions"', 1)[1]
    buttons = re.findall(r"<(a|button)\b([^>]*)>(.*?)</\1>", actions, re.S)
    assert title, markup
    assert len(buttons) == 1, markup
    leads = re.search(r'(?:href|action)="([^"]*)"', actions)
    return Shown(
        plain(title.group(1)), plain(markup), plain(buttons[0][2]), unescape(leads.group(1)) if leads else ""
    )


def link_named(page: str, words: str) -> str:
    """Return where the first link of these words leads."""
    for attributes, inside in re.findall(r"<a\b([^>]*)>(.*?)</a>", page, re.S):
        if plain(inside) == words:
            return unescape(re.search(r'href="([^"]*)"', attributes).group(1))  # type: ignore[union-attr]
    raise AssertionError(f"no link says {words}")
