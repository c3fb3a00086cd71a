"""Page: what the page of one piece of content says of the deals chosen, and what each of its folds opens to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.db import db
from portal.feedback.closing.counting import Said, said_of_all
from portal.impact.amounts import FEW_DEALS, RULES_NOT_TOLD, may_count, may_tell, sees_each
from portal.impact.exploring.asking import Asked
from portal.impact.exploring.computing import Explored, explored
from portal.impact.exploring.listing import is_too_few
from portal.impact.exploring.owners import FEWEST_ANSWERS, Word, against, stands, usual_share, word_words
from portal.impact.exploring.page import said_of
from portal.impact.exploring.wording import choice_words
from portal.impact.gathered import FACETS
from portal.impact.lift import AssetLift
from portal.impact.method import MIN_DEALS_USED
from portal.impact.models import ImpactRow
from portal.impact.numbers import numbers
from portal.impact.overview import VERDICT_NAMES, compared_count, distance
from portal.impact.piece.cells import comparison_of
from portal.impact.piece.deal_lists import both_sides
from portal.impact.piece.dimensions import QUARTER, STAGE, STRENGTH, VERSION, Dimension, Named, by_dimension
from portal.impact.piece.laid_open import Piece, lay_open
from portal.impact.piece.rules import rules_of
from portal.impact.piece.steps import steps
from portal.impact.piece.words import COLUMNS, LABELS, differ_words, second_words, trend_words
from portal.impact.places import place_words
from portal.impact.queries import Named as Content
from portal.impact.verdicts import Verdict
from portal.impact.words import chance_words, cycle_words, sentence, verdict_words, working
from portal.library.models import Asset, Version
from portal.users.models import User
from portal.web.formatting import count, points

CELLS, DEALS = "cells", "deals"


def piece_context(user: User, asked: Asked, asset: Asset, said: Said) -> dict[str, Any]:
    """Return what the page says of an asset on the deals chosen; its row is None without figures."""
    found = explored(asked.snapshot, asked.shown.chosen, whole=True)
    row = row_of(found, asset.id)
    context = said_of(asked, found) | {"row": row, "choice": choice_words(found.chosen, asked.team_names)}
    if row is None or context["too_few"]:
        return context
    if not may_count(user, found.chosen, row):
        words = (
            f"it was used on {FEW_DEALS} that are closed, too few for any figure: it takes {MIN_DEALS_USED}."
        )
        return context | {"too_few": _of_choice(words, context["choice"])}
    figures = AssetLift.read(row)
    tells, sees = may_tell(user, found.chosen, row), sees_each(user, found.chosen)
    second, disagreement = second_words(row, asked.snapshot, narrows=found.chosen.narrows)
    return context | {
        "sentence": _of_choice(sentence(figures), context["choice"]),
        "distance": distance(figures),
        "verdict_words": verdict_words(figures),
        "chance": chance_words(figures, compared_count(found.rows)),
        "working": working(figures),
        "steps": steps(row),
        "numbers": numbers(row, tells_amounts=tells),
        "cycle": cycle_words(row.weeks_won_deals, row.weeks_difference, row.weeks_ci_low, row.weeks_ci_high),
        "rules": rules_of(row, found.rows, tells_amounts=tells, tells_all_rules=sees),
        "rules_not_told": RULES_NOT_TOLD if tells and not sees else "",
        "place_words": place_words(row.rank_best, row.rank_worst),
        "second": second,
        "disagreement": disagreement,
        "owners": _owners(asset, said, found, row),
        "is_kept": asked.snapshot.cut_sha256 is not None,
        "dimensions": _dimensions(asked),
    }


def row_of(found: Explored, asset_id: int) -> ImpactRow | None:
    """Return the figures of one asset among those of a choice."""
    return next((row for row in found.rows if row.asset_id == asset_id), None)


def _of_choice(words: str, choice: str) -> str:
    return f"{choice}: {words[:1].lower()}{words[1:]}" if choice else words


def _dimensions(asked: Asked) -> list[tuple[str, str]]:
    """What the figures can be parted by, as (name, label)."""
    facets = [name for name in FACETS if asked.choices[name] and not asked.shown.chosen.word(name)]
    return [(name, LABELS[name]) for name in (STAGE, *facets, QUARTER, VERSION, STRENGTH)]


def _owners(asset: Asset, said: Said, found: Explored, row: ImpactRow) -> str:
    """Say how what owners say goes with the figures of all deals, where enough have answered."""
    if said.answered < FEWEST_ANSWERS or found.chosen.narrows:
        return ""
    named = against(said.mattered, said.answered, usual_share(said_of_all()))
    content = Content(asset.id, asset.slug, asset.title, asset.kind, asset.state)
    return word_words(Word(content, said, row, named, stands(named, AssetLift.read(row))))


def opened(user: User, asked: Asked, asset: Asset, name: str) -> dict[str, Any] | None:
    """Return what a fold opens to; None for a name that no fold has, or where nothing may be told."""
    if name not in (CELLS, DEALS, *LABELS):
        return None
    found = explored(asked.snapshot, asked.shown.chosen, whole=True)
    row = row_of(found, asset.id)
    if is_too_few(found) or (row is not None and not may_count(user, found.chosen, row)):
        return None
    piece = lay_open(asked.snapshot, asked.shown.chosen, asset.id)
    if piece is None:
        return None
    if not len(piece.sides.used):
        return {"name": name, "template": "none"}
    if name == CELLS:
        return {"name": name, "template": "cells", "comparison": comparison_of(piece)}
    if name == DEALS:
        return {"name": name, "template": "deals", "sides": both_sides(user, piece)}
    return {"name": name, "template": "parts"} | _parts(piece, name, asked, asset)


def _parts(piece: Piece, name: str, asked: Asked, asset: Asset) -> dict[str, Any]:
    found = by_dimension(piece, name, asked.team_names, _versions(asset.id) if name == VERSION else {})
    return {
        "column": COLUMNS[name],
        "label": LABELS[name],
        "words": trend_words(found.trend) if name == QUARTER else "",
        "differ": differ_words(name, found) if found.parts else "",
        "parts": [_line(one) for one in found.parts],
        "plot": [_mark(one) for one in found.parts if one.is_told],
        "without": _without(name, found),
    }


def _versions(asset_id: int) -> dict[int, str]:
    rows = select(Version.id, Version.number).where(Version.asset_id == asset_id).order_by(Version.number)
    return {number: f"Version {place}" for number, place in db.session.execute(rows).tuples()}


def _without(name: str, found: Dimension) -> str:
    if not found.without:
        return ""
    deals = "deal on which it was used is" if found.without == 1 else "deals on which it was used are"
    what = "stage at its first use" if name == STAGE else name
    return f"{found.without:,} {deals} in no row: the {what} is not known."


def _line(one: Named) -> dict[str, Any]:
    """One row of the table; few deals are counted, and nothing else is said of them."""
    part = one.part
    return {
        "name": one.name,
        "deals": part.deals_used,
        "won": part.won if one.is_counted else None,
        "lost": part.lost if one.is_counted else None,
        "is_told": one.is_told,
        "shown": part.shrunk if one.is_told else None,
        "lift": part.lift,
        "low": part.ci_low,
        "high": part.ci_high,
        "verdict": part.verdict,
        "words": VERDICT_NAMES[Verdict(part.verdict)],
    }


def _mark(one: Named) -> dict[str, Any]:
    """One line of the forest plot."""
    part = one.part
    known = part.ci_low is not None and part.ci_high is not None
    reach = f" ({points(part.ci_low)} to {points(part.ci_high)})" if known else ""
    return {
        "label": one.name,
        "note": f"{count(part.deals_used)} deals",
        "estimate": part.lift,
        "low": part.ci_low,
        "high": part.ci_high,
        "verdict": part.verdict,
        "text": points(part.lift) + reach,
    }
