"""Generating: a made-up sales year with known effects, week by week, as the arrays that the methods take.

A deal passes four stages. Each week it leaves its stage with the same chance, and then advances or is lost by
log-odds that add up segment, region, size, rep, all content used on it so far, and what the scenario hides. What
would happen to a deal is drawn to the end first and cut off where it is lost, so that the truth is exact.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from portal.impact.inputs import UNKNOWN, Deals, StageHistory, Touches
from portal.impact.method import DAYS_IN_WEEK
from portal.impact.rows import BoolArray, FloatArray, IntArray, sorted_rows
from portal.impact.simulation.assets import Assets, make_assets
from portal.impact.simulation.scenarios import SCENARIOS, Scenario
from portal.impact.simulation.truth import true_effects

STAGES = ("Discovery", "Evaluation", "Proposal", "Negotiation")
SEGMENTS = ("SMB", "Mid", "Enterprise")
REGIONS = ("NA", "EMEA", "APAC", "LATAM")
REPS = 40

FIRST_DAY = date(2024, 1, 2).toordinal()
CREATED_WITHIN_DAYS = 200
OBSERVED_DAYS = 76 * DAYS_IN_WEEK  # what happens later is not in the set yet, and its deals are open
LEAVES_STAGE = 0.25  # chance a week
DEAD_WEEKS = 5.0  # mean weeks from losing a deal to closing it, where dead deals are left open
MOST_A_WEEK = 0.9  # bounds the chance that an asset is used in a week

# Log-odds of advancing.
OF_STAGE = np.array([0.85, 1.30, 1.38, 1.35])
OF_SEGMENT = np.array([0.48, 0.0, -0.48])
OF_REGION = np.array([0.12, 0.0, 0.0, -0.05])
OF_SIZE = -0.12  # per standard deviation
OF_SKILL = 0.42
OF_INTENT = 0.5

LOG_AMOUNT = np.array([8.68, 9.0, 9.3])  # mean by segment
LOG_AMOUNT_SPREAD = 0.6


@dataclass(frozen=True)
class Simulated:
    """One simulated set: what the methods take, amounts in cents, and the true effect of each asset as a fraction."""

    deals: Deals
    history: StageHistory
    touches: Touches
    region: IntArray  # (deals,), index into REGIONS
    stage: IntArray  # (deals,), the last one that was entered, index into STAGES
    truth: FloatArray  # (assets,), nan where no deal used it


@dataclass(frozen=True)
class _World:
    """What deals are like, all (deals,); size, skill and intent in standard deviations."""

    created: IntArray
    segment: IntArray
    region: IntArray
    rep: IntArray
    skill: FloatArray
    size: FloatArray
    cents: FloatArray
    intent: FloatArray  # (deals, stages), 0 without intent in the scenario


@dataclass(frozen=True)
class _Course:
    """How deals would go, were none lost; weeks count from the deal's creation."""

    begin: IntArray  # (deals, stages + 1), week in which a stage begins, and the one after the last
    first_stage: IntArray  # (deals, assets), stage of first use; the number of stages if never
    first_week: IntArray  # (deals, assets)


@dataclass(frozen=True)
class _Seen:
    """What a set shows of the course of its deals."""

    closed: BoolArray  # (deals,)
    won: BoolArray  # (deals,)
    closed_day: IntArray  # (deals,), or UNKNOWN
    entered: IntArray  # (deals, stages), day
    stays: BoolArray  # (deals, stages), whether it was entered
    used: BoolArray  # (deals, assets)


def generate(scenario: str, seed: int, deals: int = 6000, assets: int = 60) -> Simulated:
    """Generate a set; the same arguments give the same set."""
    chosen = SCENARIOS[scenario]
    rng = np.random.default_rng(seed)
    content = make_assets(rng, assets, len(STAGES), chosen)
    world = _world(rng, deals, chosen)
    course = _course(rng, world, content)
    weight = _weights(world, course, content, chosen)
    log_odds = _log_odds(world, course, weight)
    passes = rng.random(log_odds.shape) < 1.0 / (1.0 + np.exp(-log_odds))
    late = rng.geometric(1.0 / DEAD_WEEKS, deals) if chosen.dead_left_open else np.zeros(deals, np.int64)
    seen = _see(world, course, passes, late)
    return Simulated(
        deals=_deals(world, seen),
        history=_history(seen),
        touches=_touches(world, course, seen),
        region=world.region,
        stage=seen.stays.sum(axis=1) - 1,
        truth=true_effects(log_odds, course.first_stage, weight, seen.used),
    )


def _world(rng: np.random.Generator, deals: int, scenario: Scenario) -> _World:
    segment = rng.integers(0, len(SEGMENTS), deals)
    rep = rng.integers(0, REPS, deals)
    size = rng.normal(0.0, 1.0, deals)
    amount = np.exp(LOG_AMOUNT[segment] + LOG_AMOUNT_SPREAD * size)
    # One intent for the whole deal is what buyers bring along; one for each stage is what makes them ask.
    intent = rng.normal(0.0, 1.0, (deals, len(STAGES) if scenario.requests else 1))
    return _World(
        created=FIRST_DAY + rng.integers(0, CREATED_WITHIN_DAYS, deals),
        segment=segment,
        region=rng.integers(0, len(REGIONS), deals),
        rep=rep,
        skill=rng.normal(0.0, 1.0, REPS)[rep],
        size=size,
        cents=np.round(amount * 100),
        intent=np.broadcast_to(intent * scenario.has_intent, (deals, len(STAGES))),
    )


def _course(rng: np.random.Generator, world: _World, content: Assets) -> _Course:
    deals, assets = len(world.created), len(content.log_odds)
    weeks = rng.geometric(LEAVES_STAGE, (deals, len(STAGES)))
    begin = np.concatenate([np.zeros((deals, 1), np.int64), np.cumsum(weeks, axis=1)], axis=1)
    steady = np.outer(world.skill, content.by_skill) + np.outer(world.size, content.by_size)
    steady += np.outer(world.segment - 1, content.by_segment)
    first_stage = np.full((deals, assets), len(STAGES))
    first_week = np.zeros((deals, assets), np.int64)
    for stage in reversed(range(len(STAGES))):
        log_chance = steady + content.use[:, stage] + np.outer(world.intent[:, stage], content.by_intent)
        chance = np.minimum(np.exp(log_chance), MOST_A_WEEK)
        # The week of the first use, when each week has the same chance.
        week = np.floor(rng.exponential(1.0, (deals, assets)) / -np.log1p(-chance))
        used = week < weeks[:, stage, None]
        first_stage[used] = stage
        first_week[used] = (week + begin[:, stage, None])[used]
    return _Course(begin, first_stage[:, content.leader], first_week[:, content.leader])


def _weights(world: _World, course: _Course, content: Assets, scenario: Scenario) -> FloatArray:
    """What the use of each asset adds to each deal's log-odds from its stage on, (deals, assets)."""
    weight = np.broadcast_to(content.log_odds, course.first_stage.shape)
    if scenario.half_life_days is None:
        return weight
    day = world.created[:, None] - FIRST_DAY + course.first_week * DAYS_IN_WEEK
    return weight * np.exp2(-day / scenario.half_life_days)


def _log_odds(world: _World, course: _Course, weight: FloatArray) -> FloatArray:
    """Log-odds of advancing from each stage, (deals, stages), with the content used by its end."""
    own = OF_SEGMENT[world.segment] + OF_REGION[world.region] + OF_SIZE * world.size + OF_SKILL * world.skill
    of_stage = [np.sum(weight, axis=1, where=course.first_stage <= stage) for stage in range(len(STAGES))]
    of_content = np.stack(of_stage, axis=1)
    # What content does on average is in OF_STAGE, so that all sets have like win rates.
    return own[:, None] + OF_STAGE + OF_INTENT * world.intent + of_content - of_content.mean(axis=0)


def _see(world: _World, course: _Course, passes: BoolArray, late: IntArray) -> _Seen:
    """Cut each deal's course off where it is lost, and at the last day of the set."""
    got_past = np.cumprod(passes, axis=1).astype(np.bool_)
    reached = np.column_stack([np.ones(len(late), np.bool_), got_past])  # the last column is "won"
    rows = np.arange(len(late))
    won = got_past[:, -1]
    last = np.minimum(got_past.sum(axis=1), len(STAGES) - 1)
    end_week = course.begin[rows, last + 1] - 1 + np.where(won, 0, late)
    closed_day = world.created + end_week * DAYS_IN_WEEK
    last_day = FIRST_DAY + OBSERVED_DAYS
    closed = closed_day <= last_day

    # A stage is entered in the week in which the one before it was left.
    entered = world.created[:, None] + np.maximum(course.begin[:, :-1] - 1, 0) * DAYS_IN_WEEK
    stays = reached[:, :-1] & (entered <= last_day)
    use_day = world.created[:, None] + course.first_week * DAYS_IN_WEEK
    never = np.column_stack([reached[:, :-1], np.zeros(len(late), np.bool_)])
    used = never[rows[:, None], course.first_stage] & (use_day <= last_day)
    return _Seen(closed, closed & won, np.where(closed, closed_day, UNKNOWN), entered, stays, used)


def _deals(world: _World, seen: _Seen) -> Deals:
    return Deals(
        created_day=world.created,
        closed_day=seen.closed_day,
        closed=seen.closed,
        won=seen.won,
        size=world.cents,
        value=world.cents,
        segment=world.segment,
        rep=world.rep,
    )


def _history(seen: _Seen) -> StageHistory:
    deal, stage = np.nonzero(seen.stays)
    return StageHistory(deal, stage, seen.entered[deal, stage])


def _touches(world: _World, course: _Course, seen: _Seen) -> Touches:
    """First uses by deal, then day, then asset."""
    deal, asset = np.nonzero(seen.used)
    deal, week, asset = sorted_rows(deal, course.first_week[deal, asset], asset)
    return Touches(deal, asset, world.created[deal] + week * DAYS_IN_WEEK)
