"""The DAGs hold what the dbt graph holds, and load quickly, alone and always the same."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from warehouse.settings import Settings

from .conftest import Load

Loaded = dict[str, dict[str, Any]]
Manifest = dict[str, Any]
ALL = ["warehouse_daily", "warehouse_hourly", "warehouse_backfill", "warehouse_maintenance"]
BUILDING = ["warehouse_daily", "warehouse_hourly", "warehouse_backfill"]


def dag(loaded: Loaded, dag_id: str) -> dict[str, Any]:
    return loaded[dag_id]["dags"][dag_id]


def selected(manifest: Manifest, dag_id: str) -> dict[str, dict[str, Any]]:
    """The models and seeds that a DAG builds."""
    return {
        unique_id: node
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed")
        and (dag_id != "warehouse_hourly" or "hourly" in node["tags"])
    }


def nodes_with_tests(manifest: Manifest) -> set[str]:
    """The nodes with data tests of their own."""
    return {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node.get("attached_node")
    }


def rendered(loaded: Loaded, dag_id: str, *commands: str) -> dict[str, dict[str, Any]]:
    """The tasks of nodes, by the node's id."""
    return {
        task["unique_id"]: task | {"task_id": task_id}
        for task_id, task in dag(loaded, dag_id)["tasks"].items()
        if task["command"] in commands
    }


def test_every_file_loads_without_an_error(loaded: Loaded) -> None:
    assert set(loaded) == set(ALL)
    for dag_id, seen in loaded.items():
        assert not seen["errors"]
        assert set(seen["dags"]) == {dag_id}


@pytest.mark.parametrize("dag_id", ALL)
def test_a_file_loads_within_a_second_without_dbt(
    loaded: Loaded, loaded_again: Loaded, dag_id: str
) -> None:
    # Of processor time. The first file of a process also imports Cosmos.
    assert max(loaded[dag_id]["seconds"], loaded_again[dag_id]["seconds"]) < 1
    for module in ("dbt.cli.main", "pyspark", "pyhive.hive", "duckdb"):
        assert module not in loaded[dag_id]["modules"]


@pytest.mark.parametrize("dag_id", ALL)
def test_a_file_loads_to_the_same_version_again(
    loaded: Loaded, loaded_again: Loaded, dag_id: str
) -> None:
    assert dag(loaded_again, dag_id)["hash"] == dag(loaded, dag_id)["hash"]


@pytest.mark.parametrize("dag_id", BUILDING)
def test_tasks_are_the_models_and_seeds_and_one_for_the_tests_of_each(
    loaded: Loaded, manifest: Manifest, dag_id: str
) -> None:
    nodes = selected(manifest, dag_id)
    assert nodes
    built = rendered(loaded, dag_id, "run", "seed")
    assert set(built) == set(nodes)
    for unique_id, task in built.items():
        is_seed = nodes[unique_id]["resource_type"] == "seed"
        assert task["command"] == ("seed" if is_seed else "run")
    assert set(rendered(loaded, dag_id, "test")) == nodes_with_tests(manifest) & set(nodes)


@pytest.mark.parametrize("dag_id", BUILDING)
def test_edges_are_those_of_the_graph(loaded: Loaded, manifest: Manifest, dag_id: str) -> None:
    """A node comes after its parents, or after their tests where they have some."""
    nodes = selected(manifest, dag_id)
    built, tests = (rendered(loaded, dag_id, *c) for c in (("run", "seed"), ("test",)))
    before = {"build"}
    for unique_id, task in built.items():
        parents = [p for p in nodes[unique_id]["depends_on"].get("nodes", []) if p in nodes]
        expected = {(tests.get(parent) or built[parent])["task_id"] for parent in parents}
        assert set(task["after"]) - before == expected, unique_id
    for unique_id, task in tests.items():
        assert task["after"] == [built[unique_id]["task_id"]]


@pytest.mark.parametrize("dag_id", BUILDING)
def test_publishing_comes_after_the_build_and_every_node(
    loaded: Loaded, manifest: Manifest, dag_id: str
) -> None:
    tasks = dag(loaded, dag_id)["tasks"]
    ends = set(tasks) - {parent for task in tasks.values() for parent in task["after"]}
    consumers = {task_id for task_id, task in tasks.items() if task["unique_id"]}
    assert not ends & consumers
    assert "build" in tasks["publish"]["after"]
    marts = {
        f"marts.{node['name']}"
        for node in selected(manifest, dag_id).values()
        if node["schema"] == "marts_candidate" and not node["config"]["meta"].get("supporting")
    }
    assert set(tasks["publish"]["outlets"]) == marts


@pytest.mark.parametrize("dag_id", BUILDING)
def test_nothing_is_built_before_its_files_arrived_and_its_turn_came(
    loaded: Loaded, dag_id: str
) -> None:
    tasks = dag(loaded, dag_id)["tasks"]
    assert tasks["build"]["after"] == ["arrivals.take_turn"]
    assert set(tasks["arrivals.take_turn"]["after"]) == {
        task_id
        for task_id in tasks
        if task_id.startswith("arrivals.")
        and not any(
            task_id in other["after"]
            for name, other in tasks.items()
            if name != "arrivals.take_turn"
        )
        and task_id != "arrivals.take_turn"
    }


@pytest.mark.parametrize("dag_id", ALL)
def test_policies(loaded: Loaded, dag_id: str) -> None:
    seen = dag(loaded, dag_id)
    assert seen["max_active_runs"] == 1
    assert seen["notifies_of_failure"]
    assert seen["deadline"] == (dag_id in ("warehouse_daily", "warehouse_hourly"))
    assert seen["catchup"] == (dag_id == "warehouse_daily")
    assert seen["doc"]
    for task_id, task in seen["tasks"].items():
        assert task["owner"] == "warehouse"
        assert task["doc"], task_id
        # Nodes take no worker, and the build is what is tried again, not they.
        assert task["starts_in_triggerer"] == (task["retries"] == 0), task_id
        if task["unique_id"]:
            assert f"/{task['unique_id']}" in task["doc"], "a link to the dbt docs"


def test_a_new_model_appears_without_touching_python(
    load: Load, scheduled: Settings, manifest: Manifest, tmp_path: Path
) -> None:
    changed = json.loads(json.dumps(manifest))
    old, new = (f"model.ecommerce_warehouse.{name}" for name in ("dim_devices", "dim_browsers"))
    text = json.dumps(changed["nodes"][old]).replace("dim_devices", "dim_browsers")
    changed["nodes"][new] = json.loads(text)
    shutil.copytree(scheduled.data_folder / "airflow", tmp_path / "airflow")
    (tmp_path / "airflow" / "manifest.json").write_text(json.dumps(changed))
    seen = load("warehouse_daily", WAREHOUSE_DATA_FOLDER=str(tmp_path))
    ids = {task["unique_id"] for task in dag(seen, "warehouse_daily")["tasks"].values()}
    assert {old, new} <= ids


def test_without_a_manifest_the_page_tells_the_fix(load: Load, tmp_path: Path) -> None:
    seen = load("warehouse_daily", WAREHOUSE_DATA_FOLDER=str(tmp_path))
    [error] = seen["warehouse_daily"]["errors"].values()
    assert "warehouse airflow parse" in error


def test_sources_that_are_set_are_landed(load: Load, loaded: Loaded) -> None:
    tasks = dag(loaded, "warehouse_daily")["tasks"]
    assert {"arrivals.generate_shop", "arrivals.land_rees46"} <= set(tasks)
    other = load(
        "warehouse_daily",
        WAREHOUSE_SIMULATED_PLAN="",
        WAREHOUSE_DROP_FOLDER__REES46="/drop/rees46",
        WAREHOUSE_DROP_FOLDER__ONLINE_RETAIL="/drop/online_retail",
    )
    names = set(dag(other, "warehouse_daily")["tasks"])
    assert "arrivals.generate_shop" not in names
    assert {"arrivals.land_rees46", "arrivals.land_online_retail"} <= names
