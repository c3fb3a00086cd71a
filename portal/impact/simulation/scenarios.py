"""Scenarios: how content comes to be used in a simulated set, which is what makes the methods' work hard or easy."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    """What a simulated set has beyond use at random; strengths are on the log scale of use or of winning."""

    name: str
    says: str
    confounding: float = 0.0  # how much rep, segment and size weigh on use, beside their weight on winning
    dead_left_open: bool = True  # lost deals are closed weeks after they were lost
    intent: float = 0.0  # a buyer's intent that nobody sees: its weight on use of all content
    requests: float = (
        0.0  # intent that changes by stage: its weight on use of the content that buyers ask for
    )
    half_life_days: float | None = None  # in which the effect of all content halves, by the day of use
    in_pairs: float = 0.0  # share of the content that is only ever used together with one other piece

    @property
    def has_intent(self) -> bool:
        """Whether something that no file holds weighs on winning as well as on use."""
        return self.intent > 0 or self.requests > 0


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "random-use",
            "content is used at random within its stages; only time misleads",
            dead_left_open=False,
        ),
        Scenario(
            "measured-confounding",
            "good reps, small segments and small deals use other content; dead deals are left open",
            confounding=1.0,
        ),
        Scenario(
            "hidden-intent",
            "as measured-confounding, and buyers who mean to buy see more of all content",
            confounding=1.0,
            intent=0.55,
        ),
        Scenario(
            "buyer-requested",
            "as measured-confounding, and buyers ask for some content because they are about to buy",
            confounding=1.0,
            requests=1.4,
        ),
        Scenario(
            "decaying-effect",
            "as measured-confounding, and the effect of all content halves every 120 days",
            confounding=1.0,
            half_life_days=120.0,
        ),
        Scenario(
            "pairs",
            "as measured-confounding, and two fifths of the content are only ever used in pairs",
            confounding=1.0,
            in_pairs=0.4,
        ),
    )
}
