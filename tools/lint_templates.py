"""Check that templates and style sheets keep a strict policy, a token in every form, and one set of colours.

Usage: python tools/lint_templates.py. Prints one line per finding and fails when there is any.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# What a strict Content-Security-Policy would block, or what would open a hole in it.
IN_MARKUP = {
    r"\sstyle\s*=": "a style attribute is blocked: use a class",
    r"\son[a-z]+\s*=\s*[\"']": "an event attribute is blocked: use a file in static/js",
}
BANNED = {
    r"[\"']style[\"']\s*:": "a style attribute is blocked: use a class",
    r"<style[\s>]": "an inline style sheet is blocked: use a file in static/css",
    r"<script(?![^>]*\ssrc=)[^>]*>": "an inline script is blocked: use a file in static/js",
    r"(?:data-)?hx-on\b": "hx-on needs eval, which is off",
    r"hx-trigger\s*=\s*[\"'][^\"']*\[": "a filter in hx-trigger needs eval, and without it lets all through",
    r"(?:hx-vals|hx-headers|hx-vars)\s*=\s*[\"']js:": "js: needs eval, which is off",
    r"hx-vars\b": "hx-vars needs eval, which is off",
    r"javascript:": "an address must not be a script",
    r"\|\s*safe\b": "safe lets anything through: use richtext, or {% set x %}…{% endset %}",
    r"(?:src|href)\s*=\s*[\"'](?:https?:)?//(?!www\.w3\.org)": "nothing is loaded from elsewhere",
    r"[\"']/static/": "a static file is named by url_for('static', filename=…), which adds its version",
}
SAFE_IS_FINE = {"styleguide.html"}
JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL | re.IGNORECASE)
IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
ICON_NAMES = re.compile(r"(?:\bicon\(\s*|\bicon\s*=\s*)'([a-z0-9-]+)'")
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lch|lab)\(", re.IGNORECASE)
TOKEN_USED = re.compile(r"var\(\s*(--[\w-]+)")
TOKEN_MADE = re.compile(r"(--[\w-]+)\s*:")

# A converted file in its frame is paper: dark on white in either theme.
PAPER = {"library_preview.css"}

# Macros that draw nothing of their own, and what is no component.
WITHOUT_SHEET = {"address", "error_fragment", "money", "styles", "time"}


def main() -> int:
    """Print every finding; the exit code says whether there was one."""
    findings = [*templates(ROOT / "templates", ROOT / "static"), *sheets(ROOT / "static" / "css")]
    findings += twins(ROOT / "templates" / "components", ROOT / "static")
    for line in findings:
        print(line)
    print(f"templates: {len(findings)} findings" if findings else "templates: clean")
    return 1 if findings else 0


def templates(folder: Path, static: Path) -> Iterator[str]:
    """Yield what is wrong in the templates of a folder, as `path:line: reason`."""
    icons = set(re.findall(r'<symbol id="([\w-]+)"', (static / "icons.svg").read_text(encoding="utf-8")))
    for path in sorted(folder.rglob("*.html")):
        text = _without_comments(path.read_text(encoding="utf-8"))
        for position, reason in sorted(_in_template(path.name, text, icons)):
            yield f"{path.relative_to(folder.parent)}:{text.count(chr(10), 0, position) + 1}: {reason}"


def _without_comments(text: str) -> str:
    # Line numbers stay right: a comment leaves its line breaks behind.
    return COMMENT.sub(lambda found: "\n" * found.group().count("\n"), text)


def _in_template(name: str, text: str, icons: set[str]) -> Iterator[tuple[int, str]]:
    # A variable of the template may be called `one`: only what reaches the browser is markup.
    markup = JINJA.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    for pattern, reason in IN_MARKUP.items():
        for found in re.finditer(pattern, markup, re.IGNORECASE):
            yield found.start(), reason
    for pattern, reason in BANNED.items():
        if "safe" in pattern and name in SAFE_IS_FINE:
            continue
        for found in re.finditer(pattern, text, re.IGNORECASE):
            yield found.start(), reason
    for found in FORM.finditer(text):
        posts = re.search(r"method\s*=\s*[\"']post", found.group(1), re.IGNORECASE)
        if posts and "hidden(" not in found.group(2) and "csrf_token" not in found.group(2):
            yield found.start(), "a form that posts carries the token: use form(), post_button() or hidden()"
    for found in IMAGE.finditer(text):
        if not re.search(r"\salt\s*=", found.group()):
            yield found.start(), "an image has an alt text, if only an empty one"
    for found in ICON_NAMES.finditer(text):
        if found.group(1) not in icons:
            yield (
                found.start(),
                f"the icon {found.group(1)} is not in icons.svg: add it in tools/make_icons.py",
            )


def sheets(folder: Path) -> Iterator[str]:
    """Yield what is wrong in the style sheets: colours outside tokens.css, tokens that do not exist, imports."""
    texts = {
        path: re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S) for path in folder.rglob("*.css")
    }
    made = {name for text in texts.values() for name in TOKEN_MADE.findall(text)}
    for path, text in sorted(texts.items()):
        where = path.relative_to(folder.parent.parent)
        if path.name != "tokens.css" and path.name not in PAPER:
            # An id selector is no colour: those stand outside the braces.
            inside = " ".join(re.findall(r"\{([^{}]*)\}", text))
            for colour in sorted(set(COLOUR.findall(inside))):
                yield f"{where}: the colour {colour} belongs into tokens.css"
        for name in sorted(set(TOKEN_USED.findall(text)) - made):
            yield f"{where}: {name} is defined nowhere"
        if "@import" in text or re.search(r"url\(\s*[\"']?(?:https?:)?//", text):
            yield f"{where}: a style sheet loads nothing by itself"


def twins(components: Path, static: Path) -> Iterator[str]:
    """Yield components without a style sheet of the same name, and files that no page loads."""
    listed = (components / "styles.html").read_text(encoding="utf-8")
    names = {path.stem for path in components.glob("*.html")} - WITHOUT_SHEET
    drawn = {path.stem for path in (static / "css" / "components").glob("*.css")}
    for name in sorted(names - drawn):
        yield f"templates/components/{name}.html: has no static/css/components/{name}.css"
    for name in sorted(drawn - names):
        yield f"static/css/components/{name}.css: has no templates/components/{name}.html"
    for name in sorted(drawn | {path.stem for path in (static / "js").glob("*.js")} - {"early"}):
        if f"'{name}'" not in listed:
            yield f"templates/components/styles.html: does not load {name}"


if __name__ == "__main__":
    sys.exit(main())
