"""Texts that nobody should type and somebody does: too much, nothing, signs that mean something elsewhere.

The tests ask for the right answer to each, bench.strange_input for the time that it takes.
"""

from __future__ import annotations

import random

from portal.library.comparing import ComparedPage
from portal.richtext import MAX_CHARACTERS

# Typed into the search box.
TYPED = {
    "ten thousand words": "".join(f"word{number} " for number in range(10_000)),
    "one endless word": "x" * 50_000,
    "stop words": "the of and a to",
    "punctuation": ".,;:!?-–—…()[]{}<>/\\|",
    "star": "*",
    "stars": "a* *a ?* **",
    "brackets": "((((",
    "closing": "))))",
    "nul": "\x00",
    "nul within": "her\x00on",
    "emoji": "😀 👩‍👩‍👧‍👦 🏳️‍🌈",
    "right to left": "שלום עולם مرحبا",
    "turned around": "\u202egnirps\u202c",
    "percent": "%",
    "underline": "_",
    "percent and underline": "%_% _%_",
    "backslash": "\\",
    "quotes": '"',
    "many quotes": '"a" "b" "' * 40,
    "operators": "title: kind: owner: -",
    "operator of operators": "kind:owner:title:deck",
    "minus signs": "- -- --- -a -the",
    "only without": "-heron",
    "sql": "' or 1=1; drop table assets; --",
    "markup": "<script>alert(1)</script>",
    "template": "{{ 7*7 }}{% raw %}",
    "control": "\x01\x02\x1b[31m",
    "lone surrogate": "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "chinese": "医院 案例 研究" * 50,
}

# Given to an engine as they are, longer than any address may be.
ASKED = {
    "nothing": "",
    "spaces": " \t\n\r ",
    "punctuation": "?!.,;:-_()[]{}<>|/\\~^%$§=`'\"*+#@&",
    "star": "*",
    "brackets": "((((",
    "quotes": '"""""',
    "open quote": '"price of',
    "empty quotes": '"" "" \u201c\u201d',
    "syntax": "title:price AND (NOT deck) OR id:1 [a TO z] price~2 price^9 pri*",
    "NUL": "price\x00deck\x00",
    "only NUL": "\x00" * 50,
    "emoji": "🚀🔥 price 👩‍👩‍👧",
    "only emoji": "🚀",
    "right to left": "\u202eprice\u202c العربية שלום",
    "surrogate": "price \ud800\udfff",
    "stop words": "the of and to be or not to be",
    "one long word": "x" * 50_000,
    "one long code": "a-1." * 12_000,
    "many words": " ".join(f"word{n}" for n in range(10_000)),
    "same word": "price " * 10_000,
    "many stop words": "the " * 10_000,
    "many quotes": '"price deck" ' * 5_000,
    "many marks": "a\u0301" * 10_000,
    "many Indic marks": "\u0915\u093f" * 10_000,
    "Chinese": "价格系统" * 5_000,
    "markup": "<script>alert('price')</script>",
    "SQL": "'; DROP TABLE assets; --",
}

# The same, made of what queries may do besides naming words.
OPERATORS = {
    "many exclusions": "deck " + " ".join(f"-word{n}" for n in range(10_000)),
    "many titles": " ".join(f"title:word{n}" for n in range(10_000)),
    "many excluded phrases": 'deck -"price deck" ' * 5_000,
    "only operators": "- -- title: title:title: -title: " * 500,
    "many minus signs": "-" * 20_000,
    "many quotes and signs": '-"' * 10_000,
    "many titles and quotes": 'title:"' * 3_000,
    "long operand": "deck -" + "x" * 20_000,
    "long code operand": "deck -" + "a-1." * 5_000,
    "ten thousand words": " ".join(f"word{n}" for n in range(10_000)),
    "wildcards": "p* ?rice * ** p*e* -* title:* [a TO z] {a} ~2 ^9 /a.*/",
    "brackets": "((((" * 2_000,
    "NUL": "-\x00 title:\x00 deck\x00",
    "emoji": "-🚀 title:🔥 👩‍👩‍👧",
    "right to left": "-\u202eprice\u202c title:שלום العربية",
    "surrogate": "-\ud800 title:\udfff",
}

# Of which a page of an asset may consist, and what is looked for in it.
RUNS = ("_", "-", "__ ", "- - ", "a", "a_", "total ", "total cost ", "totalcost of ", "\n")
LOOKED_FOR = (
    '"total of the and of it cost of our ownership"',
    '"' + "a " * 70 + '"',
    '"' + "total " * 70 + '"',
    '"' + "total of the and of it by " * 12 + 'cost"',
    "total",
)
SYNONYMS_OF_RUNS = (
    ("total", *(f"{word} of the and of it a" for word in ("total cost", "cost total", "name"))),
)

MANY_WORDS = ASKED["many words"]
MANY_GROUPS = tuple((f"word{n}", f"phrase of{n} words", f"name{n}") for n in range(5_000))

# Markdown that is slow to read, or too deep.
MARKDOWN = {
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

# Comments that are deep, or full of signs that mean something.
COMMENTS = {
    "quotations": ">" * 4_000,
    "spaced quotations": "> " * 2_000,
    "lists": "- " * 2_000,
    "numbers": "1. " * 1_333,
    "growing lists": "\n".join(" " * 4 * depth + "- a" for depth in range(42)),
    "stars": "*" * 4_000,
    "open emphasis": "*a **b " * 570,
    "underscores": "_a__b" * 800,
    "brackets": "[" * 4_000,
    "links": "[a](" * 1_000,
    "ticks": "`" * 3_999,
    "open code": "`a " * 1_333,
    "tags": "<b>" * 1_333,
    "divisions": "<div>" * 800,
    "tables": "|" * 4_000,
    "wide table": "|a" * 990 + "\n" + "|-" * 990,
    "comments": "<!--" * 1_000,
    "entities": "&#" * 2_000,
    "lines": "a\n" * 1_999,
    "headings": "# a\n" * 1_000,
    "signs": "@a " * 1_333,
}

# Comments that may call somebody by name with every sign.
CALLS = ("@a " * 1_333, "@" * 4_000, "@a-" * 1_333, "@Ana Ruiz " * 400, "@ana" * 1_000)
MANY_NAMES = frozenset(f"ana ruiz the {number}th of somewhere far away" for number in range(10_000))


def long_page(run: str, characters: int = 40_000) -> str:
    """Return the text of a page that repeats a run over so many characters."""
    return "Name: " + run * (characters // len(run))


def pages(*texts: str) -> list[ComparedPage]:
    """Return the pages of a version, numbered from 1."""
    return [ComparedPage(number, text=text) for number, text in enumerate(texts, 1)]


def long_versions(vocabulary: int) -> tuple[list[ComparedPage], list[ComparedPage]]:
    """Return two versions of 300 pages of 400 words each, one word in ten being another in the second."""
    chance = random.Random(5)
    words = [f"w{number}" for number in range(vocabulary)]
    old = [chance.choices(words, k=400) for _ in range(300)]
    new = [[chance.choice(words) if chance.random() < 0.1 else word for word in page] for page in old]
    return pages(*map(" ".join, old)), pages(*map(" ".join, new))


def versions_without_anchors() -> tuple[list[ComparedPage], list[ComparedPage]]:
    """Return two versions of one page of 100,000 words, none of which stands in it once."""
    return pages("x " * 100_000), pages("x y " * 50_000)
