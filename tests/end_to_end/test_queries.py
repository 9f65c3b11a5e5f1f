"""The example queries of `analyses` run on the published marts, as readers would run them."""

from pathlib import Path

from cluster.sql import connect
from errors import WarehouseError
from settings import PROJECT_ROOT, Settings

from .conftest import Run


def test_analyses__answer_from_the_published_marts(
    built: Path, cluster: Settings, dbt: Run, environment: dict[str, str]
) -> None:
    dbt("compile", "--select", "path:analyses")
    folder = Path(environment["DBT_TARGET_PATH"], "compiled", "ecommerce_warehouse", "analyses")
    queries = {path.stem: path.read_text() for path in sorted(folder.glob("*.sql"))}
    assert set(queries) == {path.stem for path in (PROJECT_ROOT / "analyses").glob("*.sql")}
    without_answer = {}
    with connect(cluster) as connection:
        for name, query in queries.items():
            try:
                if not connection.execute(query).rows:
                    without_answer[name] = "no row"
            except WarehouseError as error:
                without_answer[name] = str(error)
    assert not without_answer
