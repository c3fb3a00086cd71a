from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.tabular.dates import DateColumn, Order, read_date_columns
from portal.tabular.reading import CellRefused


def column(*cells: str, order: Order = "auto", zone: ZoneInfo | None = None) -> DateColumn:
    return read_date_columns({"closed": cells}, order, zone or UTC)["closed"]


def reason(dates: DateColumn, cell: str) -> str:
    with pytest.raises(CellRefused) as caught:
        dates.stamp(cell)
    assert (caught.value.field, caught.value.value) == ("closed", cell)
    return caught.value.reason


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("2017-03-01", "year-month-day"),
        ("2017/3/1", "year-month-day"),
        ("2017-03-01T10:00:00Z", "year-month-day"),
        ("2017-03-01T10:00:00.000+0000", "year-month-day"),
        ("2017-03-01 10:00", "year-month-day"),
        ("3/1/2017", "month/day/year"),
        ("3/1/2017 2:30 PM", "month/day/year"),
        ("3/1/2017, 2:30\u202fPM", "month/day/year"),
        ("01-03-17", "day-month-year"),
        ("1.3.2017", "day.month.year"),
        ("1 Mar 2017", "day, month's name and year"),
        ("01-MAR-17", "day, month's name and year"),
        ("1. March 2017", "day, month's name and year"),
        ("March 1, 2017", "day, month's name and year"),
        (" 2017-03-01 ", "year-month-day"),
    ],
)
def test_the_first_of_march_is_read_in_every_usual_form(cell: str, words: str) -> None:
    dates = column(cell)

    assert dates.day(cell) == date(2017, 3, 1)
    assert dates.words == words


@pytest.mark.parametrize("cell", ["", "  ", "-", "N/A", "null", "None"])
def test_a_cell_that_says_nothing_is_no_date_and_no_fault(cell: str) -> None:
    assert column(cell, "2017-03-01").day(cell) is None


def test_one_date_that_proves_the_order_settles_the_column() -> None:
    assert column("3/1/2017", "25/12/2017").day("3/1/2017") == date(2017, 1, 3)
    assert column("3-1-2017", "12-25-2017").day("3-1-2017") == date(2017, 3, 1)
    assert column("3/1/2017", "25/12/2017").notes == ()


def test_a_column_that_proves_nothing_takes_the_stated_order_and_says_so() -> None:
    assert column("3/1/2017", order="dmy").day("3/1/2017") == date(2017, 1, 3)
    assert column("01-03-17", order="mdy").day("01-03-17") == date(2017, 1, 3)
    assert column("3/1/2017").notes == (
        "Every date of the column closed could be day first or month first; month first was taken.",
    )


def test_a_stated_order_does_not_overrule_what_the_column_proves() -> None:
    assert column("3/1/2017", "12/25/2017", order="dmy").day("3/1/2017") == date(2017, 3, 1)


def test_a_column_that_proves_nothing_follows_another_column_of_the_file() -> None:
    dates = read_date_columns({"created": ["25/12/2016"], "closed": ["3/1/2017"], "expected": ["3.1.2017"]})

    assert dates["closed"].day("3/1/2017") == date(2017, 1, 3)
    assert "day first was taken" in dates["closed"].notes[0]


def test_a_date_that_does_not_fit_the_columns_form_is_refused_with_the_form() -> None:
    dates = column("2017-03-01", "2017-03-02", "3/1/2017")

    assert (
        reason(dates, "3/1/2017")
        == "The other dates of this column are written year-month-day; this one is not."
    )
    assert dates.day("2017-03-02") == date(2017, 3, 2)


def test_mixed_orders_refuse_what_cannot_fit_and_mark_what_could_be_either() -> None:
    dates = column("12/25/2017", "12/26/2017", "25/12/2017", "3/1/2017", "4/4/2017")

    assert (
        reason(dates, "25/12/2017")
        == "This can only be day/month/year; the column is read as month/day/year."
    )
    assert dates.day("3/1/2017") == date(2017, 3, 1)
    assert dates.doubtful == {"3/1/2017"}
    assert dates.notes == (
        "1 of the dates of the column closed can only be day first and is refused. "
        "1 more could be either and is read month first.",
    )


def test_a_column_with_as_many_dates_of_either_order_says_so() -> None:
    dates = column("12/25/2017", "25/12/2017")

    assert dates.notes == (
        "As many dates of the column closed are day first as month first; month first was taken. "
        "1 of the dates of the column closed can only be day first and is refused.",
    )


def test_an_order_chosen_by_hand_overrules_the_column_and_refuses_what_contradicts_it() -> None:
    cells = {"closed": ["12/25/2017", "12/26/2017", "25/12/2017", "3/1/2017"]}
    dates = read_date_columns(cells, chosen={"closed": "dmy"})["closed"]

    assert (dates.words, dates.day("25/12/2017")) == ("day/month/year", date(2017, 12, 25))
    assert (dates.day("3/1/2017"), dates.doubtful) == (date(2017, 1, 3), {"3/1/2017"})
    assert "can only be month/day/year" in reason(dates, "12/25/2017")
    assert "2 of the dates of the column closed can only be month first and are refused." in dates.notes[0]


def test_an_order_chosen_for_an_open_column_leaves_no_doubt() -> None:
    dates = read_date_columns({"closed": ["3/1/2017"]}, chosen={"closed": "dmy"})["closed"]

    assert (dates.day("3/1/2017"), dates.notes) == (date(2017, 1, 3), ())


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("2017-02-29", "no such day"),
        ("2017-13-01", "no such day"),
        ("0001-01-01", "The year 1 is outside 1970 to 2100."),
        ("2917-03-01", "The year 2917 is outside"),
        ("soon", "no date that can be read"),
        ("42795", "no date that can be read"),
        ("2017-03-01T25:00", "no date that can be read"),
        ("2017-03-01T10:00+29:00", "no date that can be read"),
        ("1 Foo 2017", "no date that can be read"),
        ("٢٠١٧-٠٣-٠١", "no date that can be read"),
        ("9" * 5000, "no date that can be read"),
    ],
)
def test_what_is_no_date_is_refused(cell: str, words: str) -> None:
    assert words in reason(column("2017-03-01", "2017-03-02", cell), cell)


def test_two_digit_years_are_of_this_century_up_to_69() -> None:
    dates = column("31-12-69", "31-12-85")

    assert (dates.day("31-12-69"), dates.day("31-12-85")) == (date(2069, 12, 31), date(1985, 12, 31))


def test_a_day_with_a_zone_is_the_organisations_day() -> None:
    cell = "2017-03-01T23:30:00Z"

    assert column(cell).day(cell) == date(2017, 3, 1)
    assert column(cell, zone=ZoneInfo("Europe/Berlin")).day(cell) == date(2017, 3, 2)
    assert column("2017-03-01 23:30", zone=ZoneInfo("Europe/Berlin")).day("2017-03-01 23:30") == date(
        2017, 3, 1
    )


def test_moments_come_in_utc() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    assert column("2017-07-01T10:00").moment("2017-07-01T10:00") == datetime(2017, 7, 1, 10, tzinfo=UTC)
    assert column("2017-07-01 10:00", zone=berlin).moment("2017-07-01 10:00") == datetime(
        2017, 7, 1, 8, tzinfo=UTC
    )
    assert column("2017-07-01T10:00-05:30").moment("2017-07-01T10:00-05:30") == datetime(
        2017, 7, 1, 15, 30, tzinfo=UTC
    )
    assert column("7/14/2017 12:05 am").moment("7/14/2017 12:05 am") == datetime(
        2017, 7, 14, 0, 5, tzinfo=UTC
    )
    assert column("2017-07-01").moment("2017-07-01") == datetime(2017, 7, 1, tzinfo=UTC)
