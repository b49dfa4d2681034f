"""Every setting of the app, read in one place, once, at the start.

One more is read where it is used, because it is the host's and not the app's: `FUNCTIONS_WORKER_PROCESS_COUNT`
(activities/reconciliation/cores.py).
"""

import os
from collections.abc import Mapping
from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

from fraud.watching.checks import Thresholds
from services import names
from services.connections import (
    ACCOUNT,
    AZURE_INSTANCE,
    BLOB_SERVICE,
    NAMESPACE,
    Connection,
    ConnectionSettingError,
    read_connection,
)

ALERT_WEBHOOK_URL = "ALERT_WEBHOOK_URL"
OPERATIONS_WEBHOOK_URL = "OPERATIONS_WEBHOOK_URL"
PRODUCER_ANONYMOUS = "PRODUCER_ANONYMOUS"
MANAGEMENT_URLS = "MANAGEMENT_URLS"
THRESHOLD_PREFIX = "WATCH_"
RECONCILIATION_SCHEDULE = "RECONCILIATION_SCHEDULE"
"""Six-field NCRONTAB; the timer trigger reads it as `%RECONCILIATION_SCHEDULE%`, so the host needs it too."""

_ADDRESSES = {
    names.JOBS_STORAGE: BLOB_SERVICE,
    names.WAREHOUSE: BLOB_SERVICE,
    names.EVENT_HUBS: NAMESPACE,
    names.SERVICE_BUS: NAMESPACE,
    names.COSMOS: ACCOUNT,
}


class SettingsError(Exception):
    """The app cannot start with these settings; the message holds one line for each setting that must be mended."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that the app needs about where it runs."""

    jobs_storage: Connection
    """The app's own storage account, for the Functions host's leases, and for what orchestrations hand on."""
    warehouse: Connection
    """The account that keeps the archives, the verdicts and the reports."""
    event_hubs: Connection
    service_bus: Connection
    cosmos: Connection
    reconciliation_schedule: str
    producer_anonymous: bool = False
    """The producer asks for no function key. For one's own machine: whoever knows the address makes work and costs."""
    management_urls: bool = False
    """Answers to a start hold the durable extension's management addresses, and with them the key of the task hub."""
    alert_webhook_url: str | None = None
    """Alerts on fraud are posted here as JSON; without it they are logged and kept as blobs only. It is a secret."""
    operations_webhook_url: str | None = None
    """Notices on the pipeline itself are posted here, likewise."""
    in_azure: bool = False
    """The platform runs the app, and anybody may know its address."""
    thresholds: Thresholds = Thresholds()
    """The bounds of the watch, each by a setting WATCH_... of its own."""

    def __repr__(self) -> str:
        """Without the webhooks' addresses: representations end in logs."""
        return f"Settings(webhook {'set' if self.alert_webhook_url else 'not set'})"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read all settings. Raises SettingsError that names every missing or wrong one, not only the first."""
    problems: list[str] = []
    connections: dict[str, Connection] = {}
    for name, address in _ADDRESSES.items():
        try:
            connections[name] = read_connection(name, address, environment)
        except ConnectionSettingError as problem:
            problems.append(str(problem))
    schedule = environment.get(RECONCILIATION_SCHEDULE, "").strip()
    if not schedule:
        problems.append(f"{RECONCILIATION_SCHEDULE} is not set: set it to an NCRONTAB, for example '0 30 2 * * *'")
    webhooks = {name: environment.get(name, "").strip() or None for name in (ALERT_WEBHOOK_URL, OPERATIONS_WEBHOOK_URL)}
    problems += [
        # The value is not shown: the address of a webhook is its password.
        f"{name} must be an https address (http only to this machine)"
        for name, webhook in webhooks.items()
        if webhook and not _is_safe_address(webhook)
    ]
    switches: dict[str, bool] = {}
    for name in (PRODUCER_ANONYMOUS, MANAGEMENT_URLS):
        text = environment.get(name, "").strip().lower()
        switches[name] = text == "true"
        if text not in ("", "true", "false"):
            problems.append(f"{name} must be true or false, not {text[:40]!r}")
    thresholds = _read_thresholds(environment, problems)
    if problems:
        raise SettingsError("The app cannot start:\n- " + "\n- ".join(problems))
    return Settings(
        jobs_storage=connections[names.JOBS_STORAGE],
        warehouse=connections[names.WAREHOUSE],
        event_hubs=connections[names.EVENT_HUBS],
        service_bus=connections[names.SERVICE_BUS],
        cosmos=connections[names.COSMOS],
        reconciliation_schedule=schedule,
        producer_anonymous=switches[PRODUCER_ANONYMOUS],
        management_urls=switches[MANAGEMENT_URLS],
        alert_webhook_url=webhooks[ALERT_WEBHOOK_URL],
        operations_webhook_url=webhooks[OPERATIONS_WEBHOOK_URL],
        in_azure=bool(environment.get(AZURE_INSTANCE)),
        thresholds=thresholds,
    )


def _read_thresholds(environment: Mapping[str, str], problems: list[str]) -> Thresholds:
    """The settings WATCH_ARCHIVER_SECONDS and so on; one that is not set keeps its default."""
    values: dict[str, int] = {}
    for field in Thresholds.__struct_fields__:
        name = f"{THRESHOLD_PREFIX}{field.upper()}"
        text = environment.get(name, "").strip()
        if not text:
            continue
        if text.isascii() and text.isdecimal() and len(text) < 10:
            values[field] = int(text)
        else:
            problems.append(f"{name} must be a whole number from 0 on, not {text[:40]!r}")
    return Thresholds(**values)


def _is_safe_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        return False
    if not text.isprintable() or " " in text:
        return False
    host = parts.hostname
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@cache
def settings() -> Settings:
    """The settings of this process, from its environment, read once. Raises SettingsError."""
    return read_settings(os.environ)
