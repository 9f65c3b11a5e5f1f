"""The shop's tables fit together: what one of them says, the others do not deny."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.generation import generate
from generator.ledger.reading import Ledger
from generator.plan import Catalogue, Dirt, Intent, People, Plan, Visits

from .clean import CLEAN
from .landed_lines import LINE_KEYS, read_landed_lines

PLAN = Plan(
    seed=21,
    days=28,
    users=500,
    products=60,
    events_per_day=1_200,
    people=People(deletions=1, changes=6, active_days=10, lapsed_days=5),
    catalogue=Catalogue(launched_before=0.6, discontinued=1, price_changes=24),
    visits=Visits(gap_sigma=1.8),
    intent=Intent(buy=0.5, returned=0.3, cancelled=0.2),
    dirt=CLEAN,
)
DIRTY = Dirt(
    duplicate=0.02,
    resent=0.02,
    late=0.03,
    malformed=0.02,
    skewed=0.02,
    orphan_users=0.05,
    orphan_products=0.1,
)

# What must hold of sound lines, whatever else was lost on the way. Each query finds what does not.
ALWAYS = {
    "two tellings of an order line differ": """
        select order_id, order_line from orders group by all
        having count(distinct (user_id, product_id, quantity, unit_price, discount_amount,
            total_amount, payment_method, ordered_at)) > 1""",
    "an order line's total is not its price less its discount": """
        select * from orders
        where quantity::int * unit_price::decimal(18, 2) - discount_amount::decimal(18, 2)
            <> total_amount::decimal(18, 2)""",
    "an order is of two users, two moments or two payment methods": """
        select order_id from orders group by all
        having count(distinct (user_id, ordered_at, payment_method)) > 1""",
    "a purchase differs from its order line": """
        select * from purchases join lines using (order_id, order_line)
        where (purchases.product_id, purchases.quantity, purchases.price, purchases.user_id)
            <> (lines.product_id, lines.quantity, lines.unit_price, lines.user_id)""",
    "a status is not one of the order's course": """
        select * from statuses
        where course not in ('pending', 'completed', 'cancelled', 'returned',
            'pending completed', 'pending cancelled', 'pending completed returned',
            'pending returned', 'completed returned')""",
    "a line is pending since another moment than its order's": """
        select * from orders where (status = 'pending') <> (ordered_at = updated_at)""",
    "an order is cancelled in part": """
        select order_id from orders where status in ('completed', 'cancelled')
        group by all having count(distinct status) > 1""",
    "a user is heard of before signing up": """
        select * from told join lives using (user_id) where event_time < signed_up_at""",
    "a user is heard of after deletion": """
        select * from told join lives using (user_id) where event_time > deleted_at""",
    "keys of events do not sort as their times": """
        select * from (select event_time < lag(event_time)
            over (partition by session_id order by event_id) as back from told
            where session_id <> '')
        where back""",
    "a session is of two people": """
        select session_id from told where session_id <> '' group by all
        having count(distinct visitor_id) > 1 or count(distinct nullif(user_id, '')) > 1
            or count(distinct (traffic_source, device_type, ip_address, user_agent)) > 1""",
    "a bot buys": """
        select * from told where regexp_matches(user_agent, 'bot|Crawler|python')
            and (event_type <> 'view' or user_id <> '')""",
}
# What holds besides where no line is lost.
WITHOUT_DIRT = {
    "a session lasts through a silence of half an hour": """
        select * from (select event_time::timestamp - lag(event_time::timestamp)
            over (partition by session_id order by event_id) as gap from told
            where session_id <> '')
        where gap > interval 30 minutes""",
    "a price in an event is none of the product's": """
        select * from told join known_prices using (product_id)
        where not list_contains(prices, price)""",
    "a key occurs twice": """
        select event_id from events group by all having count(*) > 1
        union all select order_id || order_line || status from orders group by all
        having count(*) > 1
        union all select user_id || updated_at from users group by all having count(*) > 1
        union all select product_id || updated_at from products group by all
        having count(*) > 1""",
    "an unknown user": """
        select user_id from events
        where user_id <> '' and user_id not in (select user_id from lives)
        union all select user_id from orders where user_id not in (select user_id from lives)""",
    "an unknown product": """
        select product_id from events where product_id <> ''
            and product_id not in (select product_id from known_prices)
        union all select product_id from orders
            where product_id not in (select product_id from known_prices)""",
    "a purchase without its order line, or the other way round": """
        select * from purchases full join lines using (order_id, order_line)
        where purchases.product_id is null or lines.product_id is null""",
    "a return without an earlier purchase": """
        select * from returns where not exists (from purchases
            where purchases.order_id = returns.order_id and purchases.user_id = returns.user_id
                and purchases.product_id = returns.product_id
                and purchases.quantity = returns.quantity and purchases.price = returns.price
                and purchases.event_time < returns.event_time)""",
    "a return without its status, or the other way round": """
        select * from returns full join (from orders where status = 'returned') as taken
            on returns.order_id = taken.order_id and returns.product_id = taken.product_id
            and returns.event_time = taken.updated_at
        where returns.order_id is null or taken.order_id is null""",
    "a status without the one before": """
        select * from statuses where course not in ('pending', 'pending completed',
            'pending cancelled', 'pending completed returned')""",
    "what is bought was not put in the cart before": """
        select * from purchases where not exists (from told
            where told.session_id = purchases.session_id and event_type = 'add_to_cart'
                and told.product_id = purchases.product_id
                and told.event_time <= purchases.event_time)
            and session_id <> ''""",
    "a product is sold before its launch": """
        select * from told join (select product_id, min(updated_at) as launched_at from products
            group by all) using (product_id) where event_time < launched_at""",
    "a product is viewed a day after it is discontinued": """
        select * from told join (select product_id, min(updated_at) as ended_at from products
            where is_deleted = 'true' group by all) using (product_id)
        where event_type = 'view'
            and event_time::timestamp > ended_at::timestamp + interval 3 hours""",
    "a price is not that of the visit's day": """
        select * from told join (select product_id, price as listed, updated_at as since,
                lead(updated_at, 1, '9') over (partition by product_id order by updated_at) as until
            from products) as versions using (product_id)
        where event_type = 'view' and event_time >= since and event_time < until
            and price <> listed
            -- a visit keeps the prices it began with
            and event_time::time > time '03:00'""",
}


VIEWS = """
    -- what a right clock records
    create view told as from events where event_id not in
        (select line_key from dirty_lines where defect = 'skewed_clock');
    -- the lines of an order are its purchases in the order of their keys, unless some lack
    create view purchases as select *, (row_number() over
        (partition by order_id order by event_id))::text as order_line
    from events where event_type = 'purchase'
    qualify count(*) over (partition by order_id) =
        coalesce((select max(order_line::int) from orders
            where orders.order_id = events.order_id), 0);
    create view returns as from events where event_type = 'return';
    create view lines as select distinct order_id, order_line, user_id, product_id,
        quantity, unit_price, ordered_at from orders;
    create view statuses as select order_id, order_line,
        string_agg(status, ' ' order by updated_at, status desc) as course
    from orders group by all;
    create view lives as select user_id, min(signed_up_at) as signed_up_at,
        min(updated_at) filter (is_deleted = 'true') as deleted_at
    from users group by all;
    create view known_prices as select product_id, list(price) as prices
    from products group by all"""


class Shop:
    """The sound lines of a generated shop, each once, to be asked by SQL."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        generate(folder, plan, workers=1)
        self.connection = duckdb.connect()
        self.connection.execute("set threads = 1")
        read_landed_lines(folder).register(self.connection)
        for table, key in LINE_KEYS.items():
            lines = f"{table.removesuffix('s')}_lines"
            once = f"qualify row_number() over (partition by {key} order by place) = 1"
            if plan.dirt == CLEAN:
                once = ""
            self.connection.execute(f"create table {table} as select * from {lines} {once}")
        dirty = Ledger(folder).lines("dirty_lines")
        if not dirty.num_columns:
            dirty = pa.table({"line_key": pa.array([], pa.string()), "defect": []})
        self.connection.register("dirty", dirty)
        self.connection.execute("create table dirty_lines as from dirty")
        self.connection.execute(VIEWS)

    def scramble(self) -> None:
        """Make nearly everything contradict everything else."""
        kept = {
            "events": ["event_id", "event_type", "session_id", "order_id"],
            "orders": ["order_id", "order_line", "status"],
            "users": ["user_id", "is_deleted"],
            "products": ["product_id", "is_deleted"],
        }
        for table, columns in kept.items():
            names = self.connection.table(table).columns
            others = [name for name in names if name not in columns]
            shuffled = " positional join ".join(
                f"(select {name} from {table} order by hash(rowid + {seed}))"
                for seed, name in enumerate(others)
            )
            self.connection.execute(
                f"""create table mixed as select {", ".join(columns + others)}
                    from (select {", ".join(columns)} from {table}) positional join {shuffled};
                insert into mixed (select * from mixed limit 100);
                delete from mixed where {columns[0]} in
                    (select {columns[0]} from mixed order by hash({columns[0]}) limit 10);
                create or replace table {table} as from mixed;
                drop table mixed"""
            )
        self.connection.execute(
            "insert into orders select * replace ('completed' as status) from orders "
            "where status = 'cancelled'"
        )

    def count(self, query: str) -> int:
        """How many rows a query has."""
        return self.connection.execute(f"select count(*) from ({query})").fetchone()[0]


@pytest.fixture(scope="module")
def clean_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    yield Shop(tmp_path_factory.mktemp("clean"), PLAN)


@pytest.fixture(scope="module")
def dirty_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    yield Shop(tmp_path_factory.mktemp("dirty"), PLAN.model_copy(update={"dirt": DIRTY}))


@pytest.mark.parametrize("contradiction", ALWAYS | WITHOUT_DIRT)
def test_without_dirt_nothing_contradicts(contradiction: str, clean_shop: Shop) -> None:
    assert clean_shop.count((ALWAYS | WITHOUT_DIRT)[contradiction]) == 0


@pytest.mark.parametrize("contradiction", ALWAYS)
def test_with_dirt_no_two_sound_lines_contradict(contradiction: str, dirty_shop: Shop) -> None:
    assert dirty_shop.count(ALWAYS[contradiction]) == 0


@pytest.mark.parametrize(
    "kind", ["view", "wishlist", "add_to_cart", "remove_from_cart", "purchase", "return", "exit"]
)
def test_there_is_enough_to_contradict(kind: str, clean_shop: Shop, dirty_shop: Shop) -> None:
    for shop in (clean_shop, dirty_shop):
        assert shop.count(f"from events where event_type = '{kind}'") > 100
        assert shop.count("from purchases") > 300
        assert shop.count("from lives where deleted_at is not null") > 10
        assert shop.count("from orders where status = 'cancelled'") > 50


def test_every_contradiction_can_be_found(tmp_path: Path) -> None:
    shop = Shop(tmp_path, PLAN.model_copy(update={"days": 14}))
    shop.scramble()
    found = {name: shop.count(query) for name, query in (ALWAYS | WITHOUT_DIRT).items()}
    assert all(found.values()), found


@pytest.mark.parametrize(("what", "table"), [("user", "users"), ("product", "products")])
def test_only_declared_orphans_have_unknown_keys(what: str, table: str, dirty_shop: Shop) -> None:
    shop = dirty_shop
    # as the extracts of the day of landing and of the days before say
    unknown = f"""select event_id from event_lines where {what}_id <> '' and not exists (
        from {table.removesuffix("s")}_lines as known where known.{what}_id = event_lines.{what}_id
            and known.landed_date <= event_lines.landed_date)"""
    declared = f"""select line_key from dirty_lines
        where table_name = 'events' and defect = 'orphan_{what}'
            and line_key in (select event_id from event_lines)"""
    assert shop.count(unknown) > 10
    assert shop.count(f"({unknown}) except ({declared})") == 0
    assert shop.count(f"({declared}) except ({unknown})") == 0


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    seed=st.integers(0, 2**63 - 1),
    days=st.integers(1, 12),
    users=st.integers(1, 150),
    products=st.integers(8, 60),
    events_per_day=st.integers(100, 400),
    people=st.builds(
        People,
        signed_up_before=st.floats(0, 1),
        anonymous_per_user=st.floats(0, 2),
        deletions=st.floats(0, 1),
        active_days=st.integers(1, 30),
        lapsed_days=st.integers(1, 30),
        without_session_id=st.floats(0, 1),
    ),
    intent=st.builds(
        Intent, **{name: st.floats(0, 1) for name in ("cart", "buy", "returned", "cancelled")}
    ),
)
def test_no_plan_contradicts_itself(**plan) -> None:
    with TemporaryDirectory() as folder:
        shop = Shop(Path(folder), Plan(**plan, dirt=CLEAN))
        found = {name: shop.count(query) for name, query in (ALWAYS | WITHOUT_DIRT).items()}
        assert not any(found.values()), found
