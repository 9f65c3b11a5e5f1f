"""Orders, sales and customers, by their definitions, as statuses and profiles come to be known."""

from dataclasses import dataclass

import numpy as np

from generator.ledger.sums import Totals
from generator.plan import DAY_MS
from generator.shop.orders import CANCELLED, RETURNED, OrderLines

UNKNOWN = -1
_MOMENT_BITS = 42


@dataclass
class KnownVersions:
    """The versions of users that are known, in the order of (owner, time)."""

    owner: np.ndarray
    updated_ms: np.ndarray
    region: np.ndarray

    def regions_at(self, owner: np.ndarray, at_ms: np.ndarray) -> np.ndarray:
        """The region of each owner at a moment; the first version is open to the past."""
        if not len(self.owner):
            return np.full(len(owner), UNKNOWN)
        code = (self.owner << _MOMENT_BITS) | self.updated_ms
        asked = (owner << _MOMENT_BITS) | at_ms
        found = np.searchsorted(code, asked, side="right") - 1
        earlier = (found >= 0) & (self.owner[found] == owner)
        found = np.where(earlier, found, np.minimum(found + 1, len(code) - 1))
        return np.where(self.owner[found] == owner, self.region[found], UNKNOWN)


@dataclass(frozen=True)
class UserTotals:
    """Lifetime totals of some users, orders not cancelled; money in cents."""

    person: np.ndarray
    order_count: np.ndarray
    gross: np.ndarray
    discount: np.ndarray
    refund: np.ndarray
    first_ordered_ms: np.ndarray
    last_ordered_ms: np.ndarray


class Sales:
    """One reading of the order lines of a block of people; grows day by day."""

    def __init__(self, reading: str, start_day: int, people_count: int) -> None:
        self._reading = reading
        self._start_day = start_day
        self._people_count = people_count
        self._status = np.zeros(0, np.int64)
        self._updated = np.zeros(0, np.int64)
        self._region = np.zeros(0, np.int64)
        self._known_product = np.zeros(0, bool)

    def advance(
        self,
        tables: dict[str, Totals],
        lines: OrderLines,
        category: np.ndarray,
        recorded: tuple[np.ndarray, np.ndarray, np.ndarray],
        versions: KnownVersions,
        touched_people: np.ndarray,
        known_product: np.ndarray,
    ) -> tuple[UserTotals, np.ndarray]:
        """Take in what is recorded on a day, and add what changes by it to the tables.

        Args:
            lines: every order line so far.
            category: of each line's product.
            recorded: line, status and time of the statuses recorded on the day, by (line, time).
            versions: of users, as known at the end of the day.
            touched_people: people of whom a version came to be known on the day.
            known_product: whether each line's product is known at the end of the day.

        Returns:
            The new totals of the users for whom they changed, and the positions of the lines of
            orders that came to be known on the day.
        """
        new = len(lines) - len(self._status)
        before = (
            np.r_[self._status, np.full(new, UNKNOWN)],
            np.r_[self._region, np.full(new, UNKNOWN)],
            np.r_[self._known_product, np.zeros(new, bool)],
        )
        self._updated = np.r_[self._updated, np.full(new, -1)]
        status = before[0].copy()
        line, recorded_status, recorded_at = recorded
        last = np.r_[line[1:] != line[:-1], True] if len(line) else np.zeros(0, bool)
        line, recorded_status, recorded_at = line[last], recorded_status[last], recorded_at[last]
        newer = recorded_at > self._updated[line]
        line = line[newer]
        status[line], self._updated[line] = recorded_status[newer], recorded_at[newer]

        of_touched = np.zeros(self._people_count, bool)
        of_touched[touched_people] = True
        touched = (status != before[0]) | of_touched[lines.person]
        touched |= known_product & ~before[2]
        touched &= status >= 0
        rows = np.flatnonzero(touched)
        region = before[1].copy()
        region[rows] = versions.regions_at(lines.person[rows], lines.ordered_ms[rows])
        after = status, region, known_product
        some, kinds = lines.take(rows), category[rows]
        for state, sign in ((before, -1), (after, 1)):
            self._add_sales(tables, some, kinds, [column[rows] for column in state], sign)
        self._status, self._region, self._known_product = after
        changed = np.flatnonzero(status != before[0])
        self._add_orders(tables, lines, changed, before[0], status)
        totals = self._add_customers(tables, lines, changed, before[0], status)
        return totals, np.flatnonzero((before[0] < 0) & (status >= 0))

    def _add_sales(
        self,
        tables: dict[str, Totals],
        lines: OrderLines,
        category: np.ndarray,
        state: list[np.ndarray],
        sign: int,
    ) -> None:
        status, region, known_product = state
        known = status >= 0
        gross, discount, refund = amounts(lines, status)
        tables["sales_daily"].add(
            (self._reading,),
            (
                lines.ordered_ms[known] // DAY_MS - self._start_day,
                np.where(known_product, category + 1, 0)[known],
                region[known] + 1,
            ),
            (
                np.ones(int(known.sum()), np.int64),
                gross[known],
                discount[known],
                refund[known],
                (gross - discount - refund)[known],
            ),
            sign,
        )

    def _add_orders(
        self,
        tables: dict[str, Totals],
        lines: OrderLines,
        changed: np.ndarray,
        before: np.ndarray,
        after: np.ndarray,
    ) -> None:
        order = _order_numbers(lines)
        asked = np.zeros(int(order.max(initial=-1)) + 1, bool)
        asked[order[changed]] = True
        rows = np.flatnonzero(asked[order])
        numbers, of = np.unique(order[rows], return_inverse=True)
        day = np.zeros(len(numbers), np.int64)
        day[of] = lines.ordered_ms[rows] // DAY_MS - self._start_day
        for status, sign in ((before[rows], -1), (after[rows], 1)):
            known = np.bincount(of[status >= 0], minlength=len(numbers)) > 0
            lasting = (status >= 0) & (status != CANCELLED)
            cancelled = known & (np.bincount(of[lasting], minlength=len(numbers)) == 0)
            tables["orders_daily"].add(
                (self._reading,),
                (day[known],),
                (np.ones(int(known.sum()), np.int64), cancelled[known].astype(np.int64)),
                sign,
            )

    def _add_customers(
        self,
        tables: dict[str, Totals],
        lines: OrderLines,
        changed: np.ndarray,
        before: np.ndarray,
        after: np.ndarray,
    ) -> UserTotals:
        asked = np.zeros(self._people_count, bool)
        asked[lines.person[changed]] = True
        rows = np.flatnonzero(asked[lines.person])
        some = lines.take(rows)
        for status, sign in ((before[rows], -1), (after[rows], 1)):
            lasting = (status >= 0) & (status != CANCELLED)
            self._add_customer_days(tables, some.take(np.flatnonzero(lasting)), sign)
        return _totals(some, after[rows], np.flatnonzero(asked))

    def _add_customer_days(self, tables: dict[str, Totals], lines: OrderLines, sign: int) -> None:
        if not len(lines):
            return
        day = lines.ordered_ms // DAY_MS
        pairs = np.unique((lines.person << 20) | day)
        person, day = pairs >> 20, pairs & ((1 << 20) - 1)
        begins = np.r_[True, person[1:] != person[:-1]]
        one = np.ones(len(pairs), np.int64)
        tables["customers_daily"].add(
            (self._reading,),
            (day - self._start_day,),
            (one, begins.astype(np.int64), (~begins).astype(np.int64)),
            sign,
        )
        first_day = day[begins][np.cumsum(begins) - 1]
        cohort, month = _months(first_day), _months(day)
        pairs, at = np.unique((person << 20) | month, return_index=True)
        tables["cohorts"].add(
            (self._reading,),
            (cohort[at], month[at] - cohort[at]),
            (np.ones(len(pairs), np.int64),),
            sign,
        )


def amounts(lines: OrderLines, status: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gross, discount and refund of order lines in cents; a cancelled line counts for nothing."""
    gross = np.where(status == CANCELLED, 0, lines.quantity * lines.price)
    discount = np.where(status == CANCELLED, 0, lines.discount)
    return gross, discount, np.where(status == RETURNED, gross - discount, 0)


def _totals(lines: OrderLines, status: np.ndarray, people: np.ndarray) -> UserTotals:
    lasting = np.flatnonzero((status >= 0) & (status != CANCELLED))
    lines, status = lines.take(lasting), status[lasting]
    at = np.searchsorted(people, lines.person)
    gross, discount, refund = amounts(lines, status)
    order = _order_numbers(lines)
    begins = np.r_[True, order[1:] != order[:-1]] if len(order) else np.zeros(0, bool)
    first = np.full(len(people), np.iinfo(np.int64).max)
    last = np.full(len(people), -1)
    np.minimum.at(first, at, lines.ordered_ms)
    np.maximum.at(last, at, lines.ordered_ms)

    def sums(values: np.ndarray) -> np.ndarray:
        return np.bincount(at, values, len(people)).astype(np.int64)

    return UserTotals(
        people,
        np.bincount(at[begins], minlength=len(people)),
        sums(gross),
        sums(discount),
        sums(refund),
        first,
        last,
    )


def _order_numbers(lines: OrderLines) -> np.ndarray:
    """A number for the order of each line; the lines of an order stand together."""
    if not len(lines):
        return np.zeros(0, np.int64)
    other = (
        (lines.person[1:] != lines.person[:-1])
        | (lines.day[1:] != lines.day[:-1])
        | (lines.number[1:] != lines.number[:-1])
    )
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(other)])


def _months(days_since_1970: np.ndarray) -> np.ndarray:
    """Months since 1970."""
    return days_since_1970.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
