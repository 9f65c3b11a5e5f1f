"""What goes wrong with lines on their way: damaged, written twice, or late.

A damaged line comes besides the good one, as when a writer failed and tried again: what the good
lines say does not depend on the share of dirt.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generator.plan import Plan
from generator.text import joined

# per table: the column and the value that spoils it
SPOILED = {
    "events": {"price": "12.x", "event_time": "soon", "event_type": "teleport", "event_id": ""},
    "orders": {"unit_price": "12.x", "updated_at": "soon", "status": "lost", "order_id": ""},
    "users": {"updated_at": "soon", "user_id": ""},
    "products": {"price": "12.x", "updated_at": "soon", "product_id": ""},
}
CUT_AT = 40  # characters; no line is whole by then
Counts = dict[str, int]


def landed(
    plan: Plan, table: str, days: Iterator[dict[str, pa.Array]]
) -> Iterator[tuple[bytes, Counts]]:
    """The text of each day's file, and how many of its lines are of which sort.

    The sorts are lines (all of them), damaged, duplicates and late.
    """
    draws = plan.draws(f"dirt in {table}")
    late: dict[int, list[pa.Array]] = defaultdict(list)
    for day, columns in enumerate(days):
        lines = _lines(columns)
        dirty = np.flatnonzero(draws.random(len(lines)) < plan.dirt)
        sort = draws.integers(0, 3, len(dirty))
        arrivals = np.minimum(day + draws.integers(1, 4, len(dirty)), plan.days - 1)
        delayed = (sort == 2) & (arrivals > day)
        for arrival in np.unique(arrivals[delayed]).tolist():
            late[arrival].append(lines.take(pa.array(dirty[delayed & (arrivals == arrival)])))
        copies = np.ones(len(lines), int)
        copies[dirty[sort == 1]] = 2
        copies[dirty[delayed]] = 0
        intact = lines.take(pa.array(np.repeat(np.arange(len(lines)), copies)))
        spoilt = pa.array(dirty[sort == 0])
        bad = {name: column.take(spoilt) for name, column in columns.items()}
        latecomers = late.pop(day, [])
        written = pa.concat_arrays([intact, _damaged(table, bad, draws), *latecomers])
        yield (
            (",".join(columns) + "\n").encode() + _contents(written),
            {
                "lines": len(written),
                "damaged": len(spoilt),
                "duplicates": int((sort == 1).sum()),
                "late": sum(map(len, latecomers)),
            },
        )


def _lines(columns: dict[str, pa.Array]) -> pa.Array:
    """Each row as one line of CSV with its end; the values are quoted already."""
    *others, last = columns.values()
    return joined(*others, joined(last, "\n"), by=",")


def _damaged(table: str, columns: dict[str, pa.Array], draws: np.random.Generator) -> pa.Array:
    """One damaged line for each row: a spoiled value, a line cut off or a field too many."""
    lines = _lines(columns)
    nothing = pa.nulls(len(lines), pa.string())
    ways = [
        joined(pc.utf8_slice_codeunits(lines, 0, CUT_AT), "\n"),
        pc.replace_substring(lines, "\n", ",surplus\n"),
    ]
    for column, value in SPOILED[table].items():
        ways.append(_lines(columns | {column: nothing.fill_null(value)}))
    return pc.choose(pa.array(draws.integers(0, len(ways), len(lines))), *ways)


def _contents(lines: pa.Array) -> bytes:
    """The lines one behind the other."""
    if len(lines) == 0:
        return b""
    _, offsets, data = lines.buffers()
    return data.slice(0, int(np.frombuffer(offsets, np.int32)[len(lines)])).to_pybytes()
