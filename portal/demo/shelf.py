"""What reps choose from: the pieces as arrays, and how well each suits a deal and a stage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from portal.demo.company import REGIONS, STAGES
from portal.demo.effects import nature
from portal.demo.pieces import Piece
from portal.demo.simulated import SimulatedAccount

# Facet: how much more, and how much less, a piece is reached for when the deal is or is not what it was made for.
_MATCHES = {
    "industry": (7.0, 0.25),
    "product": (2.6, 0.05),
    "region": (1.6, 0.6),
    "competitor": (6.0, 0.05),
}
_HOMES = {"English": REGIONS, "German": ("EMEA",), "Spanish": ("Latin America",)}


@dataclass(frozen=True)
class Shelf:
    """The pieces as arrays, all (pieces,) or with a row a piece: what reps choose from, stage by stage."""

    pieces: Sequence[Piece]
    log_odds: NDArray[np.float64]
    fondness: NDArray[np.float64]
    stage_fit: NDArray[np.float64]
    out_from: NDArray[np.float64]
    out_until: NDArray[np.float64]

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> "Shelf":
        """Gather what the simulation needs to know of each piece."""
        natures = [nature(piece.key) for piece in pieces]
        drafts = np.array([piece.status == "draft" for piece in pieces])
        return cls(
            pieces=pieces,
            log_odds=np.array([one.log_odds for one in natures]),
            fondness=np.where(drafts, 0.0, [one.fondness for one in natures]),
            stage_fit=np.array([_stage_fit(piece) for piece in pieces]),
            out_from=np.array([-7.0 * piece.weeks_ago for piece in pieces]),
            out_until=np.array([-7.0 * (piece.retired_weeks_ago or 0) for piece in pieces]),
        )


def _stage_fit(piece: Piece) -> list[float]:
    """How well a piece suits each stage; early content is still used a little later on."""
    meant = [STAGES.index(stage) for stage in piece.terms.get("stage", STAGES)]
    return [1.0 if at in meant else (0.10 if at > max(meant) else 0.02) for at in range(len(STAGES))]


def taste(shelf: Shelf, account: SimulatedAccount, product: str, rival: str) -> NDArray[np.float64]:
    """How readily a rep reaches for each piece on such a deal, (pieces,): fondness times how well it suits."""
    facts = {"industry": account.industry, "product": product, "region": account.region, "competitor": rival}
    return shelf.fondness * np.array([_suits(piece, facts) for piece in shelf.pieces])


def _suits(piece: Piece, facts: dict[str, str]) -> float:
    suits = 1.0
    for facet, (match, other) in _MATCHES.items():
        if facet in piece.terms:
            suits *= match if facts[facet] in piece.terms[facet] else other
    homes = _HOMES[piece.terms.get("language", ("English",))[0]]
    return suits * (1.0 if facts["region"] in homes else 0.02)
