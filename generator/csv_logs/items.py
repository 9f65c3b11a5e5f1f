"""The middle of an event's line: product, quantity, price, order and page."""

from functools import lru_cache

import numpy as np
import pyarrow as pa

from generator.csv_logs import identifiers, text
from generator.shop.events import (
    CART,
    EXIT,
    PURCHASE,
    REMOVE,
    RETURN,
    TYPES,
    VIEW,
    WISHLIST,
    Events,
)
from generator.shop.products import ARTICLES, CHANGE_SLOTS, Catalogue

COLUMNS = {
    "what": ["product_id", "quantity"],
    "price": ["price"],
    "order_id": ["order_id"],
    "page_url": ["page_url"],
}
_PAGES = {
    WISHLIST: "/wishlist",
    CART: "/cart",
    REMOVE: "/cart",
    PURCHASE: "/checkout/done",
    RETURN: "/returns",
    EXIT: "/goodbye",
}
_MOST_PIECES = 5
# Where the texts of a kind begin in the pool of usual items, in catalogues; one per piece.
_PLACES = {VIEW: 0, WISHLIST: 1, CART: 2, REMOVE: 2 + _MOST_PIECES}
_KINDS_OF_PLACES = [VIEW, WISHLIST, *[CART] * _MOST_PIECES, *[REMOVE] * _MOST_PIECES]
_PIECES_OF_PLACES = [1, 1, *range(1, _MOST_PIECES + 1), *range(1, _MOST_PIECES + 1)]
_QUANTITIES = _MOST_PIECES + 1


def item_columns(
    catalogue: Catalogue, events: Events, orders: pa.Array
) -> dict[str, tuple[pa.Array, np.ndarray]]:
    """The columns apart: for each a pool of texts and the position of each event's in it.

    Args:
        orders: the key of the order of each visit.
    """
    items, prices, pages = _pools(catalogue)
    product = events.product
    without = product < 0
    item = np.where(without, len(items) - 1, product * _QUANTITIES + events.quantity)
    price = np.where(without, len(prices) - 1, product * (CHANGE_SLOTS + 1) + events.price_version)
    about_order = (events.kind == PURCHASE) | (events.kind == RETURN)
    return {
        "what": (items, item),
        "price": (prices, price),
        "order_id": (pa.concat_arrays([pa.array([""]), orders]), (events.visit + 1) * about_order),
        "page_url": (pages, np.where(events.kind == VIEW, len(TYPES) + product, events.kind)),
    }


def item_piece(
    catalogue: Catalogue, events: Events, orders: pa.Array, day: int, names: tuple[str, ...]
) -> tuple[pa.Array, np.ndarray]:
    """The columns together, in the order of `names`: a pool and the position of each event's in it.

    Most lines of a day say one of few things: those are put together once a day.
    """
    pool, version = _usual(catalogue, day, names)
    count = len(catalogue.category)
    place = _PLACE_OF_KIND[events.kind]
    several = (events.kind == CART) | (events.kind == REMOVE)
    position = (place + several * (events.quantity - 1)) * np.int64(count) + events.product
    position[events.kind == EXIT] = len(pool) - 1
    unusual = (place < 0) | (events.price_version != version[events.product])
    rows = np.flatnonzero(unusual & (events.kind != EXIT))
    if len(rows):
        columns = item_columns(catalogue, events.take(rows), orders)
        texts = text.joined(*(text.picked(*columns[name]) for name in names), by=",")
        position[rows] = len(pool) + np.arange(len(rows))
        pool = pa.concat_arrays([pool, texts])
    return pool, position


_PLACE_OF_KIND = np.array([_PLACES.get(kind, -1) for kind in range(len(TYPES))], np.int64)


@lru_cache(maxsize=2)
def _usual(catalogue: Catalogue, day: int, names: tuple[str, ...]) -> tuple[pa.Array, np.ndarray]:
    """What can be said of products at a day's prices without an order; the exit comes last.

    Returns:
        The texts by place and product, and which of its prices each product has on the day.
    """
    count = len(catalogue.category)
    every = np.arange(count)
    version = catalogue.price_versions(every, np.full(count, day))
    items, prices, pages = _pools(catalogue)
    price = text.picked(prices, every * (CHANGE_SLOTS + 1) + version)
    static = pa.array([_PAGES.get(kind, "") for kind in range(len(TYPES))])
    parts = []
    for kind, pieces in zip(_KINDS_OF_PLACES, _PIECES_OF_PLACES, strict=True):
        page = pages.slice(len(TYPES)) if kind == VIEW else static[kind].as_py()
        columns = {
            "what": text.picked(items, every * _QUANTITIES + pieces),
            "price": price,
            "order_id": "",
            "page_url": page,
        }
        parts.append(text.joined(*(columns[name] for name in names), by=","))
    leaving = {"what": ",", "price": "", "order_id": "", "page_url": _PAGES[EXIT]}
    parts.append(pa.array([",".join(leaving[name] for name in names)]))
    return pa.concat_arrays(parts), version


@lru_cache(maxsize=2)
def _pools(catalogue: Catalogue) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Product with quantity, price, and page, each by position."""
    count = len(catalogue.category)
    every = np.arange(count)
    products = identifiers.product_ids(every)
    items = text.joined(
        products.take(pa.array(np.repeat(every, _QUANTITIES))),
        text.whole(np.tile(np.arange(_QUANTITIES), count)),
        by=",",
    )
    items = pa.concat_arrays([items, pa.array([","])])
    prices = pa.concat_arrays([text.money(catalogue.prices.ravel()), pa.array([""])])
    static = pa.array([_PAGES.get(kind, "") for kind in range(len(TYPES))])
    slugs = [entry[0].lower() for each in ARTICLES for entry in each]
    slug = text.picked(slugs, catalogue.category * 3 + catalogue.subcategory)
    pages = text.joined("/product", slug, products, by="/")
    return items, prices, pa.concat_arrays([static, pages])
