"""The house keeps its shape: who may import whom, which files a package may have, and how large they grow."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORTAL = ROOT / "portal"

# Left to right; a package imports only from what stands left of it, members of one group not from each other.
ORDER = (
    {
        "db",
        "errors",
        "web",
        "storage",
        "claims",
        "richtext",
        "jobs",
        "worker",
        "nightly",
        "tabular",
        "outgoing",
    },
    {"users"},
    {"notifications", "usage", "search"},
    {"library", "deals"},
    {"content_requests"},
    {"feedback"},
    {"sharing"},
    {"capture"},
    {"impact"},
    {"discovery"},
    {"reports"},
    {"home"},
    {"demo"},
)
PLACE = {name: place for place, group in enumerate(ORDER) for name in group}
EDGE = {"views", "commands", "tasks"}
TOP_LEVEL = {
    *("portal", "templates", "static", "migrations", "tests", "config.py", "requirements.txt", "README.md"),
    *(
        "Makefile",
        "pyproject.toml",
        "requirements-dev.txt",
        "requirements-tantivy.txt",
        ".ci",
        "docs",
        "bench",
        "tools",
        "LICENSE",
        ".gitignore",
    ),
}
MAX_LINES = 300
MAX_FUNCTION_LINES = 40


def _modules() -> list[Path]:
    return sorted(
        path for path in PORTAL.rglob("*.py") if "content" not in path.relative_to(PORTAL).parts[1:2]
    )


def _package(path: Path) -> str:
    return path.relative_to(PORTAL).parts[0].removesuffix(".py")


def _is_edge(path: Path) -> bool:
    stem = path.stem
    return (
        stem in EDGE
        or stem.endswith(("_views", "_commands", "_tasks"))
        or path.parent.name in EDGE
        or stem == "frame"
    )


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("portal"):
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(name.name for name in node.names if name.name.startswith("portal"))
    return found


def test_a_package_imports_only_from_the_left_except_at_its_edge():
    wrong = []
    for path in _modules():
        package = _package(path)
        if package == "__init__" or _is_edge(path):
            continue
        for module in _imports(path):
            other = module.partition(".")[2].partition(".")[0]
            if not other or other == package:
                continue
            left = PLACE[other] < PLACE[package] or (PLACE[other] == PLACE[package] == 0)
            if not left:
                wrong.append(f"{path.relative_to(ROOT)} imports {module}")
    assert wrong == []


def test_only_create_app_and_edges_import_an_edge():
    wrong = []
    for path in _modules():
        if _package(path) == "__init__" or _is_edge(path):
            continue
        edges = [name for name in _imports(path) if name.split(".")[-1] in EDGE]
        wrong += [f"{path.relative_to(ROOT)} imports {name}" for name in edges]
    assert wrong == []


def test_tables_and_services_know_nothing_of_the_request():
    wrong = []
    for path in _modules():
        if path.stem not in ("models", "services", "queries") and path.parent.name not in (
            "models",
            "services",
            "queries",
        ):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module in ("flask", "flask_login"):
                names = {name.name for name in node.names} & {
                    "request",
                    "session",
                    "g",
                    "current_user",
                    "flash",
                }
                wrong += [f"{path.relative_to(ROOT)} uses {name}" for name in names]
            if isinstance(node, ast.Attribute) and node.attr == "commit":
                wrong.append(f"{path.relative_to(ROOT)} commits")
    assert wrong == []


def test_the_environment_is_read_in_one_place():
    readers = [
        str(path.relative_to(ROOT))
        for path in _modules()
        if "os.environ" in path.read_text() or "getenv" in path.read_text()
    ]
    assert readers == []


def test_files_and_functions_stay_short():
    long = []
    for path in _modules():
        text = path.read_text()
        if len(text.splitlines()) > MAX_LINES:
            long.append(f"{path.relative_to(ROOT)}: {len(text.splitlines())} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    long.append(f"{path.relative_to(ROOT)}: {node.name} has {lines} lines")
    assert long == []


def test_no_file_is_a_drawer():
    drawers = [
        str(path)
        for path in PORTAL.rglob("*.py")
        if path.stem in ("utils", "util", "helpers", "manager", "common", "misc")
    ]
    assert drawers == []


def test_every_package_says_what_it_is():
    silent = [
        str(path.relative_to(ROOT))
        for path in PORTAL.rglob("__init__.py")
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_the_top_level_holds_what_every_project_has_and_nothing_else():
    import subprocess

    names = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    assert {name.split("/")[0] for name in names if name} <= TOP_LEVEL
