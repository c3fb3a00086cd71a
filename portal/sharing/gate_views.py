"""What a link asks before it shows anything: a password, an email, or both, one after the other."""

from __future__ import annotations

from flask import Response, request, url_for

from portal.errors import PortalError
from portal.sharing import visiting
from portal.sharing.entry_views import (
    EMAIL,
    PASSWORD,
    VISIT_SECONDS,
    blueprint,
    counted_key,
    keep,
    missing,
    open_link,
)
from portal.sharing.forms import EmailForm, PasswordForm
from portal.sharing.models import ShareLink
from portal.sharing.passing import check_password, email_proof, password_proof
from portal.users.access import public
from portal.web import render, see_other


@blueprint.get("/enter")
@public
def gate(token: str) -> Response:
    link = open_link(token)
    asks = missing(link)
    if not asks:
        return see_other(url_for("buyer.show", token=token))
    return _page(link, token, asks, PasswordForm() if asks == "password" else EmailForm())


@blueprint.post("/enter/password")
@public
def give_password(token: str) -> Response:
    link, form = open_link(token), PasswordForm()
    if not link.password_hash:
        return see_other(url_for("buyer.show", token=token))
    status = 422
    if form.validate_on_submit():
        try:
            check_password(link, form.password.data or "", request.remote_addr or "")
        except PortalError as error:
            form.password.errors, status = [error.message], error.status
        else:
            response = see_other(url_for("buyer.show", token=token))
            keep(response, token, PASSWORD, password_proof(link), VISIT_SECONDS * 16)
            return response
    return _page(link, token, "password", form, status)


@blueprint.post("/enter/email")
@public
def give_email(token: str) -> Response:
    link, form = open_link(token), EmailForm()
    asks = missing(link)
    if asks == "password":
        return see_other(url_for("buyer.gate", token=token))
    if not link.asks_email:
        return see_other(url_for("buyer.show", token=token))
    if not form.validate_on_submit():
        return _page(link, token, "email", form, 422)
    email = (form.email.data or "").strip()
    if counted_key():
        visiting.give_email(link.id, counted_key(), email)
    response = see_other(url_for("buyer.show", token=token))
    keep(response, token, EMAIL, email_proof(link, email), VISIT_SECONDS * 48 * 30)
    return response


def _page(
    link: ShareLink, token: str, asks: str, form: PasswordForm | EmailForm, status: int = 200
) -> Response:
    response = render("sharing/gate.html", link=link, token=token, asks=asks, form=form, status=status)
    # Over https the check of a form wants to know which page of ours it comes from.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
