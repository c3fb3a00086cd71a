"""Which title is proposed for a file."""

from __future__ import annotations

import pytest

from portal.library.documents.extract import extract
from portal.library.documents.titles import sensible_title, title_from_name
from tests.library.documents import building


@pytest.mark.parametrize(
    "title",
    [
        *(
            "",
            "  ",
            "PowerPoint Presentation",
            "PowerPoint-Präsentation",
            "Présentation PowerPoint",
            "Untitled",
        ),
        *(
            "untitled 2",
            "Document1",
            "Presentation (3)",
            "Slide 1",
            "Microsoft Word - offer.doc",
            "offer_v2.docx",
        ),
        *(
            "brochure.indd",
            "Company Template 2019",
            "Office Theme",
            "(anonymous)",
            "12/05/2024",
            "Title",
            "Book1",
            "x",
        ),
    ],
)
def test_titles_that_programs_and_templates_write_are_not_proposed(title):
    assert sensible_title(title) == ""


@pytest.mark.parametrize(
    "title",
    [
        "Acme saves 40% with Tandem",
        "Documenting success",
        "Powering retail",
        "Why PowerPoint is not enough",
    ],
)
def test_titles_that_people_write_are_proposed(title):
    assert sensible_title(f" {title}\n") == title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("case-study_acme.docx", "Case study acme"),
        ("Report 2024-05-01.pdf", "Report 2024-05-01"),
        ("C:\\docs\\Price list.xlsx", "Price list"),
        ("../../etc/passwd.txt", "Passwd"),
        (".docx", ".docx"),
        ("a" * 5_000 + ".pdf", "A" + "a" * 199),
        ("_.pdf", "_"),
    ],
)
def test_a_file_name_becomes_a_title(name, title):
    assert title_from_name(name) == title


def test_properties_go_before_headings_and_headings_before_the_file_name(tmp_path):
    body = building.paragraph("The heading", "berschrift1")

    def title(data: bytes) -> str:
        return extract(building.stored(tmp_path, data), "the_name.docx").title

    assert title(building.word(body, core_title="The property")) == "The property"
    assert title(building.word(body, core_title="Word Document")) == "The heading"
    assert title(building.word(building.paragraph("text"))) == "The name"
