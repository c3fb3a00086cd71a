"""The nightly look over the library, and the check of its links."""

from __future__ import annotations

from functools import partial

from flask import current_app

from portal.db import unit_of_work
from portal.jobs import enqueue, job
from portal.library.hygiene import links
from portal.library.hygiene.finding import KINDS
from portal.library.hygiene.services import look_over
from portal.outgoing import Guard, check_address
from portal.sharing.queries import opened_since


@job("check_links", nightly=True)
def check_links(version_id: int | None) -> None:
    """Ask every link in use, or one, whether it still answers; nothing is locked meanwhile."""
    with unit_of_work():
        due = links.due_links(version_id)
    ask = partial(check_address, guard=Guard(ports=current_app.config["LINK_PORTS"]))
    uncertain, said = [], []
    for of_host in links.answers(due, ask):
        said.append(of_host)
        certain = {number: answer for number, answer in of_host.items() if not answer.may_pass}
        uncertain += [(number, answer) for number, answer in of_host.items() if answer.may_pass]
        with unit_of_work():
            for number, answer in certain.items():
                links.keep_answer(number, answer)
    if links.is_cut_off(said):
        current_app.logger.warning(
            "no link answered: this machine seems to be cut off, so none counts as broken"
        )
        uncertain = []
    with unit_of_work():
        for number, answer in uncertain:
            links.keep_answer(number, answer)
        if said and version_id is None:
            enqueue("look_over_library", once=True)
        elif said:
            look_over([due[0].asset_id], opened=opened_since)


@job("look_over_library", nightly=True)
def look_over_library(asset_id: int | None) -> None:
    """Find what is not in order, a kind at a time so that nobody waits; or look at one piece of content."""
    for kind in KINDS:
        with unit_of_work():
            look_over(None if asset_id is None else [asset_id], opened=opened_since, kinds=[kind])
