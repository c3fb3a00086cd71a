"""The settings of the method, all in one place, and the version that is stored beside every figure."""

METHOD_VERSION = "matched-lift/1"

# Influence
U_SHAPE_END = 0.4  # share of the first and of the last touch; what is left goes to those between
HALF_LIFE_DAYS = 30.0  # time decay: a touch this long before the close weighs half

# Cells: moments are compared only with moments in the same cell
DAYS_IN_WEEK = 7
WEEKS_IN_STAGE_FROM = (2, 5)  # weeks in stage: 0-1, 2-4, 5+
PRIOR_ASSETS_FROM = (1, 3, 6)  # distinct assets used before: 0, 1-2, 3-5, 6+
TERCILES = (1 / 3, 2 / 3)
REP_PSEUDO_DEALS = 20  # a rep's win rate is shrunk towards everyone's by this many deals
REP_SPLIT_SHARE = 0.25  # past this share of deals on both sides of a cut, reps are placed whole

# Lift
SE_FLOOR = 0.015  # added in quadrature: without it 95% intervals covered 88%, with it 93.5%
Z = 1.96  # of a two-sided 95% interval

# Verdicts
MIN_DEALS_USED = 30
MIN_WON = 5
MIN_LOST = 5
MIN_MATCHED_SHARE = 0.5
FALSE_DISCOVERY_RATE = 0.05
MIN_SHRUNK_LIFT = 0.02
NOTABLE_GAIN = 0.03  # "a gain of more than 3 points is unlikely / can't be ruled out"

# Cycle time
MAX_REMAINING_WEEKS = 26

# Coverage
LOW_COVERAGE = 1 / 3  # below it the figures speak for the deals with logged content only
