"""Every setting of the app, read in one place, once, at the start.

One more is read where it is used, because it is the host's and not the app's: `FUNCTIONS_WORKER_PROCESS_COUNT`
(activities/reconciliation/cores.py).
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import cast
from urllib.parse import urlsplit

import msgspec

from fraud.desk.alert_cards import FORMATS, Format
from fraud.desk.callers import ROLES, Role
from fraud.desk.waiting import Deadlines
from fraud.rules.shipped import DEFAULT, shipped
from fraud.sweep import MOST_CASES
from fraud.watching.checks import Thresholds
from services import names
from services.connections import (
    ACCOUNT,
    BLOB_SERVICE,
    NAMESPACE,
    Connection,
    ConnectionSettingError,
    read_connection,
)
from services.hosting import ON_AZURE, runs_on_azure
from services.mail_settings import MAIL_SERVER, MailSettings, is_loopback, read_mail

ALERT_WEBHOOK_URL = "ALERT_WEBHOOK_URL"
OPERATIONS_WEBHOOK_URL = "OPERATIONS_WEBHOOK_URL"
WEBHOOK_SECRET = "WEBHOOK_SECRET"  # noqa: S105 - the name of the setting
_SECRETS = (ALERT_WEBHOOK_URL, OPERATIONS_WEBHOOK_URL, WEBHOOK_SECRET, MAIL_SERVER)
"""The settings that may be references to a Key Vault; the platform puts the secrets in their places."""
_UNRESOLVED = "@Microsoft.KeyVault("
_SHORTEST_SECRET = 16
ALERT_FORMAT = "ALERT_FORMAT"
DESK_URL = "DESK_URL"
PRODUCER_ANONYMOUS = "PRODUCER_ANONYMOUS"
MANAGEMENT_URLS = "MANAGEMENT_URLS"
SQL_PAGE = "SQL_PAGE"
API_ROLE = "API_ROLE"
PLATFORM_LOGIN = "PLATFORM_LOGIN"
RULE_SET = "RULE_SET"
THRESHOLD_PREFIX = "WATCH_"
REVIEW_HOURS = "REVIEW_HOURS"
"""Hours after which an undecided case is reminded of, escalated and expired: `24,48,168`."""
RECONCILIATION_SCHEDULE = "RECONCILIATION_SCHEDULE"
"""Six-field NCRONTAB; the timer trigger reads it as `%RECONCILIATION_SCHEDULE%`, so the host needs it too."""

_NUMBERS = {
    "ALERT_DIGEST_MINUTES": ("of minutes from 0 (each alert by itself)", 1_440),
    "HISTORY_DAYS": ("of days from 0 (never)", 3_650),
    "FAILED_HISTORY_DAYS": ("of days from 0 (never)", 3_650),
    "SWEEP_CASES": ("from 0 (no sweep)", MOST_CASES),
}
"""The settings that are a number of at most four digits, each a field of `Settings`: what 0 means, and the highest."""
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
    """The producer asks for no function key.

    Only for one's own machine: anybody who knows the address can cause work and costs.
    """
    management_urls: bool = False
    """Answers to a start hold the durable extension's management addresses, and with them the key of the task hub."""
    sql_page: bool = True
    """The desk's page asks questions in SQL, each in a process beside the app; on Azure only if it is told to."""
    alert_webhook_url: str | None = None
    """Alerts on fraud are posted here as JSON; without it they are logged and kept as blobs only. It is a secret."""
    operations_webhook_url: str | None = None
    """Notices on the pipeline itself are posted here, likewise."""
    webhook_secret: str | None = None
    """Posts to both are signed with it; without it, receivers can only trust the address."""
    mail: MailSettings | None = None
    """Alerts with a verdict of the band high are sent as mail too."""
    alert_format: Format = "json"
    """Alerts are posted as they are, or as cards of Teams or Slack."""
    desk_url: str | None = None
    """The address of the desk as people open it; alerts and reminders link to their cases by it."""
    alert_digest_minutes: int = 0
    """Alerts of one store and worst band are sent together, once in so many minutes; 0 sends each by itself."""
    in_azure: bool = False
    """The platform runs the app, and anybody may know its address."""
    api_role: Role = "reader"
    """The role of a function key at the desk's endpoints."""
    platform_login: bool = False
    """App Service Authentication stands before the app, and its principal header is believed. Only ever on Azure."""
    review_deadlines: Deadlines = Deadlines()
    """The hours that a case with a verdict of the band high waits for a decision."""
    rule_set: str = DEFAULT
    """The name of the rule set that judges windows from now on; those in flight keep theirs."""
    history_days: int = 30
    """Days after which the history of an orchestration that has ended is deleted; 0 keeps all of them."""
    failed_history_days: int = 90
    """Likewise, of one that has failed."""
    sweep_cases: int = 50
    """At most so many cases are made per night of sales that the stream job did not flag; 0 sweeps nothing."""
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
    desk_url = environment.get(DESK_URL, "").strip().rstrip("/") or None
    if desk_url and not _is_address_of_people(desk_url):
        problems.append(
            f"{DESK_URL} must be the address of the desk, like https://example.com/desk, not {desk_url[:100]!r}"
        )
    webhooks = {name: environment.get(name, "").strip() or None for name in (ALERT_WEBHOOK_URL, OPERATIONS_WEBHOOK_URL)}
    problems += [
        # The value is not shown: the address of a webhook is its password.
        f"{name} must be an https address (http only to this machine)"
        for name, webhook in webhooks.items()
        if webhook and not _is_safe_address(webhook)
    ]
    problems += [
        f"{name} is a reference to a Key Vault that Azure has not resolved: let the app's identity read the secret "
        "(Key Vault Secrets User), then restart the app"
        for name in _SECRETS
        if environment.get(name, "").strip().startswith(_UNRESOLVED)
    ]
    secret = environment.get(WEBHOOK_SECRET, "").strip() or None
    if secret and len(secret) < _SHORTEST_SECRET:
        problems.append(f"{WEBHOOK_SECRET} must have at least {_SHORTEST_SECRET} characters")
    switches: dict[str, bool] = {}
    for name in (PRODUCER_ANONYMOUS, MANAGEMENT_URLS, PLATFORM_LOGIN, SQL_PAGE, ON_AZURE):
        text = environment.get(name, "").strip().lower()
        switches[name] = text == "true"
        if text not in ("", "true", "false"):
            problems.append(f"{name} must be true or false, not {text[:40]!r}")
    rule_set = environment.get(RULE_SET, "").strip() or DEFAULT
    if rule_set not in shipped():
        problems.append(f"{RULE_SET} must be one of {', '.join(shipped())}, not {rule_set[:40]!r}")
    mail = read_mail(environment, problems)
    alert_format = _read_format(environment, problems)
    numbers = _read_numbers(environment, problems)
    thresholds = _read_thresholds(environment, problems)
    deadlines = _read_deadlines(environment.get(REVIEW_HOURS, ""), problems)
    in_azure = runs_on_azure(environment)
    if switches[PLATFORM_LOGIN] and not in_azure:
        problems.append(f"{PLATFORM_LOGIN} must not be true: a login can stand before the app only on Azure")
    role = environment.get(API_ROLE, "").strip() or "reader"
    if role not in ROLES:
        problems.append(f"{API_ROLE} must be one of {', '.join(ROLES)}, not {role[:40]!r}")
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
        sql_page=switches[SQL_PAGE] or not (in_azure or environment.get(SQL_PAGE, "").strip()),
        alert_webhook_url=webhooks[ALERT_WEBHOOK_URL],
        operations_webhook_url=webhooks[OPERATIONS_WEBHOOK_URL],
        webhook_secret=secret,
        mail=mail,
        alert_format=alert_format,
        desk_url=desk_url,
        in_azure=in_azure,
        api_role=cast(Role, role),
        platform_login=switches[PLATFORM_LOGIN],
        review_deadlines=deadlines,
        rule_set=rule_set,
        thresholds=thresholds,
        **numbers,
    )


def _read_format(environment: Mapping[str, str], problems: list[str]) -> Format:
    form = environment.get(ALERT_FORMAT, "").strip() or "json"
    if form not in FORMATS:
        problems.append(f"{ALERT_FORMAT} must be one of {', '.join(FORMATS)}, not {form[:40]!r}")
    return cast(Format, form)


def _read_numbers(environment: Mapping[str, str], problems: list[str]) -> dict[str, int]:
    """The numbers of `_NUMBERS` by their fields; one that is not set keeps its default."""
    values: dict[str, int] = {}
    for name, (words, most) in _NUMBERS.items():
        text = environment.get(name, "").strip()
        if text.isascii() and text.isdecimal() and len(text) < 5 and int(text) <= most:
            values[name.lower()] = int(text)
        elif text:
            problems.append(f"{name} must be a whole number {words} to {most:,}, not {text[:40]!r}")
    return values


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


def _read_deadlines(text: str, problems: list[str]) -> Deadlines:
    """The setting REVIEW_HOURS: three numbers up to 90 days, each 0 or larger than the one before."""
    if not text.strip():
        return Deadlines()
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 3 and all(part.isascii() and part.isdecimal() and int(part[:6]) <= 24 * 90 for part in parts):
        remind, escalate, expire = map(int, parts)
        deadlines = Deadlines(remind=remind, escalate=escalate, expire=expire)
        if deadlines.problem is None:
            return deadlines
    problems.append(f"{REVIEW_HOURS} must be three rising numbers of hours, each 0 or up to 2160, not {text[:40]!r}")
    return Deadlines()


def _is_address_of_people(text: str) -> bool:
    """True for an address that a card can hold as a link: nothing in it ends one."""
    return _is_safe_address(text) and not set(text) & set("<>|\"'()?#")


def _is_safe_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        return False
    if not text.isprintable() or " " in text:
        return False
    host = parts.hostname
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


@cache
def settings() -> Settings:
    """The settings of this process, from its environment, read once. Raises SettingsError."""
    return read_settings(os.environ)
