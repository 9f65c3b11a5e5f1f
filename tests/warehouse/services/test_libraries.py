"""The Java libraries are the declared ones, and none else is used."""

import hashlib
import re
from pathlib import Path

import pyspark
import pytest

from warehouse.errors import WarehouseError
from warehouse.services import libraries
from warehouse.services.java import find_java
from warehouse.settings import Settings

CONTENT = {"hdfs/a-1.jar": b"first", "spark/b-2.jar": b"second"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of libraries as declared in a checksum file of the test."""
    lines = []
    for name, content in CONTENT.items():
        file = tmp_path / "libraries" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
    declared = tmp_path / "declared.sha256"
    declared.write_text("".join(lines))
    monkeypatch.setattr(libraries, "CHECKSUM_FILE", declared)
    return tmp_path / "libraries"


def test_whole_libraries_pass(folder: Path) -> None:
    assert libraries.mismatches(folder) == []


def test_a_changed_byte_is_seen(folder: Path) -> None:
    (folder / "spark/b-2.jar").write_bytes(b"secomd")
    assert libraries.mismatches(folder) == ["spark/b-2.jar"]


def test_a_cut_off_and_a_missing_library_are_seen(folder: Path) -> None:
    (folder / "hdfs/a-1.jar").write_bytes(b"fir")
    (folder / "spark/b-2.jar").unlink()
    assert libraries.mismatches(folder) == ["hdfs/a-1.jar", "spark/b-2.jar"]


def test_a_damaged_cache_is_refused_with_its_fix(folder: Path, settings: Settings) -> None:
    cached = libraries.folder_of_edition(settings)
    settings.cache_folder.mkdir(parents=True)
    folder.rename(cached)
    java = find_java(settings)
    assert libraries.fetch_libraries(settings, java, lambda line: None).folder == cached
    (cached / "hdfs/a-1.jar").write_bytes(b"damaged")
    with pytest.raises(WarehouseError, match=r"hdfs/a-1\.jar") as error:
        libraries.fetch_libraries(settings, java, lambda line: None)
    assert f"delete {cached}" in error.value.fix


def test_versions_match_those_within_pyspark() -> None:
    declared = libraries.IVY_FILE.read_text()
    client = next(libraries.PYSPARK_JARS.glob("hadoop-client-api-*.jar"))
    hadoop = client.stem.removeprefix("hadoop-client-api-")
    versions = re.findall(r'org="org\.apache\.hadoop" name="[^"]+" rev="([^"]+)"', declared)
    assert set(versions) == {hadoop}
    spark = ".".join(pyspark.__version__.split(".")[:2])
    assert f"iceberg-spark-runtime-{spark}_2.13" in declared


def test_every_declared_library_has_a_checksum_of_its_own() -> None:
    lines = [line.split() for line in libraries.CHECKSUM_FILE.read_text().splitlines()]
    assert all(re.fullmatch("[0-9a-f]{64}", checksum) for checksum, _ in lines)
    names = [name for _, name in lines]
    assert len(set(names)) == len(names)
    named = re.findall(r'name="([^"]+)" rev="([^"]+)"', libraries.IVY_FILE.read_text())
    for name, version in named:
        assert any(file.split("/")[1].startswith(f"{name}-{version}") for file in names), name
