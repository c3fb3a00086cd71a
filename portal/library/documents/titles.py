"""Which title to propose for a file."""

from __future__ import annotations

import re
from pathlib import PurePath

from portal.library.documents.pages import one_line

# What programs write into the title when nobody has; compared in lower case.
_EMPTY_TITLES = re.compile(
    r"""
    (new|blank|empty|default|sample|my|the)?\s*
    (untitled|document|word\s?document|microsoft\s?word|presentation|slides?|workbook|book|sheet|spreadsheet|title|template
    |normal|office\s?theme|no\s?title|unknown|anonymous|none|null|n/a|test|draft|page|cover)
    \s*(template|title|page|document)?\s*[\d()\-_. ]*
    """,
    re.VERBOSE,
)
_PROGRAM_TITLE = re.compile(r"microsoft\s+(word|powerpoint|excel)\s+-")
_NAMES_POWERPOINT = re.compile(r".*\bpower\s?point\b")
_FILE_NAME = re.compile(
    r".*\.(docx?|docm|dotx?|pptx?|pptm|potx?|xlsx?|xlsm|xltx?|pdf|indd|odt|odp|rtf|txt|tex|dvi|ps|html?|qxd)"
)
_TEMPLATE = re.compile(r".*\b(template|vorlage|modèle|plantilla)\b")
_LONGEST_PROGRAM_TITLE = 4  # words


def sensible_title(title: str) -> str:
    """Return the title a document gives itself, or "" when a program or a template wrote it."""
    line = one_line(title)
    lowered = line.lower().strip("()[]<>\"' ")
    if len(lowered) < 3 or not any(character.isalpha() for character in lowered):
        return ""
    if _PROGRAM_TITLE.match(lowered):
        return ""
    # "PowerPoint Presentation" and the like, in any language
    if _NAMES_POWERPOINT.match(lowered) and len(lowered.split()) <= _LONGEST_PROGRAM_TITLE:
        return ""
    if any(pattern.fullmatch(lowered) for pattern in (_EMPTY_TITLES, _FILE_NAME)) or _TEMPLATE.match(lowered):
        return ""
    return line


def title_from_name(filename: str) -> str:
    """Return a file's name as a person would write it: no extension, spaces for underscores and hyphens."""
    stem = PurePath(filename.replace("\\", "/")).stem
    words = re.sub(r"(?<!\d)-|-(?!\d)", " ", stem.replace("_", " ").replace("+", " ").replace("%20", " "))
    line = one_line(words) or one_line(stem) or "Untitled"
    return line[0].upper() + line[1:]
