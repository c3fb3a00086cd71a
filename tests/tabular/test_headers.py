from __future__ import annotations

import pytest

from portal.tabular.decoding import TableUnreadable
from portal.tabular.headers import header_key, match_headers, require
from portal.tabular.table import read_table

SPELLINGS = {"id": ("id", "dealid"), "name": ("dealname", "name"), "stage": ("stage",)}


@pytest.mark.parametrize("header", ["Deal ID", "deal_id", "DEAL-ID", " Deal.Id ", "DealId", "Ｄeal ID"])
def test_capitals_spaces_and_punctuation_do_not_matter(header: str) -> None:
    assert header_key(header) == "dealid"
    assert match_headers([header], SPELLINGS, ("id",)).found == {"id": header}


def test_what_is_missing_and_what_is_ignored_is_named() -> None:
    match = match_headers(["Deal ID", "Colour", ""], SPELLINGS, ("id", "stage"))

    assert match.missing_required == ("stage",)
    assert match.ignored == ("Colour",)


def test_the_surest_spelling_wins_and_the_choice_is_said() -> None:
    match = match_headers(["Name", "Deal name", "id"], SPELLINGS, ())

    assert match.found["name"] == "Deal name"
    assert match.notes == ("Both “Deal name” and “Name” could be the name; “Deal name” was taken.",)
    assert match.ignored == ("Name",)


def test_a_missing_column_is_refused_with_what_was_found_and_what_would_do() -> None:
    table = read_table(b"D1,Acme\nD2,Bolt\n", "deals.csv")
    match = match_headers(table.headers, SPELLINGS, ("id",))

    with pytest.raises(TableUnreadable) as caught:
        require(match, table, {"id": "the deal's id (such as “id”)"})

    assert caught.value.message == (
        "deals.csv has no column for the deal's id (such as “id”). "
        "The first line must name the columns; it holds “D1”, “Acme”."
    )


def test_one_header_serves_one_field_the_first_that_knows_it() -> None:
    assert match_headers(["Closed"], {"day": ("closed",), "flag": ("closed",)}, ()).found == {"day": "Closed"}
