"""What is read from Word documents, and how it is divided into pages."""

from __future__ import annotations

from portal.library.documents.extract import NO_TEXT, extract
from tests.library.documents import building
from tests.library.documents.building import paragraph

RENDERED = "<w:lastRenderedPageBreak/>"
TEXT_BOX = (
    "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><w:txbxContent>{0}</w:txbxContent></w:drawing>"
    "</mc:Choice><mc:Fallback><w:pict><w:txbxContent>{0}</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent>"
    "</w:r></w:p>"
)
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def read(tmp_path, data: bytes, name: str = "a_file.docx"):
    return extract(building.stored(tmp_path, data), name)


def texts(found) -> list[str]:
    return [page.text for page in found.pages]


def test_tables_text_boxes_and_content_controls_are_read_once(tmp_path):
    body = (
        "<w:tbl><w:tr><w:tc>" + paragraph("Cell") + "</w:tc></w:tr></w:tbl>"
        "<w:sdt><w:sdtContent>"
        + paragraph("Control")
        + "</w:sdtContent></w:sdt>"
        + TEXT_BOX.format(paragraph("Box"))
    )
    assert texts(read(tmp_path, building.word(body))) == ["Cell\nControl\nBox"]


def test_hidden_text_is_left_out_of_the_body_notes_and_headers(tmp_path):
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>floorprice</w:t></w:r>"
    styled = '<w:r><w:rPr><w:rStyle w:val="Secret"/></w:rPr><w:t>bystyle</w:t></w:r>'
    words = "<w:p><w:r><w:t>{0}</w:t></w:r>" + hidden + styled + "</w:p>"
    kept = '<w:p><w:r><w:rPr><w:vanish w:val="false"/></w:rPr><w:t>kept</w:t></w:r></w:p>'
    parts = {
        "word/styles.xml": f'<w:styles xmlns:w="{NAMESPACE}"><w:style w:styleId="Secret"><w:rPr><w:vanish/></w:rPr>'
        "</w:style></w:styles>",
        "word/header1.xml": f'<w:hdr xmlns:w="{NAMESPACE}">{words.format("head")}</w:hdr>',
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{NAMESPACE}"><w:footnote w:id="2">{words.format("note")}'
        "</w:footnote></w:footnotes>",
    }
    links = building.relations(
        ("rId1", "styles", "styles.xml"),
        ("rId2", "header", "header1.xml"),
        ("rId3", "footnotes", "footnotes.xml"),
    )
    note = '<w:p><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    body = words.format("body") + kept + note + '<w:sectPr><w:headerReference r:id="rId2"/></w:sectPr>'
    assert texts(read(tmp_path, building.word(body, parts, links=links))) == ["body\nkept\nnote\nhead"]


def test_text_that_was_deleted_or_moved_away_is_left_out(tmp_path):
    body = (
        "<w:p><w:r><w:t>kept</w:t></w:r><w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
    )
    assert texts(read(tmp_path, building.word(body))) == ["kept"]


def test_runs_tabs_and_line_breaks_keep_words_apart_and_whole(tmp_path):
    second = "<w:r><w:t>divided</w:t><w:tab/><w:t>tab</w:t><w:br/><w:t>line</w:t></w:r>"
    body = f"<w:p><w:r><w:t>un</w:t></w:r>{second}</w:p>"
    assert texts(read(tmp_path, building.word(body))) == ["undivided\ttab\nline"]


def test_headers_and_footnotes_are_read(tmp_path):
    body = (
        '<w:p><w:r><w:t>See</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
        '<w:sectPr><w:headerReference r:id="rId9"/></w:sectPr>'
    )
    parts = {
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{NAMESPACE}"><w:footnote w:id="2">{paragraph("The note")}'
        "</w:footnote></w:footnotes>",
        "word/header1.xml": f'<w:hdr xmlns:w="{NAMESPACE}">{paragraph("The header")}</w:hdr>',
    }
    links = building.relations(("rId8", "footnotes", "footnotes.xml"), ("rId9", "header", "header1.xml"))
    assert texts(read(tmp_path, building.word(body, parts, links=links))) == ["See\nThe note\nThe header"]


def test_pages_are_those_that_word_last_laid_out(tmp_path):
    body = paragraph("One") + paragraph("Two", before=RENDERED) + paragraph("Three", before=RENDERED)
    found = read(tmp_path, building.word(body))
    assert [(page.number, page.text) for page in found.pages] == [(1, "One"), (2, "Two"), (3, "Three")]


def test_a_row_over_a_page_end_is_one_page_end(tmp_path):
    cells = "".join(
        f"<w:tc>{paragraph(name)}{paragraph(name, before=RENDERED)}</w:tc>" for name in ("a", "b", "c")
    )
    assert len(read(tmp_path, building.word(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>")).pages) == 2


def test_noted_page_ends_that_exceed_the_stated_pages_are_not_believed(tmp_path):
    body = paragraph("One") + paragraph("Two", before=RENDERED) + paragraph("Three", before=RENDERED)
    data = building.word(body, {"docProps/app.xml": "<Properties><Pages>2</Pages></Properties>"})
    link = b'<Relationship Id="rId7" Type="x/extended-properties" Target="docProps/app.xml"/></Relationships>'
    data = building.changed(data, "_rels/.rels", b"</Relationships>", link)
    assert texts(read(tmp_path, data)) == ["One\nTwo\nThree"]


def test_explicit_breaks_divide_where_no_layout_is_noted(tmp_path):
    body = (
        paragraph("One", before="")
        + '<w:p><w:r><w:br w:type="page"/><w:t>Two</w:t></w:r></w:p>'
        + "<w:p><w:pPr><w:pageBreakBefore/></w:pPr><w:r><w:t>Three</w:t></w:r></w:p>"
        + '<w:p><w:pPr><w:pageBreakBefore w:val="0"/></w:pPr><w:r><w:t>still three</w:t></w:r></w:p>'
    )
    assert texts(read(tmp_path, building.word(body))) == ["One", "Two", "Three\nstill three"]


def test_long_text_is_cut_into_pages_between_paragraphs(tmp_path):
    found = read(
        tmp_path, building.word("".join(paragraph(f"{number} " + "word " * 199) for number in range(12)))
    )
    assert [page.text.split("\n")[0].split()[0] for page in found.pages] == ["0", "3", "6", "9"]
    assert all(len(page.text) <= 3_000 for page in found.pages)


def test_headings_name_pages_whatever_the_language_of_the_style(tmp_path):
    body = paragraph("Intro") + paragraph("Pricing", "berschrift1") + paragraph("text")
    found = read(tmp_path, building.word(body))
    assert (found.pages[0].title, found.title) == ("Pricing", "Pricing")


def test_charts_are_read_where_they_stand(tmp_path):
    chart = (
        '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId5"/>'
    )
    part = (
        '<c:chartSpace xmlns:c="urn:c" xmlns:a="urn:a"><c:title><a:p><a:r><a:t>Churn</a:t></a:r></a:p></c:title>'
        "<c:strCache><c:pt><c:v>EMEA</c:v></c:pt></c:strCache><c:numCache><c:pt><c:v>7</c:v></c:pt></c:numCache>"
        "</c:chartSpace>"
    )
    body = f"<w:p><w:r><w:t>Before</w:t></w:r><w:r>{chart}</w:r></w:p>" + paragraph("After")
    links = building.relations(("rId5", "chart", "charts/chart1.xml"))
    found = read(tmp_path, building.word(body, {"word/charts/chart1.xml": part}, links=links))
    assert texts(found) == ["Before\nChurn\nEMEA\n7\nAfter"]


def test_a_strict_document_reads_like_any_other(tmp_path):
    data = building.word(paragraph("Strict"))
    strict = building.changed(
        data, "word/document.xml", NAMESPACE.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main"
    )
    assert texts(read(tmp_path, strict)) == ["Strict"]


def test_a_document_without_words_says_so(tmp_path):
    found = read(tmp_path, building.word("<w:p/>"))
    assert (found.state, found.reason, found.characters) == ("stored_no_text", NO_TEXT, 0)


def test_slightly_broken_markup_is_mended(tmp_path):
    data = building.changed(building.word(paragraph("Kept")), "word/document.xml", b"</w:body>", b"")
    assert texts(read(tmp_path, data)) == ["Kept"]


def test_a_missing_footnote_part_costs_only_the_footnotes(tmp_path):
    data = building.word(paragraph("Kept"), links=building.relations(("rId8", "footnotes", "footnotes.xml")))
    assert texts(read(tmp_path, data)) == ["Kept"]


def test_text_that_no_database_takes_is_cleaned(tmp_path):
    found = read(tmp_path, building.word(paragraph("a&#x85;b&#xFEFF;c 😀")))
    assert texts(found) == ["abc 😀"]
    assert found.characters == len("abc 😀")
