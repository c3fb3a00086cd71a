"""What a search hands to its page: hits, filters with their counts, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from portal.discovery.asking import Typed
from portal.library.models import Asset
from portal.search.snippets import Fragment

PER_PAGE = 10
SORTS = {
    "relevance": "Best match",
    "newest": "Newest",
    "used": "Most used",
    "rated": "Best rated",
    "title": "Title",
}
Filters = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Hit:
    """One found asset, where in it the words stand best, why it stands here, and what is folded under it."""

    asset: Asset
    place: int
    score: float | None
    page_number: int | None = None
    fragments: tuple[Fragment, ...] = ()
    thumbnail_page: int | None = None
    thumbnail: str = ""
    why: tuple[str, ...] = ()
    # The first of those folded under it, and how many there are.
    alike: tuple[Asset, ...] = ()
    alike_count: int = 0


@dataclass(frozen=True)
class Choice:
    """One value of a filter, and how many of the hits have it."""

    key: str
    name: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Group:
    """One filter with its values."""

    key: str
    name: str
    choices: tuple[Choice, ...]


class Count(NamedTuple):
    """How many hits a search has, more than `total` where it is capped, and how many archived ones beside them."""

    total: int
    is_capped: bool
    archived: int


@dataclass(frozen=True)
class Found:
    """What a search found, as far as the asking person may see it; `total` counts all hits, as filters do."""

    hits: tuple[Hit, ...]
    total: int
    is_capped: bool
    groups: tuple[Group, ...]
    number: int
    per_page: int
    is_ranked: bool = True
    # The words whose hits these are, where what was typed found nothing; or words that may have been meant.
    instead: str = ""
    did_you_mean: str = ""
    # How many of them are folded under others that are listed.
    folded: int = 0
    # What was looked for once kind: and owner: were read, and those.
    words: str = ""
    typed: tuple[Typed, ...] = ()
    # What was typed without kind: and owner:, with what it leaves out.
    bare: str = ""
    # Sentences on operators that were read as words.
    not_understood: tuple[str, ...] = ()
    # Whether there was no word to look for, and nothing is called what was typed.
    says_nothing: bool = False
    # The place of the first hit that has not all of the words, where that can be told.
    first_partial: int | None = None
    # Whether a hit that is shown has all of the words.
    has_all: bool = False

    @property
    def listed(self) -> int:
        """How many lines the list has on all its pages."""
        return self.total - self.folded
