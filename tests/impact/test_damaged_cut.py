"""What the pages show when the file behind the figures is gone or damaged: the stored figures, and words."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.impact.cut import cut_store
from portal.impact.exploring.computing import _computed
from tests.impact.worlds import stored_world


def lost(file: Path) -> None:
    file.unlink()


def short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:500])


def scratched(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(bytes(byte ^ 0xFF if place % 7 == 2 else byte for place, byte in enumerate(whole)))


def zeroed(file: Path) -> None:
    """Leave the file's directory alone, so that only what is packed can't be unpacked."""
    whole = file.read_bytes()
    file.write_bytes(whole[:60] + bytes(400) + whole[460:])


@pytest.mark.parametrize("harm", [lost, short, scratched, zeroed])
def test_a_damaged_cut_leaves_the_stored_figures_and_says_what_can_not_be_worked_out(
    app, make, sign_in, harm
):
    assets = [make.asset(f"Piece {letter}") for letter in "ABCD"]
    stored = stored_world(make, assets)
    _computed.cache_clear()  # the same deals are the same cut in every test
    with app.app_context():
        file = cut_store().path(stored.cut_sha256)
    file.chmod(0o644)
    harm(file)
    client = sign_in(make.user("manager"))
    every = client.get("/impact")
    assert every.status_code == 200
    assert "Piece A" in every.text
    for address in ("/impact?begin=2026-01-01", "/impact/by/stages", "/impact/by/sequence"):
        refused = client.get(address)
        assert refused.status_code == 404
        assert "What these figures were made from can" in refused.text
