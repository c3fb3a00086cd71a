"""Kinds: how much more often deals were won when one kind of content was used instead of others.

A kind is taken for one piece of content: its first use on a deal, of whichever piece, is compared with moments in which
other kinds were first used, and what a deal had used before is counted in kinds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from sqlalchemy import select

from portal.db import db
from portal.impact.basis import basis_of, compare
from portal.impact.exploring.choice import compared, narrowed
from portal.impact.exploring.filters import Chosen
from portal.impact.figures import shown_figures
from portal.impact.gathered import Gathered, Openings
from portal.impact.inputs import countable
from portal.impact.models import ImpactRow
from portal.impact.rows import IntArray
from portal.impact.verdicts import Verdict
from portal.library.models import ASSET_KINDS, Asset
from portal.web.formatting import kind_words

REMEMBERED = 8


@dataclass(frozen=True)
class KindFigures:
    """One kind of content, how many pieces of it were used on closed deals, and its figures in all."""

    kind: str
    pieces: int
    row: ImpactRow


def kinds_of_content() -> tuple[tuple[int, str], ...]:
    """Return the kind of every piece of content, by its id."""
    return tuple(
        (row.id, row.kind) for row in db.session.execute(select(Asset.id, Asset.kind).order_by(Asset.id))
    )


@lru_cache(maxsize=REMEMBERED)
def by_kind(cut_sha256: str, chosen: Chosen, kinds: tuple[tuple[int, str], ...]) -> list[KindFigures]:
    """Work out the figures of every kind that was used, of the deals chosen from a cut."""
    widened = compared(cut_sha256, chosen).lift.widened
    return figures_by_kind(narrowed(cut_sha256, chosen), dict(kinds), widened)


def figures_by_kind(gathered: Gathered, kinds: Mapping[int, str], widened: float = 1.0) -> list[KindFigures]:
    """Take every piece for its kind; kinds that were used on closed deals, those won more often first.

    Those without a verdict stand last. A piece that is gone since has no kind that is known, and is left out. Kinds are
    too few to say how far apart they stand for want of stages, so that their ranges are widened as those of pieces are.
    """
    gathered = _still_there(gathered, kinds)
    code = np.array(
        [ASSET_KINDS.index(kinds.get(one, "other")) for one in gathered.asset_ids.tolist()], np.int64
    )
    pieces = np.unique(countable(gathered.deals, gathered.touches)[0].asset)
    counted = np.bincount(code[pieces], minlength=len(ASSET_KINDS))
    figures = shown_figures(compare(basis_of(_of_kinds(gathered, code)), widened))
    found = [
        KindFigures(kind, int(counted[number]), ImpactRow(**figures.rows[number]))
        for number, kind in enumerate(ASSET_KINDS)
        if counted[number]
    ]
    # The order of those without a verdict would tell how few deals ended.
    told = [one for one in found if one.row.verdict != Verdict.NOT_ENOUGH_DEALS]
    told.sort(key=lambda one: -(one.row.shrunk_lift or 0.0))
    return [*told, *(one for one in found if one.row.verdict == Verdict.NOT_ENOUGH_DEALS)]


def _still_there(gathered: Gathered, kinds: Mapping[int, str]) -> Gathered:
    there = np.array([one in kinds for one in gathered.asset_ids.tolist()], np.bool_)
    openings = gathered.openings
    opened = there[openings.asset]
    return replace(
        gathered.of_touches(there[gathered.touches.asset]),
        openings=Openings(openings.deal[opened], openings.asset[opened], openings.day[opened]),
    )


def _of_kinds(gathered: Gathered, code: IntArray) -> Gathered:
    """Return the same with kinds, by their place among ASSET_KINDS, where pieces of content were."""
    return replace(
        gathered,
        asset_ids=np.arange(len(ASSET_KINDS), dtype=np.int64),
        touches=replace(gathered.touches, asset=code[gathered.touches.asset]),
        openings=replace(gathered.openings, asset=code[gathered.openings.asset]),
    )


def kinds_words(kinds: Sequence[KindFigures], choice: str) -> str:
    """Say which kinds stand out; `choice` says of which deals, as the beginning of a sentence."""
    by = {
        verdict: [kind_words(one.kind).lower() for one in kinds if one.row.verdict == verdict]
        for verdict in Verdict
    }
    more, less, unclear = by[Verdict.WON_MORE], by[Verdict.WON_LESS], len(by[Verdict.NO_CLEAR_DIFFERENCE])
    if not (more or less or unclear):
        said = "No kind of content was used on enough closed deals for a verdict yet."
    elif not (more or less):
        said = (
            f"No kind of content stands out: of {unclear} compared, none clearly won more or less often than others on"
            " similar deals."
        )
    else:
        parts = [(more, "won more often"), (less, "won less often")]
        first, *rest = [f"{_listed(names)} {words}" for names, words in parts if names]
        said = "; ".join([f"{first[:1].upper()}{first[1:]} than other kinds on similar deals", *rest])
        said += f"; {unclear} {'shows' if unclear == 1 else 'show'} no clear difference." if unclear else "."
    return f"{choice}: {said[:1].lower()}{said[1:]}" if choice else said


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
