"""The simulated shop of the scheduled runs, as far as it needs no cluster."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from generator.generation import generate
from generator.ledger.reading import Ledger
from generator.plan import Plan, load_plan
from warehouse.errors import UsageError
from warehouse.settings import Settings
from warehouse.simulated_shop.daily import generate_day, simulated_shop
from warehouse.simulated_shop.ledger_landing import TABLES

FIRST = date(2026, 11, 1)


def test_preset__has_dirt_of_every_kind_and_lasts_for_years():
    plan = load_plan("daily")
    assert plan.days >= 1500
    assert plan.seed != load_plan("demo").seed
    assert all(getattr(plan.dirt, name) for name in type(plan.dirt).model_fields)


def test_moved_plan__all_its_dates_move_along():
    plan = load_plan("daily")
    moved = plan.moved_to(FIRST)
    by = FIRST - plan.start_date
    assert moved.start_date == FIRST
    assert moved.visits.campaigns[0].first_date == plan.visits.campaigns[0].first_date + by
    assert moved.dirt.new_column_from == plan.dirt.new_column_from + by
    assert moved.dirt.new_order_from == plan.dirt.new_order_from + by
    assert moved.moved_to(plan.start_date) == plan
    assert Plan().moved_to(FIRST) == Plan(start_date=FIRST)


def test_simulated_shop__by_default_on_the_embedded_cluster_only(tmp_path: Path):
    shop = simulated_shop(Settings(data_folder=tmp_path, schedule_from=FIRST))
    assert shop is not None
    assert shop.plan == load_plan("daily").moved_to(FIRST)
    assert shop.folder == tmp_path / "generated" / "daily-2026-11-01"
    assert simulated_shop(Settings(simulated_plan="")) is None
    addresses = {"hdfs_url": "hdfs://a:1", "metastore_uri": "thrift://a:2"}
    existing = {"target": "cluster", "thrift_host": "a", "thrift_port": 3, **addresses}
    assert simulated_shop(Settings(**existing)) is None
    assert simulated_shop(Settings(**existing, simulated_plan="demo")) is not None


def test_simulated_shop__an_absent_plan_is_a_wrong_setting(tmp_path: Path):
    settings = Settings(data_folder=tmp_path, simulated_plan="absent.yml")
    with pytest.raises(UsageError, match=r"There is no plan absent\.yml.*name one of daily"):
        generate_day(settings, FIRST)


@pytest.mark.parametrize("days", [-1, 7])
def test_generate_day__outside_the_plan_is_nothing(days: int, tmp_path: Path):
    said: list[str] = []
    settings = Settings(data_folder=tmp_path, schedule_from=FIRST, simulated_plan="demo")
    day = generate_day(settings, FIRST + timedelta(days=days), said.append)
    assert not day.is_in_plan
    assert said == [
        f"Plan demo has dates from 2026-11-01 to 2026-11-07: no {FIRST + timedelta(days=days)}"
    ]
    assert not list(tmp_path.iterdir())


def test_ledger__of_days_generated_one_by_one_is_that_of_all_at_once(tmp_path: Path):
    """A day that no run has generated yet leaves no trace in the ledger as of the days before."""
    plan = load_plan("daily", users=300, events_per_day=1000, products=60, days=8)
    at_once, one_by_one = tmp_path / "all", tmp_path / "days"
    generate(at_once, plan, 1)
    for day in range(5):
        generate(one_by_one, plan, 1, day, day)
    ledgers = Ledger(at_once, plan.date_of(4)), Ledger(one_by_one)
    assert ledgers[0].as_of == ledgers[1].as_of
    for name in TABLES:
        expected, found = (each.lines(name) for each in ledgers)
        assert found.num_rows, name
        assert found.equals(expected), name
