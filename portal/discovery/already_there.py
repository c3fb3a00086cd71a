"""Content that may answer a sentence before it is asked for: published, visible, and sharing words that tell."""

from __future__ import annotations

import re

from portal.content_requests.similar import telling
from portal.deals.models import Deal
from portal.discovery.finding import Hit
from portal.discovery.finding.hits import hits_of
from portal.discovery.finding.listing import listing
from portal.discovery.finding.wanted import matching
from portal.users.models import User
from portal.web.formatting import kind_words

LOOKED_AT = 8
ENOUGH_WORDS = 2
_OPERATORS = re.compile(r"[\"“”„:]|(?<!\S)-")


def already_there(user: User, sentence: str, most: int, *, deal: Deal | None = None) -> list[Hit]:
    """Return published content whose title, summary or best passage has two telling words of a sentence, or half."""
    text = _OPERATORS.sub(" ", sentence)
    sought = telling(text)
    if not sought:
        return []
    wanted = matching(user, text, {})
    if wanted.ids is None:
        return []
    listed = listing(wanted, "relevance", 1, LOOKED_AT, deal)
    fitting = [hit for hit in hits_of(wanted, listed, 0, deal) if hit.asset.is_live and _tells(hit, sought)]
    return fitting[:most]


def _tells(hit: Hit, sought: frozenset[str]) -> bool:
    passage = "".join(fragment.text for fragment in hit.fragments)
    shown = f"{hit.asset.title}\n{hit.asset.summary}\n{kind_words(hit.asset.kind)}\n{passage}"
    shared = len(sought & telling(shown))
    return shared >= ENOUGH_WORDS or shared * 2 >= len(sought)
