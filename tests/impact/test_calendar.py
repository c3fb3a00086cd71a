"""Days of moments in a time zone, against the calendar of the standard library."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from portal.impact.calendar import local_days


@pytest.mark.parametrize(
    "name",
    ["UTC", "America/Los_Angeles", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Beirut"],
)
def test_days_are_those_of_the_zone_also_when_its_clocks_change(name):
    zone = ZoneInfo(name)
    start = datetime(2025, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(minutes=37 * number) for number in range(15_000)]
    texts = [f"{moment:%Y-%m-%d %H:%M:%S.%f}" for moment in moments]
    assert local_days(texts, zone).tolist() == [moment.astimezone(zone).toordinal() for moment in moments]


def test_no_moments_have_no_days():
    assert local_days([], ZoneInfo("UTC")).tolist() == []
    assert local_days([], ZoneInfo("UTC")).dtype == np.int64
