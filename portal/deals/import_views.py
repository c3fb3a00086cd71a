"""Pages of imports: handing in files, looking at what would change, and letting it happen."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, current_app, request, url_for
from werkzeug.datastructures import FileStorage

from portal.deals import services
from portal.deals.forms import ImportForm
from portal.deals.models import DealImport
from portal.deals.queries import import_or_404, listed_imports
from portal.deals.services import KINDS
from portal.errors import Invalid, PortalError
from portal.jobs import enqueue, pending
from portal.library.queries import term_names
from portal.storage import CHUNK, Stored, storage
from portal.users.access import allow, me
from portal.web import paginate, render, see_other

IMPORTERS = ("manager", "admin")
# Which job does the next step of an import that is in this state; uses know content, which deals don't.
JOBS = {
    "deals": {"waiting": "plan_import", "applying": "apply_import"},
    "history": {"waiting": "plan_import", "applying": "apply_import"},
    "usage": {"waiting": "plan_usage_import", "applying": "apply_usage_import"},
}

blueprint = Blueprint("imports", __name__, url_prefix="/deals/import")


@blueprint.route("", methods=["GET", "POST"])
@allow(*IMPORTERS)
def index() -> Response:
    form = ImportForm()
    if form.validate_on_submit():
        row = _start(form)
        if row is not None:
            enqueue(JOBS[row.kind]["waiting"], row.id)
            return see_other(url_for("imports.show", import_id=row.id))
    updates = "updates" in request.args
    page = paginate(listed_imports(updates=updates), per_page=15)
    return render(
        "deals/import.html", form=form, page=page, updates=updates, status=422 if form.is_submitted() else 200
    )


def _start(form: ImportForm) -> DealImport | None:
    """Store the files and the order; on a refusal put its words at the field and return None."""
    kind = next(kind for kind in KINDS if kind == form.kind.data)
    given = {kind: form.file, **({"accounts": form.accounts, "users": form.users} if kind == "deals" else {})}
    if not _chosen(form.file.data):
        form.file.errors = ["Please choose a file."]
        return None
    files: dict[str, tuple[Stored, str]] = {}
    for part, field in given.items():
        if _chosen(field.data):
            try:
                files[part] = (_store(field.data), field.data.filename)
            except PortalError as error:
                field.errors = [error.message]
                return None
    try:
        return services.start_import(
            kind=kind,
            source=form.source.data,
            files=files,
            by=me(),
            create=bool(form.create.data),
            is_complete=bool(form.is_complete.data),
        )
    except PortalError as error:
        form.source.errors = [error.message]
        return None


def _chosen(upload: Any) -> bool:
    return isinstance(upload, FileStorage) and bool(upload.filename)


def _store(upload: FileStorage) -> Stored:
    stored = storage().put(cast(BinaryIO, upload.stream), limit=current_app.config["MAX_UPLOAD_MB"] * CHUNK)
    if stored.size == 0:
        raise Invalid("The file is empty.")
    return stored


@blueprint.get("/<int:import_id>")
@allow(*IMPORTERS)
def show(import_id: int) -> Response:
    row = import_or_404(import_id)
    if row.state == "mapping":
        return _to_columns(row)
    job = _job_of(row)
    stuck = job is not None and not pending(job, row.id)
    report = row.report or {}
    return render(
        "deals/import_show.html",
        block="state",
        row=row,
        report=report,
        stuck=stuck,
        new_stages=_to_map(report.get("new_stages") or ()),
    )


def _to_map(names: Collection[str]) -> list[str]:
    """Return the stages, new with an import, that are no stages of the portal."""
    own = {name.casefold() for name in term_names("stage")} if names else set()
    return [name for name in names if name.casefold() not in own]


def _to_columns(row: DealImport) -> Response:
    """Lead to the page of columns; a page that asks for news by itself is told to go there."""
    address = url_for("import_columns.show", import_id=row.id)
    if "HX-Request" not in request.headers:
        return see_other(address)
    answer = Response()
    answer.headers["HX-Redirect"] = address
    return answer


def _job_of(row: DealImport) -> str | None:
    """Return the job that the state of an import waits for."""
    return "undo_import" if row.state == "undoing" else JOBS[row.kind].get(row.state)


@blueprint.post("/<int:import_id>/apply")
@allow(*IMPORTERS)
def apply(import_id: int) -> Response:
    row = import_or_404(import_id)
    before = row.state
    services.confirm_import(row, removals="removals" in request.form)
    if before != row.state:
        enqueue(JOBS[row.kind]["applying"], row.id)
    return see_other(url_for("imports.show", import_id=row.id))


@blueprint.post("/<int:import_id>/again")
@allow(*IMPORTERS)
def again(import_id: int) -> Response:
    row = import_or_404(import_id)
    job = _job_of(row)
    if job and not pending(job, row.id):
        enqueue(job, row.id)
    return see_other(url_for("imports.show", import_id=row.id))
