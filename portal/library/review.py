"""Drafts under review: what is proposed or typed for each, and publishing the chosen ones together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from portal.errors import PortalError
from portal.library.contributions.origins import Origin, origins_of_versions
from portal.library.documents.titles import title_from_name
from portal.library.draft_queries import in_use_by_title
from portal.library.models import Asset, Term, Version
from portal.library.proposals import terms_in
from portal.library.queries import drafts_of, facets_with_terms, opening_texts
from portal.library.services import name_draft, publish
from portal.users.models import User
from portal.web import number_of

# From this share of its pages on, a draft is taken for another version of what they come from.
MOSTLY = 0.5


@dataclass(frozen=True)
class Draft:
    """One draft as its row shows it: the values in its fields, whether it is ticked, and what is wrong with it.

    `origins` is the content whose pages it is made of, `namesake` what is in use under its title already.
    """

    asset: Asset
    title: str
    kind: str
    term_ids: frozenset[int]
    chosen: bool
    sent: bool = True
    error: str = ""
    origins: tuple[Origin, ...] = ()
    namesake: Asset | None = None

    @property
    def version(self) -> Version | None:
        return self.asset.current_version

    @property
    def is_waiting(self) -> bool:
        return self.version is not None and self.version.state == "waiting"

    @property
    def can_be_published(self) -> bool:
        return self.version is not None and self.version.state in ("indexed", "stored_no_text")

    @property
    def is_mostly_known(self) -> bool:
        """Whether most of its pages are those of one piece of official content."""
        return any(origin.share >= MOSTLY for origin in self.origins[:1])

    @property
    def may_be_double(self) -> bool:
        """Whether it looks like something that is there already: not to be published unread."""
        return self.namesake is not None or self.is_mostly_known


def drafts_for_review(
    user: User, slugs: Sequence[str] = (), *, ticked: bool = False, typed: MultiDict[str, str] | None = None
) -> list[Draft]:
    """Return a person's drafts with proposals, or with what was typed for them.

    Ticked are, when asked for, those that can be published unread: not what may be double, or is named by its file.
    """
    assets = drafts_of(user, slugs)
    if typed is not None:
        return _compared([_typed(asset, typed) for asset in assets], user)
    terms = [term for facet in facets_with_terms() for term in facet.terms]
    bare = [asset.current_version_id for asset in assets if not asset.terms and asset.current_version_id]
    texts = opening_texts(bare) if bare and terms else {}
    drafts = [_proposed(asset, texts.get(asset.current_version_id or 0, ""), terms) for asset in assets]
    return [replace(draft, chosen=ticked and _is_ready(draft)) for draft in _compared(drafts, user)]


def _compared(drafts: Sequence[Draft], user: User) -> list[Draft]:
    """Return the drafts with what they are like among the content that is there."""
    origins = origins_of_versions((draft.version for draft in drafts if draft.version), user)
    namesakes = in_use_by_title(draft.title for draft in drafts)
    return [
        replace(
            draft,
            origins=tuple(origins[draft.version.id]) if draft.version else (),
            namesake=namesakes.get(draft.title.lower()),
        )
        for draft in drafts
    ]


def _proposed(asset: Asset, text: str, terms: list[Term]) -> Draft:
    own = frozenset(term.id for term in asset.terms)
    version = asset.current_version
    name = (version.filename or "") if version else ""
    proposed = frozenset(term.id for term in terms_in(f"{asset.title}\n{name}\n{text}", terms))
    return Draft(asset, asset.title, asset.kind, own or proposed, chosen=False)


def _is_ready(draft: Draft) -> bool:
    """Say whether a draft can be proposed for publishing: a title that is only the file's name is read first."""
    name = (draft.version.filename or "") if draft.version else ""
    is_named = not name or draft.asset.title != title_from_name(name)
    return draft.can_be_published and is_named and not draft.may_be_double


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
