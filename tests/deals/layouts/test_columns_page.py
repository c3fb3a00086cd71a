"""The page of columns: what is certain goes straight to the preview, all else is asked, answered and remembered."""

from __future__ import annotations

import io
from datetime import date

import pytest
from sqlalchemy import select

from portal.deals.models import Deal, DealImport, ImportLayout
from tests.deals.layouts.conftest import controls, text

CERTAIN = "id,name,stage,amount,created,closed\nD1,First,Won,100,2026-01-02,2026-02-03\n"
STRANGE = """Ref,What,Where it stands,Worth,Begun,Due
A-1,First,Closed Won,"1,054.50",13/01/2026,20/02/2026
A-2,Second,Closed Lost,2000.00,05/01/2026,21/02/2026
A-3,Third,Proposal,3000.00,06/01/2026,22/12/2026
"""


def test_a_file_of_known_names_goes_straight_to_its_preview_with_a_link_to_the_columns(client, hand_in):
    address = hand_in(CERTAIN)
    page = text(client.get(address))
    assert "Import 1 deal" in page
    assert f'href="{address}/columns"' in page
    columns = text(client.get(f"{address}/columns"))
    assert "Every column is certain" in columns
    assert "year-month-day, 1 of 1 rows" in columns


def test_columns_of_other_names_are_guessed_by_their_cells_and_shown_as_guesses(client, hand_in, rows):
    address = hand_in(STRANGE)
    assert rows(select(DealImport.state)) == ["mapping"]
    answer = client.get(address)
    assert (answer.status_code, answer.location) == (303, f"{address}/columns")
    page = text(client.get(f"{address}/columns"))
    assert controls(page)["deals-id"] == "Ref"
    assert controls(page)["deals-stage"] == "Where it stands"
    assert controls(page)["deals-amount"] == "Worth"
    assert (controls(page)["deals-created"], controls(page)["deals-closed"]) == ("Begun", "Due")
    assert "A guess: “Ref”, because no two of its cells are the same." in page
    assert "A guess: “Where it stands”, because its cells say won and lost." in page
    assert "day/month/year, 3 of 3 rows" in page
    assert "Columns of deals.csv that are left out" in page
    assert rows(select(Deal)) == []


def test_a_page_that_waits_for_news_is_led_to_the_columns(client, hand_in):
    address = hand_in(STRANGE)
    answer = client.get(address, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, f"{address}/columns")


def test_guesses_set_right_by_hand_are_imported_and_remembered_for_the_source(
    client, hand_in, choose, run_jobs, rows
):
    address = hand_in(STRANGE)
    assert choose(address, {"deals-name": "What"}).location == address
    page = text(client.get(address))
    assert "Import 3 deals" in page
    assert rows(select(ImportLayout)) == []
    client.post(f"{address}/apply")
    run_jobs()
    deals = {deal.external_id: deal for deal in rows(select(Deal))}
    assert sorted(deals) == ["A-1", "A-2", "A-3"]
    assert (deals["A-1"].name, deals["A-1"].amount_minor) == ("First", 105450)
    assert (deals["A-1"].created_on, deals["A-1"].closed_on) == (date(2026, 1, 13), date(2026, 2, 20))
    [remembered] = rows(select(ImportLayout))
    assert (remembered.source, remembered.kind) == ("csv", "deals")
    assert remembered.layout["columns"]["closed"] == "Due"
    assert remembered.layout["dates"] == {"created": "dmy", "closed": "dmy"}

    again = hand_in(STRANGE)
    assert "Nothing in the file is new" in text(client.get(again)), "nothing is asked twice"
    assert "as last time" in text(client.get(f"{again}/columns"))


def test_a_renamed_column_is_said_and_never_lost_in_silence(client, hand_in, choose, run_jobs, rows):
    first = hand_in(CERTAIN.replace("closed", "Close Date"))
    client.post(f"{first}/apply")
    run_jobs()
    renamed = hand_in(CERTAIN.replace("closed", "Closing Date").replace("amount", "Bruttosumme"))
    page = text(client.get(f"{renamed}/columns"))
    assert "It was “Close Date”, now perhaps “Closing Date”." in page
    assert "It was “amount”, which this file does not have." in page
    assert "2 columns are not certain" in page
    choose(renamed, {"deals-amount": "Bruttosumme"})
    client.post(f"{renamed}/apply")
    run_jobs()
    [layout] = [one.layout for one in rows(select(ImportLayout))]
    assert (layout["columns"]["closed"], layout["columns"]["amount"]) == ("Closing Date", "Bruttosumme")


def test_a_file_with_fewer_columns_takes_nothing_from_what_is_remembered(
    client, hand_in, choose, run_jobs, rows
):
    first = hand_in(CERTAIN)
    client.post(f"{first}/apply")
    run_jobs()
    partial = hand_in("id,stage,closed\nD1,Lost,2026-02-03\n")
    choose(partial)
    client.post(f"{partial}/apply")
    run_jobs()
    assert rows(select(Deal.status)) == ["lost"]
    assert rows(select(Deal.amount_minor)) == [10000]
    [layout] = [one.layout for one in rows(select(ImportLayout))]
    assert layout["columns"]["amount"] == "amount"


def test_a_column_that_is_something_else_stays_left_out_the_next_time(
    client, hand_in, choose, run_jobs, rows
):
    file = CERTAIN.replace("name", "title")
    address = hand_in(file)
    assert controls(text(client.get(f"{address}/columns")))["deals-name"] == "title"
    choose(address, {"deals-name": ""})
    client.post(f"{address}/apply")
    run_jobs()
    assert rows(select(Deal.name)) == ["Deal D1"]
    again = hand_in(file)
    assert controls(text(client.get(f"{again}/columns")))["deals-name"] == ""


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"deals-id": ""}, "Please choose the column of the deal's id."),
        ({"deals-name": "stage"}, "“stage” is chosen for something else already."),
        ({"deals-name": "no such column"}, "The file has no such column."),
        ({"deals-closed-format": "backwards"}, "Please choose one of the formats."),
        ({"deals-stage": ""}, "Please choose the column of its stage."),
    ],
)
def test_a_wrong_choice_is_said_at_its_place_and_nothing_is_read(
    client, hand_in, choose, rows, changed, said
):
    address = hand_in(CERTAIN)
    answer = choose(address, changed)
    assert answer.status_code == 422
    assert said in text(answer)
    assert rows(select(DealImport.state)) == ["planned"]


def test_without_the_needed_columns_the_page_asks_for_them(client, hand_in, choose, rows):
    address = hand_in("a,b\nx,y\nx,y\n")
    page = text(client.get(f"{address}/columns"))
    assert "No column is named like the deal's id (such as “deal id”). Which one is it?" in page
    assert choose(address).status_code == 422
    assert choose(address, {"deals-id": "a", "deals-stage": "b"}).status_code == 303
    assert rows(select(DealImport.state)) == ["planned"]


def test_dates_that_could_be_either_are_asked_for_and_not_guessed(client, hand_in, choose, run_jobs, rows):
    address = hand_in("id,stage,closed\nD1,Won,03/04/2026\nD2,Won,05/04/2026\n")
    page = text(client.get(f"{address}/columns"))
    assert "day/month/year or month/day/year: no row tells" in page
    assert "One column is not certain" in page
    assert choose(address).status_code == 422
    choose(address, {"deals-closed-format": "dmy"})
    client.post(f"{address}/apply")
    run_jobs()
    assert sorted(rows(select(Deal.closed_on))) == [date(2026, 4, 3), date(2026, 4, 5)]
    hand_in("id,stage,closed\nD3,Won,06/04/2026\n")
    assert rows(select(DealImport.state))[-1] == "planned", "the order is remembered"


def test_dates_that_could_be_either_follow_the_other_dates_of_the_file_and_say_so(client, hand_in):
    address = hand_in("id,stage,created,closed\nD1,Won,03/04/2026,25/04/2026\n")
    page = text(client.get(f"{address}/columns"))
    assert "Every column is certain" in page
    assert "Read as day/month/year, as the file's other dates are." in page


def test_dates_in_two_orders_are_asked_for_and_what_contradicts_is_refused_by_line(client, hand_in, choose):
    address = hand_in("id,stage,closed\nD1,Won,25/12/2026\nD2,Won,12/25/2026\nD3,Won,03/04/2026\n")
    page = text(client.get(f"{address}/columns"))
    assert "day/month/year in 1 rows, month/day/year in 1 rows, either in 1" in page
    choose(address, {"deals-closed-format": "dmy"})
    preview = text(client.get(address))
    assert "This can only be month/day/year; the column is read as day/month/year." in preview
    assert "Read as day/month/year, though other rows differ." in preview


MIXED = "id,stage,amount,closed\n" + "".join(
    f"D{number},Won,{amount},2026-02-03\n"
    for number, amount in enumerate(['"1.054,50"', '"12,50"', "1054.50", "99.90", '"1,054"'])
)


def test_decimal_commas_in_half_the_rows_are_asked_for(client, hand_in, choose, run_jobs, rows):
    address = hand_in(MIXED)
    page = text(client.get(f"{address}/columns"))
    assert "decimal comma in 2 rows, decimal point in 2 rows, either in 1" in page
    choose(address, {"deals-amount-format": "each"})
    preview = text(client.get(address))
    assert "This could be thousands or decimals" in preview
    client.post(f"{address}/apply")
    run_jobs()
    found = {deal.external_id: deal.amount_minor for deal in rows(select(Deal))}
    assert found == {"D0": 105450, "D1": 1250, "D2": 105450, "D3": 9990}


def test_one_decimal_sign_for_all_refuses_the_other_rows_by_line(client, hand_in, choose):
    address = hand_in(MIXED)
    choose(address, {"deals-amount-format": "comma"})
    preview = text(client.get(address))
    assert "not written with a decimal comma like the others" in preview
    assert "Import 3 deals" in preview


def test_accounts_people_history_and_uses_have_their_columns_too(make, client, hand_in, choose, rows):
    address = hand_in(
        CERTAIN,
        accounts=(io.BytesIO(b"Wer,Branche\nAcme,Energy\n"), "accounts.csv"),
        users=(io.BytesIO(b"name,team\nJo Day,West\n"), "users.csv"),
    )
    page = text(client.get(f"{address}/columns"))
    assert "Accounts in accounts.csv" in page
    assert "Sales people in users.csv" in page
    choose(address, {"accounts-name": "Wer", "accounts-industry": "Branche"})
    assert "Import 1 deal" in text(client.get(address))

    history = hand_in("deal_id,where,when\nD1,Won,2026-01-02\nD2,Lost,2026-01-03\n", kind="history")
    page = controls(text(client.get(f"{history}/columns")))
    assert (page["history-stage"], page["history-entered_at"]) == ("where", "when")
    uses = hand_in("when,who,what,how\n2026-01-02,jo@example.com,Deck,share\n", kind="usage")
    page = controls(text(client.get(f"{uses}/columns")))
    assert (page["usage-at"], page["usage-user_email"], page["usage-asset"]) == ("when", "who", "")


def test_an_import_that_is_applied_keeps_its_columns(client, hand_in, run_jobs):
    address = hand_in(CERTAIN)
    data = controls(text(client.get(f"{address}/columns")))
    client.post(f"{address}/apply")
    run_jobs()
    assert client.get(f"{address}/columns").location == address
    assert client.post(f"{address}/columns", data=data).status_code == 409


def test_columns_of_an_import_that_is_not_there_are_not_found(client):
    assert client.get("/deals/import/999/columns").status_code == 404
    assert client.post("/deals/import/999/columns").status_code == 404
    assert client.post("/deals/import/999/sheet").status_code == 404


@pytest.mark.parametrize("amount", ["1,234", "1,234.50"])
def test_amounts_whose_decimal_sign_changed_since_last_time_are_asked_for(
    client, hand_in, choose, run_jobs, rows, amount
):
    first = hand_in('id,stage,amount\nD1,Proposal,"1.054,50"\n')
    client.post(f"{first}/apply")
    run_jobs()
    changed = hand_in(f'id,stage,amount\nD2,Proposal,"{amount}"\n')
    page = text(client.get(f"{changed}/columns"))
    assert "The decimal sign looks like another than the one remembered." in page
    choose(changed, {"deals-amount-format": "point"})
    client.post(f"{changed}/apply")
    run_jobs()
    assert sorted(rows(select(Deal.amount_minor)))[0] == 105450
    assert sorted(rows(select(Deal.amount_minor)))[1] in (123400, 123450)
