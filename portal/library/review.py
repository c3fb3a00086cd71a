"""Drafts under review: what is proposed or typed for each, and publishing the chosen ones together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from portal.errors import PortalError
from portal.library.documents.titles import title_from_name
from portal.library.models import Asset, Term, Version
from portal.library.proposals import terms_in
from portal.library.queries import drafts_of, facets_with_terms, opening_texts
from portal.library.services import name_draft, publish
from portal.users.models import User
from portal.web import number_of


@dataclass(frozen=True)
class Draft:
    """One draft as its row shows it: the values in its fields, whether it is ticked, and what is wrong with it."""

    asset: Asset
    title: str
    kind: str
    term_ids: frozenset[int]
    chosen: bool
    sent: bool = True
    error: str = ""

    @property
    def version(self) -> Version | None:
        return self.asset.current_version

    @property
    def is_waiting(self) -> bool:
        return self.version is not None and self.version.state == "waiting"

    @property
    def can_be_published(self) -> bool:
        return self.version is not None and self.version.state in ("indexed", "stored_no_text")


def drafts_for_review(
    user: User, slugs: Sequence[str] = (), *, typed: MultiDict[str, str] | None = None
) -> list[Draft]:
    """Return a person's drafts with proposals, or with what was typed for them."""
    assets = drafts_of(user, slugs)
    if typed is not None:
        return [_typed(asset, typed) for asset in assets]
    terms = [term for facet in facets_with_terms() for term in facet.terms]
    bare = [asset.current_version_id for asset in assets if not asset.terms and asset.current_version_id]
    texts = opening_texts(bare) if bare and terms else {}
    return [_proposed(asset, texts.get(asset.current_version_id or 0, ""), terms) for asset in assets]


def _proposed(asset: Asset, text: str, terms: list[Term]) -> Draft:
    own = frozenset(term.id for term in asset.terms)
    version = asset.current_version
    name = (version.filename or "") if version else ""
    proposed = frozenset(term.id for term in terms_in(f"{asset.title}\n{name}\n{text}", terms))
    draft = Draft(asset, asset.title, asset.kind, own or proposed, chosen=False)
    # A title that is only the file's name should be read before it is published.
    is_named = not name or asset.title != title_from_name(name)
    return replace(draft, chosen=draft.can_be_published and is_named)


def _typed(asset: Asset, typed: MultiDict[str, str]) -> Draft:
    own = frozenset(term.id for term in asset.terms)
    title = typed.get(f"title-{asset.id}")
    if title is None:
        # Its row still waited for the file and had no fields.
        return Draft(asset, asset.title, asset.kind, own, chosen=False, sent=False)
    numbers = map(number_of, typed.getlist(f"terms-{asset.id}"))
    ids = frozenset(number for number in numbers if number is not None)
    kind = typed.get(f"kind-{asset.id}", asset.kind)
    return Draft(asset, title, kind, ids, chosen=asset.slug in typed.getlist("chosen"))


def publish_drafts(drafts: Sequence[Draft], *, by: User, publish_chosen: bool) -> list[Draft]:
    """Keep what was typed for each draft and publish the ticked ones; return all with errors if any is wrong."""
    after = [_apply(draft, by, publish_chosen) for draft in drafts]
    return after if any(draft.error for draft in after) else []


def _apply(draft: Draft, by: User, publish_chosen: bool) -> Draft:
    asset = draft.asset
    try:
        same_words = (draft.title, draft.kind) == (asset.title, asset.kind)
        if draft.sent and not (same_words and draft.term_ids == {term.id for term in asset.terms}):
            name_draft(asset, title=draft.title, kind=draft.kind, term_ids=draft.term_ids)
        if publish_chosen and draft.chosen:
            publish(asset, by)
    except PortalError as error:
        return replace(draft, error=error.message)
    return draft
