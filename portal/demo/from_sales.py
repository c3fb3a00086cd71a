"""What the made-up company's reps built for themselves, mostly out of what marketing had made."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Brought:
    """One file of a rep's own: slides borrowed from official pieces, then what is new in it."""

    key: str
    title: str
    kind: str
    format: str
    by: str
    days_ago: float
    story: str
    borrowed: tuple[tuple[str, tuple[int, ...]], ...]
    own: str
    outcome: str | None = None
    decided_days_ago: float = 0
    reason: str = ""
    terms: tuple[str, ...] = ()
    """What marketing filed it under when it adopted it."""


BROUGHT = (
    Brought(
        "dock-and-route-for-grocers",
        "Dock and Route for grocers",
        "deck",
        "pptx",
        "marisol.tamm",
        19,
        "Grocers receive and deliver through the same gate, so one product alone never sounds right to them.",
        (("dock-first-meeting", (0, 1, 2, 3, 4, 6, 7)), ("route-first-meeting", (2, 3))),
        """## What a grocer asks first
- Which trucks can wait, and which cannot
- What happens to the evening windows when the morning is late
- Who tells the store

notes: Ask who wrote the last apology to a store.
""",
    ),
    Brought(
        "dock-for-supermarkets",
        "Dock for supermarkets, short",
        "deck",
        "pptx",
        "deshawn.oriel",
        11,
        "Same first meeting, cut down to twenty minutes for a chain with two depots.",
        (("dock-first-meeting", (0, 1, 2, 3, 4, 6)), ("route-first-meeting", (2,))),
        """## Two depots, one morning
- Both depots, one list of arrivals
- The late truck is seen before it is late
- The store hears it from you

notes: Draw their two depots on the whiteboard before this slide.
""",
    ),
    Brought(
        "dock-intro-supermarket-chain",
        "Dock intro for a supermarket chain",
        "deck",
        "pptx",
        "callum.averett",
        4,
        "Made the night before, from what I found.",
        (("dock-first-meeting", (0, 1, 2, 4, 6)),),
        """## Why a chain is different
- Forty stores that all want to be first
- One gate that decides

notes: Wait for the laugh.
""",
    ),
    Brought(
        "what-validation-asked-us",
        "What validation asked us: twelve questions from three pharma deals",
        "other",
        "docx",
        "anneke.vosbeek",
        6,
        "Every pharma deal of mine stops for two weeks at validation. These are the questions they ask.",
        (),
        """## Before they start
Three validation teams in one year asked nearly the same. Send it early, and nobody has to write a list.

## The twelve questions
- Who may change a limit, and where is that written down?
- What happens to readings while the connection is gone?
- Can a released shipment be released a second time?
- How is the clock of a sensor kept right?
- Which record is the original, the sensor's or ours?
- Can a reading be deleted, and by whom?
- Who is told when a sensor falls silent?
- How long are readings kept, and can we take them with us?
- What did you test, and may we see it?
- Which release of the software is this, and when does the next one come?
- Who at your company could see our data?
- What have your other customers' auditors found?

## What we must not answer ourselves
Whether the process is valid. They decide that; we hand over what we tested.
""",
    ),
    Brought(
        "route-for-builders-merchants",
        "Route for builders' merchants on one page",
        "one_sheeter",
        "docx",
        "matthis.kroll",
        26,
        "There was nothing for merchants with fewer than ten yards, and they are half of my list.",
        (),
        """## Small yards have the same morning
Eight trucks, three yards, one telephone. Every site wants its bricks at seven, and there is one crane.

## What changes
- All yards plan in one list, and a truck may load where it is
- The site hears the hour the evening before, and again when the truck leaves
- The crane is planned like a truck

## What it takes
Two weeks for the first yard, one for each further one. Orders come from the merchant system that is there already.
""",
        outcome="adopted",
        decided_days_ago=12,
        terms=("Harrowmere Route",),
    ),
    Brought(
        "savings-in-five-slides",
        "Savings in five slides",
        "deck",
        "pptx",
        "tobias.wray",
        33,
        "The business case is too long for a first call.",
        (("business-case-walkthrough", (0, 1, 2, 3)),),
        """## Your saving
- 18% in the first year, as our customers see it

notes: They always ask where the 18% comes from.
""",
        outcome="declined",
        decided_days_ago=30,
        reason="The 18% is not a figure that we can prove, and a saving named in a first call is what finance "
        "takes apart in the last one. The savings worksheet does this together with the buyer.",
    ),
)
