"""What buyers asked reps of the made-up company that no content answered, by the product that it was about."""

from portal.demo.company import COLD, DOCK, ROUTE, STOCK

ASKED: tuple[tuple[str, str], ...] = (
    (
        STOCK,
        "Their auditor wanted to know who at Harrowmere can read their stock levels. I had nothing in writing.",
    ),
    (ROUTE, "How do drivers without a smartphone get their route? They have forty of them."),
    (DOCK, "They asked what happens at the gate when the network is down for a day."),
    (COLD, "Is the temperature log accepted by the authorities in Brazil? I could not say."),
    (STOCK, "Their controller compared us with a module of their ERP and asked why he should pay twice."),
    (ROUTE, "The tender had a table for tonnes of carbon saved for each lane. We left it empty."),
    (DOCK, "They have two sites with no marked doors at all. Every example we have shows numbered doors."),
    (COLD, "They wanted to see the alarm call that a night guard gets, not a slide about it."),
    (STOCK, "What does it cost to leave us again, and in which format do they get their data?"),
    (ROUTE, "Works council: can a dispatcher see how long a driver's break was?"),
    (DOCK, "Carriers have to sign in somewhere. Who answers them at four in the morning?"),
    (COLD, "They asked for somebody who runs it in a hospital pharmacy."),
)
"""The newest first: the first five wait for marketing, which has decided on the others."""
WAITING = 5
JOINS = "A one-sheeter on carbon footprint%"
"""The request that one of them was added to: that which speaks of carbon."""
