"""The page of exchange rates: managers read it, an admin loads them."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, request, url_for
from werkzeug.datastructures import FileStorage

from portal.db import now
from portal.deals.import_views import IMPORTERS
from portal.deals.rates.forms import RatesForm
from portal.deals.rates.queries import newest_rates, rate_or_404, rates_of, without_rate
from portal.deals.rates.reading import RatesRead, lines_of_file, read_rates
from portal.deals.rates.services import load_rates, remove_rate
from portal.errors import PortalError
from portal.jobs import pending
from portal.tabular.report import counted
from portal.usage.sums import local_day
from portal.users.access import allow, me
from portal.web import paginate, render, see_other

PER_PAGE = 50
MOST_BYTES = 2 * 1024 * 1024

blueprint = Blueprint("rates", __name__, url_prefix="/deals/rates")


@blueprint.get("")
@allow(*IMPORTERS)
def index() -> Response:
    return _page(RatesForm(formdata=None))


@blueprint.post("")
@allow("admin")
def load() -> Response:
    form = RatesForm()
    form.validate()
    text = _text(form)
    read = read_rates(text, current_app.config["BASE_CURRENCY"], local_day(now()))
    # What stands in the field is what was read, so that the numbers of lines fit.
    form.text.data = text
    if not form.text.errors and not form.file.errors and not read.rates and not read.bad:
        form.text.errors = ["Paste at least one line, such as EUR,2026-01-31,1.0834, or choose a file."]
    if form.errors or form.text.errors or form.file.errors or not read.rates:
        return _page(form, read, status=422)
    if read.bad and "partial" not in request.form:
        return _page(form, read, status=422)
    loaded = load_rates(read.rates, me())
    flash(_words(read, loaded.new, loaded.changed, loaded.same), "success")
    return see_other(url_for("rates.index"))


def _text(form: RatesForm) -> str:
    """Return the lines that were typed, or those of the file; what can't be read is said at its field."""
    typed, upload = form.text.data or "", form.file.data
    if not isinstance(upload, FileStorage) or not upload.filename:
        return typed
    if typed.strip():
        form.file.errors = ["Paste lines or choose a file, not both."]
        return typed
    data = upload.stream.read(MOST_BYTES + 1)
    try:
        if len(data) > MOST_BYTES:
            raise PortalError(f"A file of rates has up to {MOST_BYTES >> 20} MB.")
        return lines_of_file(data, upload.filename)
    except PortalError as error:
        form.file.errors = [error.message]
        return ""


def _words(read: RatesRead, new: int, changed: int, same: int) -> str:
    said = [f"{new:,} new"] if new else []
    said += [f"{changed:,} changed"] if changed else []
    said += [f"{same:,} as before"] if same else []
    left = f" {counted(len(read.bad), 'line')} left out." if read.bad else ""
    rounded = sum(rate.is_rounded for rate in read.rates)
    note = f" {counted(rounded, 'rate')} rounded to nine decimals." if rounded else ""
    return f"Rates loaded: {', '.join(said)}.{left}{note}"


def _page(form: RatesForm, read: RatesRead | None = None, status: int = 200) -> Response:
    currency = request.args.get("currency", "")[:3]
    return render(
        "deals/rates.html",
        block="moving" if status == 200 else None,
        form=form,
        read=read,
        newest=newest_rates(),
        currency=currency,
        history=paginate(rates_of(currency), per_page=PER_PAGE) if currency else None,
        unrated=without_rate(),
        base=current_app.config["BASE_CURRENCY"],
        moving=pending("apply_rates"),
        status=status,
    )


@blueprint.post("/<int:rate_id>/remove")
@allow("admin")
def remove(rate_id: int) -> Response:
    row = rate_or_404(rate_id)
    remove_rate(row, me())
    flash(f"The rate of {row.currency} from {row.valid_from} is gone.", "success")
    return see_other(url_for("rates.index"))
