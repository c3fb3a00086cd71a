"""Whether links still answer: which are due, asking them without troubling their hosts, and keeping what they said."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import or_, select

from portal.db import db, now
from portal.library.models import Asset, LinkCheck, Version
from portal.library.queries import live
from portal.outgoing import Answer

AT_ONCE = 4
PAUSE = 1.0
MOST_A_HOST = 100
# A run that is repeated, after a kill say, does not ask again what answered in the run before.
RECHECK = timedelta(hours=12)
# Where nothing at all answers, on this many hosts or more, it is the portal that is cut off.
HOSTS_TO_TELL = 3
Ask = Callable[[str], Answer]


@dataclass(frozen=True)
class Link:
    """The address behind one version."""

    version_id: int
    asset_id: int
    url: str

    @property
    def host(self) -> str:
        try:
            return urlsplit(self.url).hostname or ""
        except ValueError:
            return ""


def due_links(version_id: int | None = None) -> list[Link]:
    """Return the links in use that are to be asked, longest unasked first; one of them is due whenever it is named."""
    found = (
        select(Version.id, Asset.id, Version.link)
        .join(Asset, Asset.current_version_id == Version.id)
        .outerjoin(LinkCheck, LinkCheck.version_id == Version.id)
        .where(live(), Version.source == "link", Version.link.is_not(None))
        .order_by(LinkCheck.checked_at.asc().nulls_first(), Version.id)
    )
    if version_id is not None:
        found = found.where(Version.id == version_id)
    else:
        long_ago = now() - RECHECK
        found = found.where(or_(LinkCheck.checked_at.is_(None), LinkCheck.checked_at <= long_ago))
    rows = db.session.execute(found).tuples()
    return [Link(version_id, asset_id, url or "") for version_id, asset_id, url in rows]


def answers(links: Sequence[Link], ask: Ask, *, pause: float = PAUSE) -> Iterator[dict[int, Answer]]:
    """Ask a few hosts at once and the addresses of each one after another; yield the answers of a host by version."""
    hosts: dict[str, list[Link]] = {}
    for link in links:
        hosts.setdefault(link.host, []).append(link)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = [pool.submit(_ask_host, of_host[:MOST_A_HOST], ask, pause) for of_host in hosts.values()]
        for done in as_completed(asked):
            yield done.result()


def _ask_host(links: Sequence[Link], ask: Ask, pause: float) -> dict[int, Answer]:
    said: dict[int, Answer] = {}
    for link in links:
        if said:
            time.sleep(pause)
        said[link.version_id] = ask(link.url)
    return said


def is_cut_off(said: Sequence[dict[int, Answer]]) -> bool:
    """Say whether it is the portal itself, and no host, why nothing answered."""
    reached = any(answer.status is not None for host in said for answer in host.values())
    silent = [host for host in said if any(answer.may_pass for answer in host.values())]
    return not reached and len(silent) >= HOSTS_TO_TELL


def keep_answer(version_id: int, answer: Answer) -> None:
    """Write down how a link answered; what may pass by itself is broken only when it failed before too."""
    if db.session.get(Version, version_id) is None:
        return
    check = db.session.get(LinkCheck, version_id)
    if check is None:
        check = LinkCheck(version_id=version_id, failures=0)
        db.session.add(check)
    check.failures = check.failures + 1 if answer.is_broken else 0
    check.is_broken = answer.is_broken and (not answer.may_pass or check.failures > 1)
    check.reason, check.checked_at = answer.reason, now()
    db.session.flush()
