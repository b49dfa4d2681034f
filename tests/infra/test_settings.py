"""Every setting that the app reads is set by Bicep, and none is set that nothing reads."""

import ast
import re
from collections.abc import Iterator, Mapping

from fraud.windows import WINDOW
from services import names
from services.hosting import PLATFORM_SIGNS
from services.mail_settings import MAIL_FROM, MAIL_SERVER, MAIL_TO
from services.settings import (
    ALERT_WEBHOOK_URL,
    OPERATIONS_WEBHOOK_URL,
    WEBHOOK_SECRET,
    Settings,
    SettingsError,
    read_settings,
)
from tests.infra import facts
from tests.infra.deployment import ROOMS, ROOT, deploy
from tests.infra.rules import settings_of
from tests.support.app_index import indexed_functions

HOST_SETTINGS = {
    "AzureWebJobsStorage__queueServiceUri": "the durable extension's queues",
    "AzureWebJobsStorage__tableServiceUri": "the durable extension's tables",
    "AzureWebJobsDisableHomepage": "the address of the app leads to the desk, not to the host's own page",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "where the host sends its telemetry; it holds no secret",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "as whom it sends it",
}
"""The settings that only the Functions host reads, and their purpose."""
HOST_JSON = "AzureFunctionsJobHost__"
"""Begins the settings that stand for keys of host.json; tests/infra/test_host_json.py knows which there are."""
READERS = {
    "services/settings.py": "every setting of the app",
    "services/desk/sql.py": "all of it, to hand it on to the process that asks in SQL",
    "activities/reconciliation/cores.py": "FUNCTIONS_WORKER_PROCESS_COUNT, the host's own, which has a default",
}
"""The files that may look into the environment, and the settings that they look at."""
APP = ("function_app.py", *ROOMS)


def bicep_settings(webhook: str = "https://example.com/alerts", **parameters: str | int) -> dict[str, str]:
    """The settings that Bicep sets. The webhook is a secret, which a snapshot does not evaluate."""
    settings = settings_of(deploy(**parameters).one(facts.SITE))
    assert settings[ALERT_WEBHOOK_URL] == "[parameters('alertWebhookUrl')]"
    assert settings[OPERATIONS_WEBHOOK_URL] == "[parameters('operationsWebhookUrl')]"
    assert settings[WEBHOOK_SECRET] == "[parameters('webhookSecret')]"
    assert settings[MAIL_SERVER] == "[parameters('alertMailServer')]"
    assert (settings[MAIL_FROM], settings[MAIL_TO]) == ("", "")
    settings |= {
        WEBHOOK_SECRET: "s" * 20,
        MAIL_SERVER: "smtps://mail.example:465",
        MAIL_FROM: "a@b.c",
        MAIL_TO: "d@e.f",
    }
    return settings | {ALERT_WEBHOOK_URL: webhook, OPERATIONS_WEBHOOK_URL: webhook}


class Recorded(Mapping[str, str]):
    """An environment that remembers what was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values_ = dict(values)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self.values_[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


def test_the_app_starts_in_azure_with_what_bicep_sets():
    settings = read_settings(bicep_settings())

    connections = [
        settings.jobs_storage,
        settings.warehouse,
        settings.event_hubs,
        settings.service_bus,
        settings.cosmos,
    ]
    assert isinstance(settings, Settings)
    assert all(
        connection.address and connection.managed_identity and connection.client_id for connection in connections
    )
    assert all(connection.connection_string is None for connection in connections)
    assert settings.reconciliation_schedule == "0 30 2 * * *"
    assert settings.alert_webhook_url == "https://example.com/alerts"


def test_what_bicep_sets_tells_the_app_that_it_is_on_azure_whatever_the_platform_sets():
    """Else the desk would take everybody on the internet for somebody at their own machine."""
    settings = read_settings(bicep_settings())
    with_login = read_settings({**bicep_settings(), "PLATFORM_LOGIN": "true"})

    assert (settings.in_azure, settings.sql_page) == (True, False)
    assert (with_login.in_azure, with_login.platform_login) == (True, True)


def test_the_connections_are_addresses_of_what_bicep_makes():
    deployment = deploy()
    settings = settings_of(deployment.one(facts.SITE))

    hub = deployment.one("Microsoft.EventHub/namespaces").name
    queue = deployment.one("Microsoft.ServiceBus/namespaces").name
    accounts = {account.name: account for account in deployment.of("Microsoft.Storage/storageAccounts")}
    assert settings["EventHubs__fullyQualifiedNamespace"] == f"{hub}.servicebus.windows.net"
    assert settings["ServiceBus__fullyQualifiedNamespace"] == f"{queue}.servicebus.windows.net"
    assert deployment.one(facts.COSMOS).id in settings["Cosmos__accountEndpoint"]
    assert deployment.outputs["WAREHOUSE_ACCOUNT"] in settings["Warehouse__blobServiceUri"]
    assert {name for name in accounts if name in settings["AzureWebJobsStorage__blobServiceUri"]} == {
        name for name in accounts if name != deployment.outputs["WAREHOUSE_ACCOUNT"]
    }


def unread(settings: Mapping[str, str]) -> set[str]:
    """The settings that neither the app nor the host reads."""
    environment = Recorded(settings)
    read_settings(environment)
    overrides = {name for name in settings if name.startswith(HOST_JSON)}
    return settings.keys() - environment.asked - HOST_SETTINGS.keys() - overrides


def test_nothing_is_set_that_nothing_reads():
    settings = bicep_settings()

    assert unread(settings) == set()
    assert unread({**settings, "FRAUD_THRESHOLD": "50", "Cosmos__databaseName": "fraud"}) == {
        "FRAUD_THRESHOLD",
        "Cosmos__databaseName",
    }
    assert settings.keys() >= HOST_SETTINGS.keys()


def test_the_app_misses_or_notices_each_setting_that_is_taken_away():
    complete = bicep_settings(
        ruleSet="seed",
        historyDays=7,
        failedHistoryDays=8,
        sweepCases=9,
        alertFormat="teams",
        alertDigestMinutes=5,
        deskUrl="https://fraud.example/desk",
    )  # others are what the app takes by itself

    for name in (setting for setting in complete.keys() - HOST_SETTINGS.keys() if not setting.startswith(HOST_JSON)):
        answer = settings_or_problem({other: value for other, value in complete.items() if other != name})
        assert answer != read_settings(complete), name
        assert isinstance(answer, Settings) or name in answer, name


def settings_or_problem(environment: Mapping[str, str]) -> Settings | str:
    try:
        return read_settings(environment)
    except SettingsError as problem:
        return str(problem)


def test_an_empty_webhook_is_none():
    assert read_settings(bicep_settings(webhook="")).alert_webhook_url is None


def test_the_watch_allows_for_the_events_that_a_checkpoint_leaves_out():
    settings = bicep_settings()
    host = "AzureFunctionsJobHost__extensions__eventHubs__"

    behind = int(settings[f"{host}maxEventBatchSize"]) * int(settings[f"{host}batchCheckpointFrequency"])
    assert read_settings(settings).thresholds.archiver_events == behind


def test_every_setting_of_the_app_can_be_given_to_a_deployment_which_replaces_all_of_them():
    """A value that somebody sets by hand is gone after the next deployment, without a word."""
    environment = Recorded(bicep_settings())
    read_settings(environment)
    # Connections have identities there, nothing is deployed that asks in SQL, and the login has a parameter of its own.
    elsewhere = {names.JOBS_STORAGE, names.WAREHOUSE, names.EVENT_HUBS, names.SERVICE_BUS, names.COSMOS}
    elsewhere |= {"SQL_PAGE", "PLATFORM_LOGIN", *PLATFORM_SIGNS}
    left = (environment.asked - bicep_settings().keys() - elsewhere) | {"WATCH_STREAM_JOB_SECONDS"}

    given = {name: "24,48,72" if name == "REVIEW_HOURS" else "true" if "WATCH" not in name else "7" for name in left}
    text = "  ".join(f"{name}={value}" for name, value in given.items())
    settings = settings_of(deploy(appSettings=text).one(facts.SITE))
    assert {name: settings[name] for name in left} == given
    assert len(left) == 13


def test_the_watch_waits_for_rows_that_the_job_may_still_keep():
    """An output to blobs writes after its `timeWindow` (or `sizeWindow` rows); the job itself takes a while, too.

    Source: "Blob storage and Azure Data Lake Gen2 output from Azure Stream Analytics", maximum time.
    """
    deployment = deploy()
    output = deployment.one(f"{facts.JOB}/outputs", "suspicious-events")
    hours, minutes, seconds = map(int, output.at("properties.timeWindow").split(":"))
    kept = hours * 3600 + minutes * 60 + seconds
    late: int = deployment.one(facts.JOB).at("properties.eventsLateArrivalMaxDelayInSeconds")

    bound = read_settings(bicep_settings()).thresholds.stream_job_seconds
    # The watch looks once a minute.
    assert kept + late + 60 < bound < kept + late + WINDOW.total_seconds()


def test_what_the_triggers_read_is_set():
    settings = bicep_settings()
    triggers = [function.trigger for function in indexed_functions().values()]
    replaced = set(re.findall(r"%(\w+)%", f"{triggers} {(ROOT / 'host.json').read_text()}"))
    connections = {trigger["connection"] for trigger in triggers if trigger.get("connection")}

    assert replaced == {"RECONCILIATION_SCHEDULE"}
    assert replaced <= settings.keys()
    assert connections == {names.EVENT_HUBS, names.SERVICE_BUS}
    assert all(f"{connection}__fullyQualifiedNamespace" in settings for connection in connections)


def test_no_other_file_reads_the_environment():
    files = [
        path for place in APP for path in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
    ]
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }

    assert "services/settings.py" in readers
    assert readers <= READERS.keys()


LOGIN = "11111111-2222-3333-4444-555555555555"


def test_the_principal_is_believed_only_where_the_login_stands_before_the_app():
    with_login, without = deploy(deskClientId=LOGIN), deploy()
    logins = [len(deployment.of(f"{facts.SITE}/config")) for deployment in (with_login, without)]

    assert logins == [1, 0]
    assert settings_of(with_login.one(facts.SITE))["PLATFORM_LOGIN"] == "true"
    assert "PLATFORM_LOGIN" not in settings_of(without.one(facts.SITE))


def test_the_login_turns_nobody_away_so_that_keys_health_and_producer_go_on_to_work():
    login = deploy(deskClientId=LOGIN).one(f"{facts.SITE}/config")
    provider = login.at("properties.identityProviders.azureActiveDirectory")

    assert login.at("properties.globalValidation") == {
        "requireAuthentication": False,
        "unauthenticatedClientAction": "AllowAnonymous",
    }
    assert login.at("properties.httpSettings.requireHttps") is True
    assert provider["validation"]["allowedAudiences"] == [provider["registration"]["clientId"]] == [LOGIN]


def test_a_function_key_may_do_what_its_role_says():
    assert read_settings(bicep_settings()).api_role == "operator"
    assert settings_of(deploy(keyRole="reader").one(facts.SITE))["API_ROLE"] == "reader"
