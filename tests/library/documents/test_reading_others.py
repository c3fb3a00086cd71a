"""What is read from PDFs, workbooks, text files and Markdown."""

from __future__ import annotations

import datetime

import pytest

from portal.library.documents import pages
from portal.library.documents.extract import NO_TEXT, PICTURE, extract
from portal.library.documents.pages import PageCollector, pieces
from portal.library.documents.sheets import MAX_CELLS
from portal.library.documents.text import decode
from tests.library.documents import building


def read(tmp_path, data: bytes, name: str):
    return extract(building.stored(tmp_path, data), name)


def test_a_pdf_is_read_page_by_page(tmp_path):
    found = read(tmp_path, building.text_pdf("First", "", "Third"), "price_list-2024.pdf")
    assert [(page.number, page.text) for page in found.pages] == [(1, "First"), (2, ""), (3, "Third")]
    assert (found.state, found.title, found.characters) == ("indexed", "Price list 2024", 10)


def test_a_pdf_of_pictures_keeps_its_pages_and_says_that_it_has_no_text(tmp_path):
    found = read(tmp_path, building.text_pdf("", ""), "scan.pdf")
    assert (found.state, found.reason, len(found.pages)) == ("stored_no_text", NO_TEXT, 2)


def test_a_broken_pdf_is_stored_with_the_reason(tmp_path):
    found = read(tmp_path, b"%PDF-1.7\ngarbage", "a.pdf")
    assert (found.state, found.kind) == ("stored_no_text", "pdf")
    assert found.reason == "It could not be read: the file is damaged."


def test_a_workbook_is_read_sheet_by_sheet(tmp_path):
    rows = [["Region", "Won"], ["EMEA", 0.1 + 0.2], [None, datetime.datetime(2024, 5, 1)]]
    found = read(tmp_path, building.workbook({"Deals": rows, "Empty": []}), "deals.xlsx")
    assert [(page.title, page.text) for page in found.pages] == [
        ("Deals", "Region\tWon\nEMEA\t0.3\n2024-05-01"),
        ("Empty", ""),
    ]


def test_a_sheet_that_lies_about_its_size_is_read_whole(tmp_path):
    data = building.workbook({"A": [["one"], ["two"]]})
    lie = building.changed(data, "xl/worksheets/sheet1.xml", b'ref="A1:A2"', b'ref="A1:A1"')
    assert read(tmp_path, lie, "a.xlsx").pages[0].text == "one\ntwo"


def test_a_strict_workbook_is_read(tmp_path):
    plain = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    data = building.workbook({"A": [["word"]]})
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        data = building.changed(data, part, plain, b"http://purl.oclc.org/ooxml/spreadsheetml/main")
    assert read(tmp_path, data, "a.xlsx").pages[0].text == "word"


def test_a_huge_workbook_is_read_in_part_and_says_so(tmp_path):
    found = read(tmp_path, building.workbook({"A": [range(100)] * (MAX_CELLS // 100 + 50)}), "a.xlsx")
    assert found.reason == "Only the first 100,000 cells were read."
    assert found.pages[0].text.count("\n") == MAX_CELLS // 100 - 1


def test_markdown_is_divided_at_its_headings_outside_code(tmp_path):
    text = "Before\n\n# Pitch #\nWhy\n```\n# not a heading\n```\n## Price\n### Detail\n10\n"
    found = read(tmp_path, text.encode(), "note.md")
    assert [(page.title, page.text) for page in found.pages] == [
        ("", "Before"),
        ("Pitch", "Pitch\nWhy\n```\n# not a heading\n```"),
        ("Price", "Price\nDetail\n10"),
    ]
    assert found.title == "Pitch"


@pytest.mark.parametrize(
    "data",
    [
        "Größe".encode(),
        "Größe".encode("utf-8-sig"),
        "Größe".encode("utf-16"),
        b"\xfe\xff" + "Größe".encode("utf-16-be"),
        "Größe".encode("latin-1"),
    ],
)
def test_text_is_read_in_every_usual_encoding(tmp_path, data):
    assert read(tmp_path, data, "a.txt").pages[0].text == "Größe"


def test_half_a_character_at_the_end_does_not_change_the_encoding():
    assert decode("Größe €".encode()[:-1], cut=True) == "Größe "
    assert decode("Größe".encode("latin-1"), cut=True) == "Größe"


def test_text_without_words_says_so(tmp_path):
    assert read(tmp_path, b" \n\n ", "a.txt").reason == NO_TEXT


def test_a_picture_is_one_page_without_text(tmp_path):
    found = read(tmp_path, building.picture(), "team-photo.png")
    assert (found.state, found.reason, len(found.pages), found.title) == (
        "stored_no_text",
        PICTURE,
        1,
        "Team photo",
    )


def test_pieces_end_between_paragraphs_then_lines_then_words():
    assert list(pieces("aaa\n\nbbb\nccc", 9)) == ["aaa", "bbb\nccc"]
    assert list(pieces("aaa\nbbb ccc", 9)) == ["aaa", "bbb ccc"]
    assert list(pieces("aaa bbb ccc", 9)) == ["aaa bbb", "ccc"]
    assert list(pieces("a" * 20, 9)) == ["a" * 9, "a" * 9, "aa"]


def test_a_reader_stops_at_the_share_of_characters_and_pages(monkeypatch):
    monkeypatch.setattr(pages, "MAX_CHARACTERS", 10)
    collector = PageCollector()
    assert [collector.add("", "abcdef"), collector.add("", "ghijkl")] == [True, False]
    assert collector.reading(complete=False).left_out == "Only the first 10 characters were read."
    assert [page.text for page in collector.reading().pages] == ["abcdef", "ghij"]
    monkeypatch.setattr(pages, "MAX_PAGES", 1)
    collector = PageCollector()
    assert collector.add("", "abc") is False
    assert collector.reading(complete=False).left_out == "Only the first 1 pages were read."


def test_markdown_is_read_as_words_without_the_marks_around_them(tmp_path):
    text = (
        '# A **bold** start\n\nDear {{ first_name }}, see *our* [price list](https://example.com/p "Now").\n'
        "### Terms\n> `net_30`, 2 * 3 * 4, snake_case_name\n"
    )
    found = read(tmp_path, text.encode(), "mail.md")
    assert found.title == "A bold start"
    assert found.pages[0].text == (
        "A bold start\n\nDear first_name, see our price list.\nTerms\nnet_30, 2 * 3 * 4, snake_case_name"
    )
