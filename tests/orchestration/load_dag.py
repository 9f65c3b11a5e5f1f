"""Loads DAG files in a process of its own, without a network, and prints what they hold as JSON."""

import json
import socket
import sys
import time
from pathlib import Path
from typing import Any

import airflow.providers_manager
import airflow.sdk
import airflow.serialization.serialized_objects
from airflow.dag_processing.dagbag import DagBag
from airflow.models.serialized_dag import SerializedDagModel
from airflow.sdk.plugins_manager import get_hook_lineage_readers_plugins


def refuse(*_: Any, **__: Any) -> None:
    """Replaces every way to another program."""
    raise AssertionError("loading a DAG reached for the network")


def main(files: list[str]) -> None:
    """Load the files and describe each, by its name."""
    socket.socket.connect = socket.socket.connect_ex = refuse
    socket.getaddrinfo = refuse
    # Airflow itself, which is not what is measured: it loads its plugins when first asked for one.
    get_hook_lineage_readers_plugins()
    loaded_files = {}
    for file in files:
        began = time.process_time()
        bag = DagBag(dag_folder=file, safe_mode=True, bundle_name="dags-folder")
        loaded_files[Path(file).stem] = {
            "seconds": time.process_time() - began,
            "errors": dict(bag.import_errors),
            "modules": sorted(sys.modules),
            "dags": {dag_id: described(dag) for dag_id, dag in bag.dags.items()},
        }
    print("\n" + json.dumps(loaded_files), flush=True)


def described(dag: Any) -> dict[str, Any]:
    """What the tests look at."""
    serialized = airflow.serialization.serialized_objects.DagSerialization.to_dict(dag)
    return {
        "hash": SerializedDagModel.hash(serialized),
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "deadline": bool(dag.deadline),
        "notifies_of_failure": bool(dag.on_failure_callback or dag.has_on_failure_callback),
        "doc": dag.doc_md,
        "tasks": {
            task.task_id: {
                "after": sorted(task.upstream_task_ids),
                "retries": task.retries,
                "owner": task.owner,
                "doc": task.doc_md or task.doc,
                "unique_id": getattr(task, "unique_id", None),
                "command": getattr(task, "command", None),
                "starts_in_triggerer": task.start_from_trigger,
                "outlets": sorted(asset.name for asset in task.outlets),
            }
            for task in dag.tasks
        },
    }


if __name__ == "__main__":
    main(sys.argv[1:])
