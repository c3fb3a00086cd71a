"""What the simulation returns: plain rows that name people by email, content by key and deals by external id."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class SimulatedAccount:
    """A made-up company that is sold to, and the domain of its people's addresses."""

    name: str
    industry: str
    region: str
    segment: str
    domain: str
    contacts: tuple[str, ...]


@dataclass(frozen=True)
class SimulatedDeal:
    """One deal as the CRM would tell it; status is open, won or lost."""

    external_id: str
    name: str
    account: str
    owner_email: str
    stage: str
    status: str
    amount_minor: int
    created: date
    expected_close: date
    closed: date | None
    segment: str
    region: str
    product: str
    industry: str
    lead_source: str
    loss_reason: str | None
    stages: tuple[tuple[str, date], ...]
    """Every stage that it entered, with the day, in order."""


@dataclass(frozen=True)
class SimulatedUse:
    """One person did one thing with one version: viewed, downloaded, presented or sent, on a deal or not."""

    at: datetime
    user_email: str
    asset: str
    version: int
    kind: str
    deal: str | None = None
    recipient: str | None = None


@dataclass(frozen=True)
class SimulatedVisit:
    """A buyer opened what was sent: `use` is the place of the sending in Simulated.uses."""

    use: int
    at: datetime
    pages: int
    downloaded: bool


@dataclass(frozen=True)
class SimulatedRating:
    """What one person thought of one version; the reason is a key of feedback's reasons."""

    at: datetime
    user_email: str
    asset: str
    version: int
    stars: int
    reason: str | None
    comment: str
    deal: str | None


@dataclass(frozen=True)
class SimulatedStep:
    """One step of a request's history."""

    at: datetime
    status: str
    by_email: str
    words: str = ""


@dataclass(frozen=True)
class SimulatedRequest:
    """What a rep asked for, who else needs it, which open deals wait, and what became of it."""

    need: str
    details: str
    asked_by: str
    created_at: datetime
    status: str
    kind: str | None
    audience: str
    needed_by: date | None
    assigned_to: str | None
    supporters: tuple[str, ...]
    deals: tuple[str, ...]
    delivered_asset: str | None
    decline_reason: str
    steps: tuple[SimulatedStep, ...]


@dataclass(frozen=True)
class SimulatedSearch:
    """One search, how much it found, which words were searched for instead, and which hit was opened at which place."""

    at: datetime
    user_email: str
    text: str
    result_count: int
    deal: str | None = None
    opened: str | None = None
    place: int | None = None
    corrected: str = ""


@dataclass(frozen=True)
class Simulated:
    """Everything that happened in the made-up company, and the true effects behind it."""

    seed: int
    today: date
    accounts: tuple[SimulatedAccount, ...]
    deals: tuple[SimulatedDeal, ...]
    uses: tuple[SimulatedUse, ...]
    visits: tuple[SimulatedVisit, ...]
    ratings: tuple[SimulatedRating, ...]
    requests: tuple[SimulatedRequest, ...]
    searches: tuple[SimulatedSearch, ...]
    planted: dict[str, float]
    """By asset: by how much using it raised the chance to win, as a fraction, averaged over its closed users."""
