"""Orders: what was bought, at what discount, and how its status goes on."""

from dataclasses import dataclass

import numpy as np

from generator.plan import CATEGORIES, DAY_MS, HOUR_MS, Plan
from generator.shop.columns import Columns
from generator.shop.events import PURCHASE, Events
from generator.shop.people import People
from generator.shop.products import Catalogue
from generator.shop.randomness import below, draws, happens
from generator.shop.versions import NEVER_LANDED, late_days
from generator.shop.visits import Visits

STATUSES = ("pending", "completed", "cancelled", "returned")
PENDING, COMPLETED, CANCELLED, RETURNED = range(len(STATUSES))
PAYMENT_METHODS = ("card", "paypal", "invoice", "bank_transfer", "voucher")
# An order is settled within three days; goods come back up to twenty days later.
_SETTLED_WITHIN_MS = 69 * HOUR_MS
_RETURNED_AFTER_MS = 2 * DAY_MS
_RETURNED_WITHIN_MS = 18 * DAY_MS


@dataclass(frozen=True)
class OrderLines(Columns):
    """Order lines in the order of (visit, line); one array entry per line.

    Attributes:
        person: position of the buyer in the run of people.
        day, number: of the visit that bought; they identify the order.
        slot: the device slot of that visit.
        line: from 1.
        product, quantity, price: as in `Events`; the price of a piece, before discount, in cents.
        discount: on the whole line, in cents.
        payment: number into `PAYMENT_METHODS`.
        ordered_ms: when, in milliseconds since 1970.
        key: uint64 draws to draw further for each line.
        order_key: the same for each order.
    """

    person: np.ndarray
    day: np.ndarray
    number: np.ndarray
    slot: np.ndarray
    line: np.ndarray
    product: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    discount: np.ndarray
    payment: np.ndarray
    ordered_ms: np.ndarray
    key: np.ndarray
    order_key: np.ndarray


@dataclass(frozen=True)
class StatusRows(Columns):
    """Statuses of order lines, each landed as a line of its own; one array entry per status.

    Attributes:
        line: position of the order line.
        status: number into `STATUSES`.
        updated_ms: since when, in milliseconds since 1970.
        landed_day, again_day, malformed, key: as in `Events`.
        is_late: whether the line lands later than it should.
    """

    line: np.ndarray
    status: np.ndarray
    updated_ms: np.ndarray
    landed_day: np.ndarray
    again_day: np.ndarray
    malformed: np.ndarray
    key: np.ndarray
    is_late: np.ndarray


def order_lines_of(plan: Plan, catalogue: Catalogue, visits: Visits, events: Events) -> OrderLines:
    """The order lines of the purchases among the events."""
    bought = events.take(np.flatnonzero(events.kind == PURCHASE))
    visit = bought.visit
    order_key = draws(visits.key[visit], 7)
    gross = bought.quantity * bought.price
    percent = np.where(
        happens(order_key, 0, 16, plan.intent.coupon), 5 * (1 + below(order_key, 16, 16, 4)), 0
    )
    percent = np.maximum(percent, _campaign_percent(plan, catalogue, visits.day[visit], bought))
    return OrderLines(
        person=visits.person[visit],
        day=visits.day[visit],
        number=visits.number[visit],
        slot=visits.slot[visit],
        line=bought.line.astype(np.int64),
        product=bought.product.astype(np.int64),
        quantity=bought.quantity.astype(np.int64),
        price=bought.price,
        discount=gross * percent // 100,
        payment=below(order_key, 32, 16, len(PAYMENT_METHODS)),
        ordered_ms=bought.time_ms,
        key=draws(order_key, bought.line.astype(np.int64)),
        order_key=order_key,
    )


def status_rows_of(plan: Plan, people: People, lines: OrderLines) -> StatusRows:
    """Every status the lines will have; those after the plan's end never land."""
    settled = (
        lines.ordered_ms + 2 * HOUR_MS + below(draws(lines.order_key, 1), 0, 30, _SETTLED_WITHIN_MS)
    )
    cancelled = happens(draws(lines.order_key, 2), 0, 20, plan.intent.cancelled)
    back = settled + _RETURNED_AFTER_MS + below(draws(lines.key, 1), 20, 30, _RETURNED_WITHIN_MS)
    returned = happens(draws(lines.key, 1), 0, 20, plan.intent.returned) & ~cancelled
    # Who has deleted the account sends nothing back.
    returned &= back < people.deleted_ms[lines.person]
    every = np.arange(len(lines))
    line = np.concatenate([every, every, every[returned]])
    status = np.concatenate(
        [
            np.full(len(lines), PENDING),
            np.where(cancelled, CANCELLED, COMPLETED),
            np.full(int(returned.sum()), RETURNED),
        ]
    )
    updated = np.concatenate([lines.ordered_ms, settled, back[returned]])
    order = np.lexsort((status, line))
    line, status, updated = line[order], status[order], updated[order]
    key = draws(lines.key[line], status + 100)
    late = late_days(key, plan.dirt.late)
    landed = (updated - plan.start_ms) // DAY_MS + late
    further = draws(key, 1)
    again = np.where(happens(further, 0, 16, plan.dirt.duplicate), landed, NEVER_LANDED)
    for days in (landed, again):
        days[days >= plan.days] = NEVER_LANDED
    malformed = happens(further, 16, 20, plan.dirt.malformed)
    again[malformed] = NEVER_LANDED
    return StatusRows(line, status, updated, landed, again, malformed, key, late > 0)


def _campaign_percent(
    plan: Plan, catalogue: Catalogue, day: np.ndarray, bought: Events
) -> np.ndarray:
    """The discount that campaigns give on each line, in percent."""
    percent = np.zeros(len(bought), np.int64)
    for campaign in plan.visits.campaigns:
        first = plan.day_of(campaign.first_date) or 0
        during = (day >= first) & (day < first + campaign.days)
        among = catalogue.category[bought.product] == CATEGORIES.index(campaign.category)
        percent[during & among] = round(campaign.discount * 100)
    return percent
