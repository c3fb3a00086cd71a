"""The tables of the library, by noun."""

from portal.library.models.collections import Collection, CollectionItem
from portal.library.models.content import (
    ASSET_KINDS,
    ASSET_STATES,
    PREVIEW_KINDS,
    VERSION_STATES,
    Asset,
    AssetEvent,
    Page,
    ReviewInterval,
    Version,
)
from portal.library.models.contributions import (
    OUTCOMES,
    Contribution,
    PageMatch,
    PagePrint,
    PrintBand,
)
from portal.library.models.hygiene import HygieneFinding, LinkCheck
from portal.library.models.reviews import ANSWERS, REVIEW_STATES, Review, Reviewer
from portal.library.models.vocabulary import Facet, Term, asset_terms

__all__ = [
    "ANSWERS",
    "ASSET_KINDS",
    "ASSET_STATES",
    "OUTCOMES",
    "PREVIEW_KINDS",
    "REVIEW_STATES",
    "VERSION_STATES",
    "Asset",
    "AssetEvent",
    "Collection",
    "CollectionItem",
    "Contribution",
    "Facet",
    "HygieneFinding",
    "LinkCheck",
    "Page",
    "PageMatch",
    "PagePrint",
    "PrintBand",
    "Review",
    "ReviewInterval",
    "Reviewer",
    "Term",
    "Version",
    "asset_terms",
]
