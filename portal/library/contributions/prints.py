"""The print of a page: its words as a MinHash signature, by which pages that say the same are recognised.

A page is the set of its runs of SHINGLE words. The share that two sets have in common (Jaccard) is estimated by the
share of equal places of their signatures (Broder, "On the resemblance and containment of documents", 1997).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

Signature = NDArray[np.uint32]

SHINGLE = 2
# Fewer words are a title or a "Thank you": they say nothing about where a page comes from.
FEWEST_WORDS = 8
HASHES = 96
ROWS = 3
BANDS = HASHES // ROWS
# From here on two pages count as one page that was changed; measured by `python -m bench.near_duplicates`.
THRESHOLD = 0.45

# In scripts without spaces each sign stands for a word.
_SIGNS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_SIGNS}]|[^\W_{_SIGNS}]+")
_AT_ONCE = 4_096
_TOP_BIT_OFF = np.uint64((1 << 63) - 1)


def _fixed(count: int, seed: int) -> NDArray[np.uint64]:
    """Return random odd numbers that are the same in every process and on every machine."""
    drawn = np.random.Generator(np.random.PCG64(seed)).integers(0, 1 << 63, size=count, dtype=np.uint64)
    return drawn * np.uint64(2) + np.uint64(1)


_FACTORS, _SHIFTS = _fixed(HASHES, 1997), _fixed(HASHES, 2011)
_BAND_FACTORS, _BAND_SEEDS = _fixed(ROWS, 31), _fixed(BANDS, 63)


def words_of(text: str) -> list[str]:
    """Return a text's words in small letters, one writing for each; numbers are words, signs are none."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def unnumbered(text: str, number: int) -> str:
    """Return a page's text without its own number where that ends a line, as in footers: a moved page says the same."""
    return re.sub(rf"(?m)(?<!\w){number}[^\S\n]*$", "", text)


def shingles_of(text: str, *, length: int = SHINGLE) -> set[tuple[str, ...]]:
    """Return the runs of `length` words of a text, or nothing for one that has too few words to be told by."""
    words = words_of(text)
    if len(words) < FEWEST_WORDS:
        return set()
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def print_of(text: str, *, length: int = SHINGLE) -> Signature | None:
    """Return a page's signature, shape (HASHES,), or None for a page with fewer than FEWEST_WORDS words."""
    shingles = shingles_of(text, length=length)
    if not shingles:
        return None
    numbers = np.array([_number(shingle) for shingle in shingles], dtype=np.uint64)
    least = np.full(HASHES, np.iinfo(np.uint32).max, dtype=np.uint64)
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE, None]
        # Multiply-shift: the upper half of a 64-bit product is a universal hash of a 32-bit number.
        least = np.minimum(least, ((part * _FACTORS + _SHIFTS) >> np.uint64(32)).min(axis=0))
    return least.astype(np.uint32)


def _number(shingle: tuple[str, ...]) -> int:
    text = " ".join(shingle).encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(text, digest_size=4).digest(), "little")


def bands_of(signature: Signature) -> list[int]:
    """Return a signature's BANDS keys, each a non-negative 63-bit number; alike pages share at least one.

    Two pages with similarity s share one with probability 1 - (1 - s**ROWS)**BANDS.
    """
    rows = signature.reshape(BANDS, ROWS).astype(np.uint64)
    mixed = _BAND_SEEDS.copy()
    for place in range(ROWS):
        mixed = (mixed ^ rows[:, place]) * _BAND_FACTORS[place]
        mixed ^= mixed >> np.uint64(29)
    keys: list[int] = (mixed & _TOP_BIT_OFF).tolist()
    return keys


def similarity(first: Signature, second: Signature) -> float:
    """Return the estimated share of runs that two pages have in common, 0 to 1.

    Its standard error is sqrt(s * (1 - s) / HASHES), 0.05 at the most.
    """
    return float((first == second).mean())


def similarities(ours: NDArray[np.uint32], theirs: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Return the similarity of each of our signatures (n, HASHES) with each of theirs (m, HASHES), as (n, m)."""
    alike: NDArray[np.float64] = np.stack([(theirs == own).mean(axis=1) for own in ours])
    return alike


def packed(signature: Signature) -> bytes:
    """Return a signature as it is stored: unsigned 32-bit numbers, the lowest byte first."""
    return signature.astype("<u4").tobytes()


def unpacked(rows: list[bytes]) -> NDArray[np.uint32]:
    """Return stored signatures as one array (n, HASHES)."""
    return np.frombuffer(b"".join(rows), dtype="<u4").reshape(len(rows), -1)
