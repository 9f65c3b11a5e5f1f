"""Values as text."""

import csv
from datetime import datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from generator import text

LINE_FREE = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]))


@given(st.lists(st.integers(0, 10**12), min_size=1))
def test_money_has_two_decimals(cents):
    written = text.money(np.array(cents, np.int64)).to_pylist()
    assert written == [f"{number // 100}.{number % 100:02d}" for number in cents]


@given(st.lists(LINE_FREE, min_size=1))
def test_quoted_values_are_read_back(values):
    for value, written in zip(values, text.quoted(values).to_pylist(), strict=True):
        assert next(csv.reader([f"x,{written},x"], strict=True)) == ["x", value, "x"]


def test_moments_keep_milliseconds():
    noon = int(datetime.fromisoformat("2024-03-01T08:15:30.120+00:00").timestamp() * 1000)
    assert text.moments(np.array([noon])).to_pylist() == ["2024-03-01T08:15:30.120Z"]


def test_hexadecimal_keys_differ_and_continue():
    keys = text.hexadecimal(7, 10_000).to_pylist()
    assert len(set(keys)) == 10_000
    assert {len(key) for key in keys} == {16}
    assert text.hexadecimal(7 + 9_000, 1_000).to_pylist() == keys[9_000:]


def test_positions_below_zero_are_empty():
    assert text.picked(("a", "b"), np.array([1, -1, 0])).to_pylist() == ["b", "", "a"]
