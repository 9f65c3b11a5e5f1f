"""What visitors do: sessions of events, some of which end in an order."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generator import text
from generator.plan import DAY_MS, Plan
from generator.products import Catalogue, product_ids
from generator.users import user_ids

TYPES = ("view", "wishlist", "add_to_cart", "remove_from_cart", "purchase", "return", "exit")
VIEW, WISHLIST, CART, REMOVE, PURCHASE, RETURN, EXIT = range(len(TYPES))
BROWSED, NOTHING = -1, -2
# Share of sessions, and the events they end with as (type, which product of the session); what
# goes before is browsing. A session too short for its ending is browsing alone.
ENDINGS = (
    (0.38, ()),
    (0.30, ((EXIT, NOTHING),)),
    (0.08, ((VIEW, 0), (WISHLIST, 0))),
    (0.10, ((VIEW, 0), (CART, 0))),
    (0.03, ((VIEW, 0), (CART, 0), (REMOVE, 0))),
    (0.08, ((VIEW, 0), (CART, 0), (PURCHASE, 0))),
    (0.03, ((VIEW, 0), (CART, 0), (VIEW, 1), (CART, 1), (PURCHASE, 0), (PURCHASE, 1))),
)
HOURS = np.array(
    [3, 2, 1, 1, 1, 2, 4, 6, 8, 10, 11, 12, 13, 12, 11, 11, 12, 13, 15, 18, 20, 18, 12, 6]
)
SOURCES = ("direct", "search", "email", "social", "advert", "affiliate")
AGENTS = {  # and the device each runs on
    "Mozilla/5.0 Chrome/122.0 (Windows)": "desktop",
    "Mozilla/5.0 Firefox/123.0 (Linux)": "desktop",
    "Safari/17.3 (Macintosh, like Gecko)": "desktop",
    "Safari/17.3 (iPhone, like Mac OS X)": "mobile",
    "Mozilla/5.0 Chrome/122.0 (Android)": "mobile",
    "Safari/17.2 (iPad, like Mac OS X)": "tablet",
}
PAGES = ("/product/", "/wishlist", "/cart", "/cart", "/checkout/done", "/returns", "/goodbye")


class Clickstream:
    """All events of a plan in the order of time: one array entry per event, prices in cents.

    `session`, `visitor`, `user`, `product` and `order` count from 0; -1 stands for none.
    """

    def __init__(self, plan: Plan, catalogue: Catalogue) -> None:
        self._plan = plan
        draws = plan.draws("clickstream")
        self._series = draws.integers(2**63, size=3)
        lengths = draws.geometric(0.2, plan.events)
        lengths = lengths[: np.searchsorted(np.cumsum(lengths), plan.events) + 1]
        lengths[-1] -= lengths.sum() - plan.events
        sessions = len(lengths)
        visitors = plan.users * 3 // 2
        activity = np.cumsum(draws.lognormal(0, 1, visitors))
        visitor = np.searchsorted(activity, draws.random(sessions) * activity[-1])
        logged_in = draws.random(sessions) < 0.4
        chosen = catalogue.drawn(draws, (sessions, 2))
        quantities = np.minimum(draws.geometric(0.75, (sessions, 2)), 9)

        session = np.repeat(np.arange(sessions), lengths)
        kind, place = _courses(draws, lengths)
        time = _times(plan, draws, lengths)
        product = np.where(
            place >= 0,
            chosen[session, np.maximum(place, 0)],
            catalogue.drawn(draws, plan.events),
        )
        price = catalogue.prices[(time - plan.start_ms) // DAY_MS, product]
        product[place == NOTHING] = -1
        quantity = np.where(place >= 0, quantities[session, np.maximum(place, 0)], 1)
        bought = np.flatnonzero(kind == PURCHASE)
        buyers, orders = np.unique(session[bought], return_inverse=True)
        self.cancelled = draws.random(len(buyers)) < 0.06  # one entry per order
        order = np.full(plan.events, -1)
        order[bought] = orders
        line = np.where(kind == PURCHASE, place + 1, 0)

        # Some visits of one event bring back something bought three days before or earlier.
        visits = draws.permutation(np.flatnonzero((lengths == 1)[session] & (kind == VIEW)))
        kept = draws.permutation(bought[~self.cancelled[orders]])
        visits, kept = visits[: len(kept) // 6], kept[: min(len(kept) // 6, len(visits))]
        possible = time[visits] > time[kept] + 3 * DAY_MS
        visits, kept = visits[possible], kept[possible]
        for column in (product, quantity, price, order, line):
            column[visits] = column[kept]
        kind[visits] = RETURN
        visitor[session[visits]] = visitor[session[kept]]

        known = logged_in[session] | (kind == PURCHASE) | (kind == RETURN)
        user = np.where(known, visitor[session] % plan.users, -1)
        sequence = np.argsort(time, kind="stable")
        self.time, self.kind, self.session = time[sequence], kind[sequence], session[sequence]
        self.visitor, self.user = visitor[self.session], user[sequence]
        self.product, self.price = product[sequence], price[sequence]
        self.quantity, self.order, self.order_line = (
            quantity[sequence],
            order[sequence],
            line[sequence],
        )

        self.order_ids = text.hexadecimal(self._series[0], len(buyers))
        self._session_ids = text.hexadecimal(self._series[1], sessions)
        self._visitor_ids = text.hexadecimal(plan.draws("visitors").integers(2**63), visitors)
        self._without_session_id = draws.random(visitors) < 0.08
        self._agent = draws.integers(0, len(AGENTS), visitors)
        octets = draws.integers(1, 255, (3, visitors))
        self._address = text.joined("10", *(text.whole(octet) for octet in octets), by=".")
        self._source = draws.choice(len(SOURCES), sessions, p=[0.35, 0.3, 0.1, 0.12, 0.09, 0.04])

    def lines(self) -> Iterator[dict[str, pa.Array]]:
        """The columns of events.csv, day by day."""
        agents = text.quoted(list(AGENTS))
        for rows in self._plan.days_of(self.time):
            kind, product, visitor = self.kind[rows], self.product[rows], self.visitor[rows]
            none = product < 0
            session = np.where(self._without_session_id[visitor], -1, self.session[rows])
            products = pc.if_else(none, "", product_ids(product))
            yield {
                "event_id": text.hexadecimal(self._series[2] + rows.start, len(kind)),
                "event_time": text.moments(self.time[rows]),
                "event_type": text.picked(TYPES, kind),
                "visitor_id": self._visitor_ids.take(pa.array(visitor)),
                "user_id": pc.if_else(self.user[rows] < 0, "", user_ids(self.user[rows])),
                "session_id": text.picked(self._session_ids, session),
                "product_id": products,
                "quantity": pc.if_else(none, "", text.whole(self.quantity[rows])),
                "price": pc.if_else(none, "", text.money(self.price[rows])),
                "order_id": text.picked(self.order_ids, self.order[rows]),
                "page_url": text.joined(
                    text.picked(PAGES, kind), pc.if_else(kind == VIEW, products, "")
                ),
                "traffic_source": text.picked(SOURCES, self._source[self.session[rows]]),
                "device_type": text.picked(list(AGENTS.values()), self._agent[visitor]),
                "ip_address": self._address.take(pa.array(visitor)),
                "user_agent": text.picked(agents, self._agent[visitor]),
            }


def _courses(draws: np.random.Generator, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Type of each event, and which of its session's two chosen products it is about."""
    sizes = np.array([len(events) for _, events in ENDINGS])
    ending = draws.choice(len(ENDINGS), len(lengths), p=[share for share, _ in ENDINGS])
    ending[sizes[ending] > lengths] = 0
    kinds = np.full((len(ENDINGS), sizes.max() + 1), VIEW)
    places = np.full_like(kinds, BROWSED)
    for number, (_, events) in enumerate(ENDINGS):
        for steps, (kind, place) in enumerate(reversed(events)):
            kinds[number, steps], places[number, steps] = kind, place
    steps_left = np.repeat(np.cumsum(lengths), lengths) - 1 - np.arange(lengths.sum())
    cell = np.repeat(ending, lengths), np.minimum(steps_left, sizes.max())
    return kinds[cell], places[cell]


def _times(plan: Plan, draws: np.random.Generator, lengths: np.ndarray) -> np.ndarray:
    """Time of each event in milliseconds since 1970; sessions may cross midnight."""
    pauses = np.minimum(draws.exponential(50_000, lengths.sum()), 20 * 60_000).astype(np.int64)
    firsts = np.cumsum(lengths) - lengths
    pauses[firsts] = 0
    elapsed = np.cumsum(pauses)
    elapsed -= np.repeat(elapsed[firsts], lengths)
    days = draws.integers(0, plan.days, len(lengths))
    hours = draws.choice(24, len(lengths), p=HOURS / HOURS.sum())
    starts = days * DAY_MS + hours * 3_600_000 + draws.integers(0, 3_600_000, len(lengths))
    lasting = elapsed[firsts + lengths - 1]
    starts = np.minimum(starts, plan.days * DAY_MS - 1 - lasting)
    return plan.start_ms + np.repeat(starts, lengths) + elapsed
