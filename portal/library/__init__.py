"""The library: assets, their immutable versions and pages, and the vocabulary; `documents` reads files under a guard."""
