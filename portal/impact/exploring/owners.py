"""Owners: what owners of closed deals said mattered, beside what the figures say of the same content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from portal.feedback.closing.counting import Said
from portal.impact.exploring.choice import narrowed
from portal.impact.exploring.filters import Chosen
from portal.impact.lift import AssetLift
from portal.impact.method import NOTABLE_GAIN, Z
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.impact.queries import Named
from portal.impact.verdicts import Verdict

# Fewer answers would tell of single owners.
FEWEST_ANSWERS = 5
SAME, APART, OPEN = "same", "apart", "open"
STANDS = (APART, SAME, OPEN)  # in the order in which they are read


@dataclass(frozen=True)
class Word:
    """What owners said of one piece of content, and what its figures say."""

    asset: Named
    said: Said
    row: ImpactRow
    named: int  # 1: named more often than most content, -1: less often, 0: neither is clear
    stands: str  # SAME, APART or OPEN

    @property
    def share(self) -> float:
        """On which share of the answered deals it mattered."""
        return self.said.mattered / self.said.answered


def words_of_owners(
    said: Mapping[int, Said], rows: Mapping[int, ImpactRow], known: Mapping[int, Named]
) -> list[Word]:
    """Put both together for content that enough owners spoke of, the furthest apart first; `known` may be named."""
    both = [asset_id for asset_id in said if asset_id in rows and asset_id in known]
    enough = [asset_id for asset_id in both if said[asset_id].answered >= FEWEST_ANSWERS]
    usual = usual_share(said)
    found = []
    for asset_id in enough:
        one, row = said[asset_id], rows[asset_id]
        named = against(one.mattered, one.answered, usual)
        found.append(Word(known[asset_id], one, row, named, stands(named, AssetLift.read(row))))
    return sorted(found, key=lambda word: (STANDS.index(word.stands), -word.said.answered, word.asset.title))


def deals_chosen(snapshot: ImpactSnapshot, chosen: Chosen) -> list[int] | None:
    """Return the deals of a choice, of those that the figures are of; None where none is left out."""
    if not chosen.narrows or snapshot.cut_sha256 is None:
        return None
    found: list[int] = narrowed(snapshot.cut_sha256, chosen).deal_ids.tolist()
    return found


def summary_words(words: Sequence[Word], choice: str) -> str:
    """Say on how much content both point the same way, and on how much not; `choice` says of which deals."""
    same, apart = (sum(1 for word in words if word.stands == stand) for stand in (SAME, APART))
    pieces = "piece" if same == 1 else "pieces"
    said = f"wners and figures point the same way on {same or 'no'} {pieces}, and different ways on {apart or 'none'}."
    if not same and not apart:
        said = "n no piece of content are both the owners and the figures clear yet."
    return f"{choice}, o{said}" if choice else f"O{said}"


def usual_share(said: Mapping[int, Said]) -> float:
    """On which share of all answers, over all content together, it mattered; 0 without answers."""
    answered = sum(one.answered for one in said.values())
    return sum(one.mattered for one in said.values()) / answered if answered else 0.0


def against(number: int, of: int, usual: float) -> int:
    """Say whether a share is clearly above (1) or below (-1) the usual one, by Wilson's 95% interval; else 0."""
    share, square = number / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return int(middle - half > usual) - int(middle + half < usual)


def stands(named: int, figures: AssetLift) -> str:
    """Say whether owners and figures point the same way, apart, or one of them can't tell."""
    points = {Verdict.WON_MORE: 1, Verdict.WON_LESS: -1}.get(Verdict(figures.verdict), 0)
    if named and points:
        return SAME if named == points else APART
    no_gain = figures.verdict == Verdict.NO_CLEAR_DIFFERENCE and (
        figures.ci_high is not None and figures.ci_high <= NOTABLE_GAIN
    )
    return APART if named > 0 and no_gain else OPEN


def word_words(word: Word) -> str:
    """Say in a sentence how what owners say and what the figures say go together."""
    named = {
        1: "Owners name it more often than most content",
        -1: "Owners name it less often than most content",
    }
    if word.stands == SAME:
        more = "more" if word.named > 0 else "less"
        return f"{named[word.named]}, and deals were won {more} often than with other content."
    if word.stands == APART and word.row.verdict == Verdict.NO_CLEAR_DIFFERENCE:
        return f"{named[1]}, yet a gain of more than {NOTABLE_GAIN * 100:.0f} points is unlikely."
    if word.stands == APART:
        more = "less" if word.named > 0 else "more"
        return f"{named[word.named]}, yet deals were won {more} often than with other content."
    if not word.named:
        return "Owners name it neither clearly more nor clearly less often than most content."
    return f"{named[word.named]}; the figures can't tell."
