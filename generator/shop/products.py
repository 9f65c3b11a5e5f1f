"""The catalogue: what is sold, at which price, and how popular it is on a day."""

from functools import lru_cache

import numpy as np

from generator.plan import CATEGORIES, DAY_MS, Plan
from generator.shop.randomness import (
    below,
    draws,
    happens,
    lognormal_table,
    part,
    quantile,
    stream_key,
)
from generator.shop.versions import NEVER, Versions, versions_of

# per category: subcategories with article names and the usual price in cents
ARTICLES = (
    (
        ("Headphones", "Headphones", 8_900),
        ("Monitors", 'Monitor 24"', 17_900),
        ("Phones", "Phone", 39_900),
    ),
    (("Shirts", "Shirt", 2_900), ("Shoes", "Running Shoes", 7_900), ("Coats", "Rain Coat", 9_900)),
    (
        ("Kitchen", "Pan, non-stick", 3_500),
        ("Lighting", "Desk Lamp", 4_200),
        ("Bedding", "Duvet", 6_900),
    ),
    (
        ("Cycling", "Bicycle Helmet", 5_500),
        ("Fitness", "Yoga Mat", 2_200),
        ("Camping", "Tent, 2 people", 12_900),
    ),
    (("Skin", "Face Cream", 1_900), ("Hair", "Shampoo", 900), ("Scent", "Eau de Toilette", 4_900)),
    (
        ("Puzzles", "Puzzle, 1000 pieces", 1_500),
        ("Models", "Model Railway", 7_500),
        ("Dolls", "Doll", 2_500),
    ),
    (("Novels", "Novel", 1_400), ("Travel", "Travel Guide", 1_900), ("Comics", "Comic", 1_100)),
    (
        ("Tools", "Pruning Shears", 2_400),
        ("Plants", "Rose Bush", 1_700),
        ("Furniture", "Garden Chair", 5_900),
    ),
)
CHANGE_SLOTS = 8
POPULARITY_SLOTS = 1 << 16


class Catalogue:
    """The products of a plan, numbered from 0.

    Attributes:
        category, subcategory: numbers into `CATEGORIES` and `ARTICLES`.
        cost: in cents.
        cart_ease: factor on the share of views that end in the cart, in thousandths: from 1,400
            for the cheapest to 600 for the dearest.
        known_from_day: the day on which a sound line of the product first lands.
        versions: the states that the extracts land, with their prices.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        rates = plan.catalogue
        numbers = np.arange(plan.products)
        key = draws(stream_key(plan.seed, "products"), numbers)
        traits, life = draws(key, 1), draws(key, 2)
        self.category = below(traits, 0, 16, len(CATEGORIES))
        self.subcategory = below(traits, 16, 16, 3)
        usual = np.array([[article[2] for article in row] for row in ARTICLES])
        spread = quantile(lognormal_table(1000, 0.45, 8_000), traits, 32)
        base = usual[self.category, self.subcategory] * spread // 1000 // 10 * 10 + 9
        self.cost = base * (45 + below(traits, 44, 12, 30)) // 100
        self.model_number = 100 + below(traits, 56, 8, 900)
        self.brand = below(life, 0, 12, 64)
        before = happens(life, 12, 16, rates.launched_before)
        # Some sell from the first day on, else a plan could begin with nothing to sell.
        before[:8] = True
        launch = np.where(before, 0, below(life, 28, 20, plan.days))
        ends = happens(draws(key, 3), 0, 20, min(1.0, rates.discontinued * plan.days / 365))
        ends[:8] = False
        end = launch + 1 + below(draws(key, 3), 20, 20, max(plan.days - 1, 1))
        self.launch_day = launch
        self.end_day = np.where(ends, end, np.int64(1 << 40))
        self._appeal = draws(key, 4)
        self.versions = self._versions(key, before, base)
        self.known_from_day = self.versions.owners_known_from(plan.products)
        self._price_days, self._prices = self._price_table()
        order = np.argsort(np.argsort(base, kind="stable"), kind="stable")
        self.cart_ease = 1400 - 800 * order // plan.products
        self._changing = np.flatnonzero((self._price_days < plan.days).any(axis=1))

    def price_versions(self, products: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Which of a product's prices holds on a day (0 to `CHANGE_SLOTS`), element by element."""
        version = np.zeros(len(products), np.int64)
        for slot in self._changing:
            version += self._price_days[slot][products] <= days
        return version

    @property
    def prices(self) -> np.ndarray:
        """Prices in cents, one row per product, one column per version of the price."""
        return self._prices

    def price_of_versions(self, rows: np.ndarray) -> np.ndarray:
        """The price in cents of some of `versions`, by position; a deletion keeps it."""
        owner, slot = self.versions.owner[rows], self.versions.slot[rows]
        changes = (self._price_days < self.plan.days).sum(axis=0)
        prices: np.ndarray = self._prices[owner, np.minimum(slot, changes[owner])]
        return prices

    def popularity(self, day: int) -> np.ndarray:
        """The products by steps of probability: shape (9, `POPULARITY_SLOTS`).

        Row 0 is drawn from for the whole catalogue, row 1 + c within category c. The product of
        rank r among those on sale is as popular as r to the minus `zipf_exponent`.
        """
        return _popularity(self, day)

    def rank_order(self, day: int) -> np.ndarray:
        """The products on sale on a day, the most popular first."""
        period = (day + self.plan.start_day) // self.plan.catalogue.drift_days
        drift = draws(self._appeal, int(period))
        # Mostly what a product is, in part the fashion of the time: ranks drift, not jump.
        liking = part(self._appeal, 0, 30) * 7 + part(drift, 0, 30)
        on_sale = np.flatnonzero((self.launch_day <= day) & (day < self.end_day))
        return on_sale[np.argsort(-liking[on_sale], kind="stable")]

    def _versions(self, key: np.ndarray, before: np.ndarray, base: np.ndarray) -> Versions:
        """The landed states: first, price changes at midnight, discontinued."""
        plan = self.plan
        count = plan.products
        rate = min(1.0, plan.catalogue.price_changes * plan.days / 365 / CHANGE_SLOTS)
        moments = np.full((count, CHANGE_SLOTS + 2), NEVER)
        moments[:, 0] = plan.start_ms + np.where(before, -30 * DAY_MS, self.launch_day * DAY_MS)
        percent = np.full((count, CHANGE_SLOTS + 2), 100)
        for slot in range(CHANGE_SLOTS):
            drawn = draws(key, 20 + slot)
            day = 1 + below(drawn, 20, 20, max(plan.days - 1, 1))
            valid = happens(drawn, 0, 20, rate) & (self.launch_day < day) & (day < self.end_day)
            at = plan.start_ms + day * DAY_MS
            # A second price for the same moment would leave open which of them holds.
            valid &= (moments[:, 1 : 1 + slot] != at[:, None]).all(axis=1)
            moments[:, 1 + slot] = np.where(valid, at, NEVER)
            percent[:, 1 + slot] = 85 + below(drawn, 40, 16, 32)
        ending = self.end_day < plan.days
        moments[:, -1] = np.where(ending, plan.start_ms + self.end_day * DAY_MS, NEVER)
        order = np.argsort(moments[:, 1:-1], axis=1, kind="stable") + 1
        moments[:, 1:-1] = np.take_along_axis(moments, order, axis=1)
        percent[:, 1:-1] = np.take_along_axis(percent, order, axis=1)
        self._base, self._percent, self._moments = base, percent, moments
        missing = happens(draws(key, 5), 0, 24, plan.dirt.orphan_products)
        return versions_of(plan, "products", key, moments, missing)

    def _price_table(self) -> tuple[np.ndarray, np.ndarray]:
        """Days of the price changes by slot, and the price in cents after each."""
        prices = np.empty((self.plan.products, CHANGE_SLOTS + 1), np.int64)
        prices[:, 0] = self._base
        for slot in range(1, CHANGE_SLOTS + 1):
            prices[:, slot] = np.maximum(prices[:, slot - 1] * self._percent[:, slot] // 100, 1)
        days = (self._moments[:, 1:-1] - self.plan.start_ms) // DAY_MS
        return days.T.copy(), prices


@lru_cache(maxsize=16)
def _popularity(catalogue: Catalogue, day: int) -> np.ndarray:
    plan = catalogue.plan
    ranked = catalogue.rank_order(day)
    weights = _zipf_weights(plan.products, plan.catalogue.zipf_exponent)[: len(ranked)]
    rows = [_steps(ranked, weights)]
    for category in range(len(CATEGORIES)):
        among = catalogue.category[ranked] == category
        rows.append(_steps(ranked[among], weights[among]) if among.any() else rows[0])
    return np.stack(rows)


def _steps(products: np.ndarray, weights: np.ndarray) -> np.ndarray:
    cumulated = np.cumsum(weights)
    middles = (2 * np.arange(POPULARITY_SLOTS, dtype=np.int64) + 1) * cumulated[-1]
    # A product has the slots whose middle lies before its end and not before that of the last one.
    ends = np.searchsorted(middles // (2 * POPULARITY_SLOTS), cumulated, side="left")
    return np.repeat(products.astype(np.int32), np.diff(ends, prepend=0))


@lru_cache(maxsize=2)
def _zipf_weights(count: int, exponent: float) -> np.ndarray:
    """Whole weights by rank, so coarse that processors round alike."""
    return np.array(
        [max(round(1e7 * rank**-exponent), 1) for rank in range(1, count + 1)], np.int64
    )
