"""Speaks to Airflow's REST API as its only user."""

import json
import urllib.error
import urllib.request
from typing import Any

from warehouse.errors import ServiceUnavailable
from warehouse.services.airflow.components import COMPONENTS
from warehouse.services.airflow.configuration import USER, page, password
from warehouse.settings import Settings

# Not through a proxy, whatever the environment says.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
TIMEOUT = 10


def rest(settings: Settings, method: str, path: str, body: Any = None) -> Any:
    """The answer to a request, such as `GET /api/v2/dags`; None when it has no content.

    Raises:
        ServiceUnavailable: the API server does not answer.
        urllib.error.HTTPError: it refused the request.
    """
    login = {"username": USER, "password": password(settings)}
    token = _ask(settings, "POST", "/auth/token", login)["access_token"]
    return _ask(settings, method, path, body, token)


def health(settings: Settings) -> dict[str, str]:
    """What each component is, by the name of `warehouse airflow status`.

    It is `healthy` or what else the health check says. Empty when the API server does not answer.
    """
    try:
        reported = _ask(settings, "GET", "/api/v2/monitor/health")
    except (ServiceUnavailable, urllib.error.HTTPError):
        return {}
    answer = {"api-server": "healthy"}
    for component in COMPONENTS:
        if component.health:
            answer[component.name] = reported[component.health]["status"] or "never ran"
    return answer


def import_errors(settings: Settings) -> list[tuple[str, str]]:
    """File and last line of the error of each DAG file that could not be read.

    Raises:
        ServiceUnavailable: the API server does not answer.
        urllib.error.HTTPError: it refused the request.
    """
    reported = rest(settings, "GET", "/api/v2/importErrors?limit=100")
    return [
        (error["filename"], (error["stack_trace"].strip().splitlines() or [""])[-1])
        for error in reported["import_errors"]
    ]


def _ask(
    settings: Settings, method: str, path: str, body: Any = None, token: str | None = None
) -> Any:
    request = urllib.request.Request(
        page(settings) + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Accept": "application/json"}
        | ({"Authorization": f"Bearer {token}"} if token else {}),
    )
    try:
        with _OPENER.open(request, timeout=TIMEOUT) as answer:
            content = answer.read()
    except urllib.error.HTTPError:
        raise
    except (OSError, ValueError) as error:
        raise ServiceUnavailable(
            f"Airflow's API server does not answer at {page(settings)}",
            "see `warehouse airflow status` and `warehouse logs airflow-api-server`",
        ) from error
    return json.loads(content) if content else None
