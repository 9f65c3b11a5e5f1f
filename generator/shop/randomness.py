"""Randomness without state: every draw is a pure function of the seed and of what it is about.

A draw is a 64-bit integer from SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
Generators, 2014), keyed by what it is about, such as (seed, person, day). So any subset of the
shop's life can be computed alone and equals the same subset of the whole. Only whole numbers are
drawn, and distributions are integer tables: floating-point logarithms differ between processors.
"""

import hashlib
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

QUANTILES = 4096
_QUANTILE_BITS = 12
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_SHIFTS = tuple(np.uint64(shift) for shift in (30, 27, 31))
_NORMAL = NormalDist()
# Far more digits than any table shows.
_DIGITS = Context(prec=15)


def stream_key(seed: int, name: str) -> int:
    """The key of a named stream of draws: other names and other seeds give unrelated draws."""
    digest = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def draws(key: int | np.ndarray, numbers: np.ndarray | int) -> NDArray[np.uint64]:
    """One 64-bit draw for each number under a key, or under the key of each number.

    Args:
        key: the key of a stream, or draws made before, to draw further for each of them.
        numbers: what is drawn for, such as person numbers.

    Returns:
        uint64, of the shape that key and numbers have together.
    """
    golden = np.uint64(_GOLDEN)
    if isinstance(key, np.ndarray):
        step = (
            np.uint64((int(numbers) + 1) * _GOLDEN & (2**64 - 1))
            if isinstance(numbers, int)
            else (numbers.astype(np.uint64) + np.uint64(1)) * golden
        )
        mixed = key + step
    else:
        mixed = np.asarray(numbers).astype(np.uint64) * golden
        mixed += np.uint64(key)
    shifted = mixed >> _SHIFTS[0]
    mixed ^= shifted
    mixed *= _FIRST
    np.right_shift(mixed, _SHIFTS[1], out=shifted)
    mixed ^= shifted
    mixed *= _SECOND
    np.right_shift(mixed, _SHIFTS[2], out=shifted)
    mixed ^= shifted
    return mixed


def part(drawn: np.ndarray, offset: int, bits: int) -> NDArray[np.int64]:
    """Some bits of each draw as int64: a draw of 64 bits serves several small purposes.

    Args:
        offset: the first bit, counted from the lowest.
        bits: how many, at most 32.
    """
    return ((drawn >> np.uint64(offset)) & np.uint64((1 << bits) - 1)).astype(np.int64)


def below(
    drawn: np.ndarray, offset: int, bits: int, count: int | NDArray[np.int64]
) -> NDArray[np.int64]:
    """A number from 0 to count - 1 out of some bits of each draw; bits + log2(count) < 63."""
    return (part(drawn, offset, bits) * count) >> bits


def happens(
    drawn: np.ndarray, offset: int, bits: int, rate: float | np.ndarray
) -> NDArray[np.bool_]:
    """Whether something with the given rate in [0, 1] happens, out of some bits of each draw."""
    threshold = np.rint(np.asarray(rate, np.float64) * (1 << bits)).astype(np.int64)
    return part(drawn, offset, bits) < threshold


def quantile(table: NDArray[np.int64], drawn: np.ndarray, offset: int) -> NDArray[np.int64]:
    """An entry of a quantile table (of `QUANTILES` entries) out of 12 bits of each draw."""
    return table[part(drawn, offset, _QUANTILE_BITS)]


def quantile_table(of_probability: Callable[[Decimal], Decimal | int]) -> NDArray[np.int64]:
    """The inverse of a distribution function as integers, at the middle of `QUANTILES` steps."""
    return np.array(
        [
            round(of_probability(Decimal(2 * step + 1) / (2 * QUANTILES)))
            for step in range(QUANTILES)
        ],
        np.int64,
    )


@lru_cache
def lognormal_table(median: float, sigma: float, largest: int) -> NDArray[np.int64]:
    """Quantiles of a log-normal distribution, rounded, between 1 and `largest`."""

    def value(probability: Decimal) -> Decimal:
        # Nine decimals: far coarser than what processors differ by, far finer than matters.
        deviation = round(Decimal(_NORMAL.inv_cdf(float(probability))), 9)
        drawn = Decimal(median) * (Decimal(sigma) * deviation).exp(_DIGITS)
        return min(max(drawn, Decimal(1)), Decimal(largest))

    return quantile_table(value)


@lru_cache
def exponential_table(mean: float, largest: int) -> NDArray[np.int64]:
    """Quantiles of an exponential distribution, rounded, between 1 and `largest`."""
    return quantile_table(
        lambda probability: min(
            max(-Decimal(mean) * (1 - probability).ln(_DIGITS), Decimal(1)), Decimal(largest)
        )
    )


@lru_cache
def geometric_table(mean: float, largest: int) -> NDArray[np.int64]:
    """Quantiles of a geometric distribution from 1 on, cut at `largest`."""
    if mean <= 1:
        return np.ones(QUANTILES, np.int64)
    failure = (1 - 1 / Decimal(mean)).ln(_DIGITS)
    return quantile_table(
        lambda probability: min(int((1 - probability).ln(_DIGITS) / failure) + 1, largest)
    )


def choice_table(weights: Sequence[float], slots: int = QUANTILES) -> NDArray[np.int64]:
    """Which option each of `slots` equal steps of probability stands for, by the options' weights.

    Args:
        weights: not negative, at least one above 0; rounded to whole millionths of their sum.
    """
    scaled = np.rint(np.asarray(weights, np.float64) / float(sum(weights)) * 1e6).astype(np.int64)
    cumulated: NDArray[np.int64] = np.cumsum(scaled)
    middles = (2 * np.arange(slots, dtype=np.int64) + 1) * cumulated[-1] // (2 * slots)
    chosen: NDArray[np.int64] = np.searchsorted(cumulated, middles, side="right")
    return chosen
