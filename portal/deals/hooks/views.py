"""The address that takes updates, and the admin's pages of hooks."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, jsonify, request, url_for

from portal.deals.hooks import services
from portal.deals.hooks.forms import HookForm
from portal.deals.hooks.queries import hook_or_404, hooks
from portal.deals.hooks.reading import MOST_BYTES
from portal.errors import PortalError
from portal.users.access import allow, me, public
from portal.web import render, see_other
from portal.web.edge import csrf

blueprint = Blueprint("hooks", __name__)


@blueprint.post("/hooks/deals")
@public
@csrf.exempt
def take() -> Response:
    # Whoever posts here has no cookie; the signature says who it is.
    if request.mimetype != "application/json":
        return _said("Send JSON, with the header Content-Type: application/json.", 415)
    if (request.content_length or 0) > MOST_BYTES:
        return _said(f"An update has up to {MOST_BYTES // 1024} KB.", 413)
    try:
        taken = services.take_update(
            key=request.headers.get("X-Tandem-Key", ""),
            timestamp=request.headers.get("X-Tandem-Timestamp", ""),
            signature=request.headers.get("X-Tandem-Signature", ""),
            body=request.get_data(),
        )
    except PortalError as error:
        return _said(error.message, error.status, error.field)
    return jsonify(
        outcome=taken.outcome, deal=taken.deal_id, import_id=taken.import_id, ignored=list(taken.ignored)
    )


def _said(message: str, status: int, field: str | None = None) -> Response:
    response = jsonify(error=message, **({"field": field} if field else {}))
    response.status_code = status
    return response


@blueprint.route("/admin/hooks", methods=["GET", "POST"])
@allow("admin")
def index() -> Response:
    form = HookForm()
    if form.validate_on_submit():
        try:
            hook = services.create_hook(name=form.name.data, source=form.source.data, by=me())
        except PortalError as error:
            getattr(form, error.field or "name").errors = [error.message]
        else:
            return see_other(url_for("hooks.show", hook_id=hook.id))
    return render(
        "deals/hooks/index.html", form=form, hooks=hooks(), status=422 if form.is_submitted() else 200
    )


@blueprint.get("/admin/hooks/<int:hook_id>")
@allow("admin")
def show(hook_id: int) -> Response:
    hook = hook_or_404(hook_id)
    address = f"{current_app.config['BASE_URL']}{url_for('hooks.take')}"
    secret = services.secret_of(hook) if hook.revoked_at is None else None
    return render("deals/hooks/show.html", hook=hook, address=address, secret=secret)


@blueprint.post("/admin/hooks/<int:hook_id>/revoke")
@allow("admin")
def revoke(hook_id: int) -> Response:
    services.revoke_hook(hook_or_404(hook_id), me())
    flash("No update with this key is taken any more.", "success")
    return see_other(url_for("hooks.index"))
