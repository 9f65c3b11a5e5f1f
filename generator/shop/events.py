"""Events: what happens in visits, line by line, and what becomes of the lines on their way."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from generator.plan import DAY_MS, Plan
from generator.shop.columns import Columns
from generator.shop.people import People, Population
from generator.shop.products import POPULARITY_SLOTS, Catalogue
from generator.shop.randomness import draws, geometric_table, happens, lognormal_table, part
from generator.shop.versions import NEVER_LANDED
from generator.shop.visits import LONGEST_VISIT_MS, Visits

TYPES = ("view", "wishlist", "add_to_cart", "remove_from_cart", "purchase", "return", "exit")
VIEW, WISHLIST, CART, REMOVE, PURCHASE, RETURN, EXIT = range(len(TYPES))
MOST_LINES = 8
LONGEST_GAP_MS = 29 * 60_000
_NO_PRODUCT = -1
_POPULARITY_BITS = POPULARITY_SLOTS.bit_length() - 1
# per combination of wishlist (1), cart (2) and remove (4): the events of one look at a product
_COURSES = np.array(
    [
        [
            kind
            for kind, wanted in (
                (VIEW, True),
                (WISHLIST, code & 1),
                (CART, code & 2),
                (REMOVE, code & 4),
            )
            if wanted
        ]
        + [VIEW] * (3 - (code & 1) - (code >> 1 & 1) - (code >> 2 & 1))
        for code in range(8)
    ],
    np.int8,
)


@dataclass(frozen=True)
class Events(Columns):
    """Events in the order of (visit, time); one array entry per event.

    Attributes:
        visit: position of its visit.
        sequence: the how-manieth of its visit, from 0.
        kind: number into `TYPES`.
        product: number of the product; -1 for none.
        quantity: pieces.
        price: of a piece, in cents, as listed on the date of the visit's start.
        price_version: which of the product's prices that is.
        line: number of the order line from 1; 0 for none.
        time_ms: the true time, in milliseconds since 1970.
        logged_in: whether the user's name is on the line.
        landed_day: the day the line lands, counted from 0; `NEVER_LANDED` after the last.
        again_day: the day on which the same line lands once more; `NEVER_LANDED` for most.
        malformed: whether the line is damaged beyond reading.
        key: uint64 draws to draw further for each event.
    """

    visit: np.ndarray
    sequence: np.ndarray
    kind: np.ndarray
    product: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    price_version: np.ndarray
    line: np.ndarray
    time_ms: np.ndarray
    logged_in: np.ndarray
    landed_day: np.ndarray
    again_day: np.ndarray
    malformed: np.ndarray
    key: np.ndarray


def events_of(
    population: Population, catalogue: Catalogue, people: People, visits: Visits
) -> Events:
    """What happens in the visits."""
    plan = population.plan
    looks = visits.products_viewed
    visit_of_look = np.repeat(np.arange(len(visits), dtype=np.int32), looks)
    first_look = np.cumsum(looks) - looks
    look = np.arange(len(visit_of_look)) - np.repeat(first_look, looks)
    drawn = draws(visits.key[visit_of_look], look + 100)
    product = _products(catalogue, people, visits, visit_of_look, drawn)
    code = _intent(plan, catalogue, visits, visit_of_look, drawn, product)

    # what is bought: in the cart and not taken back, of visits that want to buy
    in_cart = ((code & 6) == 2) & visits.wants_to_buy[visit_of_look]
    bought = np.flatnonzero(in_cart)
    carts = np.bincount(visit_of_look[bought], minlength=len(visits))
    line = np.arange(len(bought)) - np.repeat(np.cumsum(carts) - carts, carts)
    bought, line = bought[line < MOST_LINES], line[line < MOST_LINES]
    carts = np.minimum(carts, MOST_LINES)

    # every look has one to four events, then come the purchases, then perhaps the exit
    per_look = 1 + (code & 1) + (code >> 1 & 1) + (code >> 2 & 1)
    of_looks = np.bincount(visit_of_look, weights=per_look, minlength=len(visits)).astype(np.int64)
    exits = happens(draws(visits.key, 6), 0, 12, plan.intent.exit) & ~visits.is_bot
    many = of_looks + carts + exits
    begin = np.cumsum(many) - many
    total = int(many.sum())
    look_of_event = np.repeat(np.arange(len(look), dtype=np.int32), per_look)
    step = np.arange(len(look_of_event)) - np.repeat(np.cumsum(per_look) - per_look, per_look)
    at_look = np.arange(len(look_of_event)) + np.repeat(
        begin - (np.cumsum(of_looks) - of_looks), of_looks
    )
    at_purchase = (begin + of_looks)[visit_of_look[bought]] + line

    source = np.full(total, _NO_PRODUCT, np.int32)
    kind = np.full(total, EXIT, np.int8)
    source[at_look] = look_of_event
    kind[at_look] = _COURSES[code[look_of_event], step]
    source[at_purchase] = bought
    kind[at_purchase] = PURCHASE
    lines = np.zeros(total, np.int8)
    lines[at_purchase] = line + 1
    visit = np.repeat(np.arange(len(visits), dtype=np.int32), many)
    sequence = np.arange(total, dtype=np.int64) - np.repeat(begin, many)
    key = draws(visits.key[visit], sequence + 1000)

    version = catalogue.price_versions(product, visits.day[visit_of_look])
    price = catalogue.prices[product, version]
    quantity = _quantity_table()[part(drawn, 56, 8)]
    has_product = source >= 0
    time = _times(plan, visits, visit, begin, many, lines, key)
    # Who buys is logged in at the checkout at the latest.
    look_number = np.where(has_product, look[source], 1 << 19)
    logged_in = look_number >= visits.logs_in_from[visit]
    logged_in[kind == EXIT] = (visits.logs_in_from < 1 << 20)[visit[kind == EXIT]]
    logged_in[at_purchase] = True
    logged_in |= (carts > 0)[visit] & (kind == EXIT)
    landed, again = _landing(plan, visits, visit, sequence, many, time, key)
    malformed = happens(key, 12, 20, plan.dirt.malformed)
    again[malformed] = NEVER_LANDED
    return Events(
        visit=visit,
        sequence=sequence.astype(np.int16),
        kind=kind,
        product=np.where(has_product, product[source], _NO_PRODUCT).astype(np.int32),
        quantity=(np.where(kind >= CART, quantity[source], 1) * has_product).astype(np.int8),
        price=np.where(has_product, price[source], 0).astype(np.int32),
        price_version=np.where(has_product, version[source], 0).astype(np.int8),
        line=lines,
        time_ms=time,
        logged_in=logged_in,
        landed_day=landed,
        again_day=again,
        malformed=malformed,
        key=key,
    )


def _products(
    catalogue: Catalogue,
    people: People,
    visits: Visits,
    visit_of_look: np.ndarray,
    drawn: np.ndarray,
) -> np.ndarray:
    """The product of each look: by popularity, half the time within the favourite category."""
    favourite = people.category[visits.person[visit_of_look]] + 1
    favourite[part(drawn, 16, 1) == 0] = 0
    # Bots crawl: every product on sale alike.
    position = part(drawn, 0, _POPULARITY_BITS)
    product = np.empty(len(drawn), np.int64)
    day = visits.day[visit_of_look]
    wide = visits.is_bot[visit_of_look]
    for each in np.unique(visits.day):
        rows = slice(None) if visits.day[0] == visits.day[-1] == each else day == each
        popular = catalogue.popularity(int(each))
        found = popular[favourite[rows], position[rows]].astype(np.int64)
        crawled = wide[rows]
        if crawled.any():
            on_sale = catalogue.rank_order(int(each))
            found[crawled] = on_sale[part(drawn[rows][crawled], 17, 30) % len(on_sale)]
        product[rows] = found
    return product


def _intent(
    plan: Plan,
    catalogue: Catalogue,
    visits: Visits,
    visit_of_look: np.ndarray,
    drawn: np.ndarray,
    product: np.ndarray,
) -> np.ndarray:
    """What follows each look: the sum of 1 for wishlist, 2 for cart, 4 for remove."""
    intent = plan.intent
    human = ~visits.is_bot[visit_of_look]
    wishlist = happens(drawn, 17, 11, intent.wishlist)
    # Cheap products are put into the cart more readily; who wants to buy does so twice as often.
    threshold = catalogue.cart_ease[product] * (1 + visits.wants_to_buy[visit_of_look])
    cart = part(drawn, 28, 16) * 1000 < threshold * int(intent.cart * 65_536)
    remove = cart & happens(drawn, 44, 12, intent.remove)
    follows: np.ndarray = (wishlist + 2 * cart + 4 * remove) * human
    return follows


@lru_cache(maxsize=1)
def _quantity_table() -> np.ndarray:
    """Pieces by 256 steps of probability."""
    return geometric_table(1.25, 5)[8::16]


def _times(
    plan: Plan,
    visits: Visits,
    visit: np.ndarray,
    begin: np.ndarray,
    many: np.ndarray,
    line: np.ndarray,
    key: np.ndarray,
) -> np.ndarray:
    """True times: log-normal gaps; the lines of an order are bought at one instant."""
    rates = plan.visits
    human = lognormal_table(rates.gap_median_seconds * 1000, rates.gap_sigma, LONGEST_GAP_MS)
    bot = lognormal_table(900, 0.5, 10_000)
    both = np.concatenate([human, bot])
    gap = both[part(key, 0, 12) + len(human) * visits.is_bot[visit]]
    gap[begin[many > 0]] = 0
    gap[line > 1] = 0
    elapsed = np.cumsum(gap)
    elapsed -= elapsed[begin[visit]]
    lasting = np.zeros(len(visits), np.int64)
    lasting[many > 0] = elapsed[(begin + many - 1)[many > 0]]
    for each in np.flatnonzero(lasting > LONGEST_VISIT_MS):
        rows = slice(begin[each], begin[each] + many[each])
        elapsed[rows] = elapsed[rows] * LONGEST_VISIT_MS // lasting[each]
    times: np.ndarray = visits.started_ms[visit] + elapsed
    return times


def _landing(
    plan: Plan,
    visits: Visits,
    visit: np.ndarray,
    sequence: np.ndarray,
    many: np.ndarray,
    time: np.ndarray,
    key: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The days on which each line lands, and lands again."""
    day = (time - plan.start_ms) // DAY_MS
    late = visits.late_days[visit]
    delayed = (late > 0) & (sequence * 256 >= visits.late_from[visit] * many[visit])
    landed = (day + late * delayed).astype(np.int32)
    twice = happens(key, 32, 16, plan.dirt.duplicate)
    again = np.where(twice, landed, NEVER_LANDED)
    resent = visits.resent_days[visit]
    sent_again = (resent > 0) & (part(key, 48, 1) == 1)
    again = np.where(sent_again, landed + resent, again).astype(np.int32)
    for days in (landed, again):
        days[days >= plan.days] = NEVER_LANDED
    return landed, again
