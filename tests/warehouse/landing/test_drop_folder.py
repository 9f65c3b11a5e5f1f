from datetime import date
from pathlib import Path

import pytest

from warehouse.errors import UsageError
from warehouse.landing.drop_folder import finished_files, land_drop_folder, remove_landed
from warehouse.settings import Settings

DAY = date(2026, 11, 2)


def write(path: Path, text: str = "wrong\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_finished_files__leaves_out_what_is_being_written(tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    whole = [
        write(folder / "events_1.csv"),
        write(folder / "landed_date=2026-11-01" / "events_2.csv.gz"),
    ]
    for name in (
        ".events.csv",
        "_events.csv",
        "events.csv.part",
        "events.csv.tmp",
        "notes.txt",
        ".hidden/events.csv",
        "_uploads/events.csv",
    ):
        write(folder / name)
    write(tmp_path / "elsewhere" / "events_3.csv")
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    assert finished_files(folder) == whole


def test_drop_folder__empty_or_refused_needs_no_cluster(tmp_path: Path) -> None:
    settings = Settings(drop_folder={"shop": tmp_path})
    summary = land_drop_folder(settings, "shop", DAY)
    assert (summary.landed_count, summary.unchanged_count, summary.refused) == (0, 0, {})
    assert remove_landed(settings, "shop").file_count == 0
    bad = [write(tmp_path / "events_1.csv"), write(tmp_path / "toys.csv")]
    refused = land_drop_folder(settings, "shop", DAY).refused
    assert list(refused) == bad
    assert "lacks" in refused[bad[0]]
    assert "no table of shop takes" in refused[bad[1]]
    assert not any("\n" in line for line in refused.values())


@pytest.mark.parametrize("do", [lambda *args: land_drop_folder(*args, DAY), remove_landed])
def test_drop_folder__missing_is_one_line(do, tmp_path: Path) -> None:
    settings = Settings(drop_folder={"shop": tmp_path / "absent"})
    with pytest.raises(UsageError, match=r"absent of shop is not there. Fix: .*FOLDER__SHOP"):
        do(settings, "shop")
    with pytest.raises(UsageError, match=r"rees46 has no drop folder. Fix: .*FOLDER__REES46"):
        do(settings, "rees46")
    with pytest.raises(UsageError, match="There is no source system toys"):
        do(settings, "toys")


def test_settings__folders_by_source_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_DROP_FOLDER__ONLINE_RETAIL", "/data/drop")
    assert Settings().drop_folder == {"online_retail": Path("/data/drop")}
