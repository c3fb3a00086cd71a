"""A company's name taken apart: what it is called, and which legal form it says that it has."""

from __future__ import annotations

from dataclasses import dataclass

from portal.tabular.cells import shorten

# The last words of a name that only say what kind of company it is, each with the form that it means. “Group” and
# “Holding” are none: Acme Group is often another company than Acme.
FORMS = {
    "corporation": "corporation", "corp": "corporation",
    "incorporated": "incorporated", "inc": "incorporated",
    "limited": "limited", "ltd": "limited",
    "company": "company", "co": "company", "cie": "company",
    "aktiengesellschaft": "ag",
    **{
        form: form
        for form in (
            "llc", "llp", "lp", "plc", "gmbh", "ag", "kg", "kgaa", "ohg", "ug", "ev", "se", "sa", "sas", "sarl",
            "srl", "spa", "sl", "bv", "nv", "oy", "oyj", "ab", "as", "asa", "aps", "pty", "pte", "kk", "sro",
        )
    },
}  # fmt: skip
AND = ("&", "and")
LONGEST_WORD = 40
# A word that differs by a letter says little when it is shorter.
SHORTEST_WORD = 5


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart.

    `squeezed` is all of it without spaces, `bare` the same without “the” and its ending; `forms` says what the
    ending means, and `ending` how it is written.
    """

    words: tuple[str, ...]
    squeezed: str
    bare: str
    forms: tuple[str, ...]
    ending: str


def parted(name: str, key: str) -> Name:
    """Take a name apart; `key` is the account's, in small letters without signs."""
    tokens = key.split()
    kept = list(tokens)
    forms: list[str] = []
    while len(kept) > 1 and (kept[-1] in FORMS or (forms and kept[-1] in AND)):
        last = kept.pop()
        if last in FORMS:
            forms.append(FORMS[last])
    ending = _written(name, tokens, len(tokens) - len(kept))
    if len(kept) > 1 and kept[0] == "the":
        del kept[0]
    return Name(tuple(kept), _joined(tokens), _joined(kept), tuple(forms), ending)


def _joined(words: list[str]) -> str:
    return "".join("and" if word == "&" else word for word in words)


def _written(name: str, tokens: list[str], count: int) -> str:
    """Return the last words of a name as they are written, or as they are compared where they can't be told apart."""
    written = name.split()
    words = written if len(written) == len(tokens) else tokens
    return " ".join(words[len(words) - count :]).strip(",;") if count else ""


def only_letter(one: Name, other: Name) -> str | None:
    """Return the words between which one letter differs, as `technolgy / technology`; None when more differs.

    Numbers tell things apart, and so do first letters and short words.
    """
    if one.forms and other.forms and one.forms != other.forms:
        return None
    if _digits(one.bare) != _digits(other.bare) or not one_edit(one.bare, other.bare):
        return None
    here, there = one.words, other.words
    if len(here) == len(there):
        differing = [pair for pair in zip(here, there, strict=True) if pair[0] != pair[1]]
        if len(differing) != 1:
            return None
        here, there = (differing[0][0],), (differing[0][1],)
        if min(len(here[0]), len(there[0])) < SHORTEST_WORD:
            return None
    if here[0][0] != there[0][0]:
        return None
    return f"{shorten(' '.join(here), LONGEST_WORD)} / {shorten(' '.join(there), LONGEST_WORD)}"


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def one_edit(one: str, other: str) -> bool:
    """Say whether two texts differ by one letter put in, left out or put for another, or by two that changed places."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    here, there = one[start:], other[start:]
    swapped = here[:2] == there[1::-1] and here[2:] == there[2:]
    return here[1:] == there[1:] or here[1:] == there or here == there[1:] or swapped
