"""The example queries of `analyses` run on the published marts, as readers would run them."""

from pathlib import Path

import pytest

from warehouse.errors import WarehouseError
from warehouse.settings import PROJECT_ROOT, Settings
from warehouse.sql.connection import connect

from .conftest import Run
from .table_snapshots import Query


@pytest.fixture(scope="module")
def analyses(built: Path, dbt: Run, environment: dict[str, str]) -> dict[str, str]:
    """The compiled queries, by name."""
    dbt("compile", "--select", "path:analyses")
    folder = Path(environment["DBT_TARGET_PATH"], "compiled", "ecommerce_warehouse", "analyses")
    return {path.stem: path.read_text() for path in sorted(folder.glob("*.sql"))}


def test_analyses__answer_from_the_published_marts(
    analyses: dict[str, str], cluster: Settings
) -> None:
    assert set(analyses) == {path.stem for path in (PROJECT_ROOT / "analyses").glob("*.sql")}
    without_answer = {}
    with connect(cluster) as connection:
        for name, text in analyses.items():
            try:
                if not connection.execute(text).rows:
                    without_answer[name] = "no row"
            except WarehouseError as error:
                without_answer[name] = str(error)
    assert not without_answer


def test_estimated_visitors__count_who_came_on_several_days_once(
    analyses: dict[str, str], query: Query
) -> None:
    estimated = {tuple(key): count for *key, count in query(analyses["agg_visitor_sketches_daily"])}
    counted = query(
        "select source_system, trunc(session_date, 'month'), device_type, "
        "count(distinct visitor_id), count(distinct visitor_id, session_date) "
        "from marts.fct_sessions where not is_bot group by all"
    )
    assert any(by_day > 1.2 * visitors for *_, visitors, by_day in counted), "a sum would do"
    # Three standard errors of a sketch.
    assert estimated == {
        tuple(key): pytest.approx(visitors, rel=0.05) for *key, visitors, _ in counted
    }


def test_marts_that_are_views__do_not_depend_on_the_readers_time_zone(
    built: Path, cluster: Settings
) -> None:
    with connect(cluster) as connection:
        shown, views = (
            {row[1] for row in connection.execute(f"show views in {schema}").rows}
            for schema in ("marts", "marts_candidate")
        )
        views &= shown
        assert views

        def contents() -> dict[str, list[tuple]]:
            return {
                view: connection.execute(
                    f"select count(*), sum(cast(xxhash64(*) as decimal(38))) from marts.{view}"
                ).rows
                for view in views
            }

        in_utc = contents()
        connection.execute("set time zone 'Pacific/Auckland'")
        assert contents() == in_utc
