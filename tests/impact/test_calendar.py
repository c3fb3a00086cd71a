"""Days of moments in a time zone, against the calendar of the standard library."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from portal.impact.calendar import local_days, seconds_of


@pytest.mark.parametrize(
    "name",
    ["UTC", "America/Los_Angeles", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Beirut"],
)
def test_days_are_those_of_the_zone_also_when_its_clocks_change(name):
    zone = ZoneInfo(name)
    start = datetime(2025, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(minutes=37 * number) for number in range(15_000)]
    seconds = seconds_of("".join(f"{moment:%Y-%m-%d %H:%M:%S}" for moment in moments))
    assert local_days(seconds, zone).tolist() == [moment.astimezone(zone).toordinal() for moment in moments]


def test_no_moments_have_no_days():
    assert local_days(seconds_of(""), ZoneInfo("UTC")).tolist() == []
    assert local_days(seconds_of(""), ZoneInfo("UTC")).dtype == np.int64


def test_seconds_are_those_since_1970_also_in_leap_years_and_before_it():
    moments = [datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2024, 2, 29, 12, tzinfo=UTC)]
    texts = "".join(f"{moment:%Y-%m-%d %H:%M:%S}" for moment in moments)
    assert seconds_of(texts).tolist() == [int(moment.timestamp()) for moment in moments]
