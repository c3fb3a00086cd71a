"""What the address of the library's list asks for: words, and values of filters."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from portal.library.queries import facets_with_terms

MOST_CHARACTERS = 500
MOST_VALUES = 20


def asked_for(arguments: MultiDict[str, str]) -> tuple[str, dict[str, list[str]]]:
    """Return the words and the values by filter that an address names; what is no filter is left out."""
    text = arguments.get("q", "").strip()[:MOST_CHARACTERS]
    known = {"kind", "state", *(facet.key for facet in facets_with_terms())}
    names = [name for name in arguments if name in known]
    values = {name: list(dict.fromkeys(value[:80] for value in arguments.getlist(name))) for name in names}
    return text, {name: chosen[:MOST_VALUES] for name, chosen in values.items()}
