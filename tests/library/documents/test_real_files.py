"""200 real files of all four kinds: none crashes, hangs or is lost, and their words are found."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portal.library.documents.extract import NO_TEXT, Extraction, extract
from portal.library.documents.kinds import MACROS

# What was found when each file was looked at: how many of a kind end in each state.
STATES = {
    ("docx", "indexed"): 47,
    ("docx", "stored_no_text"): 13,
    ("pdf", "indexed"): 41,
    ("pdf", "stored_no_text"): 9,
    ("pptx", "indexed"): 49,
    ("pptx", "stored_no_text"): 11,
    ("xlsx", "indexed"): 23,
    ("xlsx", "stored_no_text"): 7,
}


@pytest.fixture(scope="module")
def results(shared_data: Path) -> dict[Path, Extraction]:
    """What became of each file, by path."""
    paths = sorted(path for path in (shared_data / "office").glob("*/*") if path.is_file())
    assert len(paths) == 200
    with ThreadPoolExecutor(2) as threads:
        return dict(zip(paths, threads.map(lambda path: extract(path, path.name), paths), strict=True))


def test_every_file_ends_in_the_state_that_fits_it(results):
    assert Counter((path.parent.name, found.state) for path, found in results.items()) == STATES


def test_what_is_not_indexed_has_a_reason_and_what_is_has_text(results):
    for path, found in results.items():
        assert found.title, path
        if found.state == "indexed":
            assert found.characters == sum(len(page.words) for page in found.pages) > 0, path
            assert found.reason == "", path
            assert [page.number for page in found.pages] == list(range(1, len(found.pages) + 1)), path
        else:
            assert found.reason.endswith("."), path
            assert found.characters == 0, path


def test_the_reasons_are_the_known_ones(results):
    reasons = Counter(found.reason for found in results.values() if found.state != "indexed")
    assert reasons == {
        NO_TEXT: 33,
        MACROS: 3,
        "It could not be read: it is protected with a password.": 4,
    }


def test_the_text_can_be_stored_and_shown(results):
    for found in results.values():
        for page in found.pages:
            assert "\x00" not in page.text
            page.text.encode("utf-8")
            assert "\n" not in page.title


@pytest.mark.parametrize(
    ("name", "page", "words"),
    [
        ("docx/*microsoft_79e281d7.docx", 1, "AutoGen is an open-source framework that allows developers"),
        ("docx/*dotnet_7e2b9688.docx", 2, "Visual Studio 2008 significantly improves the way developers"),
        ("docx/*openx_400da40a.docx", 2, "Second (even) page."),
        ("pptx/*apache_1d78d0cc.pptx", 2, "see what’s going on in a running application"),
        ("pptx/*apache_c1309ba1.pptx", 1, "Thin Film Partnership Subcontract Budgets"),
        ("pdf/*jsvine_317ab098.pdf", 1, "A grasshopper spent the summer hopping about in the sun"),
        ("pdf/*jsvine_75ee7ac7.pdf", 1, "NICS Firearm Background Checks"),
        ("pdf/*jsvine_da71c8d6.pdf", 1, "负责四川省甘孜州丹巴磨子电站引水隧洞爆破方案优化设计"),
        ("xlsx/*apache_e8733238.xlsx", 1, "John Smith2\t2 Corporate HQ"),
        ("xlsx/*dotnet_d465b595.xlsx", 1, "http://www.msn.com\nTesting Hyperlink on the Text Box"),
    ],
)
def test_known_words_are_found_on_their_page(results, shared_data, name, page, words):
    (path,) = (shared_data / "office").glob(name)
    assert words in results[path].pages[page - 1].text


def test_titles_come_from_the_documents_where_they_say_something(results):
    titles = {path.name.rpartition("_")[2]: found.title for path, found in results.items()}
    assert (
        titles["79e281d7.docx"] == "AutoGen: Enabling Next-Gen LLM Applications via Multi-Agent Conversation"
    )
    assert titles["1d78d0cc.pptx"] == "JConsole (Java monitoring and Management Console)"
    assert titles["e8733238.xlsx"] == "Internal spreadsheet"
    assert titles["c1309ba1.pptx"] == "Apache c1309ba1"
