from datetime import date

import pytest

from warehouse.errors import UsageError
from warehouse.landing.arrivals import missing_arrivals, scheduled_sources
from warehouse.landing.sources import load_source
from warehouse.settings import Settings

DAY = date(2026, 11, 2)


def test_scheduled_sources__the_simulated_shop_and_drop_folders() -> None:
    assert scheduled_sources(Settings()) == ["shop"]
    drops = {"shop": "/drop/shop", "rees46": "/drop/rees46"}
    assert scheduled_sources(Settings(drop_folder=drops)) == ["rees46", "shop"]
    assert scheduled_sources(Settings(simulated_plan="")) == []


def test_arrivals__what_is_declared_daily() -> None:
    """Extracts of users and products hold what changed, which may be nothing."""
    daily = [table.name for table in load_source("shop").tables if table.arrives_daily]
    assert daily == ["events", "orders"]


def test_arrivals__nothing_expected_needs_no_cluster() -> None:
    assert missing_arrivals(Settings(simulated_plan=""), DAY) == []
    assert missing_arrivals(Settings(), DAY, ["rees46", "online_retail"]) == []
    with pytest.raises(UsageError, match="There is no source system toys"):
        missing_arrivals(Settings(), DAY, ["toys"])
