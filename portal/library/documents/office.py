"""Word and PowerPoint files as PDF through LibreOffice, kept from reaching for anything outside the file."""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from pathlib import Path

from portal.library.documents.changes import hidden_styles
from portal.library.documents.kinds import FileKind
from portal.library.documents.outside import without_outside
from portal.library.documents.packages import Package
from portal.library.documents.problems import Unreadable

# Hidden slides are drawn too, so that page 7 is slide 7.
_FILTERS = {
    FileKind.DOCX: "writer_pdf_Export",
    FileKind.PPTX: 'impress_pdf_Export:{"ExportHiddenSlides":{"type":"boolean","value":"true"}}',
}
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
_ITEM = (
    '<item oor:path="/org.openoffice.Office.{path}"><prop oor:name="{name}" oor:op="fuse">'
    "<value>{value}</value></prop></item>"
)
_SETTINGS = (
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Writer/Content/Update", "Link", "0"),
)


def find_soffice() -> str | None:
    """Return the path of LibreOffice's command, or None where it is not installed."""
    return shutil.which("soffice")


def convert_to_pdf(soffice: str, path: Path, kind: FileKind, folder: Path) -> Path:
    """Write a Word or PowerPoint file as PDF into an empty folder of our own; to be called under the guard."""
    source, target = folder / f"document.{kind}", folder / "document.pdf"
    with Package(path) as package:
        hidden = hidden_styles(package, package.main_part)
        package.copy(source, partial(without_outside, hidden=hidden))
    _write_profile(folder / "profile")
    command = [*_without_network(), soffice, *_arguments(kind, folder), str(source)]
    environment = {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PATH": "/usr/bin:/bin",
        "SAL_USE_VCLPLUGIN": "svp",
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)  # noqa: S603
    if not target.exists():
        last_line = (done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
        raise Unreadable(f"LibreOffice made no PDF of it ({last_line[:200]})")
    return target


def _write_profile(folder: Path) -> None:
    items = "\n".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _SETTINGS)
    (folder / "user").mkdir(parents=True)
    (folder / "user" / "registrymodifications.xcu").write_text(_PROFILE.format(items=items))


def _arguments(kind: FileKind, folder: Path) -> list[str]:
    return [
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        "--nologo",
        "--convert-to",
        f"pdf:{_FILTERS[kind]}",
        "--outdir",
        str(folder),
    ]


def _without_network() -> list[str]:
    """Return what to put before a command so that it has no network at all, where the system allows that."""
    unshare = shutil.which("unshare")
    command = [unshare, "--map-root-user", "--net"] if unshare else []
    works = command and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603
    return command if works else []
