"""The app as the Functions host sees it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from function_app.api.endpoints import ENDPOINTS
from function_app.api.openapi import ENDPOINT as OPENAPI
from tests.conftest import APP_SETTINGS
from tests.support.app_index import indexed_functions

ROOT = Path(__file__).parents[2]

HTTP = {
    "store-events-producer-fn": ("store-events-producer-fn", {"GET", "POST"}, "function"),
    "start-campaign": ("api/campaigns", {"POST"}, "function"),
    "list-campaigns": ("api/campaigns", {"GET"}, "function"),
    "get-campaign": ("api/campaigns/{name}", {"GET"}, "function"),
    "get-campaign-latencies": ("api/campaigns/{name}/latencies", {"GET"}, "function"),
    "get-campaign-verdicts": ("api/campaigns/{name}/verdicts", {"GET"}, "function"),
    "keep-campaign-tape": ("api/campaign-tapes/{tape}/{number}", {"POST"}, "function"),
    "stop-campaign": ("api/campaigns/{name}/stop", {"POST"}, "function"),
    "start-reconciliation": ("api/reconciliations", {"POST"}, "function"),
    "list-reconciliations": ("api/reconciliations", {"GET"}, "function"),
    "get-reconciliation": ("api/reconciliations/{id}", {"GET"}, "function"),
    "read-report": ("api/reports/{id}/{name}", {"GET"}, "function"),
    "read-reported-blob": ("api/reports/{id}/blobs/{container}/{*path}", {"GET"}, "function"),
    "acknowledge-differences": ("api/reconciliations/{id}/acknowledgements", {"POST"}, "function"),
    "list-acknowledgements": ("api/reconciliations/{id}/acknowledgements", {"GET"}, "function"),
    "start-repair": ("api/reconciliations/{id}/repairs", {"POST"}, "function"),
    "get-repair": ("api/repairs/{id}", {"GET"}, "function"),
    "verify-reports": ("api/chain", {"GET"}, "function"),
    "read-repair-steps": ("api/repairs/{id}/steps", {"GET"}, "function"),
    "desk-home": ("/", {"GET"}, "anonymous"),
    "desk": ("desk/{*path}", {"GET", "POST"}, "anonymous"),
    "health": ("api/health", {"GET"}, "anonymous"),
    "health-details": ("api/health/details", {"GET"}, "function"),
    **{endpoint.name: (endpoint.path, {endpoint.method}, "function") for endpoint in (*ENDPOINTS, OPENAPI)},
}
TRIGGERS = {
    "send-alert-digests": "timerTrigger",
    "archive-events": "eventHubTrigger",
    "analyze-suspicious-windows": "serviceBusTrigger",
    "purge-histories": "timerTrigger",
    "reconcile-every-night": "timerTrigger",
    "watch-pipeline": "timerTrigger",
    "start-reviews": "timerTrigger",
}


def triggers(kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: function.trigger for name, function in indexed_functions().items() if function.trigger["type"] == kind
    }


def test_every_http_trigger_has_its_route_methods_and_level():
    listed = {
        name: (trigger["route"], {method.value for method in trigger["methods"]}, trigger["authLevel"].value)
        for name, trigger in triggers("httpTrigger").items()
    }

    assert listed == HTTP


def test_no_other_http_trigger_exists():
    durable = triggers("orchestrationTrigger").keys() | triggers("activityTrigger").keys()

    assert indexed_functions().keys() == HTTP.keys() | TRIGGERS.keys() | durable
    assert {name: indexed_functions()[name].trigger["type"] for name in TRIGGERS} == TRIGGERS


def test_the_archiver_reads_many_events_as_bytes_in_a_group_of_its_own():
    trigger = indexed_functions()["archive-events"].trigger

    assert (trigger["connection"], trigger["eventHubName"]) == ("EventHubs", "store-events")
    assert (trigger["consumerGroup"], trigger["cardinality"].value) == ("archiver", "many")
    assert trigger["dataType"].name == "BINARY"


def test_the_archiver_is_retried_for_ever_because_a_last_retry_loses_events():
    retry = indexed_functions()["archive-events"].retry

    assert retry is not None
    assert (retry["strategy"], retry["max_retry_count"]) == ("exponential_backoff", "-1")


def test_the_window_trigger_reads_the_queue():
    trigger = indexed_functions()["analyze-suspicious-windows"].trigger

    assert (trigger["connection"], trigger["queueName"]) == ("ServiceBus", "suspicious-windows")


@pytest.mark.slow
@pytest.mark.parametrize(("text", "level"), [("true", "anonymous"), ("false", "function")])
def test_the_producer_asks_for_no_key_only_if_a_setting_says_so(text: str, level: str):
    program = (
        "from tests.support.app_index import indexed_functions as i;"
        "print(i()['store-events-producer-fn'].trigger['authLevel'].value)"
    )
    environment = {"PATH": "/usr/bin", **APP_SETTINGS, "PRODUCER_ANONYMOUS": text}

    shown = subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, env=environment, capture_output=True)

    assert shown.stdout.decode().strip() == level


@pytest.mark.slow
def test_an_app_without_its_settings_does_not_start_and_names_them():
    environment = {"PATH": "/usr/bin"} | {name: text for name, text in APP_SETTINGS.items() if name != "Cosmos"}

    started = subprocess.run(
        [sys.executable, "-c", "import function_app"],
        check=False,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert started.returncode != 0
    assert "Cosmos is not set: set Cosmos to a connection string, or Cosmos__accountEndpoint" in started.stderr
