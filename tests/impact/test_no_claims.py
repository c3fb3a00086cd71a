"""Nothing that people read of the figures claims more than an estimate: neither code, nor template, nor page."""

from __future__ import annotations

import ast
import re
from html import unescape
from pathlib import Path

import pytest
from flask import url_for

from tests.impact.worlds import stored_world

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = re.compile(
    r"\b(help(s|ed|ing)?( to)? (close|win)\w*|helps|helped|hurts?|hurting|caus(e|es|ed|ing)|drives?|drove|driven"
    r"|(?<!hx-)boost\w*|proves?|proven|harm(s|ed|ful)?|because of this content)\b",
    re.IGNORECASE,
)
CODE = [
    *(ROOT / "portal" / "impact").rglob("*.py"),
    *(ROOT / "portal" / "reports" / "actions").rglob("*.py"),
    ROOT / "portal" / "reports" / "impact_table.py",
    ROOT / "portal" / "reports" / "usage.py",
]
TEMPLATES = [
    *(ROOT / "templates" / "impact").rglob("*.html"),
    *(ROOT / "templates" / "reports" / "actions").rglob("*.html"),
    *(ROOT / "templates" / "home").rglob("*.html"),
    ROOT / "templates" / "components" / "chart.html",
    ROOT / "templates" / "components" / "sentence.html",
    ROOT / "templates" / "components" / "badge.html",
]


def _said_in_code(path: Path) -> list[str]:
    """Every text in a module but its docstrings, which only those who read the code see."""
    tree = ast.parse(path.read_text())
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    quiet = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    texts = (
        node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return [node.value for node in texts if id(node) not in quiet]


def _claims(text: str) -> list[str]:
    return [found[0] for found in CLAIMS.finditer(text)]


def test_the_check_finds_what_may_not_stand_there_and_lets_the_rest_be():
    for wrong in (
        "This helps.",
        "It hurt deals",
        "causes wins",
        "content that helps to close",
        "drives revenue",
    ):
        assert _claims(wrong), wrong
    for right in ("won more often than other content", "buyers ask because they are about to buy", "help"):
        assert not _claims(right), right


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_in_the_code_claims_more_than_an_estimate(path):
    assert [text for text in _said_in_code(path) if _claims(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_claims_more_than_an_estimate(path):
    said = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    assert _claims(said) == []


def test_no_page_or_file_of_the_figures_claims_more_than_an_estimate(app, make, sign_in):
    assets = [make.asset(f"Piece {letter}") for letter in "ABCD"]
    stored_world(make, assets)
    client = sign_in(make.user("manager"))
    with app.test_request_context():
        values = {"slug": assets[0].slug, "ending": "csv", "name": "promote"}
        addresses = {
            url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
            for rule in app.url_map.iter_rules()
            if rule.rule.startswith(("/impact", "/reports/actions")) and "GET" in (rule.methods or ())
            if rule.arguments <= set(values)
        }
    assert {"/impact", f"/impact/{assets[0].slug}", "/impact/export.csv"} <= addresses
    for address in sorted(addresses):
        for choice in ("", "?industry=Healthcare", "?begin=2026-01-01&end=2026-01-05"):
            answer = client.get(address + choice)
            assert answer.status_code == 200, address + choice
            text = unescape(re.sub(r"<[^>]+>", " ", answer.text.split("<main")[-1]))
            assert _claims(text) == [], address + choice
