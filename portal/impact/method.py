"""The settings of the method, all in one place, and the version that is stored beside every figure."""

METHOD_VERSION = "matched-lift/3"

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
# More deals don't take this part of an error away: an asset is compared with other content that has effects of its own.
# And of the deals compared, some take the asset up later, which hides that share of its effect: on the three sets that
# the method was first measured on, the differences fell short by .88 to 1.2 times it. So the end of an interval away
# from no difference allows for it. 95% intervals covered, over 20 generated sets each of 2,000, 6,000 and 20,000 deals
# with measured confounding: 93, 86 and 76% without either, 95, 93 and 94% with the floor, 96, 95 and 97% with both;
# with random use, 6,000 deals: 89, 94 and 96%; on the three sets: 88, 92 and 96%. A floor by tau did no better.
# The sampling error needs no more for deals that give several moments: clustered by deal it is 2% smaller, as a deal
# that is compared often is often one that used the asset later. Content only ever used in pairs is beyond this: 83%.
SE_FLOOR = 0.015  # added in quadrature
MOST_TAKEN_UP = 0.5  # share of the compared deals that an interval allows for, at most
Z = 1.96  # of a two-sided 95% interval
# Past this share of moments without a known stage the standard errors are widened by how much the figures spread. On
# generated sets in which a fifth of the deals have no history, 4% of what was called a difference had none; with two
# fifths 19%, with none at all 56%; widened, none of it or nearly so, and little is called a difference.
STAGELESS_SHARE = 0.25

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

# Joint model
JOINT_RIDGE = 4.0  # on assets, reps and how many were used: log-odds are N(0, 0.5^2) before anything is seen
JOINT_RIDGE_OTHER = 0.01  # on all other columns: enough for one best fit, too little to matter
JOINT_SE_FLOOR = (
    0.005  # added in quadrature: 96% covered on simulated sets, and 92% rather than 91% on the shared ones
)
JOINT_HISTORY_SHARE = 0.5  # of the closed deals with stage history; with fewer, one row a deal
JOINT_USUAL_SHARE = 0.5  # of the won deals that pass through a stage of the usual path
