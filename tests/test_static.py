"""What is vendored is what the manifest says, and templates and style sheets keep the frame's promises."""

from __future__ import annotations

import hashlib
import json
import re
import runpy
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
MANIFEST: list[dict[str, str]] = json.loads((STATIC / "vendor" / "manifest.json").read_text("utf-8"))
lint: dict[str, Any] = runpy.run_path(str(ROOT / "tools" / "lint_templates.py"))


def findings_in(tmp_path: Path, template: str) -> list[str]:
    """Lint one template that stands in a folder of its own."""
    folder = tmp_path / "templates"
    folder.mkdir(exist_ok=True)
    (folder / "page.html").write_text(template, encoding="utf-8")
    return list(lint["templates"](folder, STATIC))


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["name"])
def test_vendored_file_is_the_one_in_the_manifest(entry: dict[str, str]) -> None:
    content = (STATIC / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert (STATIC / entry["licence_file"]).stat().st_size > 100
    assert entry["version"]
    assert entry["licence"]


def test_nothing_is_vendored_that_the_manifest_does_not_name() -> None:
    named = {entry["file"] for entry in MANIFEST} | {entry["licence_file"] for entry in MANIFEST}
    found = {str(path.relative_to(STATIC)) for path in (STATIC / "vendor").rglob("*") if path.is_file()}
    assert found - {"vendor/manifest.json"} <= named


def test_axe_is_the_one_its_readme_names() -> None:
    folder = ROOT / "tests" / "browser" / "vendor"
    digest = hashlib.sha256((folder / "axe.min.js").read_bytes()).hexdigest()
    assert digest in (folder / "README.md").read_text("utf-8")


def test_the_sprite_is_xml_with_its_licence_and_one_symbol_a_name() -> None:
    text = (STATIC / "icons.svg").read_text("utf-8")
    names = [symbol.get("id") for symbol in ElementTree.fromstring(text)]
    assert "ISC License" in text
    assert len(names) == len(set(names)) > 50


def test_templates_and_style_sheets_are_clean() -> None:
    found = [*lint["templates"](ROOT / "templates", STATIC), *lint["sheets"](STATIC / "css")]
    found += lint["twins"](ROOT / "templates" / "components", STATIC)
    assert found == []


@pytest.mark.parametrize(
    "template",
    [
        '<p style="color: red">x</p>',
        "{{ button('x', attrs={'style': 'color: red'}) }}",
        "<style>p { color: red }</style>",
        "<script>alert(1)</script>",
        '<button onclick="go()">x</button>',
        '<a hx-on:click="go()">x</a>',
        "<div hx-trigger=\"keyup[key=='a']\"></div>",
        '<div hx-vals="js:{a: 1}"></div>',
        '<a href="javascript:go()">x</a>',
        "{{ text|safe }}",
        '<script src="https://elsewhere.example/x.js"></script>',
        '<img alt="" src="/static/logo.svg">',
        '<form method="post"><button>x</button></form>',
        '<img src="x.png">',
        "{{ icon('no-such-icon') }}",
    ],
)
def test_lint_finds_what_the_policy_would_block(tmp_path: Path, template: str) -> None:
    found = findings_in(tmp_path, f"\n{template}\n")
    assert len(found) == 1
    assert found[0].startswith("templates/page.html:2: ")


def test_lint_passes_what_is_fine(tmp_path: Path) -> None:
    good = """{# style="in a comment" #} {% set one = 'x' %}
    <form method="post">{{ hidden() }}</form> <form method="get"></form>
    <div hx-get="/x" hx-trigger="every 30s"></div> <img src="/x" alt=""> {{ icon('bell') }}
    <script src="{{ url_for('static', filename='js/menu.js') }}" type="module"></script>"""
    assert findings_in(tmp_path, good) == []


def test_lint_finds_a_colour_outside_the_tokens_and_a_token_that_is_not_there(tmp_path: Path) -> None:
    folder = tmp_path / "static" / "css"
    folder.mkdir(parents=True)
    (folder / "tokens.css").write_text(":root { --good: #fff; }", encoding="utf-8")
    (folder / "page.css").write_text("p { color: #123456; background: var(--bad); }", encoding="utf-8")
    assert [line.split(": ", 1)[1] for line in lint["sheets"](folder)] == [
        "the colour #123456 belongs into tokens.css",
        "--bad is defined nowhere",
    ]


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_that_carry_text_are_readable_in_both_themes(theme: str) -> None:
    text = (STATIC / "css" / "tokens.css").read_text("utf-8")
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", text)
    colour = {name: light if theme == "light" else dark for name, light, dark in pairs}
    grounds = ("canvas", "surface", "sunken", "raised", "hover")
    wanted = [
        (ink, ground, 4.5)
        for ink in ("text", "text-2", "text-3", "accent-text", "good", "warn", "bad")
        for ground in grounds
    ]
    wanted += [(ink, f"{ink}-soft", 4.5) for ink in ("good", "warn", "bad")]
    wanted += [("accent-text", "accent-soft", 4.5), ("on-accent", "accent", 4.5), ("text", "mark", 4.5)]
    wanted += [
        (mark, ground, 3) for mark in ("line-control", "accent", "focus", "star") for ground in grounds[:3]
    ]
    poor = [(ink, ground) for ink, ground, least in wanted if contrast(colour[ink], colour[ground]) < least]
    assert poor == []
