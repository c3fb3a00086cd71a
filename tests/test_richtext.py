"""Markdown as it is shown: nothing in it runs or loads, and what would take long stays as it was typed."""

from __future__ import annotations

import re
from html import escape, unescape

import pytest

from bench.strange_texts import MARKDOWN
from portal.richtext import MAX_SHORT, short_html, to_html


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


def _letters(html: str) -> str:
    """What is shown, without the marks that may have become markup."""
    return "".join(re.findall("[a-z]", unescape(re.sub(r"<[^>]*>", "", html))))


@pytest.mark.parametrize("text", MARKDOWN.values(), ids=MARKDOWN)
def test_what_is_slow_or_too_deep_keeps_its_words(text):
    assert _letters(to_html(text)) == _letters(escape(text))


@pytest.mark.parametrize("text", MARKDOWN.values(), ids=MARKDOWN)
def test_what_is_slow_or_too_deep_is_shown_in_a_field_too(text):
    assert _letters(str(short_html(text[:MAX_SHORT]))) == _letters(escape(text[:MAX_SHORT]))


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
