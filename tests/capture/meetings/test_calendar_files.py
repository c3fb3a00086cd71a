"""Of a calendar file the meetings near today are read, whatever else it holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal.capture.meetings import reading, recurring
from portal.capture.meetings.entries import MOST_BYTES, MOST_ENTRIES
from portal.capture.meetings.reading import Calendar, Person, read_calendar
from portal.capture.meetings.recurring import times
from portal.errors import Invalid

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA = Person("anna@us.example", ZoneInfo("Europe/Berlin"))
PLAIN = "UID:1\nDTSTART:20261120T140000Z\nDTEND:20261120T150000Z\nSUMMARY:Acme demo"


def calendar(*entries: str) -> bytes:
    events = "".join(f"BEGIN:VEVENT\n{entry}\nEND:VEVENT\n" for entry in entries)
    return f"BEGIN:VCALENDAR\n{events}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def read(*entries: str) -> Calendar:
    return read_calendar(calendar(*entries), ANNA, NOW)


def starts(*entries: str) -> list[str]:
    return [f"{met.starts_at:%m-%d %H:%M}" for met in read(*entries).meetings]


def test_of_those_invited_only_domains_beside_ones_own_are_read():
    invited = 'ORGANIZER:mailto:x@partner.example\nATTENDEE;CN="B; C":MAILTO:Bob@Acme.Example'
    invited += "\nATTENDEE:mailto:c@us.example"
    (met,) = read(f"{PLAIN}\n{invited}").meetings
    assert (met.title, met.domains) == ("Acme demo", ("partner.example", "acme.example"))
    assert met.ends_at - met.starts_at == timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "moment"),
    [
        ("DTSTART:20261120T140000Z", "11-20 14:00"),
        ("DTSTART;TZID=America/New_York:20261120T090000", "11-20 14:00"),
        ("DTSTART;TZID=W. Europe Standard Time:20261120T150000", "11-20 14:00"),
        ("DTSTART:20261120T150000", "11-20 14:00"),
    ],
)
def test_times_are_taken_in_their_zone_or_else_in_the_persons(start: str, moment: str):
    assert starts(f"UID:1\n{start}") == [moment]


def test_a_zone_that_nobody_knows_is_said():
    found = read("UID:1\nDTSTART;TZID=My Zone:20261120T150000")
    assert [met.starts_at.hour for met in found.meetings] == [14]
    assert "1 entry is in a time zone that is not known here" in found.notes[0]


@pytest.mark.parametrize(
    "entry",
    [
        "UID:1\nDTSTART;VALUE=DATE:20261120",
        f"{PLAIN}\nSTATUS:CANCELLED",
        f"{PLAIN}\nATTENDEE;PARTSTAT=DECLINED:mailto:anna@us.example",
        "UID:1\nDTSTART:20260801T140000Z",
        "UID:1\nDTSTART:20270201T140000Z",
        "UID:1\nDTSTART:20261120T140000Z\nDTEND:20261122T140000Z",
    ],
)
def test_what_is_no_meeting_of_these_days_or_of_this_person_is_left_out(entry: str):
    found = read(entry)
    assert found.meetings == []
    assert found.notes == []


def test_somebody_elses_no_changes_nothing():
    assert len(starts(f"{PLAIN}\nATTENDEE;PARTSTAT=DECLINED:mailto:bob@acme.example")) == 1


def test_a_weekly_meeting_stays_at_its_hour_when_the_clocks_change_and_leaves_out_what_was_taken_out():
    weekly = "UID:1\nDTSTART;TZID=Europe/Berlin:20261014T140000\nRRULE:FREQ=WEEKLY;COUNT=4"
    weekly += "\nEXDATE;TZID=Europe/Berlin:20261028T140000"
    assert starts(weekly) == ["10-14 12:00", "10-21 12:00", "11-04 13:00"]


@pytest.mark.parametrize("until", ["20261118", "20261118T130000Z", "20261118T140000"])
def test_a_rule_ends_when_it_says_so(until: str):
    rule = f"UID:1\nDTSTART;TZID=Europe/Berlin:20261116T140000\nRRULE:FREQ=DAILY;UNTIL={until}"
    assert starts(rule) == ["11-16 13:00", "11-17 13:00", "11-18 13:00"]


def test_an_occurrence_that_was_moved_takes_the_place_of_the_one_it_was():
    weekly = "UID:1\nDTSTART:20261110T140000Z\nRRULE:FREQ=WEEKLY;COUNT=2"
    moved = "UID:1\nRECURRENCE-ID:20261117T140000Z\nDTSTART:20261118T090000Z"
    cancelled = "UID:1\nRECURRENCE-ID:20261110T140000Z\nDTSTART:20261110T140000Z\nSTATUS:CANCELLED"
    assert starts(weekly, moved, cancelled) == ["11-18 09:00"]


def test_an_old_daily_meeting_is_read_for_the_window_only():
    assert len(starts("UID:1\nDTSTART:20100101T140000Z\nRRULE:FREQ=DAILY")) == 90


@pytest.mark.parametrize(
    "rule",
    [
        *("FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY", "FREQ=DAILY;INTERVAL=0"),
        *("FREQ=DAILY;BYSECOND=1,2,3", "FREQ=DAILY;BYMONTH=13"),
    ],
)
def test_a_rule_that_no_meeting_has_is_left_out_and_said(rule: str):
    found = read(f"UID:1\nDTSTART:20200101T000000Z\nRRULE:{rule}", PLAIN)
    assert len(found.meetings) == 1
    assert "in a way no meeting does" in found.notes[0]


@pytest.mark.parametrize(
    "entry",
    [
        "SUMMARY:x",
        "DTSTART:99999999T000000",
        "DTSTART:20261120T990000",
        "DTSTART:20261120T140000Z\nDTEND:x",
        "DTSTART:20261120T140000Z\nRRULE:FREQ=X",
        "DTSTART:20261120T140000Z\nRRULE:FREQ=DAILY;INTERVAL=x",
        "DTSTART:20261120T140000Z\nDTSTART:20261120T150000Z",
    ],
)
def test_an_entry_that_cannot_be_read_is_said_and_the_others_are_read(entry: str):
    found = read(entry, PLAIN)
    assert len(found.meetings) == 1
    assert "can't be read" in found.notes[0]


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"PK\x03\x04zip", b"{\\rtf1}", b"BEGIN:VCARD"])
def test_what_is_no_calendar_is_refused(content: bytes):
    with pytest.raises(Invalid, match="no calendar"):
        read_calendar(content, ANNA, NOW)


def test_a_calendar_that_is_too_large_is_refused():
    with pytest.raises(Invalid, match="more than 10 MB"):
        read_calendar(b"x" * (MOST_BYTES + 1), ANNA, NOW)


def test_of_very_many_entries_the_first_are_read_and_the_rest_is_said():
    many = [PLAIN.replace("UID:1", f"UID:{number}") for number in range(MOST_ENTRIES + 20)]
    found = read(*many)
    assert len(found.meetings) == MOST_ENTRIES
    assert "20 entries were not read" in found.notes[0]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=YEARLY;BYDAY=MO;BYSETPOS=300",
    ],
)
def test_a_rule_that_finds_no_day_is_not_gone_through_for_thousands_of_years(
    rule: str, monkeypatch: pytest.MonkeyPatch
):
    begun: list[int] = []
    real = recurring.rrulestr

    def watched(text: str, *, dtstart: datetime) -> Any:
        begun.append(dtstart.year)
        return real(text, dtstart=dtstart)

    monkeypatch.setattr(recurring, "rrulestr", watched)
    assert read(f"UID:1\nDTSTART:20200101T000000Z\nRRULE:{rule}").meetings == []
    # What is looked for ends in the year 9999.
    assert begun == [9620]


def test_a_leap_day_that_comes_again_is_found_and_nothing_after_the_end(monkeypatch: pytest.MonkeyPatch):
    yearly = {"FREQ": ["YEARLY"]}
    first = datetime(2016, 2, 29, 14, tzinfo=UTC)
    found = times(yearly, first, ZoneInfo("UTC"), datetime(2024, 2, 29, 23, tzinfo=UTC))
    assert [moment.isoformat() for moment in found] == [
        f"{year}-02-29T14:00:00+00:00" for year in (2016, 2020, 2024)
    ]
    assert times(yearly, first, ZoneInfo("UTC"), datetime(2016, 2, 28, tzinfo=UTC)) == []


def test_a_calendar_made_to_take_long_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "SECONDS", 0.1)
    never = "DTSTART:20200101T000000Z\nRRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO"
    found = read(*(f"UID:{number}\n{never}" for number in range(100)))
    assert "took too long" in found.notes[0]


def test_lines_without_end_and_entries_within_entries_are_no_danger():
    assert read_calendar(b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 50_000, ANNA, NOW).meetings == []
    folded = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261120T140000Z\nSUMMARY:a\n" + b" x\n" * 500_000
    (met,) = read_calendar(folded + b"END:VEVENT\n", ANNA, NOW).meetings
    assert len(met.title) == 300
