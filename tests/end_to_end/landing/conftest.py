"""A raw zone of its own on the real HDFS and Spark, empty before each test of landing."""

import gzip
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import hdfs_native
import pytest

from warehouse.landing.hdfs.client import connect_to_hdfs
from warehouse.landing.local_files.content import CHUNK_BYTES
from warehouse.landing.manifest.raw_tables import prepare_raw_zone
from warehouse.landing.manifest.table import live_files, record_withdrawn
from warehouse.landing.sources import load_source
from warehouse.settings import PROJECT_ROOT, Settings
from warehouse.sql.connection import Connection, connect

from ..conftest import environment_of, run_program

HEADER = ",".join(load_source("shop").table("events").required_columns)
EVENTS = "/landing_test/raw/shop/events"
MANIFEST = "landing_test_raw.manifest"
LINES = "landing_test_raw.shop__events"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def settings(cluster: Settings) -> Settings:
    own = cluster.model_copy(
        update={"raw_folder": "/landing_test/raw", "schema_prefix": "landing_test_"}
    )
    prepare_raw_zone(own)
    return own


@pytest.fixture(scope="session")
def own_environment(settings: Settings) -> dict[str, str]:
    return environment_of(settings)


@pytest.fixture(scope="session")
def connection(settings: Settings) -> Iterator[Connection]:
    with connect(settings) as opened:
        yield opened


@pytest.fixture(scope="session")
def hdfs(settings: Settings) -> hdfs_native.Client:
    return connect_to_hdfs(settings)


@pytest.fixture(autouse=True)
def clean(settings: Settings, connection: Connection, hdfs: hdfs_native.Client) -> Iterator[None]:
    """Nothing live and nothing stored after each test."""
    yield
    for source, files in groupby(
        live_files(connection, settings), key=lambda file: file.source_system
    ):
        record_withdrawn(connection, settings, source, [file.file_id for file in files])
    hdfs.delete("/landing_test/raw/shop", recursive=True)


@pytest.fixture
def run(own_environment: dict[str, str]) -> Run:
    """Runs the command line in this raw zone; a failure is for the test to judge."""

    def run(*arguments: object, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        program = [Path(sys.executable).with_name("warehouse"), *map(str, arguments)]
        return run_program(program, own_environment, False, timeout, PROJECT_ROOT)

    return run


@pytest.fixture
def run_python(own_environment: dict[str, str]) -> Run:
    """Runs a script in this raw zone, in a process of its own."""

    def run_python(script: str) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-c", script]
        return run_program(program, own_environment, False, 120, PROJECT_ROOT)

    return run_python


def events(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{line}\n" for line in (HEADER, *(lines or (f"only,{path.name}",))))
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def large(path: Path, megabytes: int) -> Path:
    """A file of lines that are all different, so that no byte can be missing unnoticed."""
    block = random.Random(megabytes).randbytes(500_000).hex()
    with path.open("w") as file:
        file.write(HEADER + "\n")
        for number in range(megabytes):
            file.write(f"{number}," + block[:200] + "\n" + block[200:] + "\n")
    return path


def stored_files(hdfs: hdfs_native.Client) -> list[str]:
    try:
        return sorted(
            status.path for status in hdfs.list_status(EVENTS, recursive=True) if not status.isdir
        )
    except FileNotFoundError:
        return []


def visible_files(hdfs: hdfs_native.Client) -> list[str]:
    return [path for path in stored_files(hdfs) if "/_" not in path]


def content_of(hdfs: hdfs_native.Client, path: str) -> bytes:
    reader = hdfs.read(path)
    return b"".join(iter(lambda: reader.read(CHUNK_BYTES), b""))
