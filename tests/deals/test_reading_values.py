from __future__ import annotations

import pytest

from portal.deals.reading.amounts import AmountColumn, currency_code, read_amount_column
from portal.deals.reading.values import account_key, owner_of, stage_says
from portal.tabular.reading import CellRefused


def column(*cells: str) -> AmountColumn:
    return read_amount_column("amount", cells)


def reason(amounts: AmountColumn, cell: str, stated: str = "") -> str:
    with pytest.raises(CellRefused) as caught:
        amounts.minor(cell, stated, "USD")
    assert caught.value.value == cell
    return caught.value.reason


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1054", (105400, "USD")),
        ("1,054.00", (105400, "USD")),
        ("$1,054", (105400, "USD")),
        ("1.054,00 €", (105400, "EUR")),
        ("USD 1,054", (105400, "USD")),
        ("1 054,50 kr", (105450, "SEK")),
        ("1\u202f054,50 EUR", (105450, "EUR")),
        ("CHF 1'054.50", (105450, "CHF")),
        ("C$1,054.00", (105400, "CAD")),
        ("₹12,50,000.00", (125000000, "INR")),
        ("¥1054", (1054, "JPY")),
        ("JPY 1,054.00", (1054, "JPY")),
        ("KWD 1054.123", (1054123, "KWD")),
        ("25195.145", (2519515, "USD")),
        ("0.125", (13, "USD")),
        (".5", (50, "USD")),
        ("-0", (0, "USD")),
        ("1000000000000000", (10**17, "USD")),
    ],
)
def test_an_amount_becomes_integer_minor_units_of_its_currency(cell: str, expected: tuple[int, str]) -> None:
    assert column(cell).minor(cell, "", "USD") == expected


@pytest.mark.parametrize("cell", ["", " ", "-", "n/a", "NULL"])
def test_an_empty_amount_is_unknown_and_not_zero(cell: str) -> None:
    assert column(cell).minor(cell, "", "USD") == (None, "USD")


@pytest.mark.parametrize("cell", ["-5", "(1,054)", "−$5", "$-5.00", "5.00-", "($1,054.00)"])
def test_a_negative_amount_is_refused(cell: str) -> None:
    assert reason(column(cell), cell) == "The amount is negative."


@pytest.mark.parametrize(
    "cell",
    ["a lot", "1.2E+05", "1,05,4", "1.2.3", "(5", "$", "5 6", "1054 USD USD", "9" * 5000, "١٢"],
)
def test_what_is_no_amount_is_refused(cell: str) -> None:
    assert "no amount that can be read" in reason(column(cell), cell)


def test_an_absurd_amount_and_an_unknown_currency_are_refused() -> None:
    assert (
        reason(column("1000000000000001"), "1000000000000001")
        == "The amount is larger than any deal's can be."
    )
    assert reason(column("XXX 5"), "XXX 5") == "“XXX” is no currency."
    assert reason(column("12k"), "12k") == "“k” is no currency."


def test_one_amount_that_proves_the_decimal_sign_settles_the_column() -> None:
    assert column("1.054", "12,50").minor("1.054", "", "EUR") == (105400, "EUR")
    assert column("1.054", "12.50").minor("1.054", "", "USD") == (105, "USD")
    assert column("1,054", "12.50").words == "decimal point"
    assert column("1.054", "12,50").notes == ()


def test_amounts_that_prove_nothing_are_read_as_thousands_and_it_is_said() -> None:
    assert column("1,054").minor("1,054", "", "USD")[0] == 105400
    assert column("1.054", "2.000").minor("1.054", "", "USD")[0] == 105400
    assert column("1.054", "2.000").notes == (
        "No amount shows which sign marks the decimals; “1.054” was read as thousands.",
    )


def test_a_column_of_both_decimal_signs_refuses_the_fewer_and_marks_what_could_be_either() -> None:
    amounts = column("10.50", "11.50", "12,50", "1,054")

    assert reason(amounts, "12,50") == "The amount is not written with a decimal point like the others."
    assert amounts.minor("1,054", "", "USD")[0] == 105400
    assert amounts.doubtful == {"1,054"}
    assert amounts.notes == ("The amounts mix decimal points and commas; a decimal point was taken.",)


def test_a_dollar_sign_means_the_rows_own_dollars() -> None:
    assert column("$5").minor("$5", "CAD", "USD") == (500, "CAD")
    assert column("$5").minor("$5", "", "AUD") == (500, "AUD")
    assert column("$5").minor("$5", "", "EUR") == (500, "USD")


def test_an_amount_in_another_currency_than_its_row_says_is_refused() -> None:
    assert reason(column("5 €"), "5 €", stated="USD") == "The amount is in EUR, the row's currency is USD."


def test_a_currency_cell_holds_a_code() -> None:
    assert (currency_code(" eur "), currency_code("")) == ("EUR", "")
    with pytest.raises(CellRefused, match="no currency code"):
        currency_code("dollars")


@pytest.mark.parametrize(
    ("stage", "status"),
    [
        ("Won", "won"),
        ("Closed Won", "won"),
        ("closedwon", "won"),
        ("ClosedWon", "won"),
        ("closed_won", "won"),
        ("6 - Closed/Won", "won"),
        ("Closed Lost", "lost"),
        ("LOST", "lost"),
        ("closedlost", "lost"),
        ("Prospecting", "open"),
        ("Wonderful start", "open"),
        ("Frost", "open"),
        ("Won't decide", "open"),
        ("Won/Lost review", "open"),
        ("Disqualified", "open"),
        ("Gewonnen", "won"),
        ("Geschlossen und verloren", "lost"),
        ("Fermée gagnée", "won"),
        ("Affaire perdue", "lost"),
        ("Cerrada ganada", "won"),
        ("Cierre perdido", "lost"),
        ("Gewonnen oder verloren", "open"),
        ("Vorgewonnen", "open"),
    ],
)
def test_a_stage_is_won_or_lost_only_when_it_says_so(stage: str, status: str) -> None:
    assert stage_says(stage) == status


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("Jo Day", ""), ("Jo Day", "")),
        (("Jo Day (Jo@example.com)", ""), ("Jo Day", "jo@example.com")),
        (("Jo Day <jo@example.com>", "other@example.com"), ("Jo Day", "other@example.com")),
        (("jo@example.com", ""), ("", "jo@example.com")),
    ],
)
def test_an_owner_cell_may_hold_a_name_an_email_or_both(
    cells: tuple[str, str], expected: tuple[str, str]
) -> None:
    assert owner_of(*cells) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ACME, Corp.", "Acme  Corp"),
        ("Ron-tech", "Ron tech"),
        ("Café O’Brien", "cafe obrien"),
        ("U.S. Steel", "US Steel"),
        ("Smith&Sons", "Smith & Sons"),
        ("Straße AG", "STRASSE AG"),
        ("ＡＣＭＥ", "Acme"),
    ],
)
def test_accounts_that_differ_in_case_accents_or_punctuation_share_a_key(one: str, other: str) -> None:
    assert account_key(one) == account_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GTXPro", "GTX Pro"),
        ("Acme Corp.", "Acme Corporation"),
        ("Ron-tech", "Rontech"),
        ("C", "C++"),
        ("がく", "かく"),
        ("???", "!!!"),
    ],
)
def test_accounts_that_differ_in_more_do_not(one: str, other: str) -> None:
    assert account_key(one) != account_key(other)


def test_a_name_always_has_a_key() -> None:
    assert all(account_key(name) for name in ("---", "...", "🚀", "中文", "́"))
