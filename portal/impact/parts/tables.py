"""Tables: deals and wins on both sides by cell and part, and the Mantel-Haenszel difference of each part.

The same weights and variance as matching.py, for one asset and outcomes of yes or no.
"""

from dataclasses import dataclass

import numpy as np

from portal.impact.rows import FloatArray, IntArray


@dataclass(frozen=True)
class Tables:
    """Counts by cell and part, all (cells, parts)."""

    used: IntArray  # moments of first use; one a deal
    used_won: IntArray
    other: IntArray  # moments
    other_won: IntArray
    other_deals: IntArray


@dataclass(frozen=True)
class Summed:
    """What the tables come to, all (parts,); nan where nothing could be matched."""

    deals_used: IntArray
    won: IntArray
    matched: IntArray
    used_rate: FloatArray
    comparison_rate: FloatArray
    lift: FloatArray
    variance: FloatArray


def tables_of(used: IntArray, other: IntArray, again: IntArray, cells: int, parts: int) -> Tables:
    """Count both sides from keys, (cell x parts + part) x 2 + won, of their moments, (uses,) and (others,).

    again are the keys without won, (repeats,), of moments whose deal has an earlier one in the same cell and part.
    """
    shape = cells, parts
    n1, n0 = (np.bincount(key, minlength=cells * parts * 2).reshape(*shape, 2) for key in (used, other))
    repeats = np.bincount(again, minlength=cells * parts).reshape(shape)
    total = n0.sum(axis=2)
    return Tables(n1.sum(axis=2), n1[:, :, 1], total, n0[:, :, 1], total - repeats)


def summed(tables: Tables) -> Summed:
    """Sum the differences of the cells of each part, weighted by n1 n0 / (n1 + n0)."""
    paired = (tables.used > 0) & (tables.other > 0)
    used, other = np.where(paired, tables.used, 1), np.where(paired, tables.other, 1)
    deals = np.where(paired, tables.other_deals, 1)
    weight = np.where(paired, used * other / (used + other), 0.0)
    total = weight.sum(axis=0)
    total[total == 0] = np.nan
    used_rate, other_rate = tables.used_won / used, tables.other_won / other
    mean = (tables.used_won + tables.other_won) / (used + other)
    spread = mean * (1 - mean) * (used + deals) / (used + deals - 1)
    noise = weight**2 * spread * (1 / used + 1 / deals)
    rates = [(weight * rate).sum(axis=0) / total for rate in (used_rate, other_rate)]
    return Summed(
        deals_used=tables.used.sum(axis=0),
        won=tables.used_won.sum(axis=0),
        matched=np.where(paired, tables.used, 0).sum(axis=0),
        used_rate=rates[0],
        comparison_rate=rates[1],
        lift=rates[0] - rates[1],
        variance=noise.sum(axis=0) / total**2,
    )
