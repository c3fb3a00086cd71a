"""What is planted: how much each piece changes the odds, and how fond reps are of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Nature:
    """How one piece behaves: added log-odds at every later stage exit, and how readily reps reach for it."""

    log_odds: float = 0.0
    fondness: float = 1.0


ORDINARY = Nature()

NATURES: dict[str, Nature] = {
    # Content that moves deals, some of it loved and some of it hardly known.
    "invite-working-session": Nature(0.55, 6.0),
    "business-case-walkthrough": Nature(0.60, 6.0),
    "reference-call-guide": Nature(1.00, 6.0),
    "discovery-questions": Nature(0.40, 4.5),
    "technical-deep-dive": Nature(0.60, 3.6),
    "brackwater-dairy-dock-waiting": Nature(0.55, 3.5),
    "against-pelloway": Nature(0.55, 2.2),
    "savings-worksheet": Nature(0.12, 2.0),
    # Content that people like to show and that costs deals.
    "executive-overview": Nature(-0.45, 5.5),
    "why-change-now": Nature(-0.62, 4.5),
    "how-to-choose-planning-software": Nature(-0.30, 2.5),
    "route-first-meeting": Nature(-0.15, 2.5),
    # Used late, so on deals that were nearly won anyway, and without any effect.
    "pricing-explained": Nature(0.0, 6.0),
    "contract-questions": Nature(0.0, 5.0),
    "proposal-cover-note": Nature(0.0, 5.5),
    "nine-weeks-to-go-live": Nature(0.0, 3.0),
    "security-answers": Nature(0.0, 3.0),
    # Popular and harmless.
    "dock-first-meeting": Nature(0.0, 4.0),
    "stock-first-meeting": Nature(0.0, 3.0),
    "follow-up-after-demo": Nature(0.0, 4.5),
    "first-touch-dock": Nature(0.0, 2.5),
    "pilot-plan-six-weeks": Nature(0.0, 2.5),
    "dock-one-page": Nature(0.0, 2.5),
    # Nobody has touched these yet.
    "cold-auf-einer-seite": Nature(0.0, 0.0),
    "against-sorrel-planning": Nature(0.0, 0.0),
    "tamsin-cold-stores-audit": Nature(0.0, 0.0),
    "erstkontakt-route": Nature(0.0, 0.0),
}


def nature(key: str) -> Nature:
    """How a piece behaves; what is not named is ordinary."""
    return NATURES.get(key, ORDINARY)
