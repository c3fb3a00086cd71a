"""Harrowmere: the made-up company that the demo is about, its people and its vocabulary."""

from dataclasses import dataclass

COMPANY = "Harrowmere"
COMPANY_LINE = "Software for companies that move goods for a living"
EMAIL_DOMAIN = "harrowmere.example"
CURRENCY = "USD"
DEAL_SOURCE = "demo"

STAGES = ("Discovery", "Evaluation", "Proposal", "Negotiation")
WON, LOST = "Closed Won", "Closed Lost"
SEGMENTS = ("SMB", "Mid", "Enterprise")
LEAD_SOURCES = ("Website", "Trade fair", "Referral", "Outbound", "Partner")
LOSS_REASONS = (
    "No decision",
    "Price",
    "Lost to competitor",
    "Missing capability",
    "Budget withdrawn",
    "Timing",
)

DOCK, ROUTE, STOCK, COLD = "Harrowmere Dock", "Harrowmere Route", "Harrowmere Stock", "Harrowmere Cold"

VOCABULARY: dict[str, tuple[str, ...]] = {
    "industry": (
        "Food and beverage",
        "Grocery retail",
        "Pharmaceuticals",
        "Automotive parts",
        "Building materials",
        "Logistics providers",
        "Industrial equipment",
    ),
    "product": (DOCK, ROUTE, STOCK, COLD),
    "persona": (
        "Operations director",
        "Warehouse manager",
        "Transport manager",
        "Supply planner",
        "Quality manager",
        "Finance lead",
        "IT lead",
        "Procurement",
    ),
    "region": ("North America", "EMEA", "APAC", "Latin America"),
    "language": ("English", "German", "Spanish"),
    "stage": STAGES,
    "competitor": ("Pelloway", "Yardwick", "Sorrel Planning", "Spreadsheets"),
}
"""Every facet with its terms, in the order in which people should read them."""

INDUSTRIES, PRODUCTS, REGIONS = (VOCABULARY[facet] for facet in ("industry", "product", "region"))


@dataclass(frozen=True)
class Person:
    """Someone who works at the made-up company; `skill` and `logging` only drive the simulation."""

    email: str
    name: str
    role: str
    team: str | None
    time_zone: str
    region: str | None = None
    skill: float = 0.0
    logging: float = 0.0
    """Share of the person's deals on which the content used is logged at all."""


SALES_TEAMS = {
    "Sales Americas": ("North America", "Latin America"),
    "Sales Europe": ("EMEA",),
    "Sales Asia Pacific": ("APAC",),
}
MARKETING_TEAM = "Product marketing"
TEAMS = (*SALES_TEAMS, MARKETING_TEAM)


def _person(
    name: str, role: str, team: str | None, zone: str, region: str | None = None, *nature: float
) -> Person:
    first, last = name.split(" ", 1)
    email = f"{first}.{last}@{EMAIL_DOMAIN}".lower().replace(" ", "").replace("'", "")
    return Person(email, name, role, team, zone, region, *nature)


REPS: tuple[Person, ...] = (
    _person("Marisol Tamm", "rep", "Sales Americas", "America/Chicago", "North America", 0.34, 0.93),
    _person("Deshawn Oriel", "rep", "Sales Americas", "America/New_York", "North America", 0.12, 0.84),
    _person("Greta Lonergan", "rep", "Sales Americas", "America/Denver", "North America", -0.08, 0.78),
    _person("Tobias Wray", "rep", "Sales Americas", "America/Los_Angeles", "North America", -0.31, 0.58),
    _person("Ximena Balcarce", "rep", "Sales Americas", "America/Bogota", "Latin America", 0.18, 0.88),
    _person("Anneke Vosbeek", "rep", "Sales Europe", "Europe/Amsterdam", "EMEA", 0.29, 0.92),
    _person("Matthis Kroll", "rep", "Sales Europe", "Europe/Berlin", "EMEA", 0.05, 0.81),
    _person("Saoirse Dunphy", "rep", "Sales Europe", "Europe/Dublin", "EMEA", -0.02, 0.86),
    _person("Ilario Benassi", "rep", "Sales Europe", "Europe/Rome", "EMEA", -0.27, 0.55),
    _person("Priyanka Sool", "rep", "Sales Asia Pacific", "Asia/Singapore", "APAC", 0.22, 0.90),
    _person("Callum Averett", "rep", "Sales Asia Pacific", "Australia/Sydney", "APAC", -0.12, 0.74),
    _person("Haruto Minase", "rep", "Sales Asia Pacific", "Asia/Tokyo", "APAC", -0.20, 0.66),
)
"""Twelve reps: skill is on the log-odds of getting past a stage."""

MARKETERS: tuple[Person, ...] = (
    _person("Leonie Brandvold", "marketer", MARKETING_TEAM, "Europe/Amsterdam"),
    _person("Jasper Quaye", "marketer", MARKETING_TEAM, "Europe/London"),
    _person("Noemi Castellar", "marketer", MARKETING_TEAM, "Europe/Madrid"),
    _person("Winona Hatch", "marketer", MARKETING_TEAM, "America/Chicago"),
)
MANAGERS: tuple[Person, ...] = (
    _person("Rosalind Achterberg", "manager", None, "Europe/Amsterdam"),
    _person("Emmett Salisbury", "manager", None, "America/New_York"),
)
ADMIN = _person("Odile Farrow", "admin", None, "Europe/Amsterdam")
PEOPLE: tuple[Person, ...] = (ADMIN, *MANAGERS, *MARKETERS, *REPS)
