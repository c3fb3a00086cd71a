"""/deals/rates: an admin loads what currencies are worth, and deals are reckoned anew."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest
from sqlalchemy import select

from portal.db import now
from portal.deals.models import NANO, CurrencyRate, Deal
from portal.deals.rates.queries import Rates
from portal.jobs import Job
from portal.users.models import AuditEntry

SEK = "D1,First,Acme,Jo,,Proposal,1000,SEK,2026-01-02,"
EUR = "D2,Second,Acme,Jo,,Closed Won,1000,EUR,2026-01-02,2026-02-03"
YEN = "D3,Third,Acme,Jo,,Closed Lost,5000,JPY,2026-01-02,2026-03-03"


@pytest.fixture
def load(admin, run_jobs):
    """Paste lines as the admin: load("EUR,2026-01-01,1.1"); returns the answer."""

    def post(*lines, **fields):
        answer = admin.post("/deals/rates", data={"text": "\n".join(lines), **fields})
        run_jobs()
        return answer

    return post


@pytest.fixture
def worth(rows):
    """What each deal is worth in the base currency and its size, by its id in the CRM."""

    def read():
        return {one.external_id: (one.base_amount_minor, one.size_minor) for one in rows(select(Deal))}

    return read


# Reckoned by hand: amount x rate, moved from the one currency's decimals to the other's, halves away from zero.
@pytest.mark.parametrize(
    ("base", "currency", "rate", "minor", "worth"),
    [
        ("USD", "EUR", "1.0834", 10_000, 10_834),  # 100.00 EUR
        ("USD", "EUR", "1.085", 10, 11),  # 0.10 EUR are 10.85 cents
        ("USD", "EUR", "1.05", 10, 11),  # 10.5 cents: half up
        ("USD", "EUR", "1.05", -10, -11),
        ("USD", "EUR", "1.049999999", 10, 10),
        ("USD", "JPY", "0.0067", 1_000, 670),  # 1,000 yen are 6.70 dollars
        ("USD", "JPY", "0.0065", 1, 1),  # 0.65 cents
        ("USD", "KWD", "3.25", 1_000, 325),  # 1.000 dinar are 3.25 dollars
        ("USD", "KWD", "3.25", 2, 1),  # 0.002 dinar are 0.65 cents
        ("JPY", "USD", "149.5", 100, 150),  # a dollar is 149.5 yen
        ("KWD", "USD", "0.3075", 10_000, 30_750),  # 100 dollars are 30.750 dinar
        ("KWD", "JPY", "0.00205", 100, 205),
    ],
)
def test_amounts_are_reckoned_exactly_whatever_decimals_their_currencies_have(
    base, currency, rate, minor, worth
):
    whole, _, part = rate.partition(".")
    nano = int(whole) * NANO + int(part.ljust(9, "0"))
    rates = Rates(base, {currency: ((date(2026, 1, 1),), (nano,))})
    assert rates.base_minor(minor, currency) == worth
    assert rates.base_minor(minor, currency, date(2025, 12, 31)) is None
    assert rates.base_minor(None, currency) is None
    assert rates.base_minor(minor, base) == minor


def test_closed_deals_go_by_the_day_they_closed_and_open_ones_by_the_newest_rate(bring_in, load, worth):
    bring_in(SEK, EUR, YEN)
    assert {base for base, _ in worth().values()} == {None}
    answer = load(
        *("SEK,2026-01-01,0.09", "SEK,2026-02-01,0.1"),
        *("EUR,2026-01-01,1.1", "EUR,2026-02-03,1.2", "EUR,2026-02-04,1.3", "JPY,2026-03-04,0.0067"),
    )
    assert answer.status_code == 303
    # The yen of a deal that closed the day before its first rate have none; lost deals tell their size here.
    assert worth() == {"D1": (10_000, 10_000), "D2": (120_000, 120_000), "D3": (None, None)}


def test_an_import_afterwards_finds_nothing_changed_and_reckons_what_is_new(bring_in, load, worth):
    bring_in(SEK, EUR)
    load("SEK,2026-01-01,0.1", "EUR,2026-01-01,1.1")
    page = bring_in(SEK, EUR)
    assert "nothing changed" in page or "Nothing in the file is new" in page
    bring_in("D4,Fourth,Acme,Jo,,Proposal,5,SEK,2026-01-02,")
    assert worth()["D4"] == (50, 50)


def test_deals_without_a_rate_are_said_with_their_sum(bring_in, admin, client, load):
    bring_in(SEK, SEK.replace("D1,First", "D5,Fifth"))
    for reader in (admin, client):
        page = reader.get("/deals/rates").get_data(as_text=True)
        assert "2 deals in SEK have no rate: SEK 2,000 in all" in page
    load("SEK,2026-01-01,0.1")
    assert "no rate" not in admin.get("/deals/rates").get_data(as_text=True)


def test_a_wrong_rate_is_removed_and_deals_lose_what_it_gave_them(
    bring_in, admin, load, run_jobs, rows, worth
):
    bring_in(SEK)
    load("SEK,2026-01-01,0.1")
    (rate,) = rows(select(CurrencyRate))
    assert admin.post(f"/deals/rates/{rate.id}/remove").status_code == 303
    run_jobs()
    assert rows(select(CurrencyRate)) == []
    assert worth() == {"D1": (None, None)}
    assert admin.post(f"/deals/rates/{rate.id}/remove").status_code == 404
    said = rows(select(AuditEntry.action).where(AuditEntry.action.contains("rate")).order_by(AuditEntry.id))
    assert said == ["loaded exchange rates", "removed an exchange rate"]


def test_a_closed_deal_keeps_its_size_when_a_wrong_rate_gives_way_to_one_of_another_day(
    bring_in, admin, load, run_jobs, rows, worth
):
    # No lost deal carries an amount here: nothing but what it was while it was open tells the size of D2.
    bring_in(EUR.replace("Closed Won,1000", "Proposal,800").replace("2026-02-03", ""))
    load("EUR,2026-01-01,11")
    bring_in(EUR)
    assert worth() == {"D2": (1_100_000, 880_000)}
    (wrong,) = rows(select(CurrencyRate))
    admin.post(f"/deals/rates/{wrong.id}/remove")
    run_jobs()
    assert worth() == {"D2": (None, None)}
    load("EUR,2026-01-31,1.1")
    assert worth() == {"D2": (110_000, 88_000)}


def test_a_deal_that_was_open_without_a_rate_never_has_its_closing_amount_for_a_size(bring_in, load, worth):
    bring_in(YEN, EUR.replace("Closed Won,1000", "Proposal,800").replace("2026-02-03", ""))
    bring_in(EUR)
    assert worth()["D2"] == (None, None)
    load("EUR,2026-01-01,1.1")
    assert worth()["D2"] == (110_000, 88_000)


def test_a_deal_that_was_open_without_an_amount_has_no_size_whatever_is_loaded(bring_in, load, worth):
    bring_in(YEN, EUR.replace("Closed Won,1000", "Proposal,").replace("2026-02-03", ""))
    bring_in(EUR)
    load("EUR,2026-01-01,1.1", "EUR,2026-01-02,1.2")
    assert worth()["D2"] == (120_000, None)


def test_a_size_told_in_another_currency_than_the_closing_amount_goes_by_its_own_rate(bring_in, load, worth):
    bring_in(SEK)
    bring_in("D1,First,Acme,Jo,,Closed Won,90,EUR,2026-01-02,2026-02-03")
    load("SEK,2026-01-01,0.1", "EUR,2026-01-01,1.1")
    assert worth() == {"D1": (9_900, 10_000)}
    bring_in("D1,First,Acme,Jo,,Closed Won,95,USD,2026-01-02,2026-02-03")
    load("SEK,2026-01-01,0.2")
    assert worth() == {"D1": (9_500, 20_000)}


def test_loading_has_figures_and_requests_worked_out_anew(bring_in, load, rows):
    bring_in(SEK)
    before = len(rows(select(Job).where(Job.kind.in_(("score_requests", "compute_impact")))))
    load("SEK,2026-01-01,0.1")
    assert len(rows(select(Job).where(Job.kind.in_(("score_requests", "compute_impact"))))) == before + 2


def test_the_same_rates_again_change_nothing_and_another_takes_the_old_ones_place(admin, load, rows):
    load("EUR,2026-01-01,1.1")
    load("EUR,2026-01-01,1.1")
    load("eur;2026-01-01;1,25")
    assert rows(select(CurrencyRate.rate_nano)) == [1_250_000_000]
    assert "1.25" in admin.get("/deals/rates").get_data(as_text=True)


BAD = (
    ("XYZ,2026-01-01,1", "is no currency code"),
    (",2026-01-01,1", "The currency is missing"),
    ("USD,2026-01-01,1", "USD is the base currency itself"),
    ("EUR,yesterday,1", "yesterday"),
    ("EUR,,1", "The day from which the rate is valid is missing"),
    ("EUR,2026-02-30,1", "2026-02-30"),
    ("EUR,03/04/2026,1", "can be read two ways"),
    ("EUR,1969-12-31,1", "1969"),
    ("EUR,2026-01-01,", "The rate is missing"),
    ("EUR,2026-01-01,much", "is no number such as 1.0834"),
    ("EUR,2026-01-01,0", "more than 0"),
    ("EUR,2026-01-01,-1", "more than 0"),
    ("EUR,2026-01-01,1e400", "more than 0 and at most"),
    ("EUR,2026-01-01,0.0000000001", "less than a billionth"),
    ("EUR,2026-01-01,1,0834", "4 parts instead of 3"),
    ("EUR;2026-01-01;1.083,4", "has a comma and a point"),
    ("EUR", "A line has a currency, a day and a rate"),
    ("currency,when,rate", "This line of headers lacks"),
)


@pytest.mark.parametrize(("line", "said"), BAD)
def test_a_line_that_is_wrong_is_named_and_nothing_is_written(load, rows, line, said):
    answer = load(line)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Line 1" in page
    assert said in page
    assert rows(select(CurrencyRate)) == []


def test_right_lines_wait_until_the_wrong_ones_are_mended_or_left_out(load, rows):
    lines = ("EUR,2026-01-01,1.1", "", "XYZ,2026-01-01,2", "GBP,2026-01-01,1.3", "EUR,2026-01-01,1.2")
    answer = load(*lines)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Line 3" in page
    assert "Line 1 gives another rate for EUR" in page
    assert "XYZ,2026-01-01,2\nGBP" in page.replace("\r\n", "\n")
    assert "Load the 2 lines that are right" in page
    assert rows(select(CurrencyRate)) == []
    assert load(*lines, partial="yes").status_code == 303
    assert sorted(rows(select(CurrencyRate.currency))) == ["EUR", "GBP"]


def test_a_day_that_is_still_to_come_is_refused(load):
    tomorrow = (now() + timedelta(days=2)).date()
    assert "is still to come" in load(f"EUR,{tomorrow},1.1").get_data(as_text=True)


def test_days_that_other_lines_prove_are_read_their_way(load, rows):
    assert (
        load(
            "Valid from\tCurrency code\tRate to USD", "03.04.2026\tEUR\t1,1", "28.04.2026\tEUR\t1,2"
        ).status_code
        == 303
    )
    assert sorted(rows(select(CurrencyRate.valid_from))) == [date(2026, 4, 3), date(2026, 4, 28)]


def hand_in(client, data, name, **fields):
    return client.post("/deals/rates", data={"text": "", "file": (io.BytesIO(data), name), **fields})


def test_a_file_of_commas_and_a_workbook_are_read_too(admin, rows):
    assert hand_in(admin, b"currency,date,rate\nEUR,2026-01-01,1.1\n", "rates.csv").status_code == 303
    book = openpyxl.Workbook()
    book.active.append(["Rate", "ISO code", "Valid from"])
    book.active.append([0.0067123456789, "JPY", date(2026, 1, 1)])
    stream = io.BytesIO()
    book.save(stream)
    answer = hand_in(admin, stream.getvalue(), "rates.xlsx")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert sorted(rows(select(CurrencyRate.rate_nano))) == [6_712_346, 1_100_000_000]
    assert "1 rate rounded to nine decimals" in admin.get("/deals/rates").get_data(as_text=True)


def test_a_file_that_is_wrong_comes_back_as_lines_to_mend(admin, rows):
    answer = hand_in(admin, b"currency,date,rate\nEUR,2026-01-01,1.1\nGBP,2026-01-01,x\n", "rates.csv")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Line 3" in page
    assert "GBP,2026-01-01,x" in page.partition("<textarea")[2]
    assert rows(select(CurrencyRate)) == []


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"%PDF-1.4", "rates.csv", "a PDF"),
        (b"", "rates.csv", "Paste at least one line"),
        (b"x" * (2 * 1024 * 1024 + 1), "rates.csv", "up to 2 MB"),
        (b"PK\x03\x04damaged", "rates.xlsx", "rates.xlsx"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(admin, rows, data, name, said):
    answer = hand_in(admin, data, name)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert rows(select(CurrencyRate)) == []


def test_nothing_and_both_at_once_are_refused(admin, load):
    assert "Paste at least one line" in load("").get_data(as_text=True)
    both = admin.post("/deals/rates", data={"text": "EUR,2026-01-01,1", "file": (io.BytesIO(b"x"), "x.csv")})
    assert both.status_code == 422
    assert "not both" in both.get_data(as_text=True)


def test_a_manager_reads_rates_and_is_not_offered_to_change_them(client, load):
    load("EUR,2026-01-01,1.1", "EUR,2026-02-01,1.2")
    page = client.get("/deals/rates?currency=EUR").get_data(as_text=True)
    assert "1.1" in page
    assert "2 rates since 2026-01-01" in page
    assert "Load rates" not in page
    assert "Remove the rate" not in page
    assert client.post("/deals/rates", data={"text": "EUR,2026-01-01,9"}).status_code == 403


def test_another_base_currency_has_the_deals_in_it_told_as_they_are(app, bring_in, load, worth):
    bring_in(SEK)
    app.config["BASE_CURRENCY"] = "SEK"
    load("USD,2026-01-01,0.9")
    assert worth() == {"D1": (100_000, 100_000)}
