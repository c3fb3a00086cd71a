"""Things that people in the made-up company say: comments on content, and searches."""

COMMENTS: dict[str, tuple[str, ...]] = {
    "right_message": (
        "Exactly the argument I needed for their operations people.",
        "Fits how buyers talk. I did not have to translate anything.",
        "The order of the points is right. I used it top to bottom.",
        "Opens the conversation without sounding like us.",
        "The part on what not to promise saved me from a mistake.",
        "Worked with a sceptical planner, which is rare.",
        "Good questions in it. I only had to listen.",
        "Answers the objection before it comes.",
    ),
    "customer_loved_it": (
        "They forwarded it to their finance director the same day.",
        "Customer asked for the file so that they could show it inside.",
        "Opened four times before our second call.",
        "They quoted a sentence from it in the steering meeting.",
        "Their plant manager said: that is us, with another logo.",
        "First time that procurement thanked me for a document.",
        "Asked for a second copy for the other site.",
    ),
    "saved_time": (
        "Half an hour of work instead of half a day.",
        "I changed two lines and sent it.",
        "Replaces three things that I used to copy together.",
        "Found it, sent it, done before the call ended.",
        "No need to ask marketing for anything.",
    ),
    "outdated": (
        "Figures are two years old and they noticed.",
        "Still shows the old screens.",
        "The survey is from before the price change. Please update.",
        "A customer named here has a new owner, they asked about it.",
        "Roadmap part no longer true as far as I know.",
    ),
    "too_long": (
        "Nobody got past the third page.",
        "I use two slides of it and skip the others.",
        "Good content, half of it would do.",
        "Lost them on the table in the middle.",
        "My contact asked for the short version.",
    ),
    "wrong_audience": (
        "Too high level for people who plan. They asked to see a screen.",
        "Written for large companies; my customers have one site.",
        "Board language. My contact runs a shift.",
        "Made for Europe, the examples did not land here.",
        "Too much detail for finance.",
    ),
    "not_convincing": (
        "Buyer said that it sounds like every other vendor.",
        "Felt like pressure, and they went quiet after it.",
        "They doubted the figures and asked where they come from.",
        "No customer story behind the claims.",
        "Started a comparison with three others. I regret sending it.",
    ),
    "mistakes": (
        "Sum in the table does not match the text.",
        "Company name of the reference is misspelt in one place.",
        "Link to the sandbox is dead.",
    ),
}
"""By reason, as feedback names them."""

SEARCHES: tuple[tuple[str, str], ...] = (
    ("business case", "business-case-walkthrough"),
    ("business case finance", "business-case-walkthrough"),
    ("pay back months", "business-case-walkthrough"),
    ("working session invite", "invite-working-session"),
    ("email working session", "invite-working-session"),
    ("reference call", "reference-call-guide"),
    ("references who speaks about what", "reference-call-guide"),
    ("discovery questions", "discovery-questions"),
    ("questions warehouse manager", "discovery-questions"),
    ("brackwater", "brackwater-dairy-dock-waiting"),
    ("dairy case study", "brackwater-dairy-dock-waiting"),
    ("waiting time dock", "brackwater-dairy-dock-waiting"),
    ("dock deck", "dock-first-meeting"),
    ("dock first meeting", "dock-first-meeting"),
    ("route first meeting", "route-first-meeting"),
    ("stock presentation", "stock-first-meeting"),
    ("pelloway", "against-pelloway"),
    ("pelloway price", "against-pelloway"),
    ("battle card yardwick", "against-yardwick"),
    ("yardwick", "against-yardwick"),
    ("excel competitor", "against-spreadsheets"),
    ("spreadsheets", "against-spreadsheets"),
    ("pricing", "pricing-explained"),
    ("price list", "pricing-explained"),
    ("discount three years", "pricing-explained"),
    ("security questionnaire", "security-answers"),
    ("single sign-on", "security-answers"),
    ("hosting region", "security-answers"),
    ("contract clauses liability", "contract-questions"),
    ("implementation plan", "nine-weeks-to-go-live"),
    ("go-live weeks", "nine-weeks-to-go-live"),
    ("pilot plan", "pilot-plan-six-weeks"),
    ("executive overview", "executive-overview"),
    ("board presentation", "executive-overview"),
    ("follow up demo", "follow-up-after-demo"),
    ("proposal email", "proposal-cover-note"),
    ("why now", "why-change-now"),
    ("api interfaces", "technical-deep-dive"),
    ("technical deck it", "technical-deep-dive"),
    ("pharma case study", "virellan-pharma-cold-release"),
    ("quarantine release", "virellan-pharma-cold-release"),
    ("cold chain audit", "proving-the-cold-chain"),
    ("automotive case study", "ostrander-parts-stock-availability"),
    ("spare parts", "pallister-pumps-spare-parts"),
    ("grocery home delivery", "calloway-grocers-route-promise"),
    ("3pl yard several clients", "kiyanuma-logistics-dock-shared-yard"),
    ("baustoffe", "steinhagen-baustoffe-routenplanung"),
    ("route deutsch", "route-erste-vorstellung"),
    ("arándanos", "frutas-del-valle-hondo-cadena-frio"),
    ("cadena de frío", "frutas-del-valle-hondo-cadena-frio"),
    ("backhaul", "halvorsen-timber-route-backhaul"),
    ("sequence axle plant", "dunmore-axle-dock-sequencing"),
    ("safety stock", "safety-stock-without-fear"),
    ("demurrage cost", "the-true-cost-of-waiting"),
    ("late deliveries white paper", "delivery-promises-that-hold"),
    ("savings worksheet", "savings-worksheet"),
    ("buyer's guide", "how-to-choose-planning-software"),
    ("quiet deal email", "revive-a-quiet-deal"),
)
"""What people type, and what they are after."""

IN_VAIN: tuple[tuple[str, float], ...] = (
    ("carbon footprint", 5.0),
    ("hydrogen", 1.5),
    ("blockchain", 0.8),
    ("français", 3.0),
    ("hazmat", 3.0),
    ("airport", 1.4),
    ("furniture", 2.4),
    ("animation", 2.0),
    ("drones", 0.8),
    ("hospital", 1.8),
    ("nordics", 1.2),
    ("webinar", 2.6),
)
"""What people type and no content answers, with how often."""

OTHER_WORDS: dict[str, str] = {
    "carbon footprint": "co2 emissions",
    "français": "french",
    "hazmat": "dangerous goods",
    "furniture": "sofas",
    "animation": "explainer film",
    "hospital": "clinics",
    "nordics": "sweden",
    "webinar": "recorded event",
}
"""What they try next when they found nothing."""

SLIPS: dict[str, str] = {
    "security questionnaire": "securty questionnaire",
    "pelloway": "peloway",
    "yardwick": "yardwik",
    "implementation plan": "implementaton plan",
}
"""What they type when they are in a hurry."""

BEFORE_DELIVERY: tuple[tuple[str, int, int], ...] = (
    ("penetration test", 203, 0),
    ("security test", 203, 0),
    ("penetration tests", 202, 1),
    ("outside security test", 202, 2),
    ("penetration test", 202, 3),
    ("pentest", 202, 3),
)
"""What was looked for in vain before the answers on security had it: the words, how many days ago, and by whom."""

ANSWERS: dict[str, tuple[str, ...]] = {
    "outdated": (
        "You are right, thank you. The new figures come in with the next survey, and then we replace it.",
        "Thank you for saying so. It is on our list for this quarter.",
    ),
    "too_long": (
        "Fair. Until it is shorter: the first and the last page are made to be sent alone.",
        "Thank you. We keep the long one for technical people; for all others there is the one-pager.",
    ),
    "wrong_audience": (
        "It is made for operations people. We have written that under “How to use it” now.",
        "Thank you. For finance people, take the business case instead.",
    ),
    "not_convincing": (
        "Thank you. Which point did they doubt? Write to me, and I look for proof.",
        "We are asking two customers for figures of their own. That should help.",
    ),
    "mistakes": ("Thank you, well spotted. It is corrected with the next version.",),
}
"""What marketing answers to a low rating, by its reason."""

FIXED = "We worked this into the new version. Please look, and tell us if it still misses."
"""What it answers when a newer version is out."""
