"""Files for tests, put together part by part: honest ones, and ones that no honest program writes."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from openpyxl import Workbook
from PIL import Image

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_MAIN = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
}

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="99" height="99">'
    "{}</svg>"
)
Parts = Mapping[str, str | bytes]


def office_file(parts: Parts, main: str, content_type: str = "", core_title: str = "") -> bytes:
    """An Office file with these parts, whose main part is `main`."""
    kind = content_type or _MAIN[main]
    links = relations(
        ("rId1", "officeDocument", main), ("rId2", "metadata/core-properties", "docProps/core.xml")
    )
    everything: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/><Default Extension="svg" ContentType="image/svg+xml"/>'
        f'<Override PartName="/{main}" ContentType="{kind}"/></Types>',
        "_rels/.rels": links,
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{core_title}</dc:title></cp:coreProperties>',
        **parts,
    }
    return zip_file(everything)


def zip_file(parts: Parts) -> bytes:
    """A zip with these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def relations(*links: tuple[str, str, str], external: Iterable[str] = ()) -> str:
    """A part's links: (id, last words of the type, target); those whose id is in `external` lead outside."""
    outside = ' TargetMode="External"'
    rows = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"{outside if key in external else ""}/>'
        for key, kind, target in links
    ).replace(f"{_OFFICE}/metadata", f"{_PACKAGE}/relationships/metadata")
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def word(body: str, parts: Parts | None = None, core_title: str = "", links: str = "") -> bytes:
    """A Word document with this body."""
    styles = (
        f'<w:styles xmlns:w="{_W}"><w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/>'
        "</w:style></w:styles>"
    )
    document = (
        f'<w:document xmlns:w="{_W}" xmlns:r="{_OFFICE}" xmlns:a="{_A}" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<w:body>{body}</w:body></w:document>"
    )
    all_parts: dict[str, str | bytes] = {
        "word/document.xml": document,
        "word/styles.xml": styles,
        "word/_rels/document.xml.rels": links or relations(("rId1", "styles", "styles.xml")),
        **(parts or {}),
    }
    return office_file(all_parts, "word/document.xml", core_title=core_title)


def paragraph(text: str, style: str = "", before: str = "") -> str:
    """A Word paragraph."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r>{before}<w:t>{text}</w:t></w:r></w:p>'


def slides(*trees: str, parts: Parts | None = None, links: Mapping[int, str] | None = None) -> bytes:
    """A presentation with one slide per shape tree; `links` holds the links of slides by number."""
    numbers = range(1, len(trees) + 1)
    ids = "".join(f'<p:sldId id="{255 + number}" r:id="rId{number}"/>' for number in numbers)
    all_parts: dict[str, str | bytes] = {
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{_P}" xmlns:r="{_OFFICE}"><p:sldIdLst>{ids}</p:sldIdLst>'
        '<p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations(
            *((f"rId{number}", "slide", f"slides/slide{number}.xml") for number in numbers)
        ),
    }
    for number, tree in zip(numbers, trees, strict=True):
        all_parts[f"ppt/slides/slide{number}.xml"] = slide_part(tree)
        if links and number in links:
            all_parts[f"ppt/slides/_rels/slide{number}.xml.rels"] = links[number]
    return office_file({**all_parts, **(parts or {})}, "ppt/presentation.xml")


def slide_part(tree: str, root: str = "sld") -> str:
    """A slide, or a notes page with root "notes", around a shape tree."""
    return (
        f'<p:{root} xmlns:p="{_P}" xmlns:a="{_A}" xmlns:r="{_OFFICE}"><p:cSld><p:spTree><p:nvGrpSpPr>'
        '<p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
        f"{tree}</p:spTree></p:cSld></p:{root}>"
    )


def shape(text: str, role: str = "") -> str:
    """A text shape; `role` is its place in the layout, such as "title"."""
    place = f'<p:ph type="{role}"/>' if role else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="x"/><p:cNvSpPr/><p:nvPr>{place}</p:nvPr></p:nvSpPr><p:spPr/>'
        f"<p:txBody><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def workbook(sheets: Mapping[str, Iterable[Iterable[object]]]) -> bytes:
    """An Excel workbook with these rows by sheet."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def changed(file: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """An Office file with one replacement in one part, which must occur."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        parts = {member: archive.read(member) for member in archive.namelist()}
    assert old in parts[name]
    return zip_file({**parts, name: parts[name].replace(old, new)})


def pdf(*objects: bytes, head: bytes = b"%PDF-1.7\n") -> bytes:
    """A PDF with these numbered objects, of which the first is the catalogue."""
    out, places = bytearray(head), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def stream(data: bytes, extra: bytes = b"") -> bytes:
    """A PDF stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), extra, data)


def text_pdf(*pages: str) -> bytes:
    """A PDF with one line of text on each page."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * index) for index in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] /MediaBox [0 0 595 842] >>" % (len(pages), kids),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for index, text in enumerate(pages):
        content = b"BT /F1 24 Tf 72 700 Td (%s) Tj ET" % text.encode("latin-1")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            % (5 + 2 * index)
        )
        objects.append(stream(content))
    return pdf(*objects)


def flate_bomb_pdf(megabytes: int) -> bytes:
    """A PDF whose page is packed three times over, and unpacks to so many megabytes of drawing."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b"0 0 m 9 9 l S\n" * 75_000) for _ in range(megabytes)) + packer.flush()
    twice = zlib.compress(zlib.compress(data, 9), 9)
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] /MediaBox [0 0 595 842] >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
        stream(twice, b"/Filter [/FlateDecode /FlateDecode /FlateDecode]"),
    )


def form_bomb_pdf(levels: int = 9, times: int = 10) -> bytes:
    """A PDF whose page draws a form that draws ten forms, each of which draws ten, and so on."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] /MediaBox [0 0 595 842] >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>",
        stream(b"/F Do"),
    ]
    for level in range(levels):
        inner = b"/Resources << /XObject << /F %d 0 R >> >>" % (6 + level)
        objects.append(
            stream(b"/F Do " * times, b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] " + inner)
        )
    objects.append(stream(b"0 0 m 9 9 l S", b"/Type /XObject /Subtype /Form /BBox [0 0 595 842]"))
    return pdf(*objects)


def many_pages_pdf(pages: int) -> bytes:
    """A PDF that shows one page so many times."""
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] /MediaBox [0 0 595 842] >>" % (pages, b"3 0 R " * pages),
        b"<< /Type /Page /Parent 2 0 R >>",
    )


def picture(kind: str = "PNG", width: int = 640, height: int = 400) -> bytes:
    """A picture of one colour."""
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(stream, kind)
    return stream.getvalue()


def huge_png(side: int) -> bytes:
    """A small PNG file that unpacks to side x side pixels."""
    row = b"\x00" + b"\x00" * (side // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = side.to_bytes(4, "big") * 2 + b"\x01\x00\x00\x00\x00"
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")
        for name, body in chunks
    )


def stored(folder: Path, data: bytes) -> Path:
    """The file as the portal stores it: under a name that says nothing."""
    path = folder / "0f3a"
    path.write_bytes(data)
    return path


def drawing(attribute: str, link: str) -> str:
    """A Word paragraph with a picture; `attribute` is r:embed for one inside the file, r:link for one outside."""
    place = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    kind = "http://schemas.openxmlformats.org/drawingml/2006/picture"
    size = '<a:off x="0" y="0"/><a:ext cx="990000" cy="990000"/>'
    return (
        f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{place}"><wp:extent cx="990000" cy="990000"/>'
        f'<wp:docPr id="1" name="p"/><a:graphic><a:graphicData uri="{kind}"><pic:pic xmlns:pic="{kind}">'
        '<pic:nvPicPr><pic:cNvPr id="1" name="p"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        f'<a:blip {attribute}="{link}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr>'
        f'<a:xfrm>{size}</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
