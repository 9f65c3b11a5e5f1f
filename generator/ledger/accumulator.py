"""The ledger of one block of people, kept day by day."""

import numpy as np
import pyarrow as pa

from generator.csv_logs import identifiers, text
from generator.ledger.attribution import WINDOW_MS, Attribution, Touchpoints
from generator.ledger.sales import KnownVersions, Sales, UserTotals
from generator.ledger.sessions import Sessions, add_sessions
from generator.ledger.sums import INTENDED, OBSERVABLE, READINGS, Sums, Totals, moment, money
from generator.plan import DAY_MS
from generator.shop.events import Events
from generator.shop.people import TIERS
from generator.shop.users import name_pools
from generator.shop.visits import Visits
from generator.shop.world import Block, Day

SUMS = {
    "events_daily": Sums(("event_date", "event_type", "is_bot"), ("event_count", "revenue_amount")),
    "sessions_daily": Sums(
        ("session_date", "traffic_source", "device_type", "is_bot"),
        (
            "session_count",
            "event_count",
            "converted_count",
            "abandoned_count",
            "duration_seconds",
            "revenue_amount",
        ),
    ),
    "funnel_daily": Sums(
        ("session_date", "traffic_source", "device_type"),
        ("viewed_count", "carted_count", "purchased_count"),
    ),
    "abandoned_carts_daily": Sums(
        ("session_date", "traffic_source", "device_type"),
        ("cart_count", "product_count", "value_amount"),
    ),
    "sales_daily": Sums(
        ("order_date", "category", "region"),
        ("order_line_count", "gross_amount", "discount_amount", "refund_amount", "net_amount"),
    ),
    "orders_daily": Sums(("order_date",), ("order_count", "cancelled_order_count")),
    "customers_daily": Sums(
        ("order_date",), ("customer_count", "new_customer_count", "returning_customer_count")
    ),
    "cohorts": Sums(("cohort_month", "months_since"), ("customer_count",)),
}
# An order comes to be known up to 33 days after it was placed: if the lines before were damaged, by
# that of its return, 23 days after the order and 10 days late.
DAYS_OF_TOUCHPOINTS = WINDOW_MS // DAY_MS + 34


class LedgerAccumulator:
    """Both readings of a block's life; what changes on a day goes to tables shared by blocks."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._plan = block.population.plan
        people = block.people
        sources = list(self._plan.visits.sources)
        direct = sources.index("direct") if "direct" in sources else -1
        self._sales = {
            reading: Sales(reading, self._plan.start_day, len(people)) for reading in READINGS
        }
        self._attribution = {reading: Attribution(len(people), direct) for reading in READINGS}
        self._known_line = {reading: np.zeros(0, bool) for reading in READINGS}
        self._regions = _region_numbers(self._plan.seed)[0]

    def keep(self, day: Day, tables: dict[str, Totals], rows: dict[str, list[pa.Table]]) -> None:
        """Add what a day changes to the sums, and rows to the other tables."""
        touched = self._keep_events(day, tables)
        self._keep_sales(day, tables, rows, touched)
        self._keep_profiles(day, rows)

    # events, sessions, funnels, carts

    def _keep_events(self, day: Day, tables: dict[str, Totals]) -> dict[str, np.ndarray]:
        """Returns, per reading, the people whose earlier touchpoints changed."""
        visits, events = day.visits, day.events
        # Most visits are recorded as they were: both readings begin with all of them, and the
        # observable one corrects the others.
        astray = events.malformed | (events.landed_day != day.day)
        odd = visits.skew_ms != 0
        odd[events.visit[astray]] = True
        of_odd = odd[events.visit]
        every = np.ones(len(events), bool)
        whole = self._add(tables, READINGS, visits, events, every, events.time_ms)
        self._add(tables, (OBSERVABLE,), visits, events, of_odd, events.time_ms, -1)
        shown = events.time_ms + visits.skew_ms[events.visit]
        seen = of_odd & ~events.malformed & (events.landed_day <= day.day)
        hidden = self._add(tables, (OBSERVABLE,), visits, events, seen, shown)
        as_told = whole.take(np.flatnonzero(~odd[whole.visit]))
        new = {INTENDED: [whole], OBSERVABLE: [as_told, hidden]}
        for reading, found in new.items():
            touchpoints = [self._touchpoints(visits, each) for each in found]
            for each in touchpoints:
                self._attribution[reading].replace(np.zeros(0, np.int64), each)
        return {INTENDED: np.zeros(0, np.int64), OBSERVABLE: self._correct(day, tables)}

    def _correct(self, day: Day, tables: dict[str, Totals]) -> np.ndarray:
        """Take what was known of earlier visits back, and add what is known now."""
        visits, events = day.late_visits, day.late_events
        lands = (events.landed_day == day.day) & ~events.malformed
        changed = np.zeros(len(visits), bool)
        changed[events.visit[lands]] = True
        known = ~events.malformed & changed[events.visit]
        shown = events.time_ms + visits.skew_ms[events.visit]
        before, after = (
            known & (events.landed_day < day.day),
            known & (events.landed_day <= day.day),
        )
        self._add(tables, (OBSERVABLE,), visits, events, before, shown, -1)
        sessions = self._add(tables, (OBSERVABLE,), visits, events, after, shown)
        which = _visit_numbers(visits.take(np.flatnonzero(changed)))
        self._attribution[OBSERVABLE].replace(which, self._touchpoints(visits, sessions))
        return np.unique(visits.person[changed])

    def _add(
        self,
        tables: dict[str, Totals],
        readings: tuple[str, ...],
        visits: Visits,
        events: Events,
        chosen: np.ndarray,
        time: np.ndarray,
        sign: int = 1,
    ) -> Sessions:
        if not chosen.all():
            rows = np.flatnonzero(chosen)
            events, time = events.take(rows), time[rows]
        return add_sessions(
            tables, readings, sign, self._block.people, visits, events, time, self._plan.start_day
        )

    def _touchpoints(self, visits: Visits, sessions: Sessions) -> Touchpoints:
        sessions = sessions.take(np.flatnonzero(sessions.known_user))
        of = visits.take(sessions.visit)
        return Touchpoints(_visit_numbers(of), of.person, sessions.started_ms, of.source)

    # orders, sales, customers, attribution

    def _keep_sales(
        self,
        day: Day,
        tables: dict[str, Totals],
        rows: dict[str, list[pa.Table]],
        touched: dict[str, np.ndarray],
    ) -> None:
        lines, statuses = day.order_lines, day.status_rows
        catalogue, profiles = self._block.catalogue, self._block.profiles
        versions, start = profiles.versions, self._plan.start_ms
        category = catalogue.category[lines.product]
        true_day = (statuses.updated_ms - start) // DAY_MS
        for reading in READINGS:
            if reading == INTENDED:
                now = true_day == day.day
                became_known = versions.true_day(self._plan)
                product_known = np.ones(len(lines), bool)
            else:
                now = (statuses.landed_day == day.day) & ~statuses.malformed
                became_known = versions.known_from_day
                product_known = (catalogue.known_from_day <= day.day)[lines.product]
            known_statuses = statuses.take(np.flatnonzero(now))
            known = np.flatnonzero(became_known <= day.day)
            known_versions = KnownVersions(
                versions.owner[known],
                versions.updated_ms[known],
                self._regions[profiles.place[known]],
            )
            totals, new_lines = self._sales[reading].advance(
                tables,
                lines,
                category,
                (known_statuses.line, known_statuses.status, known_statuses.updated_ms),
                known_versions,
                versions.owner[became_known == day.day],
                product_known,
            )
            self._user_totals(reading, totals, rows)
            self._attribute(reading, day, new_lines, touched[reading], rows)

    def _user_totals(
        self, reading: str, totals: UserTotals, rows: dict[str, list[pa.Table]]
    ) -> None:
        none = totals.order_count == 0
        rows["user_totals"].append(
            pa.table(
                {
                    "reading": pa.repeat(reading, len(none)),
                    "user_id": identifiers.user_ids(self._block.first + totals.person),
                    "order_count": totals.order_count,
                    "gross_amount": money(totals.gross),
                    "discount_amount": money(totals.discount),
                    "refund_amount": money(totals.refund),
                    "net_amount": money(totals.gross - totals.discount - totals.refund),
                    "first_ordered_at": moment(totals.first_ordered_ms, none),
                    "last_ordered_at": moment(totals.last_ordered_ms, none),
                }
            )
        )

    def _attribute(
        self,
        reading: str,
        day: Day,
        new_lines: np.ndarray,
        touched: np.ndarray,
        rows: dict[str, list[pa.Table]],
    ) -> None:
        """Credit the orders that came to be known, and those whose touchpoints changed."""
        attribution, lines = self._attribution[reading], day.order_lines
        known = np.zeros(len(lines), bool)
        known[: len(self._known_line[reading])] = self._known_line[reading]
        known[new_lines] = True
        self._known_line[reading] = known
        people = np.union1d(lines.person[new_lines], touched)
        orders = attribution.orders_of(people, lines, known)
        start = self._plan.start_ms
        recent = (
            lines.ordered_ms[orders] >= start + (day.day - DAYS_OF_TOUCHPOINTS) * DAY_MS + WINDOW_MS
        )
        some = lines.take(orders[recent])
        order, columns = attribution.credits(some)
        person = self._block.first + some.person
        ids = identifiers.order_ids(self._plan.seed, person, some.day, some.number)
        started, source = columns.pop("started_ms"), columns.pop("source")
        sources = list(self._plan.visits.sources)
        rows["attribution"].append(
            pa.table(
                {
                    "reading": pa.repeat(reading, len(order)),
                    "order_id": ids.take(pa.array(order)),
                    "session_started_at": moment(started),
                    "traffic_source": text.picked(sources, source),
                    **columns,
                }
            )
        )
        attribution.forget_before(start + (day.day - DAYS_OF_TOUCHPOINTS) * DAY_MS)

    # users' versions

    def _keep_profiles(self, day: Day, rows: dict[str, list[pa.Table]]) -> None:
        profiles = self._block.profiles
        versions = profiles.versions
        pools = name_pools(self._plan.seed)
        for reading, known_from in (
            (INTENDED, versions.true_day(self._plan)),
            (OBSERVABLE, versions.known_from_day),
        ):
            found = versions_as_of(versions.owner, versions.updated_ms, known_from, day.day)
            chosen, number, valid_to, is_current = found
            place = profiles.place[chosen]
            rows["user_versions"].append(
                pa.table(
                    {
                        "reading": pa.repeat(reading, len(chosen)),
                        "user_id": identifiers.user_ids(self._block.first + versions.owner[chosen]),
                        "version_number": number,
                        "updated_at": moment(versions.updated_ms[chosen]),
                        "valid_from": moment(versions.updated_ms[chosen], number == 1),
                        "valid_to": moment(valid_to, is_current),
                        "country": text.picked(pools.countries, place),
                        "region": text.picked(pools.regions, place),
                        "city": text.picked(pools.cities, place),
                        "loyalty_tier": text.picked(TIERS, profiles.tier[chosen]),
                        "is_deleted": profiles.is_deleted[chosen],
                    }
                )
            )


def versions_as_of(
    owner: np.ndarray, updated_ms: np.ndarray, known_from: np.ndarray, day: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """All known versions of the owners of whom one came to be known on a day.

    Args:
        owner, updated_ms, known_from: of each version, in the order of (owner, time).

    Returns:
        Positions of the versions, their numbers from 1, when each ends, and whether it does not.
    """
    if not len(owner):
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing, nothing.astype(bool)
    changed = np.zeros(int(owner[-1]) + 1, bool)
    changed[owner[known_from == day]] = True
    chosen = np.flatnonzero(changed[owner] & (known_from <= day))
    of = owner[chosen]
    begins = np.r_[True, of[1:] != of[:-1]] if len(of) else np.zeros(0, bool)
    position = np.arange(len(of))
    number = position - np.maximum.accumulate(np.where(begins, position, 0)) + 1
    is_current = np.r_[begins[1:], True] if len(of) else np.zeros(0, bool)
    valid_to = np.r_[updated_ms[chosen][1:], 0] if len(of) else np.zeros(0, np.int64)
    return chosen, number, valid_to, is_current


def _visit_numbers(visits: Visits) -> np.ndarray:
    """A number for each visit of a block."""
    numbers: np.ndarray = (visits.person << 24) | (visits.day << 12) | visits.number
    return numbers


def _region_numbers(seed: int) -> tuple[np.ndarray, list[str]]:
    """The number of the region of each place, and the names of the regions."""
    regions = name_pools(seed).regions
    names = sorted(set(regions))
    return np.array([names.index(region) for region in regions]), names


def region_names(seed: int) -> list[str]:
    """The names of the regions, in the order of their numbers."""
    return _region_numbers(seed)[1]
