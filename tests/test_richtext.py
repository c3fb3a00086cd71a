"""Markdown as it is shown: nothing in it runs or loads, and none of it is worth the time that it would take."""

from __future__ import annotations

import re
import time
from html import unescape

import pytest

from portal.richtext import MAX_CHARACTERS, MAX_SHORT, short_html, to_html


@pytest.mark.parametrize(
    "text",
    [
        "before <script>leak()</script> after",
        "before <img src=x onerror=leak()> after",
        "before <svg onload=leak()></svg> after",
        "before <iframe src='https://leak.example'></iframe> after",
        "before ![leak](https://leak.example/pixel.png) after",
        "before ![leak][1] after\n\n[1]: https://leak.example/pixel.png",
        "before [go](javascript:leak()) after",
        "before [go](JaVaScRiPt:leak()) after",
        "before [go](data:text/html;base64,leak) after",
        "before [go](vbscript:leak) after",
        "before <a href='&#106;avascript:leak()'>go</a> after",
        "before <p style='background:url(https://leak.example)'>x</p> after",
        "before <style>@import 'https://leak.example';</style> after",
        "before <form action='https://leak.example'><input name=x></form> after",
        "before <link rel=stylesheet href='https://leak.example'> after",
    ],
)
def test_nothing_in_it_runs_or_loads(text):
    for html in (to_html(text), str(short_html(text))):
        assert "before" in html
        assert "after" in html
        assert "leak" not in html


def test_what_people_write_is_kept():
    html = to_html('# Price\n\n**Ask** [us](https://example.com "today")\n\n| a | b |\n|---|---|\n| 1 | 2 |')
    assert "<h1>Price</h1>" in html
    assert "<strong>Ask</strong>" in html
    assert '<a href="https://example.com" title="today" rel="noopener noreferrer">us</a>' in html
    assert "<td>2</td>" in html


HOSTILE = {
    "open brackets": "[" * 20_000,
    "lists in a line": "- " * 500,
    "numbers in a line": "1. " * 500,
    "quotes in a line": "> " * 500,
    "quotes without spaces": ">" * 5_000,
    "lists in lists": "\n".join("    " * depth + "- a" for depth in range(80)),
    "quotes in quotes": "\n".join("> " * depth + "a" for depth in range(1, 200)),
    "stars": "**a" * 2_600,
    "comments": "<!--" * 2_000,
    "tags": "<a " * 2_600,
    "too long": "a [b](c) *d* " * (MAX_CHARACTERS // 12),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_is_slow_or_too_deep_comes_back_as_text_in_time(text):
    started = time.process_time()
    to_html(text)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_field_costs_a_request_no_more_than_moments(text):
    started = time.process_time()
    assert short_html(text[:MAX_SHORT])
    assert time.process_time() - started < 2


@pytest.mark.parametrize("mark", ["[", "<a ", "a\n=\n"])
def test_a_field_with_far_more_marks_than_anybody_writes_is_shown_as_it_was_typed(mark):
    html = short_html((mark * MAX_SHORT)[:MAX_SHORT])
    assert set(re.findall(r"<[^>]*>", html)) == {"<p>", "</p>"}
    assert (
        unescape(html.replace("<p>", "").replace("</p>", "")).strip()
        == (mark * MAX_SHORT)[:MAX_SHORT].strip()
    )


def test_brackets_come_back_as_they_were_typed():
    assert to_html("[" * 20_000) == f"<p>{'[' * 20_000}</p>"
    assert to_html("- " * 500).startswith("<p>- - - ")
