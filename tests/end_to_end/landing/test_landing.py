"""Landing files on the real HDFS, Spark and manifest."""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import hdfs_native
import pytest

from warehouse.errors import UsageError
from warehouse.landing import Outcome, land, unland
from warehouse.landing.manifest.live_files import list_live_files
from warehouse.landing.sources import load_source
from warehouse.settings import Settings
from warehouse.sql.connection import Connection

from .conftest import HEADER, LINES, MANIFEST, Run, content_of, events, large, stored_files


def test_land__every_line_is_kept_and_recorded(
    settings: Settings, connection: Connection, hdfs: hdfs_native.Client, tmp_path: Path
) -> None:
    odd = [b"lone\rreturn", b"nul\0byte", b"", b"latin \xe9", HEADER.encode() + b"\r", b"end"]
    path = tmp_path / "events odd 'name' \\ ${user}.csv"
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join([HEADER.encode() + b"\r", *odd]))
    summary = land(settings, "shop", [path], landed_date=None)
    file = summary.results[0]
    assert (file.outcome, file.line_count, summary.exit_code) == (Outcome.LANDED, 6, 0)
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


@pytest.mark.parametrize("megabytes", [10, 400])
def test_land__a_large_file_that_began_before_the_live_ones_were_read(
    settings: Settings, hdfs: hdfs_native.Client, tmp_path: Path, megabytes: int
) -> None:
    path = large(tmp_path / "events_large.csv", megabytes)
    stored = [land(settings, "shop", [path]).results[0].stored_path]
    again = path.with_name("events_again.csv")
    shutil.copy(path, again)
    elsewhere = date(2020, 1, 1)
    assert land(settings, "shop", [again], landed_date=elsewhere).count(Outcome.UNCHANGED) == 1
    with path.open("a") as file:
        file.write("one more line\n")
    summary = land(settings, "shop", [path], landed_date=elsewhere)
    assert "has other content" in str(summary.results[0].error)
    assert stored_files(hdfs) == stored
    summary = land(settings, "shop", [path], landed_date=elsewhere, replace=True)
    assert summary.count(Outcome.REPLACED) == 1
    (live,) = list_live_files(settings, "shop")
    assert (live.landed_date, live.byte_count) == (elsewhere, path.stat().st_size)


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


def test_land__refuses_before_anything_is_stored(
    run: Run, settings: Settings, hdfs: hdfs_native.Client, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    events(tmp_path / "good.csv")
    events(tmp_path / "events_good.csv")
    events(tmp_path / "landed_date=2024-13-01" / "events.csv")
    (tmp_path / "events_empty.csv").write_bytes(b"")
    (tmp_path / "events_header.csv").write_text("a,b\n1,2\n")
    (tmp_path / "events_binary.csv").write_bytes(bytes(range(256)))
    (tmp_path / "events_semicolon.csv").write_text(HEADER.replace(",", ";") + "\n")
    refused = {
        "There is no source system shopp": ["shopp", "good.csv"],
        "shop has no table event": ["shop", "good.csv", "--table", "event"],
        "no table of shop takes": ["shop", "good.csv", "events_good.csv"],
        "is empty": ["shop", "events_empty.csv", "events_good.csv"],
        "lacks event_id": ["shop", "events_header.csv", "events_good.csv"],
        "binary data": ["shop", "events_binary.csv"],
        "separated by semicolons": ["shop", "events_semicolon.csv"],
        "holds no .csv": ["shop", "folder"],
        "does not exist": ["shop", "events_absent.csv"],
        "--landed-date 2024-02-30 is not a date": [
            "shop",
            "events_good.csv",
            "--landed-date",
            "2024-02-30",
        ],
        "2024-13-01/events.csv is not a date": ["shop", "landed_date=2024-13-01/events.csv"],
    }

    def answer(arguments: list[str]) -> subprocess.CompletedProcess[str]:
        paths = [
            tmp_path / argument if "." in argument or argument == "folder" else argument
            for argument in arguments
        ]
        return run("land", *paths)

    with ThreadPoolExecutor(3) as pool:
        answers = dict(zip(refused, pool.map(answer, refused.values()), strict=True))
    for reason, result in answers.items():
        assert result.returncode == 2, reason
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


def test_land__two_files_of_one_name_in_one_command(settings: Settings, tmp_path: Path) -> None:
    for number in range(2):
        events(tmp_path / str(number) / "events.csv", str(number))
    summary = land(settings, "shop", [tmp_path], replace=True)
    assert [result.outcome for result in summary.results].count(Outcome.LANDED) == 1
    assert (summary.count(Outcome.FAILED), summary.exit_code) == (1, 2)
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
    summary = land(settings, "shop", [tmp_path])
    assert summary.count(Outcome.LANDED) == 28
    assert summary.seconds < 20
    assert len({(file.table_name, file.landed_date) for file in summary.results}) == 28


def test_unland__unknown_table_or_name(settings: Settings) -> None:
    with pytest.raises(UsageError, match="shop has no table x"):
        unland(settings, "shop", ["events.csv"], "x")
