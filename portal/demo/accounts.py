"""Made-up companies to sell to, and made-up people who work there."""

import numpy as np

from portal.demo.company import INDUSTRIES, REGIONS, SEGMENTS
from portal.demo.simulated import SimulatedAccount


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_HEADS = _words(
    "Aver Bram Cald Dorn Elm Fal Gren Hollo Iver Jarn Kel Lund Mord Nor Oake Pend Quen Rosk Sel Tarn "
    "Ulv Vess Wend Yar Zel Thorn Brack Cress Drum Esk Fenn Garr"
)
_TAILS = _words(
    "wick mere low hult stad ridge haven combe vik sten mond gate field dale brook ness tor leigh"
)
_TRADES = {
    "Food and beverage": ("Foods", "Dairies", "Beverages", "Bakeries", "Provisions"),
    "Grocery retail": ("Grocers", "Markets", "Wholesale", "Stores"),
    "Pharmaceuticals": ("Pharma", "Laboratories", "Biologics", "Medicines"),
    "Automotive parts": ("Axle", "Auto Parts", "Components", "Braking"),
    "Building materials": ("Timber", "Building Supplies", "Cement", "Roofing", "Brickworks"),
    "Logistics providers": ("Logistics", "Freight", "Haulage", "Warehousing"),
    "Industrial equipment": ("Pumps", "Machinery", "Valves", "Conveyors", "Tooling"),
}
_ENDINGS = {
    "North America": ("Inc.", "Co.", "LLC", ""),
    "EMEA": ("GmbH", "BV", "Ltd", "AB", ""),
    "APAC": ("Pty", "Ltd", "KK", ""),
    "Latin America": ("S.A.", "Ltda.", ""),
}
_FIRST = {
    "North America": _words(
        "Alyssa Brent Carla Devon Elise Grant Holly Jamal Kara Luis Megan Owen Paula Reid Tess"
    ),
    "EMEA": _words(
        "Agnes Bart Clara Dirk Elif Frieda Gerrit Hanne Ivo Jutta Karim Lotte Maarten Nadine Piet"
    ),
    "APAC": _words("Aiko Bao Chitra Daichi Emi Farid Grace Hiro Indira Jun Kavya Liang Mei Nikhil Ren"),
    "Latin America": _words("Adriana Bruno Camila Diego Elena Felipe Gloria Hugo Inés Joaquín Lucía Mateo"),
}
_LAST = _words(
    "Abbot Barros Carling Dekker Ekdal Farrow Granger Hoekstra Imada Jansen Kovar Lindqvist Moreau Nakai "
    "Osei Prasad Quiroga Reyes Sandoval Tanaka Ulrich Vance Weller Yilmaz Zeman"
)
_PLAIN = str.maketrans("áéíóúñ", "aeioun")
_REGION_SHARES = (0.38, 0.30, 0.20, 0.12)
_SEGMENT_SHARES = (0.42, 0.36, 0.22)
_INDUSTRY_SHARES = (0.20, 0.16, 0.11, 0.14, 0.13, 0.15, 0.11)


def make_accounts(rng: np.random.Generator, count: int) -> tuple[SimulatedAccount, ...]:
    """So many companies with distinct names, spread over industries, regions and segments."""
    names = [head + tail for head in _HEADS for tail in _TAILS if head[-1] != tail[0]]
    chosen = rng.permutation(len(names))[:count]
    return tuple(_account(rng, names[at]) for at in chosen)


def _account(rng: np.random.Generator, stem: str) -> SimulatedAccount:
    industry = INDUSTRIES[rng.choice(len(INDUSTRIES), p=_INDUSTRY_SHARES)]
    region = REGIONS[rng.choice(len(REGIONS), p=_REGION_SHARES)]
    segment = SEGMENTS[rng.choice(len(SEGMENTS), p=_SEGMENT_SHARES)]
    trade, ending = rng.choice(_TRADES[industry]), rng.choice(_ENDINGS[region])
    domain = f"{stem.lower()}.example"
    contacts = tuple(_contact(rng, region, domain) for _ in range(3))
    return SimulatedAccount(f"{stem} {trade} {ending}".strip(), industry, region, segment, domain, contacts)


def _contact(rng: np.random.Generator, region: str, domain: str) -> str:
    first, last = str(rng.choice(_FIRST[region])), str(rng.choice(_LAST))
    return f"{first}.{last}@{domain}".lower().translate(_PLAIN)
