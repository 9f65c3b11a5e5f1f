"""Numbers, money, times and keys as they are in a CSV file; arrays in, text arrays out."""

from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generator.plan import DAY_MS

KEY_BITS = 48
KEY_DIGITS = KEY_BITS // 4
_KEY_MASK = np.uint64((1 << KEY_BITS) - 1)
MOMENT_WIDTH = 24


def fixed(characters: np.ndarray) -> pa.StringArray:
    """Texts of one width: uint8 of shape (rows, width), ASCII, as a text array."""
    rows, width = characters.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    data = pa.py_buffer(np.ascontiguousarray(characters))
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), data)


def joined(*parts: pa.Array | str, by: str = "") -> pa.Array:
    """The parts of each row put together."""
    return pc.binary_join_element_wise(*parts, by)


def picked(values: list[str] | tuple[str, ...] | pa.Array, positions: np.ndarray) -> pa.Array:
    """The value at each position."""
    values = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    return values.take(pa.array(positions))


def quoted(values: pa.Array | list[str]) -> pa.Array:
    """Values with a comma or a quote enclosed in quotes (RFC 4180)."""
    values = values if isinstance(values, pa.Array) else pa.array(values)
    enclosed = joined('"', pc.replace_substring(values, '"', '""'), '"')
    return pc.if_else(pc.match_substring_regex(values, '[,"]'), enclosed, values)


def whole(numbers: np.ndarray, prefix: str = "", width: int = 0) -> pa.Array:
    """Whole numbers, filled up with zeros to `width` behind a prefix."""
    return joined(prefix, pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0"))


def money(cents: np.ndarray) -> pa.Array:
    """Amounts in cents with two decimals."""
    return joined(whole(cents // 100), whole(cents % 100, width=2), by=".")


def moment_characters(milliseconds: np.ndarray) -> np.ndarray:
    """Milliseconds since 1970 as 2024-03-01T08:15:30.123Z: uint8 of shape (rows, 24)."""
    characters = np.empty((len(milliseconds), MOMENT_WIDTH), np.uint8)
    if not len(milliseconds):
        return characters
    day, within = np.divmod(milliseconds, DAY_MS)
    second, millisecond = np.divmod(within, 1000)
    first, last = int(day.min()), int(day.max())
    dates = np.arange(first, last + 1).astype("datetime64[D]").astype("S10")
    characters[:, :10] = dates.view(np.uint8).reshape(-1, 10).take(day - first, axis=0)
    characters[:, 10] = ord("T")
    clock, fractions = _clock()
    characters[:, 11:19] = clock.take(second, axis=0)
    characters[:, 19:] = fractions.take(millisecond, axis=0)
    return characters


def moments(milliseconds: np.ndarray) -> pa.Array:
    """Milliseconds since 1970 as text like 2024-03-01T08:15:30.123Z."""
    return fixed(moment_characters(milliseconds))


def key_characters(numbers: np.ndarray, seed: int) -> np.ndarray:
    """Numbers below 2**48 as 12 hexadecimal digits, different for different numbers.

    Returns:
        uint8 of shape (rows, 12); the digits look random, and other seeds give others.
    """
    mixed = (numbers.astype(np.uint64) ^ np.uint64(seed & ((1 << KEY_BITS) - 1))) & _KEY_MASK
    for factor in (0x9E3779B97F4B, 0xBF58476D1CE5):  # odd, so that each step can be undone
        mixed = (mixed * np.uint64(factor)) & _KEY_MASK
        mixed ^= mixed >> np.uint64(25)
    digits = np.empty((len(mixed), KEY_DIGITS), np.uint8)
    table = _four_digits()
    for place, shift in enumerate((32, 16, 0)):
        part = (mixed >> np.uint64(shift)) & np.uint64(0xFFFF)
        digits[:, 4 * place : 4 * place + 4] = table.take(part.astype(np.int64), axis=0)
    return digits


@lru_cache(maxsize=1)
def _clock() -> tuple[np.ndarray, np.ndarray]:
    """The seconds of a day as HH:MM:SS, and the fractions of a second as .123Z."""
    sixty = np.array([[ord(digit) for digit in f"{number:02}"] for number in range(60)], np.uint8)
    second = np.arange(86_400)
    clock = np.full((86_400, 8), ord(":"), np.uint8)
    clock[:, 0:2], clock[:, 3:5] = sixty[second // 3600], sixty[second // 60 % 60]
    clock[:, 6:8] = sixty[second % 60]
    fractions = "".join(f".{millisecond:03}Z" for millisecond in range(1000))
    return clock, np.frombuffer(fractions.encode(), np.uint8).reshape(-1, 5)


@lru_cache(maxsize=1)
def _four_digits() -> np.ndarray:
    text = "".join(f"{number:04x}" for number in range(1 << 16))
    return np.frombuffer(text.encode(), np.uint8).reshape(-1, 4)


@lru_cache(maxsize=1)
def two_digits() -> np.ndarray:
    """The numbers 0 to 255 as two hexadecimal digits: uint8 of shape (256, 2)."""
    text = "".join(f"{number:02x}" for number in range(256))
    return np.frombuffer(text.encode(), np.uint8).reshape(-1, 2)
