"""How fast landing is, beside a bare hdfs-native write of the same bytes, in one run.

Run on a started warehouse: `.venv/bin/python benchmarks/landing.py [--megabytes 1000]`.
It lands a file of its own in the table `shop.events`, then withdraws and removes it.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from warehouse.landing.hdfs.client import connect_to_hdfs
from warehouse.landing.land_files import land
from warehouse.landing.manifest.live_files import unland
from warehouse.landing.sources import load_source
from warehouse.settings import Settings, load_settings

CHUNK_BYTES = 8 << 20


def write_file(path: Path, megabytes: int, seed: int) -> int:
    """Write lines of about 170 random bytes below the events header; returns the bytes."""
    columns = load_source("shop").table("events").required_columns
    generator = np.random.default_rng(seed)
    letters = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz0123456789,,-/", np.uint8)
    with path.open("wb") as file:
        file.write(",".join(columns).encode() + b"\n")
        for _ in range(megabytes):
            block = letters[generator.integers(0, len(letters), 1_000_000, np.uint8)]
            block[169::170] = ord("\n")
            file.write(block.tobytes())
    return path.stat().st_size


def write_bare(settings: Settings, path: Path) -> float:
    """Seconds of writing the file to HDFS with the client alone."""
    client = connect_to_hdfs(settings)
    target = f"{settings.raw_folder}/_benchmark"
    client.mkdirs(settings.raw_folder, create_parent=True)
    os.sync()  # none waits for what another left to be written to the disk
    started = time.perf_counter()
    with path.open("rb") as file, client.create(target) as writer:
        while chunk := file.read(CHUNK_BYTES):
            writer.write(chunk)
    seconds = time.perf_counter() - started
    client.delete(target)
    return seconds


def land_and_remove(settings: Settings, path: Path) -> tuple[float, float]:
    """Seconds of landing by the library and by the whole command; nothing of it stays."""
    client = connect_to_hdfs(settings)
    seconds = []
    for by_command in (False, True):
        os.sync()
        started = time.perf_counter()
        if by_command:
            command = [str(Path(sys.executable).parent / "warehouse"), "land", "shop", str(path)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        else:
            land(settings, "shop", [path])
        seconds.append(time.perf_counter() - started)
        for file in unland(settings, "shop", [path.name]):
            client.delete(file.stored_path)
    return seconds[0], seconds[1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    settings = load_settings()
    bare, library, command = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events_benchmark.csv"
        megabytes = write_file(path, options.megabytes, seed=1) / 1e6
        for number in range(options.rounds):
            bare.append(write_bare(settings, path))
            seconds = land_and_remove(settings, path)
            library.append(seconds[0])
            command.append(seconds[1])
            print(
                f"round {number + 1}: bare write {bare[-1]:.2f} s, land() {library[-1]:.2f} s, "
                f"`warehouse land` {command[-1]:.2f} s",
                flush=True,
            )
    reference = statistics.median(bare)
    print(f"{megabytes:,.0f} MB, median of {options.rounds} rounds:")
    for name, times in (("bare write", bare), ("land()", library), ("`warehouse land`", command)):
        median = statistics.median(times)
        print(f"  {name:17} {megabytes / median:6.0f} MB/s  ratio {reference / median:.2f}")
    memory = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"  most memory of a process: {memory / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
