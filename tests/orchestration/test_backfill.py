"""A backfill's batches cover every date once, in the order asked for."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.backfill import NEWEST_FIRST, OLDEST_FIRST, next_batch
from warehouse.errors import UsageError

START = date(2024, 2, 27)


@given(st.integers(1, 100), st.integers(1, 40), st.sampled_from([NEWEST_FIRST, OLDEST_FIRST]))
def test_slices_cover_every_date_once(day_count, days, order):
    rest = (START, START + timedelta(days=day_count - 1))
    covered, left = [], None
    while rest:
        chosen = next_batch(*rest, days, order)
        assert 1 <= len(chosen.dates) <= days
        assert left is None or chosen.left_count == left - 1
        covered.append(chosen.dates)
        rest, left = chosen.rest, chosen.left_count
    assert left == 0
    if order == NEWEST_FIRST:
        covered.reverse()
    dates = [day for slice_dates in covered for day in slice_dates]
    assert dates == [START + timedelta(days=day) for day in range(day_count)]


@pytest.mark.parametrize(
    ("first", "last", "days", "order"),
    [
        (START, START - timedelta(days=1), 7, NEWEST_FIRST),
        (START, START, 0, NEWEST_FIRST),
        (START, START, 7, "at random"),
    ],
)
def test_what_makes_no_slice_is_refused(first, last, days, order):
    with pytest.raises(UsageError):
        next_batch(first, last, days, order)
