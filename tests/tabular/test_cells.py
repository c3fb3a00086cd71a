from __future__ import annotations

import pytest

from portal.tabular.cells import clean, is_email, shorten


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Acme  Corp ", "Acme Corp"),
        ("Acme\r\nCorp\t", "Acme Corp"),
        ("Ac\x00me\x1b[31m", "Acme[31m"),
        ("Acme\u202egpj.exe", "Acmegpj.exe"),
        ("\ufeffAcme\u00a0Corp", "Acme Corp"),
        ("<b>Acme</b> 👩‍🚀 中文", "<b>Acme</b> 👩‍🚀 中文"),
    ],
)
def test_text_is_trimmed_and_loses_control_characters_only(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_a_quoted_value_is_short() -> None:
    assert shorten("a" * 100_000) == "a" * 79 + "…"
    assert shorten("a\nb") == "a b"


@pytest.mark.parametrize("text", ["jo@example.com", "jo.day+x@mail.example.co.uk"])
def test_an_address_is_an_email_address(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text", ["", "jo", "jo@", "@example.com", "jo@example", "a b@example.com", "a@b@example.com"]
)
def test_anything_else_is_not(text: str) -> None:
    assert not is_email(text)
