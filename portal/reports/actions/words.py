"""Words: why a row is on its list, with the numbers that put it there."""

from __future__ import annotations

from portal.discovery.learning.queries import GAP_DAYS, Searched
from portal.impact.lift import AssetLift
from portal.impact.method import NOTABLE_GAIN
from portal.impact.verdicts import Verdict
from portal.impact.words import sentence
from portal.library.models import Asset
from portal.reports.actions.queries import Expiring, Unused, Words
from portal.reports.actions.rules import FEW_RATINGS, LOW_MEAN, UNUSED_FOR
from portal.web.formatting import count, day, points


def many(number: int, one: str, more: str = "") -> str:
    """Return a number with its noun: 1 deal, 2 deals."""
    return f"{count(number)} {one if number == 1 else more or one + 's'}"


def rated(asset: Asset) -> str:
    """Say how people rate content."""
    if asset.rating_mean is None or not asset.rating_count:
        return "not rated yet"
    return f"rated {asset.rating_mean:.1f} of 5 by {many(asset.rating_count, 'person', 'people')}"


def little_used(deals: int, logged: int, users: int, reps: int) -> str:
    """Say how far content is used, on closed deals and by reps."""
    return (
        f"Used on {count(deals)} of {many(logged, 'closed deal')} with content logged;"
        f" {count(users)} of {many(reps, 'rep')} ever used it on a deal."
    )


def of_all_deals(figures: AssetLift, here: AssetLift) -> str:
    """Say the figures of all deals, and why those chosen don't tell."""
    few = here.verdict == Verdict.NOT_ENOUGH_DEALS
    why = "those chosen are too few to tell" if few else "those chosen show no clear difference by themselves"
    return f"Over all deals, as {why}: {_lower(sentence(figures))}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def much_used(figures: AssetLift, asset: Asset) -> str:
    """Say why content is to be fixed."""
    high = points(figures.ci_high)
    return (
        f"Used on {many(figures.deals_used, 'closed deal')}, {rated(asset)}; the likely range ends at {high}, so that a"
        f" gain of {NOTABLE_GAIN * 100:.0f} points is ruled out."
    )


def need_of_fix(title: str, figures: AssetLift, asset: Asset) -> str:
    """Return the sentence of a request for a better version."""
    return (
        f"A better version of “{title}”: used on {many(figures.deals_used, 'closed deal')}, {rated(asset)}."
    )


def last_used(asset: Asset) -> str:
    """Say when content was used last."""
    return f"last used on {day(asset.last_used_on)}" if asset.last_used_on else "never used"


def not_found(asset: Asset, searches: list[Words]) -> str:
    """Say that nobody meets content, and what people typed that shares a word with it."""
    published = f"Published on {day(asset.published_at)}, {last_used(asset)}"
    since = f"nobody looked at it in {UNUSED_FOR.days} days"
    if not searches:
        return f"{published}; {since}. No search of that time shares a word with its title."
    return f"{published}; {since}. Searched for meanwhile, with a word of it: {typed(searches)}."


def typed(searches: list[Words]) -> str:
    """Return searches as they were typed, each with how often."""
    return ", ".join(f"“{one.text[:80]}” ({count(one.searches)})" for one in searches)


def not_trusted(item: Unused) -> str:
    """Say that people meet content and do not use it, or that they rate it low."""
    asset = item.asset
    seen = f"Looked at {many(item.looks, 'time')} in {UNUSED_FOR.days} days" if item.looks else ""
    if item.opens:
        opened = f"opened from a search {many(item.opens, 'time')}"
        seen = f"{seen}, {opened}" if seen else f"{opened[:1].upper()}{opened[1:]}"
    seen = seen or f"Nobody looked at it in {UNUSED_FOR.days} days"
    is_low = (asset.rating_mean or LOW_MEAN) < LOW_MEAN and asset.rating_count >= FEW_RATINGS
    judged = rated(asset) if is_low or asset.rating_count else "not rated"
    return f"{seen}, and not used: {last_used(asset)}, {judged}."


def in_vain(found: Searched) -> str:
    """Say who misses something, and what is known of their deals."""
    who = f"{many(found.searches, 'search', 'searches')} by {many(found.people, 'person', 'people')}"
    who = f"{who} in {GAP_DAYS} days found nothing"
    if not found.with_deal:
        return f"{who}; no deal was chosen while searching."
    return f"{who}; a deal was chosen in {count(found.with_deal)} of them."


def leans_on(pieces: list[Expiring]) -> str:
    """Say what a deal leans on, and until when."""
    named = ", ".join(f"“{piece.title}” (expires on {day(piece.expires_on)})" for piece in pieces)
    return f"Leans on {named}."
