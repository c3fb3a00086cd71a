"""Finding the names that a comment calls with an @, in the text of its HTML: code, links and addresses name nobody."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator

from markupsafe import Markup, escape

# What nh3 writes: quotes around every attribute, which may hold a ">".
_TAG = re.compile(r"""(<(?:[^>"]|"[^"]*")*>)""")
_QUIET = re.compile(r"<(/?)(?:code|pre|a)\b")
# Not the @ of an e-mail address, nor that of an address such as example.org/@ana.
_SIGN = re.compile(r"(?<![\w@/+\-])@(?=\S)")
# A name ends where its word does, and not before a hyphen that goes on with it.
_END = re.compile(r"(?<=\S)(?!\w|-\w)")


def beginnings(markup: str) -> set[str]:
    """Return the letters, casefolded, with which what is called in the text of sanitised HTML begins."""
    return {
        text[sign.end()].casefold()[:1]
        for text in (html.unescape(piece) for piece, is_text in _pieces(markup) if is_text)
        for sign in _SIGN.finditer(text)
    }


def called(markup: str, labels: Collection[str]) -> list[str]:
    """Return the labels (casefolded names) that the text of sanitised HTML calls with an @, each once."""
    found = (
        label
        for piece, is_text in _pieces(markup)
        if is_text
        for _, _, label in _calls(html.unescape(piece), labels)
    )
    return list(dict.fromkeys(found))


def marked(markup: str, labels: Collection[str]) -> Markup:
    """Return sanitised HTML with the names that its text calls set apart."""
    return Markup("".join(_mark(piece, labels) if is_text else piece for piece, is_text in _pieces(markup)))


def _pieces(markup: str) -> Iterator[tuple[str, bool]]:
    """Yield HTML piece by piece with whether names count in it: in text that is neither code nor a link."""
    quiet = 0
    for piece in _TAG.split(markup):
        tag = _QUIET.match(piece)
        if tag:
            quiet += -1 if tag[1] else 1
        yield piece, "@" in piece and not piece.startswith("<") and not quiet


def _mark(text: str, labels: Collection[str]) -> str:
    plain, done, at = html.unescape(text), [], 0
    for start, end, _ in _calls(plain, labels):
        done += [escape(plain[at:start]), Markup('<span class="mention">{}</span>').format(plain[start:end])]
        at = end
    return "".join([*done, escape(plain[at:])])


def _calls(text: str, labels: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Yield where names are called, from the @ to their end; of several that fit the longest is meant."""
    longest, after = max(map(len, labels), default=0), 0
    for sign in _SIGN.finditer(text):
        start = sign.end()
        if start <= after:
            continue
        # Two characters more than the longest name, which show whether its last word goes on.
        ends = [end.start() for end in _END.finditer(text, start + 1, start + longest + 2)]
        for end in reversed(ends):
            label = text[start:end].casefold()
            if label in labels:
                yield sign.start(), end, label
                after = end
                break
