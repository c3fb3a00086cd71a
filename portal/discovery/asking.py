"""What is asked of the library: words and filters in an address, and kind: and owner: among what is typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from portal.db import db
from portal.deals.models import Deal
from portal.deals.queries import visible_deals_among, working_deal
from portal.library.models import ASSET_KINDS, Asset
from portal.library.queries import facet_keys, visible_assets
from portal.search.analysis import without_accents
from portal.search.query import Synonyms
from portal.users.models import User, UserSession
from portal.web import number_of
from portal.web.formatting import kind_words

MOST_CHARACTERS = 500
MOST_VALUES = 20
MOST_TYPED = 8
# The filter that only words can ask for; no facet of the vocabulary can have this key.
OWNER = "owner:"
_SHORTEST_BEGINNING = 3
_LONGEST_NAMED = 40
_QUOTES = '"\u201c\u201d\u201e'
_KEY = r"-?(?:kind|owner|title):"
_OPERATOR = re.compile(
    rf"(?<!\S)(?P<sign>-?)(?P<key>kind|owner):[ ]?(?:[{_QUOTES}](?P<quoted>[^{_QUOTES}]*)[{_QUOTES}]"
    rf"|(?!{_KEY})(?P<word>[^\s{_QUOTES}]+)(?P<next>[ ][^\s:{_QUOTES}]+(?!\S))?)",
    re.IGNORECASE,
)
_WITHOUT_VALUE = re.compile(rf"(?<!\S)-?(?P<key>kind|owner|title):(?=\s*$|\s+{_KEY})", re.IGNORECASE)
_EXAMPLES = {"kind": "kind:deck", "owner": "owner:anna", "title": "title:overview"}


@dataclass(frozen=True)
class Typed:
    """One kind: or owner: as it was understood: values of a filter, how to call them, and the text without it.

    With a minus before it, it `excludes` what has one of the values.
    """

    key: str
    values: tuple[str, ...]
    label: str
    rest: str
    excludes: bool = False


@dataclass(frozen=True)
class Asked:
    """What was typed, taken apart: the words to look for, and the filters among them.

    `not_understood` says in sentences which operators were read as words, and why.
    """

    words: str
    typed: tuple[Typed, ...] = ()
    not_understood: tuple[str, ...] = ()


def asked_for(arguments: MultiDict[str, str]) -> tuple[str, dict[str, list[str]]]:
    """Return the words and the values by filter that an address names; what is no filter is left out."""
    text = _clean(arguments.get("q", ""))[:MOST_CHARACTERS]
    known = {"kind", "state"} | facet_keys()
    names = [name for name in arguments if name in known]
    values = {
        name: list(dict.fromkeys(_clean(value)[:80] for value in arguments.getlist(name))) for name in names
    }
    return text, {name: chosen[:MOST_VALUES] for name, chosen in values.items()}


def _clean(text: str) -> str:
    """Return what was typed without NUL, which no database keeps and no page shows."""
    return text.replace("\x00", " ").strip()


def deal_at_hand(user: User, user_session: UserSession | None, arguments: MultiDict[str, str]) -> Deal | None:
    """Return the deal that an address names or the session works on, as far as the person may see it."""
    named = number_of(arguments.get("deal_id"))
    if named is not None:
        return visible_deals_among(user, [named]).get(named)
    return working_deal(user, user_session)


def read_typed(user: User, text: str, synonyms: Synonyms = ()) -> Asked:
    """Take kind:, owner:, -kind: and -owner: out of a text.

    One that names no kind, and nobody this person knows of, stays as words.
    """
    bare = [_without_value(match["key"].lower()) for match in _WITHOUT_VALUE.finditer(text)]
    if not _OPERATOR.search(text):
        return Asked(text, not_understood=tuple(dict.fromkeys(bare)))
    owners: list[tuple[int, str, str | None]] | None = None
    spans, understood, unknown = [], [], []
    for match in list(_OPERATOR.finditer(text))[:MOST_TYPED]:
        if match["key"].lower() == "owner" and owners is None:
            owners = _owners(user)
        read = _reader(match["key"].lower(), synonyms, owners or [])
        for value, end in _readings(match):
            known = read(value)
            if known:
                spans.append((match.start(), end))
                understood.append((match, *known))
                break
        else:
            unknown.append(_unknown(match["key"].lower(), (match["quoted"] or match["word"] or "").strip()))
    rests = [_cut(text, [span]) for span in spans]
    typed = (_typed(*one, rest) for one, rest in zip(understood, rests, strict=True))
    return Asked(_bare(_cut(text, spans)), tuple(typed), tuple(dict.fromkeys([*unknown, *bare])))


def _typed(match: re.Match[str], values: tuple[str, ...], name: str, rest: str) -> Typed:
    word = match["key"].lower()
    label = f"Not: {name}" if match["sign"] else f"{word.capitalize()}: {name}"
    return Typed(OWNER if word == "owner" else "kind", values, label, rest, bool(match["sign"]))


def _without_value(key: str) -> str:
    return f"{key}: was read as a word, as nothing follows it. Try for instance {_EXAMPLES[key]}."


def _unknown(key: str, value: str) -> str:
    """Say that an operator names nothing, and of owners no more than that, whether or not there is such a person."""
    if not value:
        return _without_value(key)
    named = value if len(value) <= _LONGEST_NAMED else f"{value[: _LONGEST_NAMED - 1]}…"
    if key == "owner":
        return f"Nobody called “{named}” looks after content that you can see, so owner: was read as a word."
    *most, last = map(kind_words, ASSET_KINDS)
    kinds = f"{', '.join(most)} and {last}"
    return f"“{named}” is no kind of content, so kind: was read as a word. Kinds: {kinds}."


Known = tuple[tuple[str, ...], str]


def _reader(
    key: str, synonyms: Synonyms, owners: list[tuple[int, str, str | None]]
) -> Callable[[str], Known | None]:
    if key == "kind":
        return lambda value: _kind(value, synonyms)
    return lambda value: _owner(value, owners)


def _readings(match: re.Match[str]) -> Iterable[tuple[str, int]]:
    """Return what an operator may name and where that ends: two words (kind:case study) before one."""
    if match["quoted"] is not None:
        return [(match["quoted"], match.end())]
    one = (match["word"], match.end("word"))
    return [(match["word"] + match["next"], match.end("next")), one] if match["next"] else [one]


def _cut(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return " ".join(text.split())


def _bare(text: str) -> str:
    """Return a text, or nothing when all that is left of it are signs."""
    return text if any(char.isalnum() for char in text) else ""


def _kind(value: str, synonyms: Synonyms) -> Known | None:
    """Return the kind that a word means: its name in any form, its beginning, or a synonym of it."""
    keys = {kind: {_key(kind), _key(kind_words(kind))} for kind in ASSET_KINDS}
    same = [other for group in synonyms if _key(value) in map(_key, group) for other in group]
    for name in filter(None, map(_key, (value, *same))):
        named = [kind for kind, own in keys.items() if name in own]
        if not named and len(name) >= _SHORTEST_BEGINNING:
            named = [kind for kind, own in keys.items() if any(key.startswith(name) for key in own)]
        if len(named) == 1:
            return (named[0],), kind_words(named[0])
    return None


def _key(name: str) -> str:
    """Return the letters of a name in the singular, by which its writings are the same."""
    letters = "".join(char for char in without_accents(name).casefold() if char.isalnum())
    if letters.endswith("ies"):
        return letters[:-3] + "y"
    return letters.removesuffix("s")


def _owners(user: User) -> list[tuple[int, str, str | None]]:
    """Return those who own content that a person may see: nobody learns here of somebody else."""
    owned = visible_assets(user).join(User, User.id == Asset.owner_id)
    found = owned.with_only_columns(User.id, User.name, User.email).distinct().order_by(User.name, User.id)
    return list(db.session.execute(found).tuples())


def _owner(value: str, owners: list[tuple[int, str, str | None]]) -> Known | None:
    """Return the owners with a name of which each word begins some word, or with this email."""
    sought = without_accents(value).casefold().split()
    named = [(number, name) for number, name, email in owners if (email or "").casefold() == value.casefold()]
    if not named and sought:
        for number, name, _ in owners:
            parts = without_accents(name).casefold().replace("-", " ").split()
            if all(any(part.startswith(word) for part in parts) for word in sought):
                named.append((number, name))
    if not named:
        return None
    label = named[0][1] if len(named) == 1 else f"{value} ({len(named)} people)"
    return tuple(str(number) for number, _ in named), label
