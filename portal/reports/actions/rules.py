"""Rules: what each list takes, and the same in a sentence."""

from __future__ import annotations

from datetime import timedelta

from portal.impact.method import NOTABLE_GAIN

# Little used: on fewer than this share of the closed deals on which any content is logged.
LITTLE_USED = 0.2
# Rated low: below this mean, by at least so many people.
LOW_MEAN, FEW_RATINGS = 3.0, 3
UNUSED_FOR = timedelta(days=90)
EXPIRES_WITHIN = timedelta(days=60)
# How many searches a row names at most.
MOST_SEARCHES = 3

_GAIN = f"{NOTABLE_GAIN * 100:.0f} points"
_DAYS = UNUSED_FOR.days
PROMOTE = (
    "Won more often than other content on similar deals, yet used on fewer than a fifth of the closed deals on which"
    " content is logged. Where the deals chosen are too few to tell, those of all deals stand in, and the row says so."
)
FIX = (
    "Among the half of content that is used on the most closed deals, rated below"
    f" {LOW_MEAN:.0f} of 5 by {FEW_RATINGS} people or more, and the likely range rules out a gain of {_GAIN}."
)
NOT_FOUND = (
    f"Published for more than {_DAYS} days and not used in the last {_DAYS}; in that time nobody of sales looked at it,"
    " or opened it from a search. Mend how it is found before it is retired."
)
NOT_TRUSTED = (
    f"Published for more than {_DAYS} days and not used in the last {_DAYS}, although people of sales looked at it, or"
    f" rated below {LOW_MEAN:.0f} of 5 by {FEW_RATINGS} people or more. Candidates to retire."
)
UNUSED = (
    f"Published for more than {_DAYS} days and not used in the last {_DAYS}. What nobody looked at is to be made"
    " findable; what people looked at and left, or rate low, may go."
)
MISSING = (
    f"What sales searched for in vain in the last {_DAYS} days and no request answers, by the open deals that people"
    " had chosen while they searched."
)
LEANING = (
    f"Open deals on which content was used, or sent by a link that still opens, that expires within"
    f" {EXPIRES_WITHIN.days} days; the largest deals first."
)
