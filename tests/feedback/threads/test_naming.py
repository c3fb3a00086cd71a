"""Names that are called with an @: where they count, where they end, and what becomes of the HTML around them."""

from __future__ import annotations

import pytest

from bench import strange_texts
from portal.feedback.threads.naming import called, marked
from portal.richtext import short_html

LABELS = {"ana", "ana ruiz", "ana ruiz (north)", "north", "o'brien & co", "élodie größ".casefold(), "j. r."}


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("@Ana Ruiz knows", ["ana ruiz"]),
        ("@ana ruiz, and @NORTH.", ["ana ruiz", "north"]),
        ("ask @Ana Ruizo", ["ana"]),
        ("@Ana Ruiz (North) or so", ["ana ruiz (north)"]),
        ("@Ana Ruiz (West)", ["ana ruiz"]),
        ("(@Ana)", ["ana"]),
        ("@Ana's deck", ["ana"]),
        ("@Ana-Lena did", []),
        ("@Anabel did", []),
        ("@O'Brien & Co. said", ["o'brien & co"]),
        ("@ÉLODIE GRÖSS", ["élodie größ".casefold()]),
        ("@J. R. said", ["j. r."]),
        ("@Ana and @ana again", ["ana"]),
        ("**@Ana** in bold", ["ana"]),
        ("> @Ana in a quotation", ["ana"]),
        ("@ Ana", []),
        ("write to ruiz@Ana or x+@ana", []),
        ("https://example.org/@ana and @@ana", []),
        ("`@Ana` in code", []),
        ("```\n@Ana\n```", []),
        ("    @Ana", []),
        ("[@Ana](https://example.org)", []),
        ('[x](https://example.org "> @Ana")', []),
        ("@nobody", []),
    ],
)
def test_a_name_counts_where_a_reader_would_say_so(text, labels):
    assert called(short_html(text), LABELS) == labels


def test_names_are_set_apart_and_everything_else_stays_as_it_was():
    html = short_html('@Ana & `@Ana` <b>@north</b> <script>@Ana</script> [x](https://e.org "> @Ana")')
    shown = marked(html, LABELS)
    assert shown.count('<span class="mention">') == 2
    assert '<span class="mention">@Ana</span> &amp; <code>@Ana</code>' in shown
    assert '<b><span class="mention">@north</span></b>' in shown
    assert "<script" not in shown
    assert shown.replace('<span class="mention">', "").replace("</span>", "") == html


def test_a_name_cannot_bring_markup_along():
    label = "<img src=x onerror=alert(1)>"
    shown = marked(short_html(f"@{label.replace('<', '&lt;')} wins"), {label})
    assert "<img" not in shown
    assert "&lt;img" in shown


@pytest.mark.parametrize("text", strange_texts.CALLS)
def test_signs_call_nobody_who_is_not_named_to_the_end(text):
    assert set(called(short_html(text), set(strange_texts.MANY_NAMES))) == set()
