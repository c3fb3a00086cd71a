"""How the made-up company looks after its content: what is due, what was said about it, and what belongs together."""

from dataclasses import dataclass

# Days since the last look was due; what is not named was looked at in time.
OVERDUE = {
    "against-sorrel-planning": 74,
    "business-case-walkthrough": 12,
    "how-to-choose-planning-software": 41,
    "executive-overview": 3,
    "follow-up-after-demo": 26,
}
# Days until it must not be used any more; below zero that day has passed.
EXPIRES_IN = {"pricing-explained": 13, "security-answers": 27, "against-yardwick": -4}
# Its owner has left, and nobody has taken it over.
UNOWNED = ("reference-call-guide",)
# Published without anybody else having approved it.
UNAPPROVED = ("savings-worksheet", "contract-questions", "erstkontakt-route")


@dataclass(frozen=True)
class Word:
    """What one person said, and how many days ago."""

    email: str
    days_ago: float
    text: str


@dataclass(frozen=True)
class Talk:
    """A conversation about a piece, or about one page of it; settled or still open."""

    piece: str
    page: int | None
    words: tuple[Word, ...]
    settled_by: str | None = None


TALKS = (
    Talk(
        "dock-first-meeting",
        4,
        (
            Word(
                "marisol.tamm",
                9,
                "The yard on this slide is European: pallets on the wrong side. Buyers in Ohio notice.",
            ),
            Word(
                "leonie.brandvold",
                8,
                "You're right. I have asked for a drawing of a US yard; it comes with the next version.",
            ),
            Word(
                "deshawn.oriel",
                6.5,
                "Until then I skip it and draw on their whiteboard. Works better anyway.",
            ),
        ),
    ),
    Talk(
        "dock-first-meeting",
        None,
        (
            Word(
                "anneke.vosbeek",
                40,
                "Can we have a version for people who already have slots, but book them by phone?",
            ),
            Word("leonie.brandvold", 38, "Slides 3 and 6 were rewritten for exactly that in version 2."),
        ),
        settled_by="anneke.vosbeek",
    ),
    Talk(
        "pricing-explained",
        2,
        (
            Word(
                "saoirse.dunphy",
                5,
                "Procurement reads the second table as a discount list. Can it say that the steps don't add up?",
            ),
            Word(
                "jasper.quaye",
                4.2,
                "Yes. One sentence under the table, in the version that replaces this one before it expires.",
            ),
        ),
    ),
    Talk(
        "virellan-pharma-cold-release",
        1,
        (Word("priyanka.sool", 12, "Two buyers asked whether the four hours include the weekend. Do they?"),),
    ),
    Talk(
        "business-case-walkthrough",
        5,
        (
            Word("ximena.balcarce", 61, "The currency on this slide is fixed to dollars."),
            Word(
                "leonie.brandvold",
                60,
                "The sheet behind it takes any currency: double-click the table, cell B2.",
            ),
        ),
        settled_by="ximena.balcarce",
    ),
    Talk(
        "against-pelloway",
        None,
        (
            Word(
                "matthis.kroll",
                17,
                "They have a new person for the big accounts in Germany, and she does come to the first meeting.",
            ),
            Word("winona.hatch", 16, "Thank you. What does she say about the project team?"),
        ),
    ),
)


@dataclass(frozen=True)
class Shelf:
    """A collection: pieces in an order, each with a word on why it is there; its owner's alone unless published."""

    name: str
    purpose: str
    owner: str
    is_published: bool
    pieces: tuple[tuple[str, str], ...]


SHELVES = (
    Shelf(
        "First meeting about Dock",
        "Everything for the first thirty minutes, in the order in which you need it.",
        "leonie.brandvold",
        True,
        (
            ("discovery-questions", "The evening before: choose six."),
            ("dock-first-meeting", "Stop at slide 6 if they start to talk."),
            ("brackwater-dairy-dock-waiting", "When they ask who else does this."),
            ("dock-one-page", "Leave it behind."),
            ("follow-up-after-demo", "The same day."),
        ),
    ),
    Shelf(
        "Finance is in the room",
        "For the meeting that decides: what it costs, what it brings, and what we don't know.",
        "leonie.brandvold",
        True,
        (
            ("bring-in-finance", "How to get them there."),
            ("savings-worksheet", "Before the meeting, with your contact."),
            ("business-case-walkthrough", "In the meeting, filled in live."),
            ("ostrander-parts-stock-availability", "The one that finance people read to the end."),
            ("pricing-explained", "Only with a proposal."),
        ),
    ),
    Shelf(
        "Cold chain for pharma",
        "What quality managers ask, and who answered it before.",
        "noemi.castellar",
        True,
        (
            ("cold-for-quality-teams", ""),
            ("virellan-pharma-cold-release", "Their 72 hours are everybody's 72 hours."),
            ("proving-the-cold-chain", "For those who want to read."),
            ("cold-one-page", ""),
        ),
    ),
    Shelf(
        "My grocery deals",
        "",
        "marisol.tamm",
        False,
        (
            ("calloway-grocers-route-promise", ""),
            ("route-first-meeting", "Without the map."),
            ("why-change-now", ""),
        ),
    ),
)
