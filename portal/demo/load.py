"""Loading the demo: every step in order, each in a transaction of its own, between a note that it began and its end.

A load that was stopped in the middle leaves a note that says so, and the next one begins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from flask import Flask

from portal.db import db, now, unit_of_work
from portal.demo import services
from portal.demo.loading import (
    answers,
    care,
    closing,
    content,
    deals,
    deliveries,
    extras,
    following,
    from_sales,
    hooks,
    opinions,
    other_words,
    page_times,
    people,
    proposals,
    reading,
    saved_searches,
    searches,
    synonyms,
    talks,
    uses,
    ways,
)
from portal.demo.loading.numbers import Numbers
from portal.demo.pieces import Piece, load_pieces
from portal.demo.simulated import Simulated
from portal.demo.simulation import DEALS, SEED, simulate
from portal.jobs import Job, drain
from portal.library.hygiene.queries import LOOK
from portal.library.hygiene.services import look_over
from portal.sharing.queries import opened_since

Tell = Callable[[int, str], None]
_JOBS = (
    "index_asset",
    "refresh_use",
    "refresh_ratings",
    "apply_rates",
    "find_alike_accounts",
    "deliver_notifications",
    "compare_version",
    "score_requests",
    "compute_impact",
    "compute_joint",
    "rerun_searches",
    "ask_saved_searches",
    "tell_of_wins",
)
_EVENING = time(18, tzinfo=UTC)


@dataclass
class Progress:
    """How far loading is, in hundredths of the whole, told with what is being done."""

    tell: Tell
    done: int = 0

    @contextmanager
    def stage(self, words: str, weight: int, steps: int = 1) -> Iterator[Callable[[], None]]:
        """Do a stage that is `weight` hundredths of the whole; what is given is called after each of its steps."""
        begin, count = self.done, 0
        self.tell(begin, words)

        def step() -> None:
            nonlocal count
            count += 1
            self.tell(begin + weight * min(count, steps) // steps, words)

        yield step
        self.done = begin + weight


@dataclass(frozen=True)
class _Load:
    app: Flask
    story: Simulated
    pieces: tuple[Piece, ...]
    moment: datetime
    progress: Progress
    numbers: Numbers = field(default_factory=Numbers)


def load(
    app: Flask, *, today: date, seed: int = SEED, deals: int = DEALS, tell: Tell = lambda *_: None
) -> Simulated:
    """Fill an empty portal with the demo, told up to the day before `today`; return the story that it tells."""
    pieces, progress = load_pieces(), Progress(tell)
    with progress.stage("making up eighteen months", 4):
        story = simulate(seed, assets=pieces, today=today, deals=deals)
    moment = min(now(), datetime.combine(today, _EVENING))
    this = _Load(app, story, pieces, moment, progress)
    _people_and_content(this)
    _texts_and_pictures(this)
    _what_happened(this)
    with progress.stage("counting and comparing", 10):
        drain(kinds=_JOBS)
        with unit_of_work():
            saved_searches.add_saved_searches(this.numbers, this.moment)
        drain(kinds=_JOBS)
    with unit_of_work():
        following.read_what_is_old(this.moment)
        look_over(opened=opened_since)
        # Hygiene says when the library was looked over last: this was it.
        db.session.add(Job(kind=LOOK, state="done", finished_at=now()))
        services.note_end({this.numbers.slugs[key]: effect for key, effect in story.planted.items()})
    return story


def _people_and_content(this: _Load) -> None:
    with this.progress.stage("people and vocabulary", 3), unit_of_work():
        services.note_begin(this.story.seed)
        people.add_people(this.numbers, this.moment)
        terms = people.add_vocabulary()
    with this.progress.stage("writing files", 13, len(this.pieces)) as step:
        files = content.write_files(this.pieces, step)
    with this.progress.stage("content", 4), unit_of_work():
        content.add_content(this.numbers, this.pieces, files, terms)
        extras.add_extras(this.numbers, this.moment)


def _texts_and_pictures(this: _Load) -> None:
    with unit_of_work():
        todo = reading.sources(this.numbers)
    with this.progress.stage("reading files", 17, len(todo)) as step:
        texts = reading.read_texts(this.app, todo, step)
    with unit_of_work():
        reading.keep_texts(texts)
        content.put_in_the_past(this.numbers, this.pieces, this.moment)
        care.look_after(this.numbers, this.pieces, this.moment)
    with this.progress.stage("drawing pages", 38, len(todo)) as step:
        drawn = reading.draw_quick_ones(this.app, todo, step)
    with unit_of_work():
        reading.keep_drawings(drawn)


def _what_happened(this: _Load) -> None:
    with this.progress.stage("deals", 3), unit_of_work():
        other_words.add_rates(this.numbers, this.moment.date())
        deals.import_deals(this.numbers, this.story)
        hooks.add_hook(this.numbers, this.moment)
    with this.progress.stage("uses of content", 4), unit_of_work():
        uses.record_uses(this.numbers, this.story)
        ways.tell_how_known(this.moment)
        uses.add_links(this.numbers, this.story, this.moment)
        page_times.add_second_pieces()
        page_times.add_page_times(this.story.seed)
    _from_sales(this)
    with this.progress.stage("searches, ratings and requests", 2), unit_of_work():
        searches.add_searches(this.numbers, this.story)
        synonyms.add_synonyms(this.numbers, this.moment)
        opinions.add_ratings(this.numbers, this.story)
        answers.add_answers(this.numbers, this.moment)
        opinions.add_requests(this.numbers, this.story, searches.in_vain())
        deliveries.add_deliveries(this.numbers, this.moment)
        talks.add_talks(this.numbers, this.moment)
        following.add_follows(this.numbers, this.moment)
        closing.add_answers(this.numbers, this.story, this.moment)
        closing.tell_makers(this.moment)
        proposals.add_proposals(this.numbers, this.moment)


def _from_sales(this: _Load) -> None:
    known = set(this.numbers.versions.values())
    with this.progress.stage("what reps built themselves", 2) as step:
        files = from_sales.write_files(this.pieces)
        with unit_of_work():
            from_sales.bring(this.numbers, files)
            todo = [source for source in reading.sources(this.numbers) if source.version_id not in known]
        texts = reading.read_texts(this.app, todo, step)
        with unit_of_work():
            reading.keep_texts(texts)
            from_sales.decide(this.numbers, this.moment)
