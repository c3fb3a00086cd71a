"""A person's page for mails that log themselves: their address, mails handed in, and what became of each."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, url_for
from werkzeug.datastructures import FileStorage

from portal.capture.queries import waiting_number
from portal.capture.receiving import arrivals
from portal.capture.receiving.addresses import LOGGING_ROLES, address_of, logs_uses, renew_address
from portal.capture.receiving.forms import MOST_FILES, MailFilesForm
from portal.capture.receiving.queries import mails_of, proposals_by_mail
from portal.deals.import_views import IMPORTERS
from portal.deals.merging.domains import unknown_domains
from portal.errors import Forbidden
from portal.storage import CHUNK
from portal.users.access import allow, me
from portal.web import paginate, render, see_other

MOST_NAME = 80

blueprint = Blueprint("capture", __name__, url_prefix="/me/capture")


@blueprint.get("")
def index() -> Response:
    return _page(MailFilesForm(None))


def _page(form: MailFilesForm, *, status: int = 200) -> Response:
    page = paginate(mails_of(me()), per_page=15)
    return render(
        "capture/mails.html",
        block="mails" if status == 200 else None,
        form=form,
        page=page,
        proposals=proposals_by_mail(me(), page.items),
        address=address_of(me()) if logs_uses(me()) else None,
        logs_uses=logs_uses(me()),
        takes_mail=bool(current_app.config["CAPTURE_DOMAIN"]),
        unknown=unknown_domains({domain for mail in page.items for domain in mail.recipients}),
        may_set_domains=me().role in IMPORTERS,
        waiting=waiting_number(me()),
        is_reading=any(mail.state == "waiting" for mail in page.items),
        status=status,
    )


@blueprint.post("/address")
@allow(*LOGGING_ROLES)
def renew() -> Response:
    had_one = address_of(me()) is not None
    renew_address(me())
    if had_one:
        flash("You have a new address. Mail to the one before is refused from now on.", "success")
    return see_other(url_for("capture.index"))


@blueprint.post("/mails")
@allow(*LOGGING_ROLES)
def hand_in() -> Response:
    form = MailFilesForm()
    if not logs_uses(me()):
        raise Forbidden
    files = list(form.files.data or []) if form.validate_on_submit() else []
    if not 0 < len(files) <= MOST_FILES:
        form.files.errors = [f"Please choose 1 to {MOST_FILES} files."]
        return _page(form, status=422)
    # All files are stored before the first row is written.
    stored: list[tuple[str, str]] = []
    problems = [words for file in files if (words := _store(file, stored))]
    if not stored:
        form.files.errors = problems
        return _page(form, status=422)
    new = sum(arrivals.note_arrival(me().id, key, sha256) for key, sha256 in stored)
    _tell(new, len(stored) - new, problems)
    return see_other(url_for("capture.index"))


def _store(file: FileStorage, stored: list[tuple[str, str]]) -> str:
    """Put a mail into the store and add what it is known by and its sha256, or say in a sentence what is wrong."""
    name = (file.filename or "")[:MOST_NAME]
    most = current_app.config["CAPTURE_MAX_MB"]
    with arrivals.Arrival(most * CHUNK) as arrival:
        while not arrival.is_too_large and (piece := file.stream.read(CHUNK)):
            arrival.write(piece)
        if arrival.is_too_large:
            return f"“{name}” is larger than {most} MB."
        if arrival.is_of_outlook or name.lower().endswith(".msg"):
            return f"“{name}” is a mail as only Outlook can read it (.msg). {_instead()}"
        if not arrival.looks_like_mail:
            return f"“{name}” is no mail that was saved as .eml."
        stored.append((arrival.message_key, arrival.store("file")))
    return ""


def _instead() -> str:
    """Say how a mail that Outlook saved gets here all the same."""
    save = "save it as .eml, which the new Outlook and Outlook on the web call “Download”"
    if not current_app.config["CAPTURE_DOMAIN"]:
        return f"Please {save}, and hand that in."
    return f"Please forward the mail with its attachments to your address above, then choose the deal; or {save}."


def _tell(new: int, known: int, problems: list[str]) -> None:
    if new:
        flash(f"{new} mail{'s' * (new > 1)} taken in.", "success")
    if known:
        flash(
            f"{known} mail{'s were' if known > 1 else ' was'} here already and count{'s' * (known == 1)} once."
        )
    for words in problems:
        flash(words, "warning")
