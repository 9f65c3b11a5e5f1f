"""The configuration of supervisord, the marks of its processes, and refusals of the commands."""

import configparser
import subprocess
import sys
import time
from pathlib import Path

import pytest

from warehouse import lifecycle
from warehouse.errors import ServiceUnavailable, UsageError
from warehouse.services.airflow import database, service, supervisord
from warehouse.services.airflow.checks import examine_airflow
from warehouse.services.airflow.components import COMPONENTS, orphan_processes
from warehouse.services.machine import processes
from warehouse.services.machine.processes import Command
from warehouse.settings import Settings

SLEEPS = [sys.executable, "-c", "import time; time.sleep(300)"]


@pytest.fixture
def configuration(settings: Settings) -> configparser.RawConfigParser:
    settings = settings.model_copy(update={"data_folder": settings.data_folder / "100%"})
    command = supervisord.command(settings)
    parsed = configparser.RawConfigParser()
    parsed.read(command.arguments[-1])
    return parsed


def test_every_component_is_kept_alive(configuration: configparser.RawConfigParser) -> None:
    programs = configuration["group:airflow"]["programs"].split(",")
    assert programs == [component.name for component in COMPONENTS]
    for name in programs:
        program = configuration[f"program:{name}"]
        assert program["autorestart"] == "true" and program["killasgroup"] == "true"
        # supervisord itself expands what stands behind a percent sign.
        assert program["stdout_logfile"].endswith(f"100%%/logs/airflow-{name}.log")


def test_a_configuration_of_an_earlier_version_is_told(settings: Settings) -> None:
    supervisord.command(settings)
    assert supervisord.is_current(settings)
    file = supervisord.configuration_file(settings)
    module = "warehouse.services.airflow.run_component"
    file.write_text(file.read_text().replace(module, "orchestration.component"))
    assert not supervisord.is_current(settings)


def test_nobody_controls_it_over_a_socket(configuration: configparser.RawConfigParser) -> None:
    assert not {"unix_http_server", "inet_http_server"} & set(configuration.sections())


def test_its_environment_is_whole(settings: Settings) -> None:
    command = supervisord.command(settings)
    assert command.is_whole_environment
    assert command.environment["AIRFLOW_HOME"] == str(settings.data_folder / "airflow")


def test_a_supervisor_is_found_by_its_configuration(settings: Settings) -> None:
    mark = str(supervisord.configuration_file(settings))
    started = processes.start(settings, "airflow", Command([*SLEEPS, mark]))
    try:
        assert processes.service_processes(settings) == [started]
        assert processes.find(settings, "airflow") == started
    finally:
        processes.stop(started)
    assert processes.is_remembered(settings, "airflow")


def test_what_a_component_left_behind_is_found_by_its_environment(
    settings: Settings, tmp_path: Path
) -> None:
    home = str(settings.data_folder.resolve() / "airflow")
    marked = {"AIRFLOW_HOME": home, "SUPERVISOR_PROCESS_NAME": "scheduler"}
    strangers = [
        # A shell of somebody who looks into it, and another checkout's.
        {"AIRFLOW_HOME": home},
        {"AIRFLOW_HOME": str(tmp_path), "SUPERVISOR_PROCESS_NAME": "scheduler"},
    ]
    started = [subprocess.Popen(SLEEPS, env=own) for own in (marked, *strangers)]
    mark = f"-Dwarehouse.data={settings.data_folder.resolve()}"
    # A service of the cluster that a task started is not Airflow's.
    started.append(subprocess.Popen([*SLEEPS, mark], env=marked))
    time.sleep(0.2)
    try:
        assert [process.pid for process in orphan_processes(settings)] == [started[0].pid]
        assert [process.pid for process in orphan_processes(settings, "scheduler")] == [
            started[0].pid
        ]
        assert orphan_processes(settings, "triggerer") == []
        processes.stop_all(orphan_processes(settings))
        assert started[0].wait(5) != 0
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_one_that_was_never_started_is_nowhere_shown(settings: Settings) -> None:
    assert lifecycle.airflow_down(settings) == 0
    assert service.log_names(settings) == []
    assert list(examine_airflow(settings)) == []


def test_one_that_was_stopped_is_no_fault_and_one_that_ended_is(settings: Settings) -> None:
    mark = str(supervisord.configuration_file(settings))
    supervisord.command(settings)
    [(_, verdict, *_)] = examine_airflow(settings)
    assert verdict == "ok"
    processes.stop(processes.start(settings, "airflow", Command([*SLEEPS, mark])))
    [(_, verdict, detail, fix)] = examine_airflow(settings)
    assert (verdict, detail, fix) == ("failure", "not running", "run `warehouse airflow up`")


def test_an_existing_airflow_is_neither_started_nor_stopped(settings: Settings) -> None:
    settings = settings.model_copy(update={"target": "cluster"})
    with pytest.raises(UsageError, match="not ours to start") as refused:
        lifecycle.airflow_up(settings)
    assert (
        "orchestration/dags" in refused.value.fix and "WAREHOUSE_THRIFT_HOST" in refused.value.fix
    )
    with pytest.raises(UsageError, match="not ours to stop"):
        lifecycle.airflow_down(settings)


def test_a_database_that_does_not_answer_is_one_line(settings: Settings) -> None:
    settings = settings.model_copy(update={"port_base": 1024})
    with pytest.raises(ServiceUnavailable, match="PostgreSQL does not answer on port 1026"):
        database.is_current(settings)
