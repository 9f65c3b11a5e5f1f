"""Attribution of orders to the sessions that led to them, by its definitions."""

from dataclasses import dataclass

import numpy as np

from generator.plan import DAY_MS
from generator.shop.columns import Columns
from generator.shop.orders import OrderLines

# Sessions count that began up to this long before the order.
WINDOW_MS = 30 * DAY_MS
# Time decay halves a session's weight with every full seven days.
HALF_LIFE_MS = 7 * DAY_MS
_MOMENT_BITS = 42


@dataclass(frozen=True)
class Touchpoints(Columns):
    """Known sessions with a known user, not of bots.

    Attributes:
        visit: a number for the visit, to find its sessions again.
        person: position of the user among the people.
        started_ms: of the first known event.
        source: number of the traffic source.
    """

    visit: np.ndarray
    person: np.ndarray
    started_ms: np.ndarray
    source: np.ndarray


class Attribution:
    """One reading of the touchpoints of a block of people; grows day by day."""

    def __init__(self, people_count: int, direct: int) -> None:
        """Start with nothing known.

        Args:
            direct: the number of the source `direct`, or -1.
        """
        self._people_count = people_count
        self._direct = direct
        nothing = np.zeros(0, np.int64)
        self._known = Touchpoints(nothing, nothing, nothing, nothing)

    def replace(self, visits: np.ndarray, touchpoints: Touchpoints) -> None:
        """Put touchpoints in the place of what was known of the given visits."""
        kept = self._known
        if len(visits) and len(kept):
            kept = kept.take(np.flatnonzero(~np.isin(kept.visit, visits)))
        self._known = Touchpoints.joined([kept, touchpoints])

    def forget_before(self, moment_ms: int) -> None:
        """Drop touchpoints too old for any order to come."""
        self._known = self._known.take(np.flatnonzero(self._known.started_ms >= moment_ms))

    def orders_of(self, people: np.ndarray, lines: OrderLines, known: np.ndarray) -> np.ndarray:
        """First lines of the known orders of people, as positions."""
        asked = np.zeros(self._people_count, bool)
        asked[people] = True
        rows = np.flatnonzero(asked[lines.person] & known)
        some = lines.take(rows)
        code = (some.person << 24) | (some.day << 12) | some.number
        return rows[np.unique(code, return_index=True)[1]]

    def credits(self, lines: OrderLines) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """The touchpoints of orders and the share of each in them.

        Args:
            lines: one line of each order.

        Returns:
            The position of the order of each row, and the columns: `touchpoint` (from 1, in the
            order of time), `touchpoint_count`, `started_ms`, `source`, and the credits in [0, 1].
        """
        asked = np.zeros(self._people_count, bool)
        asked[lines.person] = True
        some = self._known.take(np.flatnonzero(asked[self._known.person]))
        some = some.take(np.lexsort((some.visit, some.started_ms, some.person)))
        code = (some.person << _MOMENT_BITS) | some.started_ms
        begin = np.searchsorted(
            code, (lines.person << _MOMENT_BITS) | (lines.ordered_ms - WINDOW_MS)
        )
        end = np.searchsorted(code, (lines.person << _MOMENT_BITS) | lines.ordered_ms, side="right")
        many = end - begin
        order = np.repeat(np.arange(len(lines)), many)
        place = np.arange(len(order)) - np.repeat(np.cumsum(many) - many, many)
        of = np.repeat(begin, many) + place
        count = many[order]
        last = place == count - 1
        age = (lines.ordered_ms[order] - some.started_ms[of]) // HALF_LIFE_MS
        weight = 0.5**age  # exact: a power of two
        whole = np.bincount(order, weight, len(lines))
        other = some.source[of] != self._direct
        latest = np.full(len(lines), -1)
        np.maximum.at(latest, order[other], place[other])
        # An order of direct sessions alone goes to the last of them.
        latest = np.where(latest < 0, many - 1, latest)
        ends = np.where(count == 1, 1.0, np.where(count == 2, 0.5, 0.4))
        between = 0.2 / np.maximum(count - 2, 1)
        return order, {
            "touchpoint": place + 1,
            "touchpoint_count": count,
            "started_ms": some.started_ms[of],
            "source": some.source[of],
            "first_credit": (place == 0).astype(np.float64),
            "last_credit": last.astype(np.float64),
            "last_non_direct_credit": (place == latest[order]).astype(np.float64),
            "linear_credit": 1 / count,
            "position_based_credit": np.where((place == 0) | last, ends, between),
            "time_decay_credit": weight / whole[order],
        }
