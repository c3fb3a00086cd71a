"""Sets of roles by name, as the table of routes speaks of them."""

from __future__ import annotations

PUBLIC, ALL, MARKETING, OVERSIGHT, SELLERS = "public", "all", "marketing", "oversight", "sellers"
IMPORTERS, ADMIN, ASKER, AUTHOR, OWNER = "importers", "admin", "asker", "author", "owner"
ROLES_OF = {
    PUBLIC: {"nobody", "rep", "marketer", "manager", "admin"},
    ALL: {"rep", "marketer", "manager", "admin"},
    MARKETING: {"marketer", "admin"},
    OVERSIGHT: {"marketer", "manager", "admin"},
    IMPORTERS: {"manager", "admin"},
    SELLERS: {"rep", "manager"},
    ADMIN: {"admin"},
    # The one who asked, here a rep, and marketing.
    ASKER: {"rep", "marketer", "admin"},
    AUTHOR: {"rep"},
    OWNER: {"rep"},
}
