"""Order lines: one for each purchase, landed again whenever its status changes."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from generator import text
from generator.clickstream import PURCHASE, RETURN, Clickstream
from generator.plan import DAY_MS, Plan
from generator.products import product_ids
from generator.users import user_ids

STATUSES = ("pending", "completed", "cancelled", "returned")
METHODS = ("card", "invoice", "paypal", "voucher")


def lines(plan: Plan, clickstream: Clickstream) -> Iterator[dict[str, pa.Array]]:
    """The columns of orders.csv, day by day; a line's own day is that of its last change."""
    draws = plan.draws("orders")
    bought = np.flatnonzero(clickstream.kind == PURCHASE)
    returns = np.flatnonzero(clickstream.kind == RETURN)
    # the purchase behind each return
    key = clickstream.order * 2 + clickstream.order_line
    sequence = bought[np.argsort(key[bought])]
    returned = sequence[np.searchsorted(key[sequence], key[returns])]

    count = len(clickstream.cancelled)
    decided = draws.integers(DAY_MS, 2 * DAY_MS, count)
    method = draws.choice(len(METHODS), count, p=[0.5, 0.2, 0.25, 0.05])
    discount_percent = np.where(draws.random(count) < 0.12, 10, 0)
    orders = clickstream.order[bought]
    # each line as placed, as decided upon, and some as returned
    event = np.concatenate([bought, bought, returned])
    updated = np.concatenate(
        [
            clickstream.time[bought],
            clickstream.time[bought] + decided[orders],
            clickstream.time[returns],
        ]
    )
    status = np.concatenate(
        [np.zeros(len(bought), int), 1 + clickstream.cancelled[orders], np.full(len(returns), 3)]
    )
    by_time = np.argsort(updated, kind="stable")
    event, updated, status = event[by_time], updated[by_time], status[by_time]
    for day in plan.days_of(updated):
        rows = event[day]
        order, price = clickstream.order[rows], clickstream.price[rows]
        gross = price * clickstream.quantity[rows]
        discount = gross * discount_percent[order] // 100
        yield {
            "order_id": clickstream.order_ids.take(pa.array(order)),
            "order_line": text.whole(clickstream.order_line[rows]),
            "user_id": user_ids(clickstream.user[rows]),
            "product_id": product_ids(clickstream.product[rows]),
            "quantity": text.whole(clickstream.quantity[rows]),
            "unit_price": text.money(price),
            "discount_amount": text.money(discount),
            "total_amount": text.money(gross - discount),
            "payment_method": text.picked(METHODS, method[order]),
            "status": text.picked(STATUSES, status[day]),
            "ordered_at": text.moments(clickstream.time[rows]),
            "updated_at": text.moments(updated[day]),
        }
