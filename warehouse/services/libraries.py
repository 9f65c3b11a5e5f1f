"""Fetches the Java libraries of ivy.xml once, with the Ivy that pyspark ships, and checks them."""

import hashlib
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import WarehouseError
from warehouse.services.java import Java, find_java
from warehouse.services.machine.lock import locked
from warehouse.services.packages import package_folder
from warehouse.settings import Settings, load_settings

IVY_FILE = Path(__file__).with_name("ivy.xml")
CHECKSUM_FILE = Path(__file__).with_name("libraries.sha256")
# Importing it takes longer than most commands.
PYSPARK_JARS = package_folder("pyspark") / "jars"


@dataclass(frozen=True)
class Libraries:
    """Where the verified libraries lie, one folder for each use."""

    folder: Path

    def class_path(self, use: str) -> str:
        """Class path of all jars of a use: hdfs, metastore or spark."""
        return f"{self.folder / use}/*"

    @property
    def web_pages(self) -> Path:
        """Folder that holds `webapps/`, the web pages of the HDFS servers."""
        return self.folder / "webapps"


def fetch_libraries(settings: Settings, java: Java, say: Callable[[str], None]) -> Libraries:
    """The libraries, from the cache or the registry; safe to interrupt and to run twice at once.

    Args:
        settings: `cache_folder` is where they are kept.
        java: runs Ivy.
        say: called with what is going on, in one line.

    Raises:
        WarehouseError: they cannot be fetched, or a checksum differs.
    """
    folder = folder_of_edition(settings)
    if not folder.exists():
        settings.cache_folder.mkdir(parents=True, exist_ok=True)
        with locked(settings.cache_folder / "lock"):
            # Another checkout may have fetched them while this one waited.
            if not folder.exists():
                say("Fetching the Java libraries (150 MB), once: 1 to 3 minutes")
                _fetch(settings, java, folder)
    wrong = mismatches(folder)
    if wrong:
        raise WarehouseError(
            f"A Java library in {folder} is damaged or missing: {wrong[0]}",
            f"delete {folder} and run `warehouse up`, which fetches it again",
        )
    return Libraries(folder)


def folder_of_edition(settings: Settings) -> Path:
    """Where the libraries are kept that ivy.xml and libraries.sha256 declare now."""
    edition = hashlib.sha256(IVY_FILE.read_bytes() + CHECKSUM_FILE.read_bytes()).hexdigest()[:12]
    return settings.cache_folder / f"libraries-{edition}"


def mismatches(folder: Path) -> list[str]:
    """Names of libraries that are missing in a folder, or whose SHA-256 is not the declared one."""
    lines = CHECKSUM_FILE.read_text().splitlines()
    declared = {name: checksum for checksum, name in (line.split(maxsplit=1) for line in lines)}
    return [name for name, checksum in declared.items() if _sha256(folder / name) != checksum]


def _fetch(settings: Settings, java: Java, folder: Path) -> None:
    for leftover in settings.cache_folder.glob("fetching-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=settings.cache_folder, prefix="fetching-") as scratch:
        fetched = Path(scratch) / "fetched"
        _run_ivy(settings, java, fetched)
        wrong = mismatches(fetched)
        if wrong:
            # Kept, the wrong file would be taken from Ivy's own cache again.
            shutil.rmtree(settings.cache_folder / "ivy", ignore_errors=True)
            raise WarehouseError(
                f"The registry answered with a library that differs from the declared: {wrong[0]}",
                "try again; if it stays, the registry is not to be trusted",
            )
        jar = next((fetched / "webapps").glob("*.jar"))
        with zipfile.ZipFile(jar) as archive:
            pages = [name for name in archive.namelist() if name.startswith("webapps/")]
            archive.extractall(fetched / "webapps", pages)
        fetched.rename(folder)


def _run_ivy(settings: Settings, java: Java, into: Path) -> None:
    ivy = next(PYSPARK_JARS.glob("ivy-*.jar"))
    command: list[str | Path] = [
        java.executable,
        "-jar",
        ivy,
        "-ivy",
        IVY_FILE,
        "-cache",
        settings.cache_folder / "ivy",
        "-retrieve",
        f"{into}/[conf]/[artifact]-[revision](-[classifier]).[ext]",
    ]
    answer = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    problems = [
        line.split(":", 2)[-1].strip()
        for line in (answer.stdout + answer.stderr).splitlines()
        if "UNRESOLVED" in line or "FAILED" in line or "Exception" in line
    ]
    if answer.returncode or problems or not into.exists():
        detail = problems[0] if problems else f"exit code {answer.returncode}"
        raise WarehouseError(
            f"The Java libraries could not be fetched: {detail}",
            "check that the Maven registry is reachable, then run the command again; "
            "what was fetched is kept",
        )


def _sha256(file: Path) -> str | None:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return None


def _declare_checksums() -> None:
    """Write libraries.sha256 from what the registry answers now, for a person to review."""
    settings = load_settings()
    scratch = Path(tempfile.mkdtemp())
    try:
        _run_ivy(settings, find_java(settings), scratch / "fetched")
        jars = sorted((scratch / "fetched").rglob("*.jar"))
        lines = [f"{_sha256(jar)}  {jar.relative_to(scratch / 'fetched')}\n" for jar in jars]
        CHECKSUM_FILE.write_text("".join(lines))
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    _declare_checksums()
