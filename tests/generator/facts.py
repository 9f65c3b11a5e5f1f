"""What the logs of a shop hold, as arrays; and uniform data to compare them with."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np

from generator.csv_logs.damage import KINDS
from generator.plan import Campaign, Catalogue, Intent, People, Plan, Visits

from .clean import CLEAN

SALE = Campaign(
    name="Sale",
    first_date=date(2024, 3, 18),
    days=7,
    traffic=1.8,
    source="advert",
    category="Sports",
    discount=0.3,
)
# Five whole weeks, the third of them with a campaign.
PLAN = Plan(
    seed=11,
    start_date=date(2024, 3, 4),
    days=35,
    users=4_000,
    products=400,
    events_per_day=8_000,
    people=People(active_days=10, lapsed_days=8, reactivation=0.5),
    # Ranks are read from counts: they must not change while it is counted.
    catalogue=Catalogue(drift_days=3660, launched_before=1, discontinued=0),
    visits=Visits(month_weights=[1] * 12, campaigns=[SALE]),
    intent=Intent(buy=0.2),
    dirt=CLEAN,
)
DAMAGED = Plan(
    seed=12,
    days=2,
    users=1_000,
    products=100,
    events_per_day=15_000,
    dirt=CLEAN.model_copy(update={"malformed": 0.06}),
)
SOUND = len(KINDS)
HOUR, DAY = 3600, 86_400


@dataclass(frozen=True)
class Facts:
    """What the logs hold.

    Attributes:
        started, ended: of each visit of people, in seconds since the plan's start.
        device, source: of each visit of people, as numbers in the plan's order.
        bought: whether the visit bought something.
        gap: seconds between two events of people in a visit.
        kind: of each event of people: 0 view, 1 wishlist, 2 add to cart, 3 remove from cart.
        product: of each view of people, as a number.
        by_bot: of each event, whether it is a bot's.
        cancelled: of each order old enough to be settled, whether it is cancelled.
        returned: of each completed order line old enough, whether it is returned.
        discount: of each order line, its share of the price.
        on_sale: of each order line, whether the campaign is about it.
        seen_user, seen_day: pairs of users, signed up before the start, and days they are seen on.
        damage: of each line of damaged logs, its kind of damage, or `SOUND`.
    """

    started: np.ndarray
    ended: np.ndarray
    device: np.ndarray
    source: np.ndarray
    bought: np.ndarray
    gap: np.ndarray
    kind: np.ndarray
    product: np.ndarray
    by_bot: np.ndarray
    cancelled: np.ndarray
    returned: np.ndarray
    discount: np.ndarray
    on_sale: np.ndarray
    seen_user: np.ndarray
    seen_day: np.ndarray
    damage: np.ndarray


def facts_of(folder: Path, damaged: Path) -> Facts:
    """The facts in the logs of `PLAN` and of `DAMAGED`."""
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    for table in ("events", "orders", "users", "products"):
        connection.execute(
            f"create table {table} as from "
            f"read_csv('{folder}/landed_date=*/{table}_*.csv', header = true, all_varchar = true)"
        )
    connection.execute(
        f"""
        create macro seconds(text) as (epoch_ms(text::timestamp) - {PLAN.start_ms}) / 1000;
        create table timed as select *, seconds(event_time) as moment,
            regexp_matches(user_agent, 'bot|Crawler|python') as by_bot from events;
        create table visits as select session_id, min(moment) as started, max(moment) as ended,
            any_value(device_type) as device, any_value(traffic_source) as source,
            bool_or(event_type = 'purchase') as bought
        from timed where session_id <> '' and not by_bot group by session_id
        having not bool_or(event_type = 'return') order by session_id;
        """
    )

    def column(query: str) -> np.ndarray:
        return connection.execute(query).fetchnumpy()["it"]

    devices, sources = list(PLAN.visits.devices), list(PLAN.visits.sources)
    end = PLAN.days * DAY
    statuses = """(select order_id, order_line, bool_or(status = 'completed') as completed,
        bool_or(status = 'cancelled') as cancelled, bool_or(status = 'returned') as returned,
        any_value(seconds(ordered_at)) as moment from orders group by all order by all)"""
    lines = f"""(select orders.*, category = '{SALE.category}'
            and ordered_at >= '{SALE.first_date}' and ordered_at < '2024-03-25' as on_sale
        from orders join (select distinct product_id, category from products) using (product_id)
        where status = 'pending' order by order_id, order_line)"""
    return Facts(
        started=column("select started as it from visits"),
        ended=column("select ended as it from visits"),
        device=column(f"select list_position({devices}, device) - 1 as it from visits"),
        source=column(f"select list_position({sources}, source) - 1 as it from visits"),
        bought=column("select bought as it from visits"),
        gap=column(
            """select it from (
                select moment - lag(moment) over (partition by session_id order by event_id) as it
                from timed where session_id <> '' and not by_bot)
            where it > 0"""
        ),
        kind=column(
            """select list_position(['view', 'wishlist', 'add_to_cart', 'remove_from_cart'],
            event_type) - 1 as it from timed where not by_bot and it is not null"""
        ),
        product=column(
            """select substr(product_id, 2)::int - 1 as it from timed
            where not by_bot and event_type = 'view'"""
        ),
        by_bot=column("select by_bot as it from timed"),
        cancelled=column(
            f"select bool_or(cancelled) as it from {statuses} where moment < {end - 3 * DAY} "
            "group by order_id"
        ),
        returned=column(
            f"select returned as it from {statuses} where completed and moment < {end - 23 * DAY}"
        ),
        discount=column(
            "select discount_amount::double / (quantity::int * unit_price::double) as it "
            f"from {lines}"
        ),
        on_sale=column(f"select on_sale as it from {lines}"),
        **{
            f"seen_{name}": column(
                f"""select {name} as it from (
                    select distinct substr(user_id, 2)::int as user,
                        floor(moment / {DAY})::int as day
                    from timed join (select user_id, min(signed_up_at) as signed_up_at from users
                        group by user_id) using (user_id)
                    where seconds(signed_up_at) < 0 and event_type <> 'return' order by all)"""
            )
            for name in ("user", "day")
        },
        damage=np.concatenate([_damage(path) for path in damaged.glob("*/events_*.csv")]),
    )


def uniform(facts: Facts) -> Facts:
    """As much data in which every outcome is as likely as any other."""
    random = np.random.default_rng(1)
    many = len(facts.started)
    started = random.uniform(0, PLAN.days * DAY, many)
    return Facts(
        started=started,
        ended=started + random.permutation(facts.ended - facts.started),
        device=random.integers(0, len(PLAN.visits.devices), many),
        source=random.integers(0, len(PLAN.visits.sources), many),
        bought=random.random(many) < 0.5,
        gap=random.uniform(0, 1800, len(facts.gap)),
        kind=random.integers(0, 4, len(facts.kind)),
        product=random.integers(0, PLAN.products, len(facts.product)),
        by_bot=random.random(len(facts.by_bot)) < 0.5,
        cancelled=random.random(len(facts.cancelled)) < 0.5,
        returned=random.random(len(facts.returned)) < 0.5,
        discount=random.random(len(facts.discount)),
        on_sale=facts.on_sale,
        seen_user=facts.seen_user,
        seen_day=random.integers(0, PLAN.days, len(facts.seen_day)),
        damage=random.integers(0, len(KINDS) + 1, len(facts.damage)),
    )


# What each kind of damage looks like; the first that fits is it.
_LOOKS = {
    "blank": rb"",
    "nul": rb".*\x00.*",
    "bad_utf8": rb".*\xff.*",
    "repeated_header": rb"event_id,.*",
    "extra_field": rb".*,surplus",
    "bad_number": rb".*,12\.x,.*",
    "negative_number": rb".*,-5,.*",
    "bad_time": rb".*,yesterday,.*",
    "impossible_time": rb".*,2024-02-30T25:61.*",
    "unknown_type": rb".*,teleport,.*",
    "empty_key": rb",.*",
    "unescaped_quote": rb'.*a"b.*',
    "quoted_newline": rb'[^"]*"[^"]*',
    "wrong_delimiter": rb"e\w{14};.*",
    "swapped_columns": rb"\d{4}-.*",
    "cut_off": rb".{1,36}",
    "missing_field": rb"e\w{14},[a-z_]+,.*",
    "sound": rb".*",
}


def _damage(path: Path) -> np.ndarray:
    """The kind of damage of each line of an events file."""
    looks = [(kind, re.compile(look, re.DOTALL)) for kind, look in _LOOKS.items()]
    numbers = {kind: number for number, kind in enumerate(KINDS)} | {"sound": SOUND}
    # What a quoted newline splits off begins with the closing quote.
    lines = [line for line in path.read_bytes().split(b"\n")[1:-1] if not line.startswith(b'"')]
    return np.array(
        [numbers[next(kind for kind, look in looks if look.fullmatch(line))] for line in lines]
    )
