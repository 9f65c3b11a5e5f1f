"""What `warehouse new mart` refuses, and what it writes for different tables."""

import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from warehouse.cli import application
from warehouse.errors import UsageError
from warehouse.scaffold.mart import new_mart
from warehouse.settings import PROJECT_ROOT

NEEDED = ("models", "analyses", "seeds", "docs", "tests/oracle", "README.md", "dbt-bouncer.yml")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in NEEDED:
        target = tmp_path / name
        if (PROJECT_ROOT / name).is_dir():
            shutil.copytree(PROJECT_ROOT / name, target)
        else:
            shutil.copy(PROJECT_ROOT / name, target)
    return tmp_path


def files(folder: Path) -> dict[Path, str]:
    return {path: path.read_text() for path in folder.rglob("*") if path.suffix in (".sql", ".yml")}


@pytest.mark.parametrize(
    ("name", "table", "by", "folder", "line"),
    [
        ("Sales", "fct_orders", ["order_date"], None, "Sales is no name of a mart"),
        ("agg_sales", "fct_orders", ["order_date"], None, "agg_sales is no name of a mart"),
        ("fct_sales", "fct_orders", ["order_date"], None, "fct_sales is no name of a mart"),
        (
            "attribution",
            "fct_orders",
            ["order_date"],
            None,
            "models/marts/behaviour/attribution.sql is there already",
        ),
        ("devices", "fct_orders", ["order_date"], None, "seeds/channels/devices.csv is there"),
        ("agg_x_daily", "fct_visits", ["order_date"], None, "There is no mart fct_visits"),
        ("agg_x_daily", "stg_shop__events", ["event_date"], None, "There is no mart stg_shop__ev"),
        ("agg_x_daily", "user_behavior", ["user_id"], None, "user_behavior is a view"),
        ("agg_x_daily", "fct_orders", ["ordered_date"], None, "fct_orders has no column ordered"),
        ("payments", "fct_orders", ["payment_method"], None, "Nothing tells the folder of pay"),
        ("payments", "fct_orders", ["payment_method"], "shop", "shop is no folder"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_written(
    name: str, table: str, by: list[str], folder: str | None, line: str, checkout: Path
) -> None:
    before = files(checkout)
    with pytest.raises(UsageError) as error:
        new_mart(checkout, name, table, by, folder)
    assert error.value.what.startswith(line)
    assert error.value.fix
    assert files(checkout) == before


def test_the_command_needs_a_table_and_a_column() -> None:
    answer = CliRunner().invoke(application, ["new", "mart", "agg_x_daily"])
    assert answer.exit_code == 2
    assert "--from" in answer.output


def test_what_is_not_stored_by_a_date_is_replaced_whole(checkout: Path) -> None:
    new_mart(checkout, "payments", "fct_orders", ["payment_method"], "customers")
    sql = (checkout / "models/marts/customers/payments.sql").read_text()
    assert "partition" not in sql
    assert "([ref('fct_orders')])" in sql


def test_a_column_is_tested_to_be_in_its_dimension(checkout: Path) -> None:
    by = ["session_date", "device_type"]
    new_mart(checkout, "agg_devices_daily", "fct_sessions", by)
    [model] = yaml.safe_load((checkout / "models/marts/daily/agg_devices_daily.yml").read_text())[
        "models"
    ]
    assert model["config"]["meta"]["grain"] == ["source_system", *by]
    fields = {
        column["name"]: test["relationships"]["arguments"]
        for column in model["columns"]
        for test in column.get("data_tests", [])
    }
    assert fields == {
        "session_date": {"to": "ref('dim_dates')", "field": "date_day"},
        "device_type": {"to": "ref('dim_devices')", "field": "device_type"},
    }


@pytest.mark.parametrize(
    ("table", "by", "measures"),
    [
        ("fct_returns", "return_date", ["return_count", "refund_amount"]),
        # Not every order counts.
        (
            "fct_orders",
            "order_date",
            [
                "order_line_count",
                "item_count",
                "gross_amount",
                "discount_amount",
                "refund_amount",
                "net_amount",
            ],
        ),
        ("as_of_dates", "as_of_date", []),
        ("dim_products", "brand", []),
        ("agg_visitor_sketches_daily", "session_date", []),
    ],
)
def test_every_measure_that_adds_up_is_summed_up(
    table: str, by: str, measures: list[str], checkout: Path
) -> None:
    new_mart(checkout, "agg_x_daily", table, [by])
    [model] = yaml.safe_load((checkout / "models/marts/daily/agg_x_daily.yml").read_text())[
        "models"
    ]
    assert [column["name"] for column in model["columns"]] == ["source_system", by, *measures]
