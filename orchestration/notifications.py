"""Notifies people of what went wrong with a run: in the log, by mail and to a webhook."""

import asyncio
import logging
import smtplib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import httpx
from tenacity import retry, stop_after_attempt, wait_exponential

from warehouse.settings import Settings, load_settings

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context

log = logging.getLogger(__name__)
_SECONDS = 20


@dataclass(frozen=True)
class Notification:
    """What people are notified of.

    Attributes:
        kind: failed, late or refused.
        text: one line for people.
    """

    kind: str
    dag_id: str
    run_id: str
    text: str


def notify(notification: Notification, settings: Settings) -> None:
    """Notify everybody the settings name; one that cannot be reached does not stop the others."""
    log.error("%s", notification.text)
    for name, send in _channels(settings):
        try:
            send(notification)
        except (OSError, httpx.HTTPError, smtplib.SMTPException) as error:
            log.error("The notification could not be sent by %s: %s", name, error)


def run_failed(context: "Context") -> None:
    """Airflow calls this when a run has failed."""
    run = context["dag_run"]
    failed = sorted(
        instance.task_id
        for instance in getattr(run, "get_task_instances", list)()
        if instance.state == "failed"
    )
    tasks = (
        f" in {', '.join(failed[:5])}" if failed else f": {context.get('reason', 'see its log')}"
    )
    text = f"{run.dag_id}, run {run.run_id}, failed{tasks}; readers keep what was published before"
    notify(Notification("failed", run.dag_id, run.run_id, text), load_settings())


async def run_is_late(context: dict[str, Any], limit: str) -> None:
    """Airflow calls this when a run has not ended in time.

    Args:
        limit: the time it had, in words.
    """
    run = context["dag_run"]
    text = f"{run['dag_id']}, run {run['dag_run_id']}, has not ended within {limit}"
    notification = Notification("late", run["dag_id"], run["dag_run_id"], text)
    await asyncio.to_thread(notify, notification, load_settings())


def files_refused(run: Any, source: str, reasons: Sequence[str], settings: Settings) -> None:
    """Notify of files in a drop folder that were not landed; they stay there.

    Args:
        run: the run that found them.
        reasons: one line for each file that says why and what to do.
    """
    more = f" (and {len(reasons) - 1} more, see the log)" if len(reasons) > 1 else ""
    text = f"{run.dag_id}, run {run.run_id}, could not land files of {source}: {reasons[0]}{more}"
    notify(Notification("refused", run.dag_id, run.run_id, text), settings)


def _channels(settings: Settings) -> Iterator[tuple[str, Callable[[Notification], None]]]:
    webhook, email, smtp_url = settings.notify_webhook, settings.notify_email, settings.smtp_url
    if webhook:
        yield "webhook", lambda notification: _post(webhook, notification)
    if email and smtp_url:
        yield "mail", lambda notification: _mail(smtp_url, email, notification)


_tried_again = retry(
    stop=stop_after_attempt(3), wait=wait_exponential(multiplier=1, max=10), reraise=True
)


@_tried_again
def _post(address: str, notification: Notification) -> None:
    httpx.post(address, json=asdict(notification), timeout=_SECONDS).raise_for_status()


@_tried_again
def _mail(smtp_url: str, email: str, notification: Notification) -> None:
    server = urlsplit(smtp_url)
    letter = EmailMessage()
    letter["Subject"] = f"{notification.dag_id} {notification.kind}"
    letter["From"] = letter["To"] = email
    letter.set_content(notification.text)
    is_encrypted = server.scheme == "smtps"
    connect = smtplib.SMTP_SSL if is_encrypted else smtplib.SMTP
    port = server.port or (465 if is_encrypted else 25)
    with connect(server.hostname or "", port, timeout=_SECONDS) as connection:
        if server.username:
            connection.login(unquote(server.username), unquote(server.password or ""))
        connection.send_message(letter)
