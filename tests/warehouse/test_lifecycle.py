"""A failed preflight check is one line, before anything is started."""

import socket
from pathlib import Path

import pytest

from warehouse import lifecycle
from warehouse.errors import ServiceUnavailable, UsageError, WarehouseError
from warehouse.services import preflight
from warehouse.services.existing_cluster import existing_services
from warehouse.services.machine import processes
from warehouse.services.services import services
from warehouse.settings import Settings


@pytest.fixture
def existing_cluster(settings: Settings) -> Settings:
    """Settings of an existing cluster that does not answer."""
    return Settings(
        target="cluster",
        data_folder=settings.data_folder,
        hdfs_url=f"hdfs://127.0.0.1:{settings.port_base}",
        metastore_uri=f"thrift://127.0.0.1:{settings.port_base + 1}",
        thrift_host="127.0.0.1",
        thrift_port=settings.port_base + 2,
    )


@pytest.mark.parametrize("service", ["namenode", "thrift", "datanode_ipc", "spark_web"])
def test_a_taken_port_starts_nothing(settings: Settings, service: str) -> None:
    port = settings.port(service)
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(WarehouseError, match=f"Port {port}.*is taken by.*process") as error:
            lifecycle.up(settings)
    assert "WAREHOUSE_PORT_BASE" in error.value.fix
    assert processes.service_processes(settings) == []
    assert not (settings.data_folder / "hdfs").exists()


def test_a_full_disk_starts_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    # More than any disk has, in place of a full one.
    monkeypatch.setattr(preflight, "SMALLEST_FREE_DISK", 2**80)
    with pytest.raises(WarehouseError, match="GiB free"):
        lifecycle.up(settings)
    assert processes.service_processes(settings) == []


@pytest.mark.parametrize("name", ["with a space", "with,comma", "with:colon", "100%"])
def test_a_path_that_hadoop_cannot_take_is_refused(
    settings: Settings, tmp_path: Path, name: str
) -> None:
    settings = settings.model_copy(update={"data_folder": tmp_path / name})
    with pytest.raises(WarehouseError, match=name) as error:
        lifecycle.up(settings)
    assert "WAREHOUSE_DATA_FOLDER" in error.value.fix


def test_a_data_folder_that_cannot_be_made_is_one_line(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = settings.model_copy(update={"data_folder": tmp_path / "file" / "data"})
    with pytest.raises(WarehouseError, match="cannot be written to: Not a directory"):
        lifecycle.up(settings)


def test_a_data_folder_never_used_is_down(settings: Settings) -> None:
    assert lifecycle.down(settings) == 0


def test_an_unknown_service_is_named_with_those_there_are(settings: Settings) -> None:
    with pytest.raises(UsageError, match=r"There is no service spark.*thrift-server"):
        lifecycle.restart(settings, ["spark"])


def test_every_service_has_ports_of_its_own(settings: Settings) -> None:
    settings = settings.model_copy(update={"datanodes": 9})
    ports = [port for service in services(settings) for port in service.ports]
    ports.append(settings.port("docs"))
    assert len(set(ports)) == len(ports)
    assert all(settings.port_base <= port < settings.port_base + 100 for port in ports)


def test_an_existing_cluster_is_never_started_nor_stopped(existing_cluster: Settings) -> None:
    with pytest.raises(ServiceUnavailable, match=r"HDFS does not answer.*WAREHOUSE_HDFS_URL"):
        lifecycle.up(existing_cluster)
    with pytest.raises(UsageError, match="not ours to stop"):
        lifecycle.down(existing_cluster)
    with pytest.raises(UsageError, match="not ours to stop"):
        lifecycle.restart(existing_cluster, ["namenode"])
    assert processes.service_processes(existing_cluster) == []
    answers = [found[1] for found in existing_services(existing_cluster)]
    assert answers == [False, False, False]
