"""Markdown to HTML that is safe to show: what Markdown passes through is cleaned, and nothing is fetched."""

from __future__ import annotations

import re

import markdown
import nh3
from markupsafe import Markup, escape

# Nested brackets and lists cost Markdown quadratic time or its stack; people do not write them.
MAX_CHARACTERS = 400_000
MAX_SHORT = 8_000
_MAX_BRACKETS = 2_000
# What costs more than its share in a field, and how often it may occur there: these are rendered within the request.
_MOST_IN_SHORT = {"[": 200, "<": 200, "\n": 500}
_DEEP_LIST = re.compile(r"^\s*(?:[-*+>]\s+){12}", re.MULTILINE)

TAGS = {
    *(
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "code",
        "dd",
        "del",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
    ),
    *(
        "h5",
        "h6",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
    ),
    *("th", "thead", "tr", "u", "ul"),
}


def to_html(text: str) -> str:
    """Render Markdown to sanitised HTML; text that is too deep or long for it comes back as plain paragraphs."""
    if len(text) > MAX_CHARACTERS or text.count("[") > _MAX_BRACKETS or _DEEP_LIST.search(text):
        return _plain(text)
    try:
        html = markdown.markdown(text, extensions=["tables", "fenced_code", "sane_lists", "nl2br"])
    except RecursionError:
        return _plain(text)
    return nh3.clean(html, tags=TAGS, attributes={"a": {"href", "title"}}, link_rel="noopener noreferrer")


def short_html(text: str | None) -> Markup:
    """Render a field that a person typed (guidance, a comment), which forms keep under MAX_SHORT characters."""
    if not text:
        return Markup("")
    if len(text) > MAX_SHORT or any(text.count(mark) > most for mark, most in _MOST_IN_SHORT.items()):
        return Markup(_plain(text))
    return Markup(to_html(text))


def _plain(text: str) -> str:
    paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
    return "".join(f"<p>{escape(part)}</p>" for part in paragraphs)
