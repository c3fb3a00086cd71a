"""Cranfield and CISI, as they are handed down, become collections that can be evaluated."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.search.evaluating import read_collection
from tools.relevance_to_beir import main

CRANFIELD = {
    "cran.all.1400": ".I 1\n.T\nheat  of\nwings .\n.A\nsmith\n.W\nwings get hot .\n.I 2\n.T\ncold\n.W\nice\n",
    "cran.qry": ".I 007\n.W\nwhy are\nwings hot\n.I 012\n.W\nwhat is ice\n",
    "cranqrel": "1 1 2\n1 2 -1\n2 2 4\n\n",
}
CISI = {
    "CISI.ALL": ".I 1\n.T\nLibraries\n.W\nShelves of books\n.I 2\n.T\nIndexes\n.W\nCards\n.X\n1\t5\t1\n",
    "CISI.QRY": ".I 1\n.W\nbooks\n.I 2\n.W\nnobody judged this\n",
    "CISI.REL": "    1      1\t0\t0.000000\n    1      1\t0\t0.000000\n",
}


def _lay_out(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def test_both_collections_become_what_can_be_evaluated(tmp_path: Path) -> None:
    _lay_out(tmp_path / "from" / "cranfield", CRANFIELD)
    _lay_out(tmp_path / "from" / "cisi", CISI)
    for _ in range(2):  # written anew when it is there already
        assert main([str(tmp_path / "from"), str(tmp_path / "to")]) == 0
    cranfield, cisi = (read_collection(tmp_path / "to" / name) for name in ("cranfield", "cisi"))
    assert [(document.title, document.text.strip()) for document in cranfield.documents] == [
        ("heat of wings .", "wings get hot ."),
        ("cold", "ice"),
    ]
    assert cranfield.judged.queries == {"1": "why are wings hot", "2": "what is ice"}, "numbered by position"
    assert cranfield.judged.grades == {"1": {1: 1}, "2": {2: 1}}, "-1 is no relevance, 4 is some"
    assert cisi.judged.queries == {"1": "books"}
    assert cisi.judged.grades == {"1": {1: 1}}


def test_a_folder_without_them_or_with_half_of_one_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path), str(tmp_path / "to")]) == 1
    assert "holds neither cranfield nor cisi" in capsys.readouterr().out
    _lay_out(tmp_path / "cisi", {name: CISI[name] for name in ("CISI.ALL", "CISI.QRY")})
    assert main([str(tmp_path), str(tmp_path / "to")]) == 1
    assert "CISI.REL" in capsys.readouterr().out
    assert main([]) == 2


def test_the_real_ones_come_out_whole(shared_data: Path, tmp_path: Path) -> None:
    assert main([str(shared_data / "relevance"), str(tmp_path)]) == 0
    sizes = {}
    for name in ("cranfield", "cisi"):
        collection = read_collection(tmp_path / name)
        sizes[name] = (len(collection.documents), len(collection.judged.queries))
    assert sizes == {"cranfield": (1400, 225), "cisi": (1460, 76)}
