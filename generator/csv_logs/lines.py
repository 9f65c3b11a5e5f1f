"""Lines of CSV: rows of the shop's tables as the bytes of a file."""

from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from faker import Faker

from generator.csv_logs import identifiers, items, text
from generator.csv_logs.damage import Roles, damaged, kinds_of, physical_lines
from generator.plan import CATEGORIES, Plan
from generator.shop.events import TYPES, Events
from generator.shop.orders import PAYMENT_METHODS, STATUSES, OrderLines, StatusRows
from generator.shop.people import DEVICE_NAMES, GENDERS, TIERS, People
from generator.shop.products import ARTICLES, CHANGE_SLOTS, Catalogue
from generator.shop.randomness import below, draws, part, stream_key
from generator.shop.users import Profiles, name_pools
from generator.shop.visits import Visits
from generator.shop.world import only_visits_of

EVENT_COLUMNS = {
    "head": ["event_id", "event_time"],
    "event_type": ["event_type"],
    "who": ["visitor_id", "user_id", "session_id"],
    **items.COLUMNS,
    "how": ["traffic_source", "device_type", "ip_address", "user_agent"],
}
# From `new_order_from` on, the events' columns are in this order.
_NEW_ORDER = ("head", "how", "event_type", "who", "page_url", "what", "price", "order_id")
ROLES = {
    "events": Roles("event_id", "event_time", "price", "event_type", "page_url"),
    "orders": Roles("order_id", "updated_at", "unit_price", "status", "payment_method"),
    "users": Roles("user_id", "updated_at", "", "", "email"),
    "products": Roles("product_id", "updated_at", "price", "", "subcategory"),
}
_AGENTS = (
    (
        "Mozilla/5.0 (iPhone; iOS 17_3) Safari/17.3",
        "Mozilla/5.0 (Android 14) Chrome/122.0",
        "Mozilla/5.0 (Android 13) Chrome/121.0",
        "ShopApp/5.2 (iOS 17.3, iPhone14)",
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0) Chrome/122.0",
        "Mozilla/5.0 (Macintosh, like Gecko) Safari/17.3",
        "Mozilla/5.0 (X11; Linux) Firefox/123.0",
        "Mozilla/5.0 (Windows NT 10.0) Edg/122.0",
    ),
    (
        "Mozilla/5.0 (iPad; OS 17_2) Safari/17.2",
        "Mozilla/5.0 (Android 13; Tablet) Chrome/121.0",
        "Mozilla/5.0 (Android 12; Tablet) Chrome/120.0",
        "ShopApp/5.2 (iPadOS 17.2, iPad13)",
    ),
    (
        "Mozilla/5.0 (compatible; Googlebot/2.1)",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "PriceCrawler/1.4",
        "python-requests/2.31.0",
    ),
)
_BOT = 3
_APP_VERSIONS = pa.array(["5.1", "5.2"])


def event_groups(plan: Plan, day: int) -> dict[str, list[str]]:
    """The columns of the events file of a day, in its order, in groups that stay together."""
    changed = plan.day_of(plan.dirt.new_order_from)
    order = EVENT_COLUMNS if changed is None or day < changed else _NEW_ORDER
    groups = {name: EVENT_COLUMNS[name] for name in order}
    added = plan.day_of(plan.dirt.new_column_from)
    if added is not None and day >= added:
        groups["app_version"] = ["app_version"]
    return groups


def event_header(plan: Plan, day: int) -> str:
    """The first line of the events file of a day."""
    return ",".join(name for group in event_groups(plan, day).values() for name in group)


def event_lines(
    plan: Plan,
    catalogue: Catalogue,
    people: People,
    visits: Visits,
    events: Events,
    sound_count: int,
    day: int,
) -> tuple[list[memoryview | bytes], np.ndarray]:
    """The lines of events in the file of a day.

    Args:
        events: sound ones first, then the malformed ones.
        sound_count: how many are sound.

    Returns:
        The bytes in pieces, and the kind of damage of each malformed event, in their order.
    """
    groups = event_groups(plan, day)
    sound = events.take(slice(0, sound_count))
    head, orders, pieces = _event_pieces(plan, people, visits, sound)
    names = tuple(name for name in groups if name in items.COLUMNS)
    # The columns of the item stand together, so they are put together once.
    pieces[names[0]] = items.item_piece(catalogue, sound, orders, day, names)
    pieces = {name: pieces[name] for name in groups if name in pieces}
    contents = [_with_ends(text.fixed(head), pieces, _odd(plan, sound.key))]
    if sound_count == len(events):
        return contents, np.zeros(0, np.int64)
    visits, broken = only_visits_of(visits, events.take(slice(sound_count, None)))
    kinds = kinds_of(draws(broken.key, 2), ROLES["events"])
    head, orders, pieces = _event_pieces(plan, people, visits, broken)
    pieces |= items.item_columns(catalogue, broken, orders)
    width = head.shape[1] - text.MOMENT_WIDTH
    columns = {
        "event_id": text.fixed(head[:, : width - 1]),
        "event_time": text.fixed(head[:, width:]),
    }
    columns |= {name: text.picked(*pieces[name]) for name in groups if name in pieces}
    contents.append(_broken(columns, kinds, broken.key, "events", event_header(plan, day)))
    return contents, kinds


def _event_pieces(
    plan: Plan, people: People, visits: Visits, events: Events
) -> tuple[np.ndarray, pa.Array, dict[str, tuple[pa.Array, np.ndarray]]]:
    """The parts that lines of events are put together from, but for those of the item.

    Returns:
        The characters of key, comma and time; the order of each visit; and for each group of
        columns a pool of texts and the position of each event's in it.
    """
    # A visit's part of the lines is put together once for the visit.
    visit = events.visit
    person = people.first + visits.person
    digits = identifiers.visit_characters(plan.seed, person, visits.day, visits.number)
    time = text.moment_characters(events.time_ms + visits.skew_ms[visit])
    head = identifiers.event_characters(digits.take(visit, axis=0), events.sequence, time)
    visitor = identifiers.visitor_ids(plan.seed, digits, people, visits)
    session = identifiers.session_ids(digits, people, visits)
    user = pc.if_else(pa.array(people.is_user[visits.person]), identifiers.user_ids(person), "")
    who = [text.joined(visitor, name, session, by=",") for name in ("", user)]
    orders = identifiers.order_ids_of_visits(plan.seed, digits, person, visits)
    pieces = {
        "event_type": (pa.array(TYPES), events.kind),
        "who": (pa.concat_arrays(who), visit + len(visits) * events.logged_in),
        "how": (_how(plan, people, visits), visit),
        "app_version": (_APP_VERSIONS, part(events.key, 40, 1)),
    }
    return head, orders, pieces


def _with_ends(
    head: pa.Array, pieces: dict[str, tuple[pa.Array, np.ndarray]], odd: np.ndarray
) -> memoryview | bytes:
    """The lines put together; odd ones end in CRLF."""
    if not len(odd):
        return b""
    *others, (pool, position) = pieces.values()
    ended = pa.concat_arrays([text.joined(pool, end) for end in ("\n", "\r\n")])
    columns = [text.picked(*piece) for piece in others]
    columns.append(text.picked(ended, position + len(pool) * odd))
    # Texts lie in memory one after the other: lines put together are the file as it is.
    return memoryview(text.joined(head, *columns, by=",").buffers()[2])


def order_columns(
    plan: Plan, people: People, lines: OrderLines, rows: StatusRows
) -> dict[str, pa.Array]:
    """The columns of the orders file for some statuses of order lines."""
    of = lines.take(rows.line)
    person = people.first + of.person
    return {
        "order_id": identifiers.order_ids(plan.seed, person, of.day, of.number),
        "order_line": text.whole(of.line),
        "user_id": identifiers.user_ids(person),
        "product_id": identifiers.product_ids(of.product),
        "quantity": text.whole(of.quantity),
        "unit_price": text.money(of.price),
        "discount_amount": text.money(of.discount),
        "total_amount": text.money(of.quantity * of.price - of.discount),
        "payment_method": text.picked(PAYMENT_METHODS, of.payment),
        "status": text.picked(STATUSES, rows.status),
        "ordered_at": text.moments(of.ordered_ms),
        "updated_at": text.moments(rows.updated_ms),
    }


def user_columns(
    plan: Plan, people: People, profiles: Profiles, rows: np.ndarray
) -> dict[str, pa.Array]:
    """The columns of the users file for some versions, by position."""
    versions = profiles.versions.take(rows)
    owner = versions.owner
    person = people.first + owner
    pools = name_pools(plan.seed)
    chosen = draws(people.key[owner], 45)
    place = profiles.place[rows]
    born = (profiles.born_day[owner]).astype("datetime64[D]").astype("S10")
    number = profiles.email[rows]
    first_name = text.picked(pools.first_names, below(chosen, 0, 16, len(pools.first_names)))
    last_name = text.picked(pools.last_names, below(chosen, 16, 16, len(pools.last_names)))
    # One in sixteen puts the family name first, with a comma.
    name = pc.if_else(
        pa.array(part(chosen, 40, 4) == 0),
        text.joined(last_name, first_name, by=", "),
        text.joined(first_name, last_name, by=" "),
    )
    return {
        "user_id": identifiers.user_ids(person),
        "name": text.quoted(name),
        "email": text.joined(
            "customer",
            text.whole(person + 1),
            pc.if_else(pa.array(number > 0), text.whole(number, "."), ""),
            "@example.com",
        ),
        "gender": text.picked(GENDERS, profiles.gender[owner]),
        "birth_date": text.fixed(born.view(np.uint8).reshape(-1, 10)),
        "country": text.quoted(text.picked(pools.countries, place)),
        "region": text.quoted(text.picked(pools.regions, place)),
        "city": text.quoted(text.picked(pools.cities, place)),
        "loyalty_tier": text.picked(TIERS, profiles.tier[rows]),
        "signed_up_at": text.moments(people.signed_up_ms[owner]),
        "updated_at": text.moments(versions.updated_ms),
        "is_deleted": text.picked(("false", "true"), profiles.is_deleted[rows].astype(np.int64)),
    }


def product_columns(plan: Plan, catalogue: Catalogue, rows: np.ndarray) -> dict[str, pa.Array]:
    """The columns of the products file for some versions, by position."""
    versions = catalogue.versions.take(rows)
    owner = versions.owner
    category, subcategory = catalogue.category[owner], catalogue.subcategory[owner]
    article = category * 3 + subcategory
    names = [entry[1] for each in ARTICLES for entry in each]
    subcategories = [entry[0] for each in ARTICLES for entry in each]
    return {
        "product_id": identifiers.product_ids(owner),
        "name": text.quoted(
            text.joined(
                text.picked(names, article), text.whole(catalogue.model_number[owner]), by=" "
            )
        ),
        "brand": text.picked(_brands(plan.seed), catalogue.brand[owner]),
        "category": text.picked(CATEGORIES, category),
        "subcategory": text.picked(subcategories, article),
        "price": text.money(catalogue.price_of_versions(rows)),
        "cost": text.money(catalogue.cost[owner]),
        "updated_at": text.moments(versions.updated_ms),
        "is_deleted": text.picked(
            ("false", "true"), (versions.slot == CHANGE_SLOTS + 1).astype(np.int64)
        ),
    }


def table_lines(
    columns: dict[str, pa.Array], malformed: np.ndarray, key: np.ndarray, plan: Plan, table: str
) -> tuple[bytes, np.ndarray]:
    """The lines of orders, users or products.

    Returns:
        The bytes, and the kind of damage of each malformed row, in their order.
    """
    kinds = kinds_of(draws(key[malformed], 2), ROLES[table])
    content = _written(_rows(columns, ~malformed), _odd(plan, key[~malformed]))
    if malformed.any():
        some = _rows(columns, malformed)
        content += _broken(some, kinds, key[malformed], table, ",".join(columns))
    return content, kinds


def _rows(columns: dict[str, pa.Array], chosen: np.ndarray) -> dict[str, pa.Array]:
    rows = pa.array(np.flatnonzero(chosen))
    return {name: values.take(rows) for name, values in columns.items()}


def _odd(plan: Plan, key: np.ndarray) -> np.ndarray:
    """Which lines end in CRLF, which is harmless."""
    return part(key, 56, 8) < round(plan.dirt.oddities * 256)


def line_count(rows: int, kinds: np.ndarray) -> int:
    """Physical lines of so many rows, some of them malformed in the given ways."""
    return rows - len(kinds) + int(physical_lines(kinds).sum())


def _written(columns: dict[str, pa.Array], odd: np.ndarray) -> bytes:
    """The lines put together; odd ones end in CRLF."""
    if not len(odd):
        return b""
    *others, last = columns.values()
    ends = text.picked(("\n", "\r\n"), odd.astype(np.int8))
    # Texts lie in memory one after the other: lines put together are the file as it is.
    lines = text.joined(*others, text.joined(last, ends), by=",")
    content: bytes = lines.buffers()[2].to_pybytes()
    return content


def _broken(
    columns: dict[str, pa.Array], kinds: np.ndarray, key: np.ndarray, table: str, header: str
) -> bytes:
    lines = pa.concat_arrays(damaged(columns, kinds, key, ROLES[table], header))
    return b"\n".join(lines.to_pylist()) + b"\n"


def _how(plan: Plan, people: People, visits: Visits) -> pa.Array:
    """Traffic source, device, address and user agent of visits."""
    agents = text.quoted([agent for kind in _AGENTS for agent in kind])
    habit = draws(people.key[visits.person], 30)
    kind = np.where(visits.is_bot, _BOT, visits.device)
    agent = kind * 4 + (part(habit, 0, 2) + visits.slot) % 4
    devices = [*DEVICE_NAMES, "desktop"]
    which = draws(people.key[visits.person], 31)
    host = 1 + (part(which, 0, 16) + visits.slot * 7) % (1 << 16)
    numbers = [str(number) for number in range(256)]
    address = text.joined(
        "10",
        text.picked(numbers, part(which, 16, 8)),
        text.picked(numbers, host >> 8 & 255),
        text.picked(numbers, host & 255),
        by=".",
    )
    return text.joined(
        text.picked(text.quoted(list(plan.visits.sources)), visits.source),
        text.picked(devices, kind),
        address,
        text.picked(agents, agent),
        by=",",
    )


@lru_cache(maxsize=1)
def _brands(seed: int) -> pa.Array:
    fake = Faker("en_GB")
    fake.seed_instance(stream_key(seed, "brands"))
    return text.quoted([fake.company() for _ in range(64)])
