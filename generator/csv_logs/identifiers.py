"""The keys of the shop's tables as they are in the logs."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generator.csv_logs import text
from generator.shop.people import People
from generator.shop.randomness import stream_key
from generator.shop.visits import Visits


def user_ids(numbers: np.ndarray) -> pa.Array:
    """Keys of users, numbered from 0."""
    return text.whole(numbers + 1, "U", 7)


def product_ids(numbers: np.ndarray) -> pa.Array:
    """Keys of products, numbered from 0."""
    return text.whole(numbers + 1, "P", 6)


def visit_characters(
    seed: int, person: np.ndarray, day: np.ndarray, number: np.ndarray
) -> np.ndarray:
    """The digits of visits, from the person's number, the day and the visit of the day.

    Returns:
        uint8 of shape (visits, 12), to put behind a letter that says what the key is of.
    """
    packed = (day.astype(np.int64) << 36) | (person.astype(np.int64) << 12) | number
    return text.key_characters(packed, stream_key(seed, "visit keys"))


def order_ids(seed: int, person: np.ndarray, day: np.ndarray, number: np.ndarray) -> pa.Array:
    """Keys of the orders of visits."""
    return _with_letter("o", visit_characters(seed, person, day, number))


def session_ids(digits: np.ndarray, people: People, visits: Visits) -> pa.Array:
    """Keys of visits as sessions; empty where the device blocks cookies.

    Args:
        digits: of the visits, from `visit_characters`.
    """
    hides = people.hides[visits.person, visits.slot]
    return pc.if_else(pa.array(hides), "", _with_letter("s", digits))


def visitor_ids(seed: int, digits: np.ndarray, people: People, visits: Visits) -> pa.Array:
    """Keys of devices; a device that blocks cookies gets another one for every visit.

    Args:
        digits: of the visits, from `visit_characters`.
    """
    device = ((people.first + visits.person) << 1) | visits.slot
    own = text.key_characters(device, stream_key(seed, "visitor keys"))
    hides = people.hides[visits.person, visits.slot]
    characters = np.empty((len(own), 1 + text.KEY_DIGITS), np.uint8)
    characters[:, 0] = np.where(hides, ord("t"), ord("v"))
    characters[:, 1:] = np.where(hides[:, None], digits, own)
    return text.fixed(characters)


def order_ids_of_visits(
    seed: int, digits: np.ndarray, person: np.ndarray, visits: Visits
) -> pa.Array:
    """Keys of the orders that visits are about: their own, or of the goods that come back.

    Args:
        digits: of the visits, from `visit_characters`.
        person: the persons' numbers.
    """
    other = np.flatnonzero(
        (visits.order_day != visits.day) | (visits.order_number != visits.number)
    )
    if len(other):
        digits = digits.copy()
        digits[other] = visit_characters(
            seed, person[other], visits.order_day[other], visits.order_number[other]
        )
    return _with_letter("o", digits)


def event_characters(
    visit_digits: np.ndarray, sequence: np.ndarray, time: np.ndarray | None = None
) -> np.ndarray:
    """Keys of events, which sort in the order of a visit's events; a comma and the time behind.

    Args:
        visit_digits: of the visit of each event.
        time: characters of the times; absent for the key alone.

    Returns:
        uint8 of shape (events, 15), or (events, 40) with the time.
    """
    width = 3 + text.KEY_DIGITS
    behind = 0 if time is None else 1 + text.MOMENT_WIDTH
    characters = np.empty((len(sequence), width + behind), np.uint8)
    characters[:, 0] = ord("e")
    characters[:, 1 : width - 2] = visit_digits
    characters[:, width - 2 : width] = text.two_digits().take(sequence, axis=0)
    if time is not None:
        characters[:, width] = ord(",")
        characters[:, width + 1 :] = time
    return characters


def _with_letter(letter: str, digits: np.ndarray) -> pa.Array:
    characters = np.empty((len(digits), 1 + text.KEY_DIGITS), np.uint8)
    characters[:, 0] = ord(letter)
    characters[:, 1:] = digits
    return text.fixed(characters)
