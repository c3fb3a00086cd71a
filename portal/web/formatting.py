"""How dates, amounts and counts read on every page: template filters."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g

from portal.db import now
from portal.richtext import short_html
from portal.tabular.currencies import minor_digits

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
KIND_WORDS = {
    "case_study": "Case study",
    "deck": "Deck",
    "one_sheeter": "One-sheeter",
    "battle_card": "Battle card",
    "white_paper": "White paper",
    "email_template": "Email template",
    "video": "Video",
    "other": "Other",
}


def init_app(app: Flask) -> None:
    """Register the filters."""
    for function in (
        ago,
        exact,
        day,
        money,
        estimate,
        count,
        in_points,
        points,
        percent,
        kind_words,
        duration,
        size,
        initials,
    ):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.filters["richtext"] = short_html


def _zone() -> ZoneInfo:
    return ZoneInfo(g.get("time_zone") or current_app.config["ORGANISATION_TIME_ZONE"])


def ago(moment: datetime | date | None) -> str:
    """Say how long ago, or in how long, in words."""
    if moment is None:
        return "never"
    if not isinstance(moment, datetime):
        return _days_away((moment - now().astimezone(_zone()).date()).days)
    gap = now() - moment
    if abs(gap) < timedelta(minutes=1):
        return "just now"
    minutes = int(abs(gap).total_seconds() // 60)
    if minutes < 60 * 24:
        amount = f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"
        return f"{amount} ago" if gap > timedelta(0) else f"in {amount}"
    return _days_away((moment.astimezone(_zone()).date() - now().astimezone(_zone()).date()).days)


def _days_away(days: int) -> str:
    if days in (-1, 0, 1):
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[days]
    size_ = abs(days)
    amount, unit = (
        (size_, "day") if size_ < 31 else (size_ // 30, "month") if size_ < 365 else (size_ // 365, "year")
    )
    words = f"{amount} {unit}{'' if amount == 1 else 's'}"
    return f"{words} ago" if days < 0 else f"in {words}"


def exact(moment: datetime | date | None) -> str:
    """Write a moment in full, in the reader's own time zone."""
    if moment is None:
        return "never"
    if isinstance(moment, datetime):
        return f"{moment.astimezone(_zone()):%d %b %Y, %H:%M %Z}"
    return f"{moment:%d %b %Y}"


def day(moment: datetime | date | None) -> str:
    """Write a date, as in 3 Mar 2026."""
    if moment is None:
        return "–"
    value = moment.astimezone(_zone()).date() if isinstance(moment, datetime) else moment
    return f"{value.day} {value:%b %Y}"


def money(minor: int | None, currency: str | None = None) -> str:
    """Write an amount of minor units as people do, without what is less than a whole one: $12,340."""
    if minor is None:
        return "unknown"
    code = currency or current_app.config["BASE_CURRENCY"]
    whole = round(minor / 10 ** minor_digits(code))
    sign = SIGNS.get(code, f"{code} ")
    return f"{'−' if whole < 0 else ''}{sign}{abs(whole):,}"


def estimate(minor: int | None, currency: str | None = None) -> str:
    """Write an amount that is estimated with the two digits that it can carry: 12,345.67 is $12,000."""
    if not minor:
        return money(minor, currency)
    return money(round(minor, 2 - len(str(abs(minor)))), currency)


def count(number: float | None) -> str:
    """Write a count with thousands separated."""
    return "–" if number is None else f"{number:,.0f}"


def points(fraction: float | None) -> str:
    """Write a difference of two shares in percentage points, always signed: +7."""
    if fraction is None:
        return "–"
    value = round(fraction * 100)
    return "0" if value == 0 else f"{'+' if value > 0 else '−'}{abs(value)}"


def in_points(fraction: float | None) -> str:
    """Write a difference of two shares with its unit: +1 point, −7 points."""
    number = points(fraction)
    if fraction is None:
        return number
    return f"{number} {'point' if number in ('+1', '−1') else 'points'}"


def percent(fraction: float | None) -> str:
    """Write a share as a whole percentage."""
    return "–" if fraction is None else f"{fraction * 100:.0f}%"


def kind_words(kind: str) -> str:
    """Write a kind of content as people read it."""
    return KIND_WORDS.get(kind, kind.replace("_", " ").capitalize())


def duration(milliseconds: int) -> str:
    """Return how long something took, in the two largest units: "3 min 20 s"."""
    seconds = round(milliseconds / 1000)
    if seconds < 60:
        return f"{seconds} s" if seconds or not milliseconds else "under 1 s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def size(number: int | None) -> str:
    """Write a number of bytes as people do."""
    value, units = float(number or 0), ["bytes", "KB", "MB", "GB"]
    while value >= 1024 and len(units) > 1:
        value, units = value / 1024, units[1:]
    return f"{value:.0f} {units[0]}" if units[0] == "bytes" or value >= 10 else f"{value:.1f} {units[0]}"


def initials(name: str) -> str:
    """Return up to two letters that stand for a person."""
    parts = [part for part in name.split() if part[:1].isalnum()]
    return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper() or "?"
