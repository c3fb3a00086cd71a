"""The page of columns with files that are odd: workbooks with several sheets, hostile names, very many columns."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from portal.deals.models import Deal, DealImport, ImportLayout
from tests.deals.layouts.conftest import controls, text

HEADER = ("id", "stage", "closed")


def book(**sheets):
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


TWO = book(Open=[HEADER, ("D1", "Proposal", None)], Closed=[HEADER, ("D2", "Won", "2026-02-03")])


def test_another_sheet_of_a_workbook_can_be_read_and_is_remembered(client, hand_in, run_jobs, rows):
    address = hand_in(TWO, "deals.xlsx")
    page = text(client.get(f"{address}/columns"))
    assert "sheet “Open”" in page
    assert client.post(f"{address}/sheet", data={"part": "deals", "sheet": "Closed"}).location == address
    run_jobs()
    assert "sheet “Closed”" in text(client.get(f"{address}/columns"))
    client.post(f"{address}/apply")
    run_jobs()
    assert rows(select(Deal.external_id)) == ["D2"]
    assert [one.layout["sheet"] for one in rows(select(ImportLayout))] == ["Closed"]
    again = hand_in(TWO, "deals.xlsx")
    assert "sheet “Closed”" in text(client.get(f"{again}/columns"))


@pytest.mark.parametrize("data", [{}, {"part": "deals", "sheet": "Gone"}, {"part": "no", "sheet": "Closed"}])
def test_a_sheet_that_the_file_does_not_have_is_not_found(client, hand_in, data):
    address = hand_in(TWO, "deals.xlsx")
    assert client.post(f"{address}/sheet", data=data).status_code == 404


def test_a_workbook_of_past_uses_keeps_its_times(make, client, hand_in, run_jobs, rows):
    from datetime import datetime

    make.asset("Deck")
    data = book(
        Uses=[
            ("at", "person", "content", "kind"),
            (datetime(2026, 1, 2, 9, 30), "a@example.com", "Deck", "sent"),
        ]
    )
    address = hand_in(data, "uses.xlsx", kind="usage", create="y")
    assert "2026-01-02 09:30" in text(client.get(address))


def test_names_of_columns_and_cells_with_html_are_shown_as_text(client, hand_in):
    address = hand_in('id,stage,"<script>alert(1)</script>"\nD1,Won,"<b>bold</b>"\n', "<i>.csv")
    page = client.get(f"{address}/columns").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "<b>bold" not in page
    assert "&lt;script&gt;" in page


def test_a_file_of_very_many_columns_is_shown_within_few_statements(client, hand_in, count_queries):
    headers = ["id", "stage", *(f"column {number}" for number in range(480))]
    address = hand_in("\n".join([",".join(headers), ",".join("x" * 482)]))
    with count_queries() as queries:
        answer = client.get(f"{address}/columns")
    assert answer.status_code == 200
    assert len(queries) <= 12
    assert len(answer.data) < 3_000_000


def test_a_long_name_of_a_column_and_a_long_cell_are_kept_and_cut_for_showing(client, hand_in, choose, rows):
    header, cell = "h" * 199, "c" * 5000
    address = hand_in(f"{header},stage\n{cell},Won\n")
    page = text(client.get(f"{address}/columns"))
    assert cell not in page
    assert choose(address, {"deals-id": header}).status_code == 303
    assert rows(select(DealImport.state)) == ["planned"]
    assert "has 5,000 characters" in text(client.get(address))


def test_the_columns_are_chosen_twice_and_the_last_word_counts(client, hand_in, choose, run_jobs, rows):
    address = hand_in("id,title,other,stage\nD1,First,Second,Proposal\n")
    choose(address, {"deals-name": "other"})
    choose(address, {"deals-name": "title"})
    assert controls(text(client.get(f"{address}/columns")))["deals-name"] == "title"
    client.post(f"{address}/apply")
    run_jobs()
    assert rows(select(Deal.name)) == ["First"]


def test_an_import_cannot_be_applied_before_its_columns_are_settled(client, hand_in, rows):
    address = hand_in("a,b\nx,y\n")
    assert client.post(f"{address}/apply").status_code == 409
    assert rows(select(Deal.id)) == []


def test_a_workbook_that_is_damaged_is_named_with_what_to_do(client, hand_in):
    address = hand_in(TWO[:500], "deals.xlsx")
    assert "is a damaged workbook" in text(client.get(address))
    old = hand_in(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "deals.xls")
    assert "old Excel workbook (.xls), or one with a password" in text(client.get(old))


def test_what_is_applied_is_what_the_preview_showed_whatever_is_remembered_meanwhile(
    client, hand_in, choose, run_jobs, rows
):
    file = "id,title,other,stage\nD{},First,Second,Proposal\n"
    previewed = hand_in(file.format(1))
    other = hand_in(file.format(2))
    choose(other, {"deals-name": "other"})
    client.post(f"{other}/apply")
    run_jobs()
    client.post(f"{previewed}/apply")
    run_jobs()
    assert sorted(rows(select(Deal.name))) == ["First", "Second"]


def test_ids_under_the_name_of_a_deal_are_guessed_to_be_ids(client, hand_in, run_jobs, rows):
    lines = ["Opportunity,Stage,Value", "D-1,Proposal,100", "D-2,Discovery,200"]
    address = hand_in("\n".join(lines).encode(), "deals.csv")
    page = client.get(f"{address}/columns").text
    chosen = {name: value for name, value in controls(page).items() if name in ("deals-id", "deals-name")}
    assert chosen == {"deals-id": "Opportunity", "deals-name": ""}
    client.post(f"{address}/columns", data=controls(page))
    run_jobs()
    client.post(f"{address}/apply")
    run_jobs()
    assert rows(select(Deal.external_id)) == ["D-1", "D-2"]
    assert rows(select(Deal.name)) == ["Deal D-1", "Deal D-2"]


def test_names_of_several_words_stay_names(client, hand_in):
    lines = ["Opportunity,Stage,Value", "Acme renewal,Proposal,100", "Bolt pilot,Discovery,200"]
    page = client.get(f"{hand_in(chr(10).join(lines).encode(), 'deals.csv')}/columns").text
    assert controls(page)["deals-name"] == "Opportunity"


def test_a_list_of_products_is_called_none_of_deals_and_no_price_becomes_an_id(client, hand_in):
    address = hand_in("product,series,sales_price\nGTX Basic,GTX,550\nGTX Pro,GTX,4821\n", "products.csv")
    page = client.get(f"{address}/columns")
    assert page.status_code == 200
    assert "products.csv does not look like a file of deals" in text(page)
    assert "Lists of products are not" in text(page)
    chosen = controls(text(page))
    assert (chosen["deals-id"], chosen["deals-product"]) == ("", "product")
    assert client.post(f"{address}/columns", data=chosen).status_code == 422


def test_a_file_of_which_only_the_cells_tell_that_it_holds_deals_is_no_other_kind(client, hand_in):
    address = hand_in("Ref,Where\nA-1,Closed Won\nA-2,Closed Lost\n")
    page = text(client.get(f"{address}/columns"))
    assert "does not look like" not in page
    assert controls(page)["deals-id"] == "Ref"
