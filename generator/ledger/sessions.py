"""Sessions, funnels and abandoned carts, by their definitions."""

from dataclasses import dataclass

import numpy as np

from generator.ledger.sums import Totals
from generator.plan import DAY_MS
from generator.shop.columns import Columns
from generator.shop.events import CART, PURCHASE, REMOVE, RETURN, VIEW, Events
from generator.shop.people import People
from generator.shop.visits import Visits

# Where no session id is given, a silence of more than this ends a session.
SESSION_GAP_MS = 30 * 60_000
# Clocks go wrong by hours: days are counted from a few days before the start.
DAYS_BEFORE = 3


@dataclass(frozen=True)
class Sessions(Columns):
    """Sessions in the order of (visit, time); one array entry per session.

    Attributes:
        visit: position of the visit.
        started_ms, ended_ms: of the first and the last known event.
        event_count, cart_count, purchase_count: known events.
        revenue: purchases less returns, in cents.
        carted: whether something is put in the cart after a view.
        purchased: whether something is bought after that.
        known_user: whether the user's name is on one of the events.
    """

    visit: np.ndarray
    started_ms: np.ndarray
    ended_ms: np.ndarray
    event_count: np.ndarray
    cart_count: np.ndarray
    purchase_count: np.ndarray
    revenue: np.ndarray
    viewed: np.ndarray
    carted: np.ndarray
    purchased: np.ndarray
    known_user: np.ndarray


def sessions_of(
    people: People, visits: Visits, events: Events, time: np.ndarray
) -> tuple[Sessions, np.ndarray]:
    """The sessions that the given events form.

    Args:
        events: the known ones, in the order of (visit, time).
        time: the known time of each, in milliseconds since 1970.

    Returns:
        The sessions, and the position of the session of each event.
    """
    count = len(events)
    if not count:
        nothing = np.zeros(0, np.int64)
        return Sessions(*([nothing] * 7), *([nothing.astype(bool)] * 4)), nothing
    hides = people.hides[visits.person, visits.slot]
    begins = np.ones(count, bool)
    other = events.visit[1:] != events.visit[:-1]
    begins[1:] = other | (hides[events.visit[1:]] & (time[1:] - time[:-1] > SESSION_GAP_MS))
    first = np.flatnonzero(begins)
    last = np.r_[first[1:], count] - 1
    session = np.cumsum(begins) - 1
    many = len(first)
    kind = events.kind
    cart, purchase = np.flatnonzero(kind == CART), np.flatnonzero(kind == PURCHASE)
    back = np.flatnonzero(kind == RETURN)
    value = events.quantity * events.price
    # Without any rows bincount counts in whole numbers, otherwise in floats.
    revenue = np.bincount(session[purchase], value[purchase], many).astype(np.int64)
    revenue -= np.bincount(session[back], value[back], many).astype(np.int64)
    view = _first_after(session, np.flatnonzero(kind == VIEW), np.full(many, -1))
    carted = _first_after(session, cart, view)
    purchased = _first_after(session, purchase, carted)
    sessions = Sessions(
        visit=events.visit[first],
        started_ms=time[first],
        ended_ms=time[last],
        event_count=last - first + 1,
        cart_count=np.bincount(session[cart], minlength=many),
        purchase_count=np.bincount(session[purchase], minlength=many),
        revenue=revenue,
        viewed=view < count,
        carted=carted < count,
        purchased=purchased < count,
        known_user=np.bincount(session[events.logged_in], minlength=many) > 0,
    )
    return sessions, session


def _first_after(session: np.ndarray, rows: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Per session the first of the given rows that comes after a row; a large number for none."""
    rows = rows[rows > after[session[rows]]]
    found = np.full(len(after), np.iinfo(np.int64).max)
    of = session[rows]
    begins = np.r_[True, of[1:] != of[:-1]] if len(of) else np.zeros(0, bool)
    found[of[begins]] = rows[begins]
    return found


def add_sessions(
    tables: dict[str, Totals],
    readings: tuple[str, ...],
    sign: int,
    people: People,
    visits: Visits,
    events: Events,
    time: np.ndarray,
    start_day: int,
) -> Sessions:
    """Add what the given events show to the tables of events, sessions, funnels and carts.

    Args:
        events: the known ones, in the order of (visit, time).
        time: the known time of each.
        start_day: the plan's first day, in days since 1970.
    """
    first_day = start_day - DAYS_BEFORE
    value = events.quantity * events.price
    signed = value * ((events.kind == PURCHASE).astype(np.int64) - (events.kind == RETURN))
    day = time // DAY_MS - first_day
    is_bot = visits.is_bot[events.visit].astype(np.int64)
    tables["events_daily"].add(
        readings,
        (day, events.kind.astype(np.int64), is_bot),
        (np.ones(len(events), np.int64), signed),
        sign,
    )
    sessions, session = sessions_of(people, visits, events, time)
    of = sessions.visit
    bot = visits.is_bot[of]
    keys = sessions.started_ms // DAY_MS - first_day, visits.source[of], visits.device[of]
    abandoned = (sessions.cart_count > 0) & (sessions.purchase_count == 0)
    tables["sessions_daily"].add(
        readings,
        (*keys, bot.astype(np.int64)),
        (
            np.ones(len(sessions), np.int64),
            sessions.event_count,
            (sessions.purchase_count > 0).astype(np.int64),
            abandoned.astype(np.int64),
            sessions.ended_ms // 1000 - sessions.started_ms // 1000,
            sessions.revenue,
        ),
        sign,
    )
    human = ~bot
    tables["funnel_daily"].add(
        readings,
        tuple(key[human] for key in keys),
        tuple(
            reached[human].astype(np.int64)
            for reached in (sessions.viewed, sessions.carted, sessions.purchased)
        ),
        sign,
    )
    left, products, worth = _left_in_carts(events, session, abandoned & human)
    tables["abandoned_carts_daily"].add(
        readings,
        tuple(key[left] for key in keys),
        (np.ones(len(left), np.int64), products, worth),
        sign,
    )
    return sessions


def _left_in_carts(
    events: Events, session: np.ndarray, abandoned: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What was put in the carts of abandoned sessions and not taken out again.

    Returns:
        The sessions in whose cart something was left, how many products, and their value in cents:
        pieces added less pieces removed per product, at the price of the last addition.
    """
    rows = np.flatnonzero(((events.kind == CART) | (events.kind == REMOVE)) & abandoned[session])
    if not len(rows):
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing
    product = events.product[rows].astype(np.int64)
    code = (session[rows] << 24) | product
    unique, inverse = np.unique(code, return_inverse=True)
    added = events.kind[rows] == CART
    pieces = np.bincount(inverse, np.where(added, 1, -1) * events.quantity[rows]).astype(np.int64)
    price = np.zeros(len(unique), np.int64)
    price[inverse[added]] = events.price[rows[added]]  # the last one stays
    left = pieces > 0
    where, of = np.unique(unique[left] >> 24, return_inverse=True)
    value = np.bincount(of, (pieces * price)[left], len(where)).astype(np.int64)
    return where, np.bincount(of, minlength=len(where)), value
