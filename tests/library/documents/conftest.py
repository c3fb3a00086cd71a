"""What tests of hostile documents share."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A picture on this machine's disk that no document may bring to light."""
    path = tmp_path / "secret.png"
    Image.effect_noise((200, 200), 90).save(path)
    return path
