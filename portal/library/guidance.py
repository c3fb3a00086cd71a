"""How to use a piece of content: what marketing tells the rep who is about to use it."""

from __future__ import annotations

from dataclasses import astuple, dataclass

# In the order in which a rep needs them: the heading, and what is asked of whoever fills it in.
FIELDS = {
    "for_whom": ("For whom", "Which people, in which companies."),
    "when_to_use": ("When in the sale", "At which moment, and after what has been said."),
    "what_to_say": ("What to say", "The sentence to begin with, and the points to make."),
    "not_to_promise": ("What not to promise", "What this does not show, and must not be taken to say."),
    "proof_points": ("Proof points", "Figures, names and quotes that may be given."),
}


@dataclass(frozen=True)
class Guidance:
    """How to use it, in five short texts of Markdown, each of which may be empty."""

    for_whom: str = ""
    when_to_use: str = ""
    what_to_say: str = ""
    not_to_promise: str = ""
    proof_points: str = ""

    def __bool__(self) -> bool:
        return any(astuple(self))

    @property
    def parts(self) -> list[tuple[str, str, str]]:
        """The parts that say something, as (key, heading, Markdown)."""
        return [(key, FIELDS[key][0], getattr(self, key)) for key in FIELDS if getattr(self, key)]

    @property
    def missing(self) -> list[tuple[str, str]]:
        """The parts that say nothing yet, as (key, heading)."""
        return [(key, heading) for key, (heading, _) in FIELDS.items() if not getattr(self, key)]

    @property
    def text(self) -> str:
        """All of it as one text, to be searched."""
        return "\n\n".join(filter(None, astuple(self)))
