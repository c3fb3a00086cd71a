"""A pasted invitation is understood as far as it is clear; what may be read in two ways is left to the person."""

from __future__ import annotations

from datetime import date

import pytest

from portal.capture.meetings.pasted import domains_of, read_pasted

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("Subject: Demo\nWhen: Tuesday, November 24, 2026 2:00 PM-3:00 PM", "Demo 2026-11-24 14:00-15:00"),
        ("Acme demo\nTuesday, Nov 24 ⋅ 2:00 – 3:00pm", "Acme demo 2026-11-24 14:00-15:00"),
        ("Demo\n24.11.2026 14:00-15:30", "Demo 2026-11-24 14:00-15:30"),
        ("When: 2026-11-24 14:00", " 2026-11-24 14:00-"),
        ("When: 24/11/2026 10h30 to 11h30", " 2026-11-24 10:30-11:30"),
        ("When: 11am-1pm Nov 24", " 2026-11-24 11:00-13:00"),
        ("Date: 24 November\nTime: 9am - 10am", " 2026-11-24 09:00-10:00"),
        ("Date: 2026-11-24\nStart: 14:00\nEnd: 15:00", " 2026-11-24 14:00-15:00"),
        ("Betreff: Demo\nWann: Dienstag, 24. November 2026 14:00-15:00", "Demo 2026-11-24 14:00-15:00"),
        ("Subject: Demo\nWhen: tomorrow 14:00", "Demo 2026-11-23 14:00-"),
        ("Subject: Demo\nWhen: 2 January 10:00", "Demo 2027-01-02 10:00-"),
    ],
)
def test_the_usual_ways_to_say_when_are_understood(text: str, understood: str):
    found = read_pasted(text, TODAY)
    starts, ends = (f"{one:%H:%M}" if one else "" for one in (found.starts, found.ends))
    assert f"{found.title} {found.day} {starts}-{ends}" == understood


@pytest.mark.parametrize(
    "text", ["", "x" * 50_000, "When: 99/99/9999 99:99", "When: 31 February 2026", "\x00\n:\n"]
)
def test_what_cannot_be_understood_is_left_open(text: str):
    found = read_pasted(text, TODAY)
    assert (found.day, found.starts, found.ends) == (None, None, None)


def test_a_date_that_may_be_read_in_two_ways_is_left_to_the_person():
    assert read_pasted("When: 3/4/2026 10:00", TODAY).day is None
    assert read_pasted("When: 3/3/2026 10:00", TODAY).day == date(2026, 3, 3)


def test_addresses_are_found_wherever_they_stand():
    found = read_pasted("Who: Anna <anna@acme.example>; bob@acme.example\nFrom: me@us.example", TODAY)
    assert found.addresses == ("anna@acme.example", "bob@acme.example", "me@us.example")


def test_only_domains_beside_ones_own_are_kept():
    typed = "Anna <anna@Acme.Example>, bob@us.example; partner.example, nonsense, @, a@b"
    assert domains_of(typed, "me@us.example") == ("acme.example", "partner.example")
