"""Words: the figures in plain English, as everybody reads them, and nothing that the figures don't say.

One effect and its range go on the page; everything else belongs under "how this was worked out". No sentence says that
content brings deals in or loses them: they were won more often, or less often.
"""

from collections.abc import Iterable
from datetime import date

from portal.impact.coverage import Coverage
from portal.impact.lift import AssetLift
from portal.impact.method import (
    LOW_COVERAGE,
    MAX_REMAINING_WEEKS,
    MIN_DEALS_USED,
    MIN_LOST,
    MIN_MATCHED_SHARE,
    MIN_WON,
    NOTABLE_GAIN,
)
from portal.impact.verdicts import Shortfall, Verdict, shortfall_of

LIMITS = (
    "The comparison is with other content, used at the same stage of deals of the same segment and size, by reps who"
    " win about as often. It can't see content that buyers ask for because they are about to buy."
)
CREDITED_REVENUE = "Credited revenue is shares of won deals that add up; it says nothing about effect."
WORTH = "The difference times the known amounts of all closed deals it was used on, won and lost."
REVENUE_OF_DEALS = "Revenue of deals it was used on counts full amounts, so it does not add up over content."
MONTHS_IN_YEAR = 12


def verdict_words(figures: AssetLift) -> str:
    """Say the verdict as a phrase, for a table cell or a heading."""
    if figures.verdict == Verdict.NOT_ENOUGH_DEALS:
        return _not_enough(figures)
    if figures.verdict == Verdict.WON_MORE:
        return "won more often than other content on similar deals"
    if figures.verdict == Verdict.WON_LESS:
        return "won less often than other content on similar deals"
    # Where the estimate points to fewer deals won, it is a loss that a reader must know about.
    is_loss = figures.lift is not None and figures.lift < 0
    low, high = figures.ci_low, figures.ci_high
    reach = (-low if low is not None else None) if is_loss else high
    unlikely = reach is not None and reach <= NOTABLE_GAIN
    ending = "is unlikely" if unlikely else "can't be ruled out"
    change = f"a {'loss' if is_loss else 'gain'} of more than {NOTABLE_GAIN * 100:.0f} points"
    return f"no clear difference ({change} {ending})"


def chance_words(figures: AssetLift, compared: int) -> str:
    """Say why a range that leaves out zero is no clear difference, `compared` pieces being compared; else nothing."""
    low, high = figures.ci_low, figures.ci_high
    if figures.verdict != Verdict.NO_CLEAR_DIFFERENCE or low is None or high is None or low <= 0 <= high:
        return ""
    return f"The range leaves out zero, but with {compared:,} pieces compared one such result can be chance."


def chance_note(drawn: Iterable[AssetLift], compared: int, things: str = "pieces") -> str:
    """Say beside a plot what is clear, where a range leaves out zero without a clear difference; else nothing."""
    if not any(chance_words(one, compared) for one in drawn):
        return ""
    return f"With {compared:,} {things} compared, a range can leave out zero by chance: a triangle marks what is clear."


def _not_enough(figures: AssetLift) -> str:
    """How far the asset is from a verdict, in the count that it is short of."""
    shortfall = shortfall_of(figures.deals_used, figures.won, figures.lost, figures.matched)
    needed = round(MIN_MATCHED_SHARE * 100)
    counts = {
        Shortfall.DEALS: f"{figures.deals_used} of {MIN_DEALS_USED}",
        Shortfall.WON: f"{figures.won} of {MIN_WON} won",
        Shortfall.LOST: f"{figures.lost} of {MIN_LOST} lost",
        Shortfall.MATCHED: f"{figures.matched} of {figures.deals_used} can be compared, {needed}% needed",
    }
    return f"not enough deals yet: {counts.get(shortfall, figures.deals_used)}"


def sentence(figures: AssetLift) -> str:
    """Say the effect and its range, or how far the asset is from a verdict, as one sentence."""
    low, high, rate, lift = figures.ci_low, figures.ci_high, figures.used_rate, figures.lift
    too_few = figures.verdict == Verdict.NOT_ENOUGH_DEALS
    if too_few or low is None or high is None or rate is None or lift is None:
        return _capital(verdict_words(figures)) + "."
    # The other rate follows from the two that are shown, or rounding makes 38% against 31% differ by 6 points.
    difference = round(lift * 100)
    other = min(max(round(rate * 100) - difference, 0), 100)
    return (
        f"On {figures.matched:,} similar deals, deals where this was used instead of other content were won"
        f" {other + difference}% of the time against {other}% (difference {_points(difference)},"
        f" likely between {_signed(low * 100)} and {_signed(high * 100)})."
    )


def short_words(figures: AssetLift) -> str:
    """Say the effect and its range, or that it can't be told yet, as a few words beside a title."""
    low, high, lift = figures.ci_low, figures.ci_high, figures.lift
    if figures.verdict == Verdict.NOT_ENOUGH_DEALS:
        return "not used on enough deals yet to know"
    if low is None or high is None or lift is None:
        return verdict_words(figures)
    on = f"on {_count(figures.matched, 'similar deal')}"
    # A range that leaves out zero and is no clear difference all the same needs a sentence, not a few words.
    if figures.verdict == Verdict.NO_CLEAR_DIFFERENCE:
        return f"no clear difference {on}"
    reach = f"(range {_signed(low * 100)} to {_signed(high * 100)})"
    points = f"{abs(lift) * 100:.0f} {'point' if round(abs(lift) * 100) == 1 else 'points'}"
    return f"won {points} {'more' if figures.verdict == Verdict.WON_MORE else 'less'} often {on} {reach}"


def working(figures: AssetLift) -> list[str]:
    """Say how a figure was worked out: what was compared, what was allowed for, and what could explain it away."""
    lines = [
        f"Used on {_count(figures.deals_used, 'closed deal')}: {figures.won:,} won, {figures.lost:,} lost."
        f" {figures.matched:,} of them could be compared with {_count(figures.comparison_deals, 'deal')} on which"
        " other content was used."
    ]
    lines.append(naive_words(figures))
    if figures.verdict == Verdict.NOT_ENOUGH_DEALS:
        return lines
    if figures.shrunk_lift is not None:
        lines.append(
            f"For ranking, drawn towards the average of all content: {_points(figures.shrunk_lift * 100)}."
        )
    if figures.q_value is not None:
        lines.append(
            f"Allowing for the number of contents compared, q = {_q(figures.q_value)}; below 0.05 is clear."
        )
    # A range that holds no difference needs nothing unseen to explain it.
    if figures.e_value is not None and figures.e_value_near is not None and figures.e_value_near > 1:
        lines.append(
            "Something that we don't see would have to go with using this and with winning, each"
            f" {figures.e_value:.1f} times as often, to explain the whole difference"
            f" ({figures.e_value_near:.1f} times for the near end of the range)."
        )
    return lines


def naive_words(figures: AssetLift) -> str:
    """Say what comparing simply with all other deals would give, and why it isn't the figure that is shown."""
    if not figures.deals_used or figures.naive_lift is None:
        return "There is no simple figure to set beside it: no closed deal is without it, or none is with it."
    rate, difference = round(figures.won / figures.deals_used * 100), round(figures.naive_lift * 100)
    words = (
        f"Deals on which it was used were won {rate}% of the time, all others {rate - difference}%:"
        f" {_points(difference)}. That misleads, as what is used late is used only on deals that lived that long."
    )
    lift = figures.lift
    if figures.verdict == Verdict.NOT_ENOUGH_DEALS or lift is None:
        return words
    similar = f"{_points(round(lift * 100))}"
    if abs(lift) < abs(figures.naive_lift) / 2:
        return f"{words} Most of it goes among similar moments, which give {similar}."
    return f"{words} Similar moments give {similar}."


def cycle_words(won_deals: int, weeks: float | None, ci_low: float | None, ci_high: float | None) -> str:
    """Say how many weeks sooner or later won deals closed, with the range, all in weeks and negative when sooner."""
    if won_deals < MIN_DEALS_USED or weeks is None or ci_low is None or ci_high is None:
        return f"Time to close of won deals: not enough deals yet: {won_deals} of {MIN_DEALS_USED}."
    size = f"{_weeks(abs(weeks))} {'sooner' if weeks < 0 else 'later'} than with other content"
    if ci_low <= 0 <= ci_high:
        size = "no clear difference"
    return (
        f"Time to close of won deals, from its use on: {size}"
        f" (difference {_signed(weeks, 1)} weeks, likely between {_signed(ci_low, 1)} and {_signed(ci_high, 1)};"
        f" counted up to {MAX_REMAINING_WEEKS} weeks)."
    )


def coverage_words(coverage: Coverage, since: date | None, today: date, *, chosen: bool = False) -> str:
    """Say on how many closed deals content is logged, of all or of those chosen, and for whom the figures speak."""
    share = coverage.share
    after = f" since {_month(since, today)}" if since else ""
    if share is None:
        return f"No deals were closed{after}, so there is nothing to compare yet."
    deals = f"the closed deals chosen{after and ','}" if chosen else "closed deals"
    text = f"Content is logged on {_percent(coverage)} of {deals}{after}"
    return f"{text}; the figures speak for those deals only." if share < LOW_COVERAGE else f"{text}."


def _percent(coverage: Coverage) -> str:
    """A share that is not quite nothing or everything doesn't read as if it were."""
    percent = round(100 * (coverage.share or 0.0))
    if percent == 0 and coverage.logged_deals:
        return "less than 1%"
    if percent == 100 and coverage.logged_deals < coverage.closed_deals:
        return "more than 99%"
    return f"{percent}%"


def _month(day: date, today: date) -> str:
    """The month, with the year unless it is within the last twelve months."""
    months = (today.year - day.year) * MONTHS_IN_YEAR + today.month - day.month
    return f"{day:%B}" if 0 <= months < MONTHS_IN_YEAR else f"{day:%B %Y}"


def _signed(number: float, decimals: int = 0) -> str:
    """A number with its sign, + or a true minus; none on a number that rounds to 0."""
    text = f"{abs(number):.{decimals}f}"
    if float(text) == 0:
        return text
    return f"{'+' if number > 0 else '−'}{text}"


def _points(points: float) -> str:
    signed = _signed(points)
    return f"{signed} {'point' if signed.lstrip('+−') == '1' else 'points'}"


def _weeks(weeks: float) -> str:
    text = f"{weeks:.1f}"
    return f"{text} {'week' if float(text) == 1 else 'weeks'}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _q(value: float) -> str:
    return "less than 0.001" if value < 0.001 else f"{value:.3f}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
