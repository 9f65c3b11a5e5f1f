"""The shop's life, day by day, for one run of its people."""

from dataclasses import dataclass, replace

import numpy as np

from generator.plan import DAY_MS
from generator.shop.events import RETURN, Events, events_of
from generator.shop.orders import RETURNED, OrderLines, StatusRows, order_lines_of, status_rows_of
from generator.shop.people import Population
from generator.shop.products import Catalogue
from generator.shop.randomness import draws, happens
from generator.shop.users import profiles_of
from generator.shop.versions import NEVER_LANDED
from generator.shop.visits import Visits, visits_of

# Returns of goods are visits of their own, numbered from here on within a person's day.
FIRST_RETURN = 2048


@dataclass
class Day:
    """What one run of people does on one day, and which of its lines land on it.

    Attributes:
        day: counted from 0.
        visits, events: all that is new on the day; every event of each visit, though some land
            later.
        late_visits, late_events: earlier visits of which some line lands on this day, with all
            their events.
        order_lines: every order line so far; earlier ones come first.
        status_rows: every status of them, `line` being a position in `order_lines`.
    """

    day: int
    visits: Visits
    events: Events
    late_visits: Visits
    late_events: Events
    order_lines: OrderLines
    status_rows: StatusRows


@dataclass
class Block:
    """A run of people small enough for the processor's caches, simulated day by day."""

    population: Population
    catalogue: Catalogue
    first: int
    last: int
    _carried: tuple[Visits, Events] | None = None
    _orders: tuple[OrderLines, StatusRows] | None = None

    def __post_init__(self) -> None:
        self.people = self.population.block(self.first, self.last)
        self.profiles = profiles_of(self.population.plan, self.people)
        self._next_day = 0
        self._known_from_day = self.profiles.versions.owners_known_from(len(self.people))

    def known_users(self, day: int) -> np.ndarray:
        """Per person, whether a sound line of the user has landed by the end of a day."""
        return self._known_from_day <= day

    def next_day(self) -> Day:
        """Live through the next day."""
        plan, day = self.population.plan, self._next_day
        self._next_day += 1
        visits = visits_of(self.population, self.people, np.array([day]))
        events = events_of(self.population, self.catalogue, self.people, visits)
        visits, events = self._with_returns(day, visits, events)
        lines = order_lines_of(plan, self.catalogue, visits, events)
        rows = status_rows_of(plan, self.people, lines)
        if self._orders:
            rows = replace(rows, line=rows.line + len(self._orders[0]))
            lines = OrderLines.joined([self._orders[0], lines])
            rows = StatusRows.joined([self._orders[1], rows])
        self._orders = lines, rows
        late_visits, late_events = self._carry(day, visits, events)
        return Day(day, visits, events, late_visits, late_events, lines, rows)

    def _with_returns(self, day: int, visits: Visits, events: Events) -> tuple[Visits, Events]:
        """The day's visits and events with the returns of goods that fall on it."""
        if not self._orders:
            return visits, events
        plan = self.population.plan
        lines, rows = self._orders
        falls = (rows.status == RETURNED) & ((rows.updated_ms - plan.start_ms) // DAY_MS == day)
        if not falls.any():
            return visits, events
        falls = np.flatnonzero(falls)
        line = rows.line[falls]
        order = np.lexsort((line, rows.updated_ms[falls], lines.person[line]))
        line, time = line[order], rows.updated_ms[falls][order]
        bought = lines.take(line)
        person = bought.person
        begins = np.r_[True, person[1:] != person[:-1]]
        number = np.arange(len(line)) - np.maximum.accumulate(
            np.where(begins, np.arange(len(line)), 0)
        )
        key = draws(bought.key, 9)
        none = np.zeros(len(line), np.int64)
        returns = Visits(
            person=person,
            day=np.full(len(line), day),
            number=FIRST_RETURN + number,
            order_day=bought.day,
            order_number=bought.number,
            key=key,
            started_ms=time,
            slot=bought.slot,
            device=self.people.device[person, bought.slot],
            source=none,
            products_viewed=none,
            logs_in_from=none,
            wants_to_buy=none.astype(bool),
            is_bot=none.astype(bool),
            late_days=none,
            late_from=none,
            resent_days=none,
            skew_ms=none,
        )
        event_key = draws(key, 1000)
        malformed = happens(event_key, 12, 20, plan.dirt.malformed)
        twice = happens(event_key, 32, 16, plan.dirt.duplicate) & ~malformed
        landed = np.full(len(line), day)
        back = Events(
            visit=np.arange(len(line), dtype=np.int32) + len(visits),
            sequence=none,
            kind=np.full(len(line), RETURN, np.int8),
            product=bought.product,
            quantity=bought.quantity,
            price=bought.price,
            price_version=self.catalogue.price_versions(bought.product, bought.day),
            line=bought.line.astype(np.int8),
            time_ms=time,
            logged_in=np.ones(len(line), bool),
            landed_day=landed,
            again_day=np.where(twice, landed, NEVER_LANDED),
            malformed=malformed,
            key=event_key,
        )
        return Visits.joined([visits, returns]), Events.joined([events, back])

    def _carry(self, day: int, visits: Visits, events: Events) -> tuple[Visits, Events]:
        """Keep the visits with lines still to land; give those with lines landing on this day."""
        new = _with_landing_after(visits, events, day)
        if self._carried is None:
            touched = visits.take(slice(0, 0)), events.take(slice(0, 0))
            self._carried = new
            return touched
        old_visits, old_events = self._carried
        lands = (old_events.landed_day == day) | (old_events.again_day == day)
        touched = _only(old_visits, old_events, _visits_with(old_visits, old_events, lands))
        kept = _with_landing_after(old_visits, old_events, day)
        self._carried = both(kept, new)
        return touched


def _visits_with(visits: Visits, events: Events, chosen: np.ndarray) -> np.ndarray:
    found = np.zeros(len(visits), bool)
    found[events.visit[chosen]] = True
    return found


def _with_landing_after(visits: Visits, events: Events, day: int) -> tuple[Visits, Events]:
    later = (events.landed_day > day) & (events.landed_day < NEVER_LANDED)
    later |= (events.again_day > day) & (events.again_day < NEVER_LANDED)
    return _only(visits, events, _visits_with(visits, events, later))


def only_visits_of(visits: Visits, events: Events) -> tuple[Visits, Events]:
    """The visits of some events alone, and the events."""
    asked = np.zeros(len(visits), bool)
    asked[events.visit] = True
    position = np.cumsum(asked, dtype=np.int32) - 1
    return visits.take(np.flatnonzero(asked)), replace(events, visit=position[events.visit])


def _only(visits: Visits, events: Events, chosen: np.ndarray) -> tuple[Visits, Events]:
    """The chosen visits with their events."""
    position = np.cumsum(chosen, dtype=np.int32) - 1
    kept = events.take(np.flatnonzero(chosen[events.visit]))
    return visits.take(chosen), replace(kept, visit=position[kept.visit])


def both(first: tuple[Visits, Events], second: tuple[Visits, Events]) -> tuple[Visits, Events]:
    """Two sets of visits with their events as one."""
    if not len(second[0]):
        return first
    moved = replace(second[1], visit=second[1].visit + np.int32(len(first[0])))
    return Visits.joined([first[0], second[0]]), Events.joined([first[1], moved])
