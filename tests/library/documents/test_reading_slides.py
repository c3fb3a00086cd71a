"""What is read from presentations."""

from __future__ import annotations

from portal.library.documents.extract import extract
from tests.library.documents import building
from tests.library.documents.building import shape, slide_part


def read(tmp_path, data: bytes):
    return extract(building.stored(tmp_path, data), "deck.pptx")


def test_each_slide_is_a_page_with_its_title(tmp_path):
    found = read(
        tmp_path, building.slides(shape("Hello", "ctrTitle") + shape("Body"), shape("Two", "title"), "")
    )
    assert [(page.number, page.title, page.text) for page in found.pages] == [
        (1, "Hello", "Hello\nBody"),
        (2, "Two", "Two"),
        (3, "", ""),
    ]
    assert (found.state, found.title) == ("indexed", "Hello")


def test_slides_come_in_the_order_in_which_they_are_shown(tmp_path):
    data = building.slides(shape("Shown second"), shape("Shown first"))
    order = b'<p:sldId id="256" r:id="rId1"/><p:sldId id="257" r:id="rId2"/>'
    data = building.changed(
        data, "ppt/presentation.xml", order, b'<p:sldId id="257" r:id="rId2"/><p:sldId id="256" r:id="rId1"/>'
    )
    assert [page.text for page in read(tmp_path, data).pages] == ["Shown first", "Shown second"]


def test_groups_tables_and_notes_are_read_and_slide_numbers_are_not(tmp_path):
    cell = "<a:tc><a:txBody><a:p><a:r><a:t>Cell</a:t></a:r></a:p></a:txBody></a:tc>"
    table = f"<p:graphicFrame><a:tbl><a:tr>{cell}</a:tr></a:tbl></p:graphicFrame>"
    tree = f"<p:grpSp>{shape('Grouped')}</p:grpSp>{table}{shape('17', 'sldNum')}{shape('May', 'dt')}"
    parts = {
        "ppt/notesSlides/notesSlide1.xml": slide_part(
            shape("Say this", "body") + shape("1", "sldNum"), "notes"
        )
    }
    links = {1: building.relations(("rId1", "notesSlide", "../notesSlides/notesSlide1.xml"))}
    found = read(tmp_path, building.slides(tree, parts=parts, links=links))
    assert (found.pages[0].text, found.pages[0].notes) == ("Grouped\nCell", "Say this")
    assert found.characters == len("Grouped\nCell\nSay this")


def test_a_hidden_slide_is_told_by_its_own_word_for_it(tmp_path):
    data = building.slides(*map(shape, ("One", "Two", "Three", "Four")))
    for number, value in ((2, b"0"), (3, b"false"), (4, b"1")):
        name = f"ppt/slides/slide{number}.xml"
        data = building.changed(data, name, b"<p:sld ", b'<p:sld show="%s" ' % value)
    assert [page.is_hidden for page in read(tmp_path, data).pages] == [False, True, True, False]


def test_a_slide_with_only_notes_can_be_found(tmp_path):
    parts = {"ppt/notesSlides/notesSlide1.xml": slide_part(shape("Say this", "body"), "notes")}
    links = {1: building.relations(("rId1", "notesSlide", "../notesSlides/notesSlide1.xml"))}
    found = read(tmp_path, building.slides("", parts=parts, links=links))
    assert (found.state, found.pages[0].words) == ("indexed", "Say this")


def test_smartart_is_read(tmp_path):
    frame = '<p:graphicFrame><d:relIds xmlns:d="urn:d" r:dm="rId3"/></p:graphicFrame>'
    point = "<d:pt><a:p><a:r><a:t>Plan</a:t></a:r></a:p></d:pt>"
    data = f'<d:dataModel xmlns:d="urn:d" xmlns:a="urn:a">{point}</d:dataModel>'
    links = {1: building.relations(("rId3", "diagramData", "../diagrams/data1.xml"))}
    found = read(tmp_path, building.slides(frame, parts={"ppt/diagrams/data1.xml": data}, links=links))
    assert found.pages[0].text == "Plan"


def test_a_damaged_slide_keeps_its_number(tmp_path):
    data = building.slides(shape("One"), shape("Two"), shape("Three"))
    data = building.changed(data, "ppt/slides/slide2.xml", slide_part(shape("Two")).encode(), b"\x00garbage")
    assert [(page.number, page.text) for page in read(tmp_path, data).pages] == [
        (1, "One"),
        (2, ""),
        (3, "Three"),
    ]


def test_footers_and_what_the_layout_says_are_read_once(tmp_path):
    footer = shape("Confidential", "ftr")
    parts = {
        "ppt/slideLayouts/slideLayout1.xml": slide_part(shape("Acme Inc.") + shape("Click to edit", "body")),
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels": building.relations(
            ("rId1", "slideMaster", "../slideMasters/slideMaster1.xml")
        ),
        "ppt/slideMasters/slideMaster1.xml": slide_part(shape("Since 1990")),
    }
    links = building.relations(("rId1", "slideLayout", "../slideLayouts/slideLayout1.xml"))
    data = building.slides(
        shape("One") + footer, shape("Two") + footer, parts=parts, links={1: links, 2: links}
    )
    found = read(tmp_path, data)
    assert [page.text for page in found.pages] == ["One\nConfidential\nAcme Inc.\nSince 1990", "Two"]


def test_a_damaged_layout_costs_only_its_own_words(tmp_path):
    parts = {"ppt/slideLayouts/slideLayout1.xml": "garbage"}
    links = {1: building.relations(("rId1", "slideLayout", "../slideLayouts/slideLayout1.xml"))}
    found = read(tmp_path, building.slides(shape("One"), parts=parts, links=links))
    assert [page.text for page in found.pages] == ["One"]


def test_the_numbers_of_a_chart_are_read_as_it_shows_them(tmp_path):
    frame = '<p:graphicFrame><c:chart xmlns:c="urn:c" r:id="rId3"/></p:graphicFrame>'
    series = (
        "<c:ser><c:tx><c:strRef><c:strCache><c:pt><c:v>{}</c:v></c:pt></c:strCache></c:strRef></c:tx>"
        "<c:cat><c:numCache><c:formatCode>yyyy\\-mm\\-dd</c:formatCode><c:pt><c:v>45292</c:v></c:pt></c:numCache></c:cat>"
        "<c:val><c:numCache><c:formatCode>{}</c:formatCode><c:pt><c:v>{}</c:v></c:pt><c:pt><c:v>0.5</c:v></c:pt>"
        "</c:numCache></c:val></c:ser>"
    )
    chart = (
        '<c:chartSpace xmlns:c="urn:c">'
        + series.format("Share", "0%", "0.28999999999999998")
        + series.format("Cost", "General", "4.2999999999999998")
        + "</c:chartSpace>"
    )
    links = {1: building.relations(("rId3", "chart", "../charts/chart1.xml"))}
    found = read(tmp_path, building.slides(frame, parts={"ppt/charts/chart1.xml": chart}, links=links))
    assert found.pages[0].text == "Share\n2024-01-01\n29%\t50%\nCost\n4.3\t0.5"
