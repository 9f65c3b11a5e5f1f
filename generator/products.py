"""The catalogue: a full extract on the first day, the changed rows on later ones."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from faker import Faker

from generator import text
from generator.plan import DAY_MS, Plan

# category, subcategory, article, usual price in cents
ARTICLES = (
    ("Electronics", "Headphones", "Headphones", 8_900),
    ("Electronics", "Monitors", 'Monitor 24"', 17_900),
    ("Electronics", "Phones", "Phone", 39_900),
    ("Clothing", "Shirts", "Shirt", 2_900),
    ("Clothing", "Shoes", "Running Shoes", 7_900),
    ("Home", "Kitchen", "Pan, non-stick", 3_500),
    ("Home", "Lighting", "Desk Lamp", 4_200),
    ("Sports", "Cycling", "Bicycle Helmet", 5_500),
    ("Sports", "Fitness", "Yoga Mat", 2_200),
    ("Books", "Novels", "Novel", 1_400),
)
BRANDS = 40
DAILY_CHANGE = 0.02


class Catalogue:
    """The products of a plan; `prices` has a row per day and a column per product, in cents."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        draws, count = plan.draws("products"), plan.products
        fake = Faker("en_GB")
        fake.seed_instance(plan.seed)
        brands = text.quoted([fake.company() for _ in range(BRANDS)])
        self._brand = text.picked(brands, draws.integers(0, BRANDS, count))
        self._article = draws.integers(0, len(ARTICLES), count)
        models = text.whole(draws.integers(100, 1_000, count))
        names = text.picked([article[2] for article in ARTICLES], self._article)
        self._name = text.quoted(text.joined(names, models, by=" "))
        usual = np.array([article[3] for article in ARTICLES])[self._article]
        prices = (usual * draws.lognormal(0, 0.5, count)).astype(np.int64) + 99
        self._cost = prices * draws.integers(45, 75, count) // 100
        self._changed = draws.random((plan.days, count)) < DAILY_CHANGE
        self._changed[0] = True
        self._deleted = self._changed & (draws.random((plan.days, count)) < 0.02)
        self._deleted[0] = False
        self._deleted = np.logical_or.accumulate(self._deleted)
        percent = np.where(self._changed, draws.integers(85, 116, (plan.days, count)), 100)
        self.prices = np.empty((plan.days, count), np.int64)
        for day in range(plan.days):
            prices = np.maximum(prices * percent[day] // 100, 1)
            self.prices[day] = prices
        weights = np.arange(1, count + 1) ** -0.9
        self._popularity = np.cumsum(weights) / weights.sum()
        self._ranked = draws.permutation(count)

    def drawn(self, draws: np.random.Generator, shape: int | tuple[int, ...]) -> np.ndarray:
        """Products at random, a few of them far more often than the many."""
        ranks = np.searchsorted(self._popularity, draws.random(shape))
        return self._ranked[np.minimum(ranks, len(self._ranked) - 1)]

    def extracts(self) -> Iterator[dict[str, pa.Array]]:
        """The columns of products.csv, day by day; prices change at midnight."""
        categories, subcategories = ([row[part] for row in ARTICLES] for part in (0, 1))
        for day in range(self._plan.days):
            rows = np.flatnonzero(self._changed[day])
            midnight = self._plan.start_ms + day * DAY_MS
            yield {
                "product_id": product_ids(rows),
                "name": self._name.take(pa.array(rows)),
                "brand": self._brand.take(pa.array(rows)),
                "category": text.picked(categories, self._article[rows]),
                "subcategory": text.picked(subcategories, self._article[rows]),
                "price": text.money(self.prices[day, rows]),
                "cost": text.money(self._cost[rows]),
                "updated_at": text.moments(np.full(len(rows), midnight)),
                "is_deleted": text.picked(("false", "true"), self._deleted[day, rows].astype(int)),
            }


def product_ids(products: np.ndarray) -> pa.Array:
    """The keys of products, counted from 0."""
    return text.whole(products + 1, "P", 6)
