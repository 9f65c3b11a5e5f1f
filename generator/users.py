"""The registered users: a full extract on the first day, the changed rows on later ones."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from faker import Faker

from generator import text
from generator.plan import DAY_MS, Plan

# country: the locale of its cities and what its regions are called there
COUNTRIES = {
    "Germany": ("de_DE", "state"),
    "France": ("fr_FR", "region"),
    "Italy": ("it_IT", "state"),
    "Spain": ("es_ES", "region"),
    "United Kingdom": ("en_GB", "county"),
}
GENDERS = ("female", "male", "other", "")
TIERS = ("none", "bronze", "silver", "gold")
PLACES_PER_COUNTRY = 40
DAILY_CHANGE = 0.01


def extracts(plan: Plan) -> Iterator[dict[str, pa.Array]]:
    """The columns of users.csv, day by day."""
    draws, count = plan.draws("users"), plan.users
    firsts, lasts, countries, regions, cities = _pools(plan.seed)
    ids = user_ids(np.arange(count))
    names = text.joined(
        text.picked(firsts, draws.integers(0, len(firsts), count)),
        text.picked(lasts, draws.integers(0, len(lasts), count)),
        by=" ",
    )
    emails = text.joined("customer", text.whole(np.arange(1, count + 1)), "@example.com")
    genders = text.picked(GENDERS, draws.choice(4, count, p=[0.48, 0.46, 0.02, 0.04]))
    born = draws.integers(-365 * 30, 365 * 36, count).astype("datetime64[D]").astype(str)
    births = pa.array(born.tolist())
    signed_up = plan.start_ms - draws.integers(DAY_MS, 1_000 * DAY_MS, count)
    places = draws.integers(0, len(cities), count)
    tiers = draws.choice(4, count, p=[0.6, 0.25, 0.1, 0.05])
    deleted = np.zeros(count, bool)
    rows, updated = np.arange(count), signed_up
    for day in range(plan.days):
        if day:
            rows = np.flatnonzero(draws.random(count) < DAILY_CHANGE)
            what = draws.random(len(rows))
            tiers[rows] = np.where(what < 0.6, (tiers[rows] + 1) % len(TIERS), tiers[rows])
            moved = draws.integers(0, len(cities), len(rows))
            places[rows] = np.where(what >= 0.6, moved, places[rows])
            deleted[rows] |= what > 0.98
            updated = plan.start_ms + day * DAY_MS + draws.integers(0, DAY_MS, len(rows))
        yield {
            "user_id": ids.take(pa.array(rows)),
            "name": names.take(pa.array(rows)),
            "email": emails.take(pa.array(rows)),
            "gender": genders.take(pa.array(rows)),
            "birth_date": births.take(pa.array(rows)),
            "country": text.picked(countries, places[rows]),
            "region": text.picked(regions, places[rows]),
            "city": text.picked(cities, places[rows]),
            "loyalty_tier": text.picked(TIERS, tiers[rows]),
            "signed_up_at": text.moments(signed_up[rows]),
            "updated_at": text.moments(updated),
            "is_deleted": text.picked(("false", "true"), deleted[rows].astype(int)),
        }


def user_ids(users: np.ndarray) -> pa.Array:
    """The keys of users, counted from 0."""
    return text.whole(users + 1, "U", 7)


def _pools(seed: int) -> tuple[pa.Array, ...]:
    """First names, last names, and the country, region and city of each place."""
    firsts, lasts, places = [], [], []
    for country, (locale, region) in COUNTRIES.items():
        fake = Faker(locale)
        fake.seed_instance(seed)
        for _ in range(PLACES_PER_COUNTRY):
            firsts.append(fake.first_name())
            lasts.append(fake.last_name())
            places.append((country, getattr(fake, region)(), fake.city()))
    return tuple(text.quoted(list(pool)) for pool in (firsts, lasts, *zip(*places, strict=True)))
