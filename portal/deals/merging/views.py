"""Pages of accounts: which may be one, which were merged, and one account with its spellings and mail domains."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flask import Blueprint, Response, flash, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.deals.import_views import IMPORTERS
from portal.deals.merging import services
from portal.deals.merging.alike import contradictions
from portal.deals.merging.cards import cards
from portal.deals.merging.domains import accounts_like, domain_or_404, domains_of
from portal.deals.merging.forms import DomainForm
from portal.deals.merging.leading import root_of, spellings
from portal.deals.merging.queries import (
    account_or_404,
    accounts_named,
    deals_of_account,
    holding_merge,
    merge_or_404,
    merges,
    suggested,
    why_alike,
    with_names,
)
from portal.deals.merging.sites import domain_of, why_not, written
from portal.deals.models import Account
from portal.errors import Invalid, NotFound, PortalError
from portal.jobs import pending
from portal.tabular.cells import shorten
from portal.tabular.report import counted
from portal.users.access import allow, me
from portal.web import number_of, paginate, render, see_other

blueprint = Blueprint("accounts", __name__, url_prefix="/deals/accounts")
LONGEST_SEARCH = 200
VIEWS = ("alike", "all", "merged")


@blueprint.get("")
@allow(*IMPORTERS)
def index() -> Response:
    text = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    view = request.args.get("view", "")
    view = "all" if text else view if view in VIEWS else "alike"
    if view == "all":
        page = paginate(accounts_named(text))
        known = cards(each.id for each in page.items)
    elif view == "merged":
        page = paginate(merges())
        page, known = replace(page, items=with_names(page.items)), {}
    else:
        page = paginate(suggested(), per_page=15)
        known = cards(each_id for pair in page.items for each_id in (pair.one_id, pair.other_id))
    domain = _domain_searched(text) if text and not page.total else ""
    return render(
        "deals/accounts/index.html",
        block="alike" if view == "alike" else None,
        view=view,
        page=page,
        known=known,
        text=text,
        looking=view == "alike" and pending("find_alike_accounts"),
        contradictions=contradictions,
        written=written,
        domain=domain,
        like=accounts_like(domain) if domain else [],
    )


def _domain_searched(text: str) -> str:
    """Return the domain that was searched for in vain, if it was one that an account may have."""
    return domain_of(text) if "." in text and not why_not(text) else ""


@blueprint.get("/<int:account_id>")
@allow(*IMPORTERS)
def show(account_id: int) -> Response:
    return _page(account_or_404(account_id), DomainForm(domain=request.args.get("domain", "")[:300]))


def _page(account: Account, form: DomainForm, status: int = 200) -> Response:
    text = request.args.get("with", "").strip()[:LONGEST_SEARCH]
    others = paginate(accounts_named(text), per_page=10).items if text else []
    root_id = root_of(account.id)
    return render(
        "deals/accounts/show.html",
        account=account,
        now=account if root_id == account.id else account_or_404(root_id),
        merge=holding_merge(account.id),
        page=paginate(deals_of_account(me(), account.id)),
        spellings=spellings(account.id),
        domains=domains_of(account),
        written=written,
        form=form,
        text=text,
        others=[other for other in others if other.id != account.id],
        status=status,
    )


@blueprint.get("/<int:account_id>/with/<int:other_id>")
@allow(*IMPORTERS)
def pair(account_id: int, other_id: int) -> AnyResponse:
    one, other = account_or_404(account_id), account_or_404(other_id)
    if one.id == other.id:
        raise NotFound
    for each in (one, other):
        if each.merged_into_id is not None:
            return see_other(url_for("accounts.show", account_id=each.id))
    known = cards((one.id, other.id))
    return render(
        "deals/accounts/pair.html",
        one=known[one.id],
        other=known[other.id],
        reason=why_alike(one.id, other.id),
        contradictions=contradictions,
    )


@blueprint.post("/merge")
@allow(*IMPORTERS)
def merge() -> Response:
    one, other = _both()
    keep = number_of(request.form.get("keep", ""))
    if keep not in (one.id, other.id):
        raise Invalid("Please choose which name stays.")
    into, account = (one, other) if keep == one.id else (other, one)
    row = services.merge(account, into, me())
    moved = counted(len(row.deal_ids), "deal")
    flash(f"“{shorten(account.name)}” is “{shorten(into.name)}” now; {moved} moved.", "success")
    return see_other(url_for("accounts.index"))


@blueprint.post("/two")
@allow(*IMPORTERS)
def two() -> Response:
    one, other = _both()
    services.say_distinct(one, other, me())
    flash(f"“{shorten(one.name)}” and “{shorten(other.name)}” stay two; you are not asked again.", "success")
    return see_other(url_for("accounts.index"))


def _both() -> tuple[Account, Account]:
    one, other = (number_of(request.form.get(name, "")) or 0 for name in ("one", "other"))
    return account_or_404(one), account_or_404(other)


@blueprint.post("/merges/<int:merge_id>/undo")
@allow(*IMPORTERS)
def undo(merge_id: int) -> Response:
    row = merge_or_404(merge_id)
    back, stayed = services.undo_merge(row, me())
    flash(" ".join(_undone(back, stayed)), "success")
    return see_other(url_for("accounts.show", account_id=row.account_id))


def _undone(back: int, stayed: int) -> Iterable[str]:
    yield f"They are two accounts again; {counted(back, 'deal')} went back."
    if stayed:
        yield f"{counted(stayed, 'deal')} had moved on since and stayed."
    yield "Deals of later imports stay until the next import names their account again."


@blueprint.post("/<int:account_id>/domains")
@allow(*IMPORTERS)
def add_domain(account_id: int) -> Response:
    account, form = account_or_404(account_id), DomainForm()
    if form.validate_on_submit():
        try:
            row = services.add_domain(account, form.domain.data, me())
        except PortalError as error:
            if error.field != "domain":
                raise
            form.domain.errors = [error.message]
        else:
            flash(f"Whoever writes from {written(row.domain)} belongs to this account.", "success")
            return see_other(url_for("accounts.show", account_id=account.id))
    return _page(account, form, status=422)


@blueprint.post("/<int:account_id>/domains/<int:domain_id>/remove")
@allow(*IMPORTERS)
def remove_domain(account_id: int, domain_id: int) -> Response:
    row = domain_or_404(account_id, domain_id)
    services.remove_domain(row, me())
    flash(f"{written(row.domain)} is not this account's any more.", "success")
    return see_other(url_for("accounts.show", account_id=account_id))
