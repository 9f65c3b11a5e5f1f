"""Landing on the real HDFS, Spark and manifest, in schemas and folders of its own."""

import gzip
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hdfs_native
import pytest
from crc32c import crc32c

from cluster.sql import Connection, connect
from errors import UsageError
from landing import Outcome, land, unland
from landing.block_checksums import checksum_of_blocks
from landing.content import CHUNK_BYTES
from landing.hdfs import connect_to_hdfs
from landing.live_files import list_live_files
from landing.raw_tables import prepare_raw_zone
from landing.sources import load_source
from settings import PROJECT_ROOT, Settings

HEADER = ",".join(load_source("shop").table("events").required_columns)
EVENTS = "/landing_test/raw/shop/events"
MANIFEST = "landing_test_raw.manifest"
LINES = "landing_test_raw.shop__events"


@pytest.fixture(scope="module")
def settings(cluster: Settings) -> Settings:
    own = cluster.model_copy(
        update={"raw_folder": "/landing_test/raw", "schema_prefix": "landing_test_"}
    )
    prepare_raw_zone(own)
    return own


@pytest.fixture(scope="module")
def environment(settings: Settings) -> dict[str, str]:
    given = {
        f"WAREHOUSE_{name.upper()}": str(value)
        for name, value in settings.model_dump().items()
        if value is not None
    }
    return {**os.environ, **given, "COLUMNS": "200"}


@pytest.fixture
def connection(settings: Settings) -> Iterator[Connection]:
    with connect(settings) as opened:
        yield opened


@pytest.fixture
def hdfs(settings: Settings) -> hdfs_native.Client:
    return connect_to_hdfs(settings)


@pytest.fixture(autouse=True)
def clean(settings: Settings, hdfs: hdfs_native.Client) -> Iterator[None]:
    """Nothing live and nothing stored after each test."""
    yield
    for file in list_live_files(settings):
        unland(settings, file.source_system, [file.file_name], file.table_name)
    hdfs.delete("/landing_test/raw/shop", recursive=True)


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def run(*arguments: object, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).parent / "warehouse", *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    return run


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


def test_land__every_line_is_kept_and_recorded(
    settings: Settings, connection: Connection, hdfs: hdfs_native.Client, tmp_path: Path
) -> None:
    odd = [b"lone\rreturn", b"nul\0byte", b"", b"latin \xe9", HEADER.encode() + b"\r", b"end"]
    path = tmp_path / "events odd 'name' \\ ${user}.csv"
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join([HEADER.encode() + b"\r", *odd]))
    report = land(settings, "shop", [path], landed_date=None)
    file = report.results[0]
    assert (file.outcome, file.line_count, report.exit_code) == (Outcome.LANDED, 6, 0)
    assert content_of(hdfs, file.stored_path) == path.read_bytes()
    landed = list_live_files(settings, "shop")[0]
    assert (landed.file_name, landed.header_line) == (path.name, HEADER + "\r")
    assert landed.header_columns == HEADER.split(",")
    assert (landed.repeated_header_count, landed.byte_count) == (1, path.stat().st_size)
    rows = connection.execute(
        f"select hex(cast(line as binary)), _metadata.file_name, landed_date from {LINES}"
    ).rows
    assert [bytes.fromhex(row[0]) for row in rows] == [HEADER.encode() + b"\r", *odd]
    assert {row[1:] for row in rows} == {
        (landed.stored_path.rsplit("/", 1)[1], file.landed_date.isoformat())
    }
    header = connection.execute(
        f"select count(*) from {LINES} inner join {MANIFEST} "
        f"on line = header_line and file_id = '{landed.file_id}'"
    )
    assert header.rows == [(2,)]


def test_land__again_under_any_name_or_date_changes_nothing(
    run: Run, settings: Settings, hdfs: hdfs_native.Client, tmp_path: Path
) -> None:
    path = events(tmp_path / "events.csv", "1", "2")
    first = run("land", "shop", path, "--landed-date", "2024-01-01")
    assert (first.returncode, first.stderr) == (0, "")
    assert "1 landed: 2 lines" in first.stdout
    before = (stored_files(hdfs), list_live_files(settings))
    copy = events(tmp_path / "events_copy.csv", "1", "2")
    compressed = events(tmp_path / "events.csv.gz", "1", "2")
    for again in (path, copy, compressed):
        result = run("land", "shop", again, "--landed-date", "2024-01-02")
        assert result.returncode == 0
        assert "1 unchanged" in result.stdout
        assert "live as events.csv, landed under 2024-01-01" in result.stdout
    assert (stored_files(hdfs), list_live_files(settings)) == before


def test_land__other_content_under_the_same_name_is_refused_then_replaces(
    run: Run, settings: Settings, connection: Connection, tmp_path: Path
) -> None:
    path = events(tmp_path / "events.csv", "1")
    assert run("land", "shop", path).returncode == 0
    old = list_live_files(settings)[0]
    for compressed in (False, True):
        again = events(tmp_path / f"events.csv{'.gz' * compressed}", "1", "2")
        refused = run("land", "shop", again)
        assert refused.returncode == 2
        assert "has other content than the events.csv landed under" in refused.stderr
        assert list_live_files(settings) == [old]
    replaced = run("land", "shop", path, "--replace")
    assert (replaced.returncode, replaced.stderr) == (0, "")
    assert "1 replaced: 2 lines" in replaced.stdout
    (new,) = list_live_files(settings)
    assert new.line_count == 2
    withdrawn = connection.execute(
        f"select * except (action, recorded_at) from {MANIFEST} where file_id = '{old.file_id}' "
        "order by action"
    ).rows
    assert len(withdrawn) == 2
    assert withdrawn[0] == withdrawn[1]


def test_unland__withdraws_and_the_file_can_be_landed_again(
    run: Run, settings: Settings, hdfs: hdfs_native.Client, tmp_path: Path
) -> None:
    path = events(tmp_path / "events.csv")
    run("land", "shop", path)
    old = list_live_files(settings)[0]
    assert run("landed", "shop").stdout.split("\t")[2] == "events.csv"
    assert run("unland", "shop", path).returncode == 0
    assert list_live_files(settings) == []
    assert content_of(hdfs, old.stored_path) == path.read_bytes()
    twice = run("unland", "shop", "events.csv")
    assert twice.returncode == 2
    assert "events.csv is not a live file of shop" in twice.stderr
    assert run("land", "shop", path).returncode == 0
    new = list_live_files(settings)[0]
    assert new.file_id != old.file_id
    assert new.stored_path == old.stored_path


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["shopp", "good.csv"], "There is no source system shopp"),
        (["shop", "good.csv", "--table", "event"], "shop has no table event"),
        (["shop", "good.csv", "events_good.csv"], "no table of shop takes"),
        (["shop", "events_empty.csv", "events_good.csv"], "is empty"),
        (["shop", "events_header.csv", "events_good.csv"], "lacks event_id"),
        (["shop", "events_binary.csv"], "binary data"),
        (["shop", "events_semicolon.csv"], "separated by semicolons"),
        (["shop", "folder"], "holds no .csv"),
        (["shop", "events_absent.csv"], "does not exist"),
        (["shop", "events_good.csv", "--landed-date", "2024-02-30"], "is not a date"),
        (["shop", "landed_date=2024-13-01/events.csv"], "is not a date"),
    ],
)
def test_land__refuses_before_anything_is_stored(
    run: Run,
    settings: Settings,
    hdfs: hdfs_native.Client,
    tmp_path: Path,
    arguments: list[str],
    reason: str,
) -> None:
    (tmp_path / "folder").mkdir()
    events(tmp_path / "good.csv")
    events(tmp_path / "events_good.csv")
    events(tmp_path / "landed_date=2024-13-01" / "events.csv")
    (tmp_path / "events_empty.csv").write_bytes(b"")
    (tmp_path / "events_header.csv").write_text("a,b\n1,2\n")
    (tmp_path / "events_binary.csv").write_bytes(bytes(range(256)))
    (tmp_path / "events_semicolon.csv").write_text(HEADER.replace(",", ";") + "\n")
    named = [
        tmp_path / argument if "." in argument or argument == "folder" else argument
        for argument in arguments[1:]
    ]
    result = run("land", arguments[0], *named)
    assert result.returncode == 2
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert reason in result.stderr
    assert stored_files(hdfs) == []
    assert list_live_files(settings) == []


def test_land__cut_off_gzip_fails_alone(
    run: Run, settings: Settings, hdfs: hdfs_native.Client, tmp_path: Path
) -> None:
    events(tmp_path / "events_1.csv")
    cut = events(tmp_path / "events_2.csv.gz", *(str(number) for number in range(2_000_000)))
    cut.write_bytes(cut.read_bytes()[:-1000])
    events(tmp_path / "events_3.csv.gz")
    result = run("land", "shop", tmp_path)
    assert result.returncode == 2
    assert "events_2.csv.gz is cut off" in result.stderr
    assert result.stderr.count("\n") == 1
    assert "2 landed, 1 failed" in result.stdout
    assert [file.file_name for file in list_live_files(settings)] == [
        "events_1.csv",
        "events_3.csv",
    ]
    assert len(stored_files(hdfs)) == 2


@pytest.mark.parametrize("stored_megabytes", [1, 150])
def test_land__killed_while_uploading_leaves_nothing_visible_and_resumes(
    run: Run,
    settings: Settings,
    environment: dict[str, str],
    hdfs: hdfs_native.Client,
    tmp_path: Path,
    stored_megabytes: int,
) -> None:
    path = large(tmp_path / "events_large.csv", 200)
    # Dies like `kill -9` at an exact point: once so many bytes were handed to HDFS.
    script = f"""
import os, signal
import hdfs_native
from pathlib import Path
from landing import land
from settings import load_settings
write = hdfs_native.FileWriter.write
sent = 0
def write_and_die(writer, data):
    global sent
    sent += len(data)
    result = write(writer, data)
    if sent >= {stored_megabytes}_000_000:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
hdfs_native.FileWriter.write = write_and_die
land(load_settings(), "shop", [Path({str(path)!r})])
"""
    killed = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=PROJECT_ROOT, timeout=120, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert visible_files(hdfs) == []
    assert len(stored_files(hdfs)) == 1
    assert list_live_files(settings) == []
    result = run("land", "shop", path)
    assert (result.returncode, result.stderr) == (0, "")
    (landed,) = list_live_files(settings)
    assert stored_files(hdfs) == [landed.stored_path]
    assert content_of(hdfs, landed.stored_path) == path.read_bytes()


def test_land__killed_from_outside_at_any_moment(
    run: Run,
    settings: Settings,
    environment: dict[str, str],
    hdfs: hdfs_native.Client,
    tmp_path: Path,
) -> None:
    path = large(tmp_path / "events_large.csv", 200)
    command = [Path(sys.executable).parent / "warehouse", "land", "shop", path]
    for seconds in (1.5, 2.5, 3.5):
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
            time.sleep(seconds)
            process.kill()
        live = list_live_files(settings)
        assert [file.stored_path for file in live] in ([], visible_files(hdfs))
    assert run("land", "shop", path).returncode == 0
    (landed,) = list_live_files(settings)
    assert stored_files(hdfs) == [landed.stored_path]
    assert content_of(hdfs, landed.stored_path) == path.read_bytes()


def test_land__killed_between_rename_and_manifest_row_is_recorded_by_the_next_run(
    run: Run,
    settings: Settings,
    environment: dict[str, str],
    hdfs: hdfs_native.Client,
    tmp_path: Path,
) -> None:
    path = events(tmp_path / "events.csv")
    script = f"""
import os, signal
from pathlib import Path
from landing import land_files
from settings import load_settings
land_files.record_landed = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
land_files.land(load_settings(), "shop", [Path({str(path)!r})])
"""
    killed = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=PROJECT_ROOT, timeout=120, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    (stored,) = stored_files(hdfs)
    written = hdfs.get_file_info(stored).modification_time
    assert list_live_files(settings) == []
    assert run("land", "shop", path).returncode == 0
    assert [file.stored_path for file in list_live_files(settings)] == [stored]
    assert hdfs.get_file_info(stored).modification_time == written


def test_land__the_same_content_twice_at_once_lands_once(
    run: Run, settings: Settings, connection: Connection, tmp_path: Path
) -> None:
    lines = [str(number) for number in range(1000)]
    paths = [events(tmp_path / f"events_{number}.csv", *lines) for number in range(3)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda path: run("land", "shop", path), [*paths, paths[0]]))
    assert [result.returncode for result in results] == [0, 0, 0, 0]
    assert sum("1 landed" in result.stdout for result in results) == 1
    assert sum("1 unchanged" in result.stdout for result in results) == 3
    assert len(list_live_files(settings)) == 1


def test_land__other_content_under_one_name_at_once_lands_once(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    paths = [events(tmp_path / str(number) / "events.csv", str(number)) for number in range(3)]
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda path: run("land", "shop", path), paths))
    assert sorted(result.returncode for result in results) == [0, 2, 2]
    assert len(list_live_files(settings)) == 1


def test_land__another_open_session_sees_the_new_file(
    settings: Settings, connection: Connection, tmp_path: Path
) -> None:
    count = (
        f"select (select count(*) from {LINES}), "
        f"(select count(*) from {MANIFEST} where action = 'landed')"
    )
    land(settings, "shop", [events(tmp_path / "events_1.csv", "1")])
    lines, rows = connection.execute(count).rows[0]
    land(settings, "shop", [events(tmp_path / "events_2.csv", "2", "3")])
    assert connection.execute(count).rows[0] == (lines + 3, rows + 1)


def test_land__two_files_of_one_name_in_one_command(settings: Settings, tmp_path: Path) -> None:
    for number in range(2):
        events(tmp_path / str(number) / "events.csv", str(number))
    report = land(settings, "shop", [tmp_path], replace=True)
    assert [result.outcome for result in report.results].count(Outcome.LANDED) == 1
    assert (report.count(Outcome.FAILED), report.exit_code) == (1, 2)
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "events_link.csv").symlink_to(tmp_path / "0" / "events.csv")
    again = land(settings, "shop", [tmp_path / "0", tmp_path / "link"])
    assert again.count(Outcome.UNCHANGED) == 2


def test_land__a_week_of_small_files_takes_seconds(settings: Settings, tmp_path: Path) -> None:
    tables = load_source("shop").tables
    for day in range(1, 8):
        for table in tables:
            path = tmp_path / f"landed_date=2024-03-0{day}" / f"{table.name}_{day}.csv"
            path.parent.mkdir(exist_ok=True)
            path.write_text(",".join(table.required_columns) + f"\n{day}\n")
    report = land(settings, "shop", [tmp_path])
    assert report.count(Outcome.LANDED) == 28
    assert report.seconds < 20
    assert len({(file.table_name, file.landed_date) for file in report.results}) == 28


def test_land__memory_does_not_grow_with_the_file(
    environment: dict[str, str], tmp_path: Path
) -> None:
    path = large(tmp_path / "events_large.csv", 700)
    script = f"""
from pathlib import Path
from landing import land
from settings import load_settings
land(load_settings(), "shop", [Path({str(path)!r})])
status = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""
    result = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert int(result.stdout) <= 512 * 1024


@pytest.mark.parametrize("away", ["hdfs", "thrift"])
def test_land__says_which_service_is_away(settings: Settings, tmp_path: Path, away: str) -> None:
    port = 1
    elsewhere = settings.model_copy(
        update={"hdfs_url": f"hdfs://127.0.0.1:{port}"}
        if away == "hdfs"
        else {"thrift_host": "127.0.0.1", "thrift_port": port}
    )
    from errors import ServiceUnavailable

    with pytest.raises(ServiceUnavailable, match=f"127.0.0.1:{port}"):
        land(elsewhere, "shop", [events(tmp_path / "events.csv")])


@pytest.mark.parametrize("target", ["embedded", "cluster"])
def test_land__bytes_that_changed_on_the_way_are_not_made_visible(
    settings: Settings,
    hdfs: hdfs_native.Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
) -> None:
    host, port = settings.thrift_server
    addresses = {
        "hdfs_url": settings.hdfs,
        "metastore_uri": settings.metastore,
        "thrift_host": host,
        "thrift_port": port,
    }
    given = {"target": target} | (addresses if target == "cluster" else {})
    write = hdfs_native.FileWriter.write

    def change_one_bit(writer: hdfs_native.FileWriter, data: bytes) -> int:
        return write(writer, data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])

    path = events(tmp_path / "events.csv", "1", "2")
    with monkeypatch.context() as patch:
        patch.setattr(hdfs_native.FileWriter, "write", change_one_bit)
        report = land(settings.model_copy(update=given), "shop", [path])
    assert "HDFS holds other bytes than were sent" in str(report.results[0].error)
    assert (stored_files(hdfs), list_live_files(settings)) == ([], [])
    assert land(settings.model_copy(update=given), "shop", [path]).count(Outcome.LANDED) == 1


def test_checksum_of_blocks__is_that_of_the_whole_file(
    settings: Settings, hdfs: hdfs_native.Client
) -> None:
    content = random.Random(1).randbytes(5_000_001)
    path = f"{EVENTS}/_blocks of 1 MiB"
    options = hdfs_native.WriteOptions(block_size=1 << 20, create_parent=True)
    with hdfs.create(path, options) as writer:
        writer.write(content[:3_000_001])
    with hdfs.append(path) as writer:
        writer.write(content[3_000_001:])
    assert checksum_of_blocks(settings, path) == crc32c(content)
    assert checksum_of_blocks(settings, f"{EVENTS}/absent") is None


def test_unland__unknown_table_or_name(settings: Settings) -> None:
    with pytest.raises(UsageError, match="shop has no table x"):
        unland(settings, "shop", ["events.csv"], "x")
