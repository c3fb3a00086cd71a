"""Questions about what is not in order: how much of each kind, which, and what mends are proposed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import aliased, contains_eager

from portal.db import db
from portal.jobs import Job
from portal.library.hygiene.finding import KINDS
from portal.library.models import Asset, HygieneFinding, Term
from portal.library.proposals import terms_in
from portal.library.queries import facets_with_terms, opening_texts

MOST_WORDS = 280
SHORT, FULL = 16, 75
LOOK, CHECK = "look_over_library", "check_links"
_ENDS = ".!?…:"
_SENTENCE = re.compile(r"[.!?…](?=\s)")


def finding_counts() -> dict[str, int]:
    """Return how much there is to mend of each kind, in the order of the page; kinds without any are left out."""
    rows = select(HygieneFinding.kind, func.count()).group_by(HygieneFinding.kind)
    counts = dict(db.session.execute(rows).tuples().all())
    return {kind: counts[kind] for kind in KINDS if kind in counts}


def findings(kind: str = "") -> Select[tuple[HygieneFinding]]:
    """Select what is not in order, of one kind or all, the most used content first, with all that a line shows."""
    other = aliased(Asset)
    found = (
        select(HygieneFinding)
        .join(HygieneFinding.asset)
        .outerjoin(HygieneFinding.other.of_type(other))
        .options(
            contains_eager(HygieneFinding.asset).joinedload(Asset.owner),
            contains_eager(HygieneFinding.asset).joinedload(Asset.current_version),
            contains_eager(HygieneFinding.other.of_type(other)).joinedload(other.current_version),
        )
    )
    place = case({name: number for number, name in enumerate(KINDS)}, value=HygieneFinding.kind)
    found = found.order_by(place, Asset.use_count.desc(), Asset.title, HygieneFinding.id)
    return found.where(HygieneFinding.kind == kind) if kind else found


@dataclass(frozen=True)
class Line:
    """One line of the page: what was found, and the words or terms that its mend would use."""

    finding: HygieneFinding
    summary: str = ""
    terms: tuple[Term, ...] = ()

    @property
    def place(self) -> int:
        """Where its kind stands on the page."""
        return list(KINDS).index(self.finding.kind)


def lines_of(found: Sequence[HygieneFinding]) -> list[Line]:
    """Return lines with what is proposed for content without a summary or terms, from how its text begins."""
    bare = [one for one in found if one.kind in ("no_summary", "no_terms")]
    ids = {one.asset.current_version_id for one in bare}
    texts = opening_texts([number for number in ids if number is not None]) if bare else {}
    filing = any(one.kind == "no_terms" for one in bare)
    terms = [term for facet in facets_with_terms() for term in facet.terms] if filing else []
    return [_line(one, texts.get(one.asset.current_version_id or 0, ""), terms) for one in found]


def _line(found: HygieneFinding, text: str, terms: Sequence[Term]) -> Line:
    if found.kind == "no_summary":
        return Line(found, summary=first_words(text))
    if found.kind == "no_terms":
        named = f"{found.asset.title}\n{text}"
        return Line(found, terms=tuple(terms_in(named, terms)))
    return Line(found)


def first_words(text: str) -> str:
    """Return how a text begins, from its first sentence to the next heading and as far as whole sentences fit.

    What stands above the first sentence are headings, the title among them, and what every page of a file repeats.
    """
    words = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        if words and words[-1] not in _ENDS:
            words = f"{words} {line}"
        elif _is_text(line) and (words or not line[0].islower()):
            words = f"{words} {line}".strip()
        elif words:
            break
    words = " ".join(words.split())
    if len(words) <= MOST_WORDS:
        return words
    ends = [match.end() for match in _SENTENCE.finditer(words[: MOST_WORDS + 1])]
    cut = words[:MOST_WORDS].rsplit(" ", 1)[0] + "…"
    return words[: ends[-1]] if ends and ends[-1] > MOST_WORDS // 3 else cut


def _is_text(line: str) -> bool:
    """Say whether a line is running text: it has the end of a sentence, or is as full as only text is."""
    has_end = len(line) >= SHORT and (line[-1] in _ENDS or _SENTENCE.search(line) is not None)
    return has_end or len(line) >= FULL


@dataclass(frozen=True)
class LookedOver:
    """Whether the library is being looked over, and when that was last done as a whole."""

    is_running: bool
    at: datetime | None


def looked_over() -> LookedOver:
    """Return how the look over the library stands; that of one piece of content is over before anybody asks."""
    whole = (Job.kind == LOOK) & Job.subject_id.is_(None)
    running = select(Job.id).where(whole | (Job.kind == CHECK), Job.state.in_(("waiting", "running")))
    done = select(func.max(Job.finished_at)).where(whole, Job.state == "done")
    return LookedOver(db.session.scalar(running.limit(1)) is not None, db.session.scalar(done))
