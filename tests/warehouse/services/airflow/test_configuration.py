"""Every process of Airflow gets its whole configuration and the very same settings."""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from warehouse.services.airflow.configuration import airflow_environment, password, password_file
from warehouse.settings import PROJECT_ROOT, Settings


def test_the_settings_are_the_same_in_a_task(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = settings.model_copy(
        update={
            "data_folder": Path("data"),
            "drop_folder": {"rees46": Path("drop")},
            "memory_mib": 3000,
            "schedule_from": date(2024, 3, 1),
            "simulated_plan": "",
            "notify_webhook": "https://example.com/hook",
        }
    )
    environment = airflow_environment(given)
    for name in [name for name in environment if name.startswith("WAREHOUSE_")]:
        monkeypatch.setenv(name, environment[name])
    monkeypatch.chdir("/")
    absolute = {"data_folder": tmp_path / "data", "drop_folder": {"rees46": tmp_path / "drop"}}
    assert Settings(_env_file=None) == given.model_copy(update=absolute)


def test_the_first_start_decides_where_the_schedule_begins(settings: Settings) -> None:
    first = airflow_environment(settings)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    assert first["WAREHOUSE_SCHEDULE_FROM"] == str(yesterday)
    assert first["WAREHOUSE_SIMULATED_PLAN"] == "daily"
    kept = settings.data_folder / "airflow" / "first_start.json"
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"schedule_from": "2024-03-01"}))
    assert airflow_environment(settings)["WAREHOUSE_SCHEDULE_FROM"] == "2024-03-01"
    given = settings.model_copy(update={"schedule_from": date(2024, 5, 1), "simulated_plan": ""})
    assert airflow_environment(given)["WAREHOUSE_SCHEDULE_FROM"] == "2024-05-01"
    assert airflow_environment(given)["WAREHOUSE_SIMULATED_PLAN"] == ""


def test_a_plan_that_is_a_file_is_found_from_everywhere(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.yml").touch()
    given = settings.model_copy(update={"simulated_plan": "plan.yml"})
    assert airflow_environment(given)["WAREHOUSE_SIMULATED_PLAN"] == str(tmp_path / "plan.yml")


def test_another_airflow_is_not_inherited(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_HOME", "/elsewhere")
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW_CONN_OTHER", "postgres://elsewhere")
    monkeypatch.setenv("WAREHOUSE_RAW_FOLDER", "/elsewhere")
    environment = airflow_environment(settings)
    assert "/elsewhere" not in environment.values()
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert "AIRFLOW_CONN_OTHER" not in environment


def test_the_loopback_address_is_reached_without_a_proxy(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "intern.example.com")
    environment = airflow_environment(settings)
    assert environment["no_proxy"] == "intern.example.com,127.0.0.1,localhost"
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    address = f"http://127.0.0.1:{settings.port_base + 7}"
    assert environment["AIRFLOW__API__BASE_URL"] == address
    assert environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == f"{address}/execution/"


def test_the_project_is_importable_and_its_dags_are_found(settings: Settings) -> None:
    environment = airflow_environment(settings)
    assert environment["PYTHONPATH"] == str(PROJECT_ROOT)
    assert environment["AIRFLOW__CORE__DAGS_FOLDER"] == str(PROJECT_ROOT / "orchestration/dags")
    assert environment["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] == "False"


def test_secrets_are_generated_once_and_for_their_owner_only(
    settings: Settings, tmp_path: Path
) -> None:
    names = ("CORE__FERNET_KEY", "API__SECRET_KEY", "API_AUTH__JWT_SECRET")
    first, again = airflow_environment(settings), airflow_environment(settings)
    other = airflow_environment(settings.model_copy(update={"data_folder": tmp_path / "other"}))
    for name in names:
        assert first[f"AIRFLOW__{name}"] == again[f"AIRFLOW__{name}"]
        assert first[f"AIRFLOW__{name}"] != other[f"AIRFLOW__{name}"]
    assert len(base64.urlsafe_b64decode(first["AIRFLOW__CORE__FERNET_KEY"])) == 32
    assert json.loads(password_file(settings).read_text()) == {"admin": password(settings)}
    files = list((settings.data_folder / "secrets").iterdir())
    assert len(files) == 5
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
