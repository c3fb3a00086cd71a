"""Promoting: content that was won with more often and is little used."""

from __future__ import annotations

from dataclasses import dataclass

from portal.impact.lift import AssetLift
from portal.impact.models import ImpactRow
from portal.impact.verdicts import Verdict
from portal.impact.words import sentence
from portal.library.models import Asset
from portal.reports.actions import words
from portal.reports.actions.figured import Figured
from portal.reports.actions.lines import Act, Found, Line, address
from portal.reports.actions.queries import recommended_in, reps, reps_using, usable
from portal.reports.actions.rules import LITTLE_USED
from portal.reports.table import Column
from portal.users.models import User
from portal.web.formatting import kind_words

COLUMNS = (
    Column("content", "Content", "text", "A piece of content that is in use."),
    Column("kind", "Kind", "text", "The kind of content."),
    Column("why", "Why", "text", "What puts it on this list."),
    Column("deals", "Closed deals", "count", "Closed deals among those chosen on which it was used."),
    Column(
        "logged", "With content", "count", "Closed deals among those chosen on which any content is logged."
    ),
    Column("reps", "Reps", "count", "Reps who ever used it on a deal."),
    Column("difference", "Difference", "points", "In win rate, against other content on similar deals."),
    Column("low", "Range from", "points", "Where the likely range of the difference begins."),
    Column("high", "Range to", "points", "Where the likely range of the difference ends."),
    Column("figures", "In words", "text", "What the figures say of it."),
)


@dataclass(frozen=True)
class _Wanted:
    """What is to be promoted: its use among the deals chosen, and the figures that speak for it."""

    here: ImpactRow
    figures: ImpactRow

    @property
    def is_own(self) -> bool:
        """Whether the deals chosen are enough to tell."""
        return self.here is self.figures

    @property
    def rank(self) -> tuple[bool, float, int]:
        return (not self.is_own, -(self.figures.shrunk_lift or 0.0), self.here.asset_id)


def promote(user: User, figured: Figured, limit: int, offset: int) -> Found:
    """List what to use more of: what is clear among the deals chosen, then what is over all and not against it here."""
    if figured.problem:
        return Found(nothing=figured.problem)
    wanted = {one.here.asset_id: one for one in _wanted(figured)}
    assets = usable(user, wanted)
    ranked = sorted((wanted[number] for number in assets), key=lambda one: one.rank)
    shown = ranked[offset : offset + limit]
    if not shown:
        return Found(total=len(ranked))
    ids = [one.here.asset_id for one in shown]
    users, of_all = reps_using(ids, figured.team_id), reps(figured.team_id)
    name = _collection(figured)
    held = recommended_in(ids, name)
    lines = []
    for one in shown:
        asset, number = assets[one.here.asset_id], users.get(one.here.asset_id, 0)
        used = words.little_used(one.here.deals_used, figured.logged_deals, number, of_all)
        act = _act(asset, name, held.get(asset.id))
        lines.append(_line(asset, one, figured, used=used, users=number, act=act))
    return Found(lines, len(ranked))


def _act(asset: Asset, name: str, held_by: str | None) -> Act:
    """Put it into a collection that everyone sees, or look at the one in which it is already."""
    if held_by:
        return Act("Recommended: see where", f"/collections/{held_by}")
    return Act("Recommend it", address(f"/library/{asset.slug}/collect", name=name))


def _wanted(figured: Figured) -> list[_Wanted]:
    found = []
    for asset_id, overall in figured.overall.items():
        here = figured.here.get(asset_id)
        if here is None or here.deals_used >= LITTLE_USED * figured.logged_deals:
            continue
        if here.verdict == Verdict.WON_MORE:
            found.append(_Wanted(here, here))
        elif overall.verdict == Verdict.WON_MORE and here.verdict != Verdict.WON_LESS:
            found.append(_Wanted(here, overall))
    return found


def _line(asset: Asset, one: _Wanted, figured: Figured, *, used: str, users: int, act: Act) -> Line:
    figures = AssetLift.read(one.figures)
    said = sentence(figures) if one.is_own else words.of_all_deals(figures, AssetLift.read(one.here))
    kind = kind_words(asset.kind)
    return Line(
        title=asset.title,
        address=address(f"/impact/{asset.slug}", **figured.arguments),
        note=kind,
        reason=used,
        act=act,
        values=(
            *(asset.title, kind, used, one.here.deals_used, figured.logged_deals, users),
            *(figures.lift, figures.ci_low, figures.ci_high, said),
        ),
        sentence=said,
        verdict=figures.verdict,
    )


def _collection(figured: Figured) -> str:
    """Return what a collection of recommended content may be called, by what was chosen."""
    said = [word for name, word in figured.chosen.facets if name != "team"]
    return f"Recommended for {', '.join(said)}"[:120] if said else "Recommended"
