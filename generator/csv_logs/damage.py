"""Lines damaged beyond reading: what writers, networks and exports do to them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generator.shop.randomness import part

KINDS = (
    "cut_off",
    "extra_field",
    "missing_field",
    "bad_number",
    "negative_number",
    "bad_time",
    "impossible_time",
    "unknown_type",
    "empty_key",
    "bad_utf8",
    "unescaped_quote",
    "quoted_newline",
    "nul",
    "swapped_columns",
    "wrong_delimiter",
    "blank",
    "repeated_header",
)
_CUT_AT = (12, 24, 36)  # characters; no line is whole by then
_NEWLINE = KINDS.index("quoted_newline")


@dataclass(frozen=True)
class Roles:
    """Which column of a table can be spoiled in which way; empty where none can.

    Attributes:
        key: must not be empty.
        time: a moment.
        number: must not be negative.
        type: one of a few words.
        text: free text.
    """

    key: str
    time: str
    number: str
    type: str
    text: str


def kinds_of(drawn: np.ndarray, roles: Roles) -> np.ndarray:
    """The kind of damage of each line, as a number into `KINDS`; uses bits 48 to 63."""
    possible = np.array(
        [
            number
            for number, kind in enumerate(KINDS)
            if (roles.number or not kind.endswith("_number"))
            and (roles.type or kind != "unknown_type")
        ]
    )
    return possible[part(drawn, 48, 16) % len(possible)]


def physical_lines(kinds: np.ndarray) -> np.ndarray:
    """How many lines of the file each damaged line takes."""
    lines: np.ndarray = 1 + (kinds == _NEWLINE)
    return lines


def damaged(
    columns: dict[str, pa.Array], kinds: np.ndarray, drawn: np.ndarray, roles: Roles, header: str
) -> list[pa.Array]:
    """Damaged lines without their line ends, as binary arrays.

    Args:
        columns: texts of the sound lines, quoted where need be, in the order of the file.
        kinds: from `kinds_of`.
        drawn: uint64 draws, one for each line.
        header: the file's first line.
    """
    found = []
    for number in np.unique(kinds):
        rows = pa.array(np.flatnonzero(kinds == number))
        some = {name: column.take(rows) for name, column in columns.items()}
        found.append(_spoiled(some, KINDS[number], drawn[kinds == number], roles, header))
    return found


def _spoiled(
    columns: dict[str, pa.Array], kind: str, drawn: np.ndarray, roles: Roles, header: str
) -> pa.Array:
    """Lines with one kind of damage."""

    def line(**changed: pa.Array) -> pa.Array:
        return pc.binary_join_element_wise(*(columns | changed).values(), ",")

    def constant(value: str) -> pa.Array:
        return pa.repeat(value, len(drawn))

    def within(column: str, inserted: str) -> pa.Array:
        return line(**{column: pc.binary_join_element_wise("a", columns[column], inserted)})

    if kind == "cut_off":
        cuts = [pc.utf8_slice_codeunits(line(), 0, stop) for stop in _CUT_AT]
        text = pc.choose(pa.array(part(drawn, 0, 16) % len(cuts)), *cuts)
    elif kind == "extra_field":
        text = pc.binary_join_element_wise(line(), ",surplus", "")
    elif kind == "missing_field":
        rest = [values for name, values in columns.items() if name != roles.time]
        text = pc.binary_join_element_wise(*rest, ",")
    elif kind == "bad_number":
        text = line(**{roles.number: constant("12.x")})
    elif kind == "negative_number":
        text = line(**{roles.number: constant("-5")})
    elif kind == "bad_time":
        text = line(**{roles.time: constant("yesterday")})
    elif kind == "impossible_time":
        text = line(**{roles.time: constant("2024-02-30T25:61:00.000Z")})
    elif kind == "unknown_type":
        text = line(**{roles.type: constant("teleport")})
    elif kind == "empty_key":
        text = line(**{roles.key: constant("")})
    elif kind == "unescaped_quote":
        text = within(roles.text, '"b')
    elif kind == "quoted_newline":
        spread = pc.binary_join_element_wise('"', columns[roles.text], '\n"', "")
        text = line(**{roles.text: spread})
    elif kind == "nul":
        text = within(roles.text, "\0")
    elif kind == "swapped_columns":
        text = line(**{roles.time: columns[roles.key], roles.key: columns[roles.time]})
    elif kind == "wrong_delimiter":
        text = pc.replace_substring(line(), ",", ";")
    elif kind == "blank":
        text = constant("")
    elif kind == "repeated_header":
        text = constant(header)
    else:  # bad_utf8
        changed = {roles.text: pc.binary_join_element_wise(columns[roles.text], "\x01", "")}
        return pc.replace_substring(line(**changed).cast(pa.binary()), b"\x01", b"\xff")
    return text.cast(pa.binary())
