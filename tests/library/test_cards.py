"""Cards of words: a heading, lines, rows of cells, and nothing that was meant as markup."""

from __future__ import annotations

import pytest

from portal.library.cards import CUT, card
from portal.library.page_queries import SHOWN_CHARACTERS, ShownPage


@pytest.mark.parametrize(
    ("title", "text", "markup"),
    [
        ("Why now", "Why now\nFirst\n\nSecond", "<h2>Why now</h2><p>First</p><p>Second</p>"),
        ("", "<b>&", "<p>&lt;b&gt;&amp;</p>"),
        (
            "Prices",
            "Item\tPrice\nPump\t<9>\nAll in euros",
            "<h2>Prices</h2><table><tbody><tr><td>Item</td><td>Price</td></tr>"
            "<tr><td>Pump</td><td>&lt;9&gt;</td></tr></tbody></table><p>All in euros</p>",
        ),
        ("", "", "<p><em>There are no words on it.</em></p>"),
    ],
)
def test_words_become_a_card(title, text, markup):
    assert card(ShownPage(1, title, text, None, None, None, None)) == markup


def test_a_long_page_says_that_it_goes_on():
    assert CUT in card(ShownPage(1, "", "x" * SHOWN_CHARACTERS, None, None, None, None))
