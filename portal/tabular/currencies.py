"""How many decimals the smallest unit of a currency has: the one table that readers, pages and exports go by."""

from __future__ import annotations

# ISO 4217; all others have two.
_WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_DIGITS = dict.fromkeys(_WITHOUT_DECIMALS.split(), 0) | dict.fromkeys(_WITH_THREE_DECIMALS.split(), 3)


def minor_digits(code: str) -> int:
    """Return how many decimals a currency's smallest unit has: 2 for USD, 0 for JPY, 3 for KWD."""
    return _DIGITS.get(code, 2)


def minor_units(whole: int, code: str) -> int:
    """Return an amount of whole units in the currency's smallest unit: 5 USD are 500 cents."""
    return whole * 10 ** minor_digits(code)
