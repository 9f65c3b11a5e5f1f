"""Keeps the components alive: supervisord starts each again when it ends, whatever ended it."""

import os
import pwd
import sys
from pathlib import Path

from warehouse.services.airflow.components import COMPONENTS, Component
from warehouse.services.airflow.configuration import airflow_environment, home
from warehouse.services.machine import processes
from warehouse.services.machine.processes import Command
from warehouse.settings import PROJECT_ROOT, Settings

# A scheduler waits for its running tasks before it ends; they are restarted afterwards.
STOP_TIMEOUT = 5
_RUN_COMPONENT = "warehouse.services.airflow.run_component"


def configuration_file(settings: Settings) -> Path:
    """supervisord's configuration; its path in a command line marks the process as ours."""
    return processes.supervisor_configuration(settings)


def was_started(settings: Settings) -> bool:
    """Whether Airflow was ever started with this data folder."""
    return configuration_file(settings).exists()


def is_current(settings: Settings) -> bool:
    """Whether the configuration starts the components as this version of the project does."""
    return f"-m {_RUN_COMPONENT} " in configuration_file(settings).read_text()


def command(settings: Settings) -> Command:
    """How to run supervisord; writes its configuration."""
    file = configuration_file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_configuration(settings))
    arguments = [sys.executable, "-m", "supervisor.supervisord", "-c", str(file)]
    return Command(arguments, airflow_environment(settings), is_whole_environment=True)


def _configuration(settings: Settings) -> str:
    # It has no control socket: the components are its children, which is all there is to know.
    lines = [
        "[supervisord]",
        "nodaemon=true",
        # It says everything on standard output as well, which is its log file.
        "logfile=/dev/null",
        "logfile_maxbytes=0",
        f"pidfile={_escaped(home(settings) / 'supervisord.pid')}",
    ]
    if os.geteuid() == 0:
        lines.append(f"user={pwd.getpwuid(0).pw_name}")
    # Members of one group are stopped side by side.
    lines += ["", "[group:airflow]", f"programs={','.join(c.name for c in COMPONENTS)}"]
    for component in COMPONENTS:
        lines += ["", *_program(settings, component)]
    return "\n".join([*lines, ""])


def _program(settings: Settings, component: Component) -> list[str]:
    log = processes.log_file(settings, component.log_name).resolve()
    return [
        f"[program:{component.name}]",
        f'command="{_escaped(Path(sys.executable))}" -m {_RUN_COMPONENT} {component.name}',
        f"directory={_escaped(PROJECT_ROOT)}",
        "autorestart=true",
        # One that ends sooner is started again after 1 s, then 2 s, then 3 s; never given up.
        "startsecs=5",
        "startretries=1000000",
        f"stopwaitsecs={STOP_TIMEOUT}",
        "killasgroup=true",
        "redirect_stderr=true",
        f"stdout_logfile={_escaped(log)}",
        f"stdout_logfile_maxbytes={processes.LOG_SIZE_LIMIT}",
        "stdout_logfile_backups=1",
    ]


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
