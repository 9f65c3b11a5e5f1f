"""The environment of every process of the Airflow that this project starts itself.

All of its configuration is here, as variables: it has no configuration file to drift from this.
Figures are measured on two cores with four small DAGs, idle unless said otherwise.
"""

import base64
import json
import os
import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from warehouse.services import postgresql
from warehouse.services.machine.secrets import secret, secret_file
from warehouse.settings import PROJECT_ROOT, Settings

DATABASE = "airflow"
USER = "admin"
DAGS_FOLDER = PROJECT_ROOT / "orchestration" / "dags"
DEFAULT_PLAN = "daily"
# The DAGs of the project are meant to run.
PAUSED_AT_CREATION = False
PARALLEL_TASKS = 4


def home(settings: Settings) -> Path:
    """Airflow's own folder, within the data folder."""
    return settings.data_folder.resolve() / "airflow"


def page(settings: Settings) -> str:
    """Address of the web page and of the API."""
    return f"http://127.0.0.1:{settings.port('airflow')}"


def password(settings: Settings) -> str:
    """The generated password of the only user; Airflow reads the same file."""
    passwords: dict[str, str] = json.loads(secret(settings, "airflow-passwords.json", _passwords))
    return passwords[USER]


def password_file(settings: Settings) -> Path:
    """Where the password is kept."""
    return secret_file(settings, "airflow-passwords.json")


def airflow_environment(settings: Settings) -> dict[str, str]:
    """This process's environment with Airflow's configuration and the warehouse's settings.

    The secrets and the defaults of the first start are made where they are missing.
    """
    return {**_inherited(), **_settings_variables(settings), **_airflow_variables(settings)}


def _inherited() -> dict[str, str]:
    """What any program gets; a configuration of another Airflow is left out."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIRFLOW", "WAREHOUSE_"))
    }
    local = "127.0.0.1,localhost"
    excluded = ",".join(filter(None, (kept.get("no_proxy") or kept.get("NO_PROXY"), local)))
    return {
        **kept,
        # The programs of this environment first, so that a task finds dbt.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)]),
        # So that DAGs, triggers and operators import the project's packages in every process.
        "PYTHONPATH": str(PROJECT_ROOT),
        # Tasks talk to the API server over HTTP; no proxy may come between them.
        "no_proxy": excluded,
        "NO_PROXY": excluded,
        # A process that is renamed keeps its environment readable, by which it is found again.
        "SPT_NOENV": "1",
        # Threads share two areas of memory instead of sixteen: 25 MiB less.
        "MALLOC_ARENA_MAX": "2",
    }


def _settings_variables(settings: Settings) -> dict[str, str]:
    """Every setting, made explicit: a task may run in any folder, and sees the very same ones."""
    given = settings.model_dump(mode="json", exclude={"java_home"}, exclude_none=True)
    given["data_folder"] = str(settings.data_folder.resolve())
    given["cache_folder"] = str(settings.cache_folder.resolve())
    given["drop_folder"] = json.dumps(
        {name: str(folder.resolve()) for name, folder in settings.drop_folder.items()}
    )
    defaults = _defaults_of_first_start(settings)
    given.setdefault("schedule_from", defaults["schedule_from"])
    plan = given.setdefault("simulated_plan", defaults["simulated_plan"])
    if Path(plan).is_file():
        given["simulated_plan"] = str(Path(plan).resolve())
    java = {"JAVA_HOME": str(settings.java_home.resolve())} if settings.java_home else {}
    variables = {f"WAREHOUSE_{name.upper()}": str(value) for name, value in given.items()}
    return {**variables, **java, **dict.fromkeys(_DBT_FOLDERS, str(PROJECT_ROOT))}


_DBT_FOLDERS = ("DBT_PROFILES_DIR", "DBT_PROJECT_DIR")


def _defaults_of_first_start(settings: Settings) -> dict[str, str]:
    """What holds where a setting is not given; kept, else each start would begin a new history."""
    file = home(settings) / "first_start.json"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        draft = file.with_suffix(".tmp")
        draft.write_text(
            json.dumps({"schedule_from": str(yesterday), "simulated_plan": DEFAULT_PLAN})
        )
        draft.replace(file)
    defaults: dict[str, str] = json.loads(file.read_text())
    return defaults


def _airflow_variables(settings: Settings) -> dict[str, str]:
    database = f"127.0.0.1:{settings.port('postgresql')}/{DATABASE}"
    user = f"{postgresql.USER}:{postgresql.password(settings)}"
    password(settings)
    configuration: dict[str, dict[str, object]] = {
        "core": {
            "executor": "LocalExecutor",
            "dags_folder": DAGS_FOLDER,
            "load_examples": False,
            "dags_are_paused_at_creation": PAUSED_AT_CREATION,
            # As many as dbt's threads: Spark has the machine's cores to share among them. Each
            # worker is a fork that waits; 4 of them take 25 MiB, 32 would take 200.
            "parallelism": PARALLEL_TASKS,
            "fernet_key": secret(settings, "airflow-fernet-key", _fernet_key),
            "execution_api_server_url": f"{page(settings)}/execution/",
            "simple_auth_manager_users": f"{USER}:admin",
            "simple_auth_manager_passwords_file": password_file(settings),
            # A task forks from a worker that has everything imported: 0.1 s instead of 3 s.
            "execute_tasks_new_python_interpreter": False,
            # A changed DAG is stored whenever it is read; else one that changed twice within 30 s
            # would wait for the next time.
            "min_serialized_dag_update_interval": 0,
            # A DAG that lists every model takes seconds to load on a busy machine.
            "dagbag_import_timeout": 120,
        },
        "database": {
            "sql_alchemy_conn": f"postgresql+psycopg2://{user}@{database}",
            "sql_alchemy_conn_async": f"postgresql+asyncpg://{user}@{database}",
            # `warehouse airflow up` has migrated it before any component starts.
            "check_migrations": False,
        },
        "logging": {
            "base_log_folder": home(settings) / "logs",
            "colored_console_log": False,
            # Into the component's log, which is rotated; the files would grow for ever.
            "dag_processor_log_target": "stdout",
        },
        "api": {
            "host": "127.0.0.1",
            "port": settings.port("airflow"),
            "base_url": page(settings),
            # Each takes 250 MiB, and one answers some hundred requests a second.
            "workers": 1,
            "secret_key": secret(settings, "airflow-api-secret-key"),
            "instance_name": "Ecommerce Warehouse",
        },
        "api_auth": {"jwt_secret": secret(settings, "airflow-jwt-secret", _long_secret)},
        "scheduler": {
            # Looked at once a second, an idle scheduler takes 4 % of a core, and a chain's next
            # task starts within about a second of the one before.
            "scheduler_idle_sleep_time": 1,
            # What a scheduler left behind that ended together with its machine is found within
            # these; 300 s otherwise. Its next start looks as well, see run_component.py.
            "orphaned_tasks_check_interval": 30,
            "scheduler_health_check_threshold": 30,
            # Of a task whose process is gone while the scheduler lives. It beats every 5 s.
            "task_instance_heartbeat_timeout": 60,
            "catchup_by_default": False,
        },
        "dag_processor": {
            # Looking for new files costs next to nothing; a changed one is read at once.
            "refresh_interval": 30,
            # Reading a DAG of all models takes a second or more of a core; without a change of
            # the file only what it reads, such as the dbt project, can have changed.
            "min_file_process_interval": 300,
            "parsing_processes": 1,
            "dag_file_processor_timeout": 120,
            "print_stats_interval": 0,
        },
        "cosmos": {
            "enable_telemetry": False,
            "dbt_docs_projects": json.dumps(
                {
                    "warehouse": {
                        "dir": str(settings.data_folder.resolve() / "docs"),
                        "index": "index.html",
                        "name": "dbt docs",
                    }
                }
            ),
        },
    }
    return {
        "AIRFLOW_HOME": str(home(settings)),
        **{
            f"AIRFLOW__{section}__{name}".upper(): str(value)
            for section, values in configuration.items()
            for name, value in values.items()
        },
    }


def _passwords() -> str:
    return json.dumps({USER: secrets.token_urlsafe(12)}) + "\n"


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _long_secret() -> str:
    # The signature is HS512, whose key should not be shorter than its output.
    return secrets.token_urlsafe(64)
