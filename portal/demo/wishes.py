"""What reps have asked marketing for, as data: the need in a sentence, and what became of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wish:
    """One request as data: who asks is told by a region, when by days before today."""

    need: str
    days_ago: int
    status: str
    region: str
    details: str = ""
    kind: str | None = None
    audience: str = ""
    due_in: int | None = None
    industry: str | None = None
    product: str | None = None
    deals: int = 2
    supporters: int = 1
    delivered: str | None = None
    words: str = ""


WISHES: tuple[Wish, ...] = (
    Wish(
        "A one-sheeter on carbon footprint: what fewer empty miles mean in tonnes",
        34,
        "in_progress",
        "EMEA",
        details="Three tenders in a row asked for it, two with a form to fill in. Route customers have the figures.",
        kind="one_sheeter",
        audience="Transport managers and sustainability officers",
        due_in=12,
        product="Harrowmere Route",
        deals=6,
        supporters=5,
        words="Calloway and Halvorsen agreed to share their fuel data.",
    ),
    Wish(
        "A furniture retailer as a reference for Route, large items and two-person crews",
        21,
        "new",
        "North America",
        product="Harrowmere Route",
        deals=3,
        supporters=2,
    ),
    Wish(
        "How Dock deals with hazmat loads and separate doors",
        16,
        "accepted",
        "North America",
        details="Two chemical distributors want it in writing before they let us on site.",
        kind="one_sheeter",
        audience="Warehouse and safety managers",
        due_in=20,
        product="Harrowmere Dock",
        deals=4,
        supporters=3,
        words="Jasper talks to the product team this week.",
    ),
    Wish(
        "Dock one-sheeter in French for Quebec and Belgium",
        47,
        "in_review",
        "EMEA",
        kind="one_sheeter",
        audience="Operations directors",
        due_in=4,
        product="Harrowmere Dock",
        deals=3,
        supporters=4,
        words="Translation is done, a customer in Liège reads it.",
    ),
    Wish(
        "A two-minute explainer animation for Cold that people can forward",
        58,
        "in_progress",
        "APAC",
        kind="video",
        audience="Quality managers",
        due_in=30,
        product="Harrowmere Cold",
        deals=5,
        supporters=4,
        words="Script is written, an agency draws the first scenes.",
    ),
    Wish(
        "Battle card for in-house development: 'our IT builds it'",
        9,
        "new",
        "North America",
        details="Heard it on three calls in a fortnight.",
        deals=3,
        supporters=3,
    ),
    Wish(
        "Customer story from Latin America for Stock, ideally spare parts",
        27,
        "accepted",
        "Latin America",
        kind="case_study",
        audience="Supply planners",
        due_in=45,
        product="Harrowmere Stock",
        deals=3,
        supporters=1,
        words="Two candidates in Monterrey, first interview is set.",
    ),
    Wish(
        "Slide on how four products work together at one customer, with real screens",
        5,
        "new",
        "APAC",
        deals=2,
        supporters=2,
    ),
    Wish(
        "Short answer to 'why not wait until our new warehouse is built?'",
        13,
        "new",
        "EMEA",
        kind="email_template",
        deals=4,
        supporters=2,
    ),
    Wish(
        "Hospital supply: is there anything on Cold for clinics?",
        3,
        "new",
        "APAC",
        product="Harrowmere Cold",
        deals=1,
        supporters=0,
    ),
    Wish(
        "Update the executive overview: customers say the market slide is general",
        40,
        "in_progress",
        "North America",
        kind="deck",
        audience="Executive sponsors",
        due_in=9,
        deals=3,
        supporters=3,
        words="Waiting for this year's survey.",
    ),
    Wish(
        "Stock one-sheeter in Spanish",
        264,
        "delivered",
        "Latin America",
        kind="one_sheeter",
        audience="Supply planners",
        product="Harrowmere Stock",
        supporters=2,
        delivered="stock-en-una-pagina",
        words="Here it is. Prices stay in dollars on purpose.",
    ),
    Wish(
        "Cold one-sheeter in German for pharma wholesalers",
        236,
        "delivered",
        "EMEA",
        kind="one_sheeter",
        audience="Quality managers",
        product="Harrowmere Cold",
        supporters=1,
        delivered="cold-auf-einer-seite",
        words="Reviewed by a customer in Kassel.",
    ),
    Wish(
        "A timber or sawmill story for Route",
        271,
        "delivered",
        "North America",
        kind="case_study",
        audience="Transport managers",
        industry="Building materials",
        product="Harrowmere Route",
        supporters=3,
        delivered="halvorsen-timber-route-backhaul",
        words="Halvorsen is on board and takes reference calls.",
    ),
    Wish(
        "Cold-store audit story for logistics providers",
        215,
        "delivered",
        "APAC",
        kind="case_study",
        audience="Quality managers",
        industry="Logistics providers",
        product="Harrowmere Cold",
        supporters=2,
        delivered="tamsin-cold-stores-audit",
        words="Tamsin asked us not to name their seafood clients.",
    ),
    Wish(
        "Latest outside security test for IT questionnaires",
        201,
        "delivered",
        "North America",
        details="Buyers want a penetration test (a pentest, some say) by somebody outside, not older than a year.",
        kind="other",
        audience="IT leads",
        supporters=5,
        delivered="security-answers",
        words="Version 2 has the results of the latest test.",
    ),
    Wish(
        "A blockchain one-sheeter for a prospect in shipping",
        75,
        "declined",
        "APAC",
        words="We don't offer it, and a sheet would suggest that we do. The technical deep dive answers tracing.",
    ),
    Wish(
        "Price comparison with Yardwick to send to buyers",
        110,
        "declined",
        "EMEA",
        product="Harrowmere Dock",
        supporters=2,
        words="Their prices change monthly and we would be wrong in writing. Use the battle card in the call.",
    ),
)
