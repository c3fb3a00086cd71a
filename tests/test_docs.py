"""The documentation keeps up: every setting and every command is in it, and nothing that is gone."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).resolve().parent.parent
FROM_LIBRARIES = {"run", "shell", "routes"}
FROM_MIGRATIONS = "db"


def _settings() -> set[str]:
    return set(re.findall(r'read\("([A-Z_]+)"\)', (ROOT / "config.py").read_text()))


def test_every_setting_is_documented_and_none_that_is_gone():
    documented = set(
        re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    )
    assert documented == _settings()


def _commands(group: click.Group, before: str = "") -> set[str]:
    names = set()
    for name, command in group.commands.items():
        if before == "" and name in FROM_LIBRARIES | {FROM_MIGRATIONS}:
            continue
        whole = f"{before}{name}"
        names |= _commands(command, f"{whole} ") if isinstance(command, click.Group) else {whole}
    return names


def test_every_command_is_documented_and_none_that_is_gone(app):
    documented = re.findall(
        r"^\| `flask ([a-z -]+)", (ROOT / "docs" / "commands.md").read_text(), re.MULTILINE
    )
    words = {re.match(r"[a-z-]+( [a-z-]+)?", entry).group().strip() for entry in documented}
    known = _commands(app.cli)
    reached = {
        command for command in known if any(command == entry or entry.startswith(command) for entry in words)
    }
    assert known - reached == set()
    assert {entry for entry in words if not any(entry.startswith(command) for command in known)} <= {
        "db upgrade"
    }


def test_the_readme_names_both_commands_and_shows_pictures_that_exist():
    text = (ROOT / "README.md").read_text()
    assert "make run" in text
    assert "make test" in text
    pictures = re.findall(r"\]\((docs/[^)]+\.webp)\)", text)
    assert pictures
    assert [picture for picture in pictures if not (ROOT / picture).is_file()] == []


@pytest.mark.parametrize(
    "target", ["run", "test", "setup", "check", "bench", "format", "screenshots", "help"]
)
def test_every_target_of_the_makefile_is_explained(target):
    assert re.search(rf"^{target}:.*## \w", (ROOT / "Makefile").read_text(), re.MULTILINE)
