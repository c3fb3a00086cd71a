"""How far a search looks: past what the person may not see, and not through whole books for a snippet."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from portal.discovery import finding


@pytest.mark.parametrize(
    ("unseen", "total", "capped"), [(1_500, 1, False), (2_999, 1, True), (3_000, 0, True)]
)
def test_what_one_may_not_see_takes_nobodys_place(make, monkeypatch, unseen, total, capped):
    rep, asset = make.user("rep"), make.asset("Heron")
    ranked = [SimpleNamespace(id=10_000 + number, score=9.0) for number in range(unseen)]
    ranked.append(SimpleNamespace(id=asset.id, score=1.0))
    engine = SimpleNamespace(rank=lambda text, limit: ranked[:limit], check=lambda: None)
    monkeypatch.setattr(finding, "engine", lambda: engine)
    found = make.inside(lambda: finding.find(rep, "heron"))
    assert (found.total, [hit.asset.id for hit in found.hits]) == (total, [asset.id] * total)
    assert found.is_capped is capped


def test_a_snippet_is_looked_for_in_the_beginning_of_the_first_pages(make, monkeypatch):
    rep = make.user("rep")
    asset = make.asset("Heron", pages=tuple("heron " * 1_000 for _ in range(80)))
    engine = SimpleNamespace(rank=lambda text, limit: [SimpleNamespace(id=asset.id, score=1.0)])
    looked_at = []
    monkeypatch.setattr(finding, "engine", lambda: engine)
    monkeypatch.setattr(finding, "best_page", lambda pages, text: looked_at.extend(pages) or (None, ()))
    make.inside(lambda: finding.find(rep, "heron"))
    assert (len(looked_at), {len(text) for _, text in looked_at}) == (60, {4_000})
