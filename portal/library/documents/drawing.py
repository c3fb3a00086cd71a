"""Pictures of pages: PDFs and image files drawn as WebP, large to look at and small to recognise."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

from portal.library.documents.kinds import picture_type
from portal.library.documents.packages import Package
from portal.library.documents.pdf import open_pdf
from portal.library.documents.problems import DAMAGED, Unreadable

PAGE_WIDTH = 1200
THUMB_WIDTH = 320
MAX_HEIGHT = 4800
MAX_PIXELS = 40_000_000
PICTURE_FORMATS = ("PNG", "JPEG", "WEBP")
_QUALITY = 80
# Forms of a kind that the library can't fill in, and says so on the terminal.
_XFA = (pypdfium2.raw.FORMTYPE_XFA_FULL, pypdfium2.raw.FORMTYPE_XFA_FOREGROUND)
_METHOD = 3  # of 0 (fast) to 6 (small)


@dataclass(frozen=True)
class PageImage:
    """One drawn page: its number from 1, where its picture and its thumbnail are, and the picture's size in pixels."""

    number: int
    path: Path
    thumb_path: Path
    width: int
    height: int


def count_pages(path: Path) -> int:
    """Return how many pages a PDF has."""
    return len(open_pdf(path))


def draw_pages(path: Path, out_dir: Path, first: int, last: int) -> tuple[PageImage, ...]:
    """Draw pages `first` to `last` (from 1, both included) of a PDF."""
    document = open_pdf(path)
    if document.get_formtype() not in _XFA:
        document.init_forms()
    return tuple(_draw_page(document, number, out_dir) for number in range(first, last + 1))


def _draw_page(document: pypdfium2.PdfDocument, number: int, out_dir: Path) -> PageImage:
    try:
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(PAGE_WIDTH / max(width, 1), MAX_HEIGHT / max(height, 1))
        picture = page.render(scale=scale).to_pil()
        page.close()
    except pypdfium2.PdfiumError:
        # A damaged page is a blank one, so that the others keep their numbers.
        picture = Image.new("RGB", (PAGE_WIDTH, PAGE_WIDTH * 3 // 4), "white")
    return _save(picture.convert("RGB"), number, out_dir)


def draw_picture(path: Path, out_dir: Path) -> tuple[PageImage, ...]:
    """Draw an image file as a page of its own, upright and no larger than it is; the first picture, if it moves."""
    return _draw(path, out_dir)


def _draw(source: Path | io.BytesIO, out_dir: Path) -> tuple[PageImage, ...]:
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(source, formats=PICTURE_FORMATS) as picture:
            picture.draft("RGB", (PAGE_WIDTH * 2, MAX_HEIGHT * 2))
            upright = ImageOps.exif_transpose(picture)
            coloured = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Unreadable(f"the picture has more than {MAX_PIXELS // 1_000_000} million pixels") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise Unreadable(DAMAGED) from error
    return (_save(_fit(coloured, PAGE_WIDTH, MAX_HEIGHT), 1, out_dir),)


def draw_thumbnail(path: Path, out_dir: Path) -> tuple[PageImage, ...]:
    """Draw the picture of its first slide that a presentation carries; none when it carries none that can be read."""
    with Package(path) as package:
        part = package.related("", "thumbnail")
        data = package.read(part) if part else b""
    return _draw(io.BytesIO(data), out_dir) if picture_type(data[:12]) else ()


def _save(picture: Image.Image, number: int, out_dir: Path) -> PageImage:
    path, thumb_path = out_dir / f"page-{number:04}.webp", out_dir / f"thumb-{number:04}.webp"
    picture.save(path, "WEBP", quality=_QUALITY, method=_METHOD)
    thumb = _fit(picture, THUMB_WIDTH, THUMB_WIDTH * 4)
    thumb.save(thumb_path, "WEBP", quality=_QUALITY, method=_METHOD)
    return PageImage(number, path, thumb_path, picture.width, picture.height)


def _fit(picture: Image.Image, width: int, height: int) -> Image.Image:
    """Return the picture within a width and a height, never larger than it is."""
    scale = min(1.0, width / picture.width, height / picture.height)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture if scale == 1.0 else picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
