"""What the database calls the things of the story, filled in as they are stored."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Numbers:
    """Ids: people by email, content by key, versions by key and number, deals by the CRM's id; and slugs by key."""

    people: dict[str, int] = field(default_factory=dict)
    assets: dict[str, int] = field(default_factory=dict)
    slugs: dict[str, str] = field(default_factory=dict)
    versions: dict[tuple[str, int], int] = field(default_factory=dict)
    deals: dict[str, int] = field(default_factory=dict)
