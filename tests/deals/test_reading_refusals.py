"""Files of deals that are wrong: what is refused, with line, field and reason, and what is taken all the same."""

from __future__ import annotations

import random
from dataclasses import astuple

import pytest

from portal.deals.reading import read_deals
from portal.tabular.decoding import TableUnreadable
from portal.tabular.table import read_table
from tests.deals.reading import reading, refused


def test_a_closed_deal_without_a_closing_date_is_refused_with_what_to_do() -> None:
    assert refused("id,stage,Close Date\nD1,Won,\n") == [
        (2, "closed", "", "The deal is won but has no closing date: please fill in “Close Date”.")
    ]
    assert refused("id,stage\nD1,Closed Lost\n")[0][3] == (
        "The deal is lost, and the file has no closing dates: please add a column “close date”."
    )


def test_the_second_row_of_an_id_is_refused_and_names_the_first() -> None:
    found = reading("id,stage\nD1,Proposal\nD2,Proposal\nD1,Demo\nd1,Demo\n")

    assert [row.external_id for row in found.rows] == ["D1", "D2", "d1"]
    assert [astuple(refusal) for refusal in found.refusals] == [
        (4, "id", "D1", "The same id is on line 2 already.")
    ]


def test_a_refused_row_does_not_take_the_id_from_a_good_one() -> None:
    found = reading("id,stage,amount\nD1,Proposal,-5\nD1,Proposal,5\n")

    assert [(row.line, row.amount_minor) for row in found.rows] == [(3, 500)]


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (",Proposal,5,2017-03-01,Deal", "id", "The id is empty."),
        ("D1,,5,2017-03-01,Deal", "stage", "The stage is empty."),
        ("D1,Proposal,-5,2017-03-01,Deal", "amount", "The amount is negative."),
        (
            "D1,Proposal,lots,2017-03-01,Deal",
            "amount",
            "This is no amount that can be read; 1054.00 is sure to be.",
        ),
        (
            "D1,Proposal,5,1 Mar 2017,Deal",
            "created",
            "The other dates of this column are written year-month-day",
        ),
        ("D1,Proposal,5,2017-03-01," + "x" * 501, "name", "The name has 501 characters; up to 500 are kept."),
        ("D1,Proposal,5", "", "The row has 3 cells where the header has 5."),
    ],
)
def test_a_bad_row_is_refused_with_its_line_field_and_reason_and_the_others_are_kept(
    row: str, field: str, reason: str
) -> None:
    found = reading(f"id,stage,amount,created,name\nA1,Demo,1,2017-03-01,A\n{row}\nA2,Demo,1,2017-03-01,B\n")

    assert [row.external_id for row in found.rows] == ["A1", "A2"]
    (refusal,) = found.refusals
    assert (refusal.line, refusal.field) == (3, field)
    assert refusal.reason.startswith(reason)
    assert len(refusal.value) <= 80


def test_rows_whose_date_could_be_either_in_a_mixed_column_are_each_named() -> None:
    found = reading(
        "id,stage,created\nD1,Demo,12/25/2017\nD2,Demo,12/26/2017\nD3,Demo,25/12/2017\nD4,Demo,3/1/2017\n"
    )

    assert [refusal.line for refusal in found.refusals] == [4]
    assert [(warning.line, warning.value) for warning in found.warnings] == [(5, "3/1/2017")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,stage\nA,Won\n", "no column for the deal's id (such as “deal id”)"),
        ("id,name\nD1,A\n", "no column for its stage (such as “stage”)"),
        ("D1,Acme,2017-03-01\nD2,Bolt,2017-03-01\n", "The first line must name the columns; it holds “D1”"),
    ],
)
def test_a_file_without_the_needed_columns_is_refused(text: str, words: str) -> None:
    with pytest.raises(TableUnreadable) as caught:
        reading(text)
    assert words in caught.value.message


def test_every_row_is_either_taken_or_refused_whatever_its_cells_are() -> None:
    dice = random.Random(11)
    good = [
        "D",
        "Won",
        "A",
        "1054",
        "USD",
        "2017-03-01",
        "2017-04-01",
        "1",
        "Jo",
        "jo@example.com",
        "",
        "2017-04-01",
    ]
    odd = [
        "", "lost", "3/1/2017", "25.12.2017", "1 Mar 17", "1.054,00 €", "1,054", "-5", "$", "¥1", "NaN", "Infinity",
        "1e999", "9" * 600, "\x1b", "é" * 600, "ǅ@x.yz", "۵", "2017-03-01T00:00:00+14:59", "1970-01-01T00:00+14:00",
        "2100-12-31T23:59-14:00", "12:00", "﷽",
    ]  # fmt: skip
    header = "id,stage,name,amount,currency,created,closed,won,owner,owner email,status,expected close"
    taken = refused_rows = 0
    for _ in range(300):
        rows = [[cell if dice.random() < 0.9 else dice.choice(odd) for cell in good] for _ in range(8)]
        for number, row in enumerate(rows):
            row[0] += str(number)
        found = reading("\n".join([header, *(",".join(f'"{cell}"' for cell in row) for row in rows)]))
        lines = [row.line for row in found.rows] + [refusal.line for refusal in found.refusals]
        assert sorted(lines) == list(range(2, 10))
        taken += len(found.rows)
        refused_rows += len(found.refusals)
    assert min(taken, refused_rows) > 300


def test_random_bytes_after_a_good_header_raise_nothing_but_a_refusal_of_the_file() -> None:
    dice = random.Random(5)
    pieces = [
        b"D1,",
        b"Won,",
        b"2017-03-01",
        b"\n",
        b'"',
        b",",
        "€".encode(),
        b"1.054,00",
        b"\r",
        b"(",
        b"10:00+99:99",
    ]
    readable = 0
    for _ in range(1_000):
        body = b"".join(dice.choice([*pieces, dice.randbytes(2)]) for _ in range(dice.randrange(30)))
        try:
            found = read_deals(read_table(b"id,stage,amount,created\n" + body))
        except TableUnreadable:
            continue
        readable += bool(found.rows or found.refusals)
    assert readable > 300
