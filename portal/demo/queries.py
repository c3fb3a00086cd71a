"""Questions about the demo: how far it is loaded, who may sign in, and how the method does on what was planted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from portal.db import db
from portal.demo.company import ADMIN, EMAIL_DOMAIN, MANAGERS, MARKETERS, REPS
from portal.demo.models import DemoNote
from portal.impact.models import ImpactRow
from portal.impact.queries import latest_snapshot
from portal.library.models import Asset
from portal.users.models import User

SHOWN = (REPS[0], MARKETERS[0], MANAGERS[0], ADMIN)
State = Literal["empty", "half", "whole", "other"]


def note() -> DemoNote | None:
    """Return the note of the demo that this portal shows, if it does."""
    return db.session.get(DemoNote, 1)


def planted_effect(slug: str) -> float | None:
    """Return the effect that the demo planted in a piece of content, as a fraction, if this is a demo and it did."""
    found = note()
    effect = found.planted.get("effects", {}).get(slug) if found else None
    return float(effect) if isinstance(effect, int | float) else None


def state() -> State:
    """Say what there is: nothing, half a demo that nobody else has come to, a whole demo, or somebody's portal."""
    found = note()
    if found is not None and found.planted.get("complete"):
        return "whole"
    if db.session.scalar(select(User.id).limit(1)) is None:
        return "empty"
    real = select(User.id).where(User.email.is_(None) | ~User.email.endswith(f"@{EMAIL_DOMAIN}"))
    return "other" if found is None or db.session.scalar(real.limit(1)) is not None else "half"


@dataclass(frozen=True)
class Login:
    """Somebody of the made-up company who can sign in."""

    role: str
    name: str
    email: str


def logins() -> list[Login]:
    """Return one person per role who can still sign in, or nothing when this is no demo."""
    if note() is None:
        return []
    emails = [person.email for person in SHOWN]
    found = select(User.email).where(User.email.in_(emails), User.status == "active")
    known = set(db.session.scalars(found))
    return [Login(person.role, person.name, person.email) for person in SHOWN if person.email in known]


@dataclass(frozen=True)
class Planted:
    """One piece of content: the effect planted in it, and what the portal's method says, as fractions."""

    title: str
    slug: str
    effect: float
    deals: int
    lift: float | None
    low: float | None
    high: float | None
    verdict: str | None

    @property
    def is_within(self) -> bool | None:
        """Whether the likely range holds the planted effect; None without a range."""
        if self.low is None or self.high is None:
            return None
        return self.low <= self.effect <= self.high

    @property
    def judgement(self) -> tuple[str, str]:
        """Say in a word, with a tone, what the verdict is worth against the truth."""
        told = {"won_more": 1, "won_less": -1}.get(self.verdict or "", 0)
        true = (self.effect > 0) - (self.effect < 0)
        if told and told == true:
            return "found", "good"
        if told:
            return ("false alarm" if not true else "wrong way"), "bad"
        if true:
            return "not seen yet", "warn"
        return ("rightly none", "neutral") if self.lift is not None else ("no verdict yet", "outline")


def planted_effects(found: DemoNote) -> list[Planted]:
    """Return every piece with its planted effect beside the latest estimate, the strongest effects first."""
    effects: dict[str, float] = found.planted.get("effects", {})
    snapshot = latest_snapshot()
    figures = select(Asset.title, Asset.slug, ImpactRow).outerjoin(
        ImpactRow,
        (ImpactRow.asset_id == Asset.id) & (ImpactRow.snapshot_id == (snapshot.id if snapshot else 0)),
    )
    rows = db.session.execute(figures.where(Asset.slug.in_(effects)))
    planted = [_planted(title, slug, effects[slug], row) for title, slug, row in rows]
    return sorted(planted, key=lambda one: (-abs(one.effect), -one.deals, one.title))


def _planted(title: str, slug: str, effect: float, row: ImpactRow | None) -> Planted:
    """Put an effect beside its figures, which are left out where there are not enough deals for a verdict."""
    verdict = row.verdict if row else None
    if row is None or verdict == "not_enough_deals":
        return Planted(title, slug, effect, row.deals_used if row else 0, None, None, None, verdict)
    return Planted(title, slug, effect, row.deals_used, row.lift, row.ci_low, row.ci_high, row.verdict)


@dataclass(frozen=True)
class Judgement:
    """How the method does on the whole: planted effects found, false alarms, and ranges that hold the truth."""

    effects: int
    found: int
    wrong: int
    ranges: int
    within: int


def judge(rows: Sequence[Planted]) -> Judgement:
    """Count how the method does on what was planted."""
    words = [row.judgement[0] for row in rows]
    return Judgement(
        effects=sum(row.effect != 0 for row in rows),
        found=words.count("found"),
        wrong=words.count("false alarm") + words.count("wrong way"),
        ranges=sum(row.is_within is not None for row in rows),
        within=sum(bool(row.is_within) for row in rows),
    )
