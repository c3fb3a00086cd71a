"""The parts of a query by what they ask for: plain words, quoted ones, exclusions, words of the title."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from portal.search.analysis import Word, words

_QUOTED = '["\u201c\u201d\u201e\u00ab]([^"\u201c\u201d\u201e\u00ab\u00bb]+)["\u201c\u201d\u00bb]'
_WORD = '([^-\\s:"\u201c\u201d\u201e\u00ab\u00bb][^\\s:"\u201c\u201d\u201e\u00ab\u00bb]*)(?!\\S)'
# Only at the start of a word: the hyphens of GTX-9 and follow-up exclude nothing.
_OPERATOR = re.compile(f"(?<!\\S)(-|title:)(?:{_QUOTED}|{_WORD})|{_QUOTED}", re.IGNORECASE)


class Role(Enum):
    """What a part of a query is for."""

    PLAIN = auto()
    QUOTED = auto()
    IN_TITLE = auto()
    WITHOUT = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a query without its operator, and the words in it."""

    role: Role
    text: str
    words: tuple[Word, ...]


def pieces(text: str) -> list[Piece]:
    """Take a query apart; operators without a word are plain text, and so is a query of excluded stop words."""
    found: list[Piece] = []
    end = 0
    for match in _OPERATOR.finditer(text):
        operator, *operands = match.groups()
        piece = _piece(_role(operator), next(filter(None, operands)))
        if piece.words:
            found += [_piece(Role.PLAIN, text[end : match.start()]), piece]
            end = match.end()
    found.append(_piece(Role.PLAIN, text[end:]))
    found = [piece for piece in found if piece.words]
    if all(piece.role == Role.WITHOUT and not _says_something(piece) for piece in found):
        return [_piece(Role.PLAIN, piece.text) for piece in found]
    return found


def _says_something(piece: Piece) -> bool:
    return any(word.terms or word.wholes for word in piece.words)


def _role(operator: str | None) -> Role:
    if operator is None:
        return Role.QUOTED
    return Role.WITHOUT if operator == "-" else Role.IN_TITLE


def _piece(role: Role, text: str) -> Piece:
    return Piece(role, text, tuple(words(text)))
