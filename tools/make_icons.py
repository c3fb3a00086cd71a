"""Build static/icons.svg, the one sprite of the icons that Tandem uses, from an unpacked lucide-static folder.

Usage: python tools/make_icons.py FOLDER, where FOLDER holds lucide-static's package.json, LICENSE and icons/.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPRITE = ROOT / "static" / "icons.svg"

# fmt: off
ICONS = [
    "archive", "arrow-down", "arrow-left", "arrow-right", "arrow-up", "arrow-up-down", "badge-check",
    "bell", "bookmark", "book-open", "briefcase", "building-2", "calendar", "chart-column",
    "chart-no-axes-combined", "check", "chevron-down", "chevron-left", "chevron-right", "circle",
    "circle-alert", "circle-check", "circle-dashed", "circle-dot", "circle-help", "circle-x", "clock",
    "copy", "download", "ellipsis", "external-link", "eye", "file", "file-spreadsheet", "file-text",
    "file-x", "flag", "funnel", "hand", "handshake", "history", "hourglass", "house", "image", "inbox",
    "info", "key", "layers", "library", "lightbulb", "link", "list", "list-checks", "loader-circle",
    "lock", "log-out", "mail", "maximize", "megaphone", "menu", "message-square", "minimize", "minus",
    "moon", "newspaper", "notebook-text", "pencil", "plus", "presentation", "refresh-cw", "scale",
    "search", "search-x", "send", "settings", "shield", "sparkles", "star", "sun", "swords", "tag",
    "target", "thumbs-up", "trash-2", "trending-down", "trending-up", "triangle-alert", "trophy", "undo-2",
    "upload", "user", "user-plus", "users", "video", "x", "zoom-in", "zoom-out",
]
# fmt: on

# The mark is ours: two wheels on one frame.
MARK = (
    '<symbol id="tandem" viewBox="0 0 24 24"><g stroke-width="2.5">'
    '<circle cx="8" cy="12" r="5.5"/><circle cx="16" cy="12" r="5.5"/></g></symbol>'
)


def symbol(name: str, svg: str) -> str:
    """Turn one icon file into a <symbol>; line, fill and colour are css/components/icon.css's."""
    inner = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
    if inner is None:
        raise SystemExit(f"{name}: no <svg> element")
    shapes = re.sub(r"\s+", " ", inner.group(1)).replace("> <", "><").strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def licence_notice(folder: Path) -> str:
    """Return lucide's own notice as the text of an XML comment."""
    # Two hyphens in a row may not stand in an XML comment.
    text = re.sub(r"-{2,}", "", (folder / "LICENSE").read_text(encoding="utf-8"))
    version = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
    return f"A subset of lucide-static {version}.\n\n{text.strip()}"


def main() -> None:
    """Write the sprite, naming every icon that the folder does not have."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = Path(sys.argv[1])
    missing = [name for name in ICONS if not (folder / "icons" / f"{name}.svg").is_file()]
    if missing:
        raise SystemExit(f"not in {folder}: {', '.join(missing)}")
    symbols = [
        symbol(name, (folder / "icons" / f"{name}.svg").read_text(encoding="utf-8")) for name in sorted(ICONS)
    ]
    body = "\n".join([MARK, *symbols])
    SPRITE.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg">\n<!--\n{licence_notice(folder)}\n-->\n{body}\n</svg>\n',
        encoding="utf-8",
    )
    print(f"{SPRITE.relative_to(ROOT)}: {len(ICONS)} icons, {SPRITE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
