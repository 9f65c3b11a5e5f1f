"""Numbers, money and times as they stand in a CSV file; arrays in, text arrays out."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def joined(*parts: pa.Array | str, by: str = "") -> pa.Array:
    """The parts of each row put together."""
    return pc.binary_join_element_wise(*parts, by)


def picked(values: list[str] | tuple[str, ...] | pa.Array, positions: np.ndarray) -> pa.Array:
    """The value at each position; empty where the position is negative."""
    values = values if isinstance(values, pa.Array) else pa.array(values)
    return values.take(pa.array(positions, mask=positions < 0)).fill_null("")


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


def moments(milliseconds: np.ndarray) -> pa.Array:
    """Milliseconds since 1970 as 2024-03-01T08:15:30.123Z."""
    text = pa.array(milliseconds).cast(pa.timestamp("ms")).cast(pa.string())
    return joined(pc.binary_replace_slice(text, 10, 11, "T"), "Z")


def hexadecimal(first: int, count: int) -> pa.Array:
    """`count` different keys of 16 hexadecimal digits, told apart by `first` from other series."""
    numbers = np.uint64(first) + np.arange(count, dtype=np.uint64)
    for _ in range(2):  # each step maps every number to another one
        numbers = (numbers ^ (numbers >> np.uint64(31))) * np.uint64(0x9E3779B97F4A7C15)
    digits = numbers.astype(">u8").tobytes().hex().encode()
    return pa.array(np.frombuffer(digits, "S16")).cast(pa.string())
