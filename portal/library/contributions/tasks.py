"""Jobs: comparing a version's pages with those of other content."""

from __future__ import annotations

from portal.db import begin_unit, end_unit, unit_of_work
from portal.jobs import job
from portal.library.contributions import comparing


@job("compare_version")
def compare_version(version_id: int | None) -> None:
    """Keep the prints of a version's pages and find like pages; only the two writings hold the write lock.

    The prints are there for all before the search begins: of two versions that are compared at once, at least one
    finds the other.
    """
    number = version_id or 0
    begin_unit(writes=False)
    try:
        pages = comparing.page_texts(number)
    finally:
        end_unit(commit=False)
    prints = comparing.prints_of(number, pages)
    with unit_of_work():
        comparing.keep_prints(prints)
    if not prints.numbers:
        return
    begin_unit(writes=False)
    try:
        matches = comparing.find_matches(prints)
    finally:
        end_unit(commit=False)
    with unit_of_work():
        comparing.keep_matches(number, matches)


@job("compare_unprinted", nightly=True)
def compare_unprinted(_: int | None) -> None:
    """Have versions compared that were read before there were prints."""
    with unit_of_work():
        comparing.enqueue_unprinted()
