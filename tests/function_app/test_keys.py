"""Every HTTP function of the app, and the management API, without a key, with a wrong one and with the right one.

The host asks for keys here as on Azure; the producer is as on Azure too, where it is not anonymous.
"""

import json
import re
import time

import pytest
import requests
from azure.servicebus import ServiceBusClient, ServiceBusMessage

from cli import app_client
from cli.app_client import AppClient, AppError, default_key, default_url
from services import names
from tests.function_app.conftest import KEYS, SECRET, Keyed
from tests.function_app.test_index import HTTP

pytestmark = pytest.mark.slow

MANAGEMENT = "runtime/webhooks/durabletask"


def doors() -> list[tuple[str, str, str]]:
    """Method, path and level of every HTTP function, and of the management API."""
    functions = [
        (method, re.sub(r"\{[^}]*\}", "x", route), level)
        for route, methods, level in HTTP.values()
        for method in sorted(methods)
    ]
    management = [
        (method, f"{MANAGEMENT}/{path}", "system")
        for method, path in (
            ("GET", "instances"),
            ("GET", "instances/x"),
            ("POST", "orchestrators/analyze_window"),
            ("POST", "instances/x/terminate"),
            ("POST", "instances/x/raiseEvent/stop"),
            ("DELETE", "instances/x"),
            ("GET", "entities"),
        )
    ]
    admin = [("GET", "admin/functions", "admin"), ("POST", "admin/functions/watch-pipeline", "admin")]
    return [*functions, *management, *admin]


@pytest.mark.parametrize(("method", "path", "level"), doors())
def test_a_function_answers_to_its_own_key_and_the_master_key_only(keyed: Keyed, method: str, path: str, level: str):
    opens = {"anonymous": {"", "w", "f", "s", "m"}, "function": {"f", "m"}, "system": {"s", "m"}, "admin": {"m"}}

    opened = {
        letter
        for letter in ("", "w", "f", "s", "m")
        if ask(keyed, method, path, {"x-functions-key": letter * 40} if letter else {}) != 401
    }

    assert opened == opens[level]


def ask(keyed: Keyed, method: str, path: str, headers: dict[str, str]) -> int:
    # A body that no function takes: with a right key it is refused for itself, or starts nothing that lasts.
    return requests.request(method, f"{keyed.base}/{path}", data=b"[", headers=headers, timeout=30).status_code


@pytest.mark.parametrize("path", ["api/health/", "API/HEALTH/details", "api//health/details", "%61pi/health/details"])
def test_no_spelling_of_an_address_leads_past_the_key(keyed: Keyed, path: str):
    answer = requests.get(f"{keyed.base}/{path}", timeout=30)

    assert answer.status_code in (401, 404) or answer.json().keys() == {"status"}


def test_a_start_hands_out_no_key_and_the_command_line_finds_its_own(keyed: Keyed, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app_client, "LOCAL_SETTINGS", keyed.settings)
    for name in (app_client.URL_SETTING, app_client.KEY_SETTING):
        monkeypatch.delenv(name, raising=False)
    url = default_url()
    assert url == keyed.base
    assert default_key("http://127.0.0.1:1") is None
    app = AppClient(url, default_key(url))

    answer = app.post("api/campaigns", {"batches": 1, "events_per_batch": 1, "interval_seconds": 0})

    assert not any(key in json.dumps(answer) for key in KEYS.values())
    assert "dependencies" in app.health()
    assert app.get_page(f"{MANAGEMENT}/instances", None)[0]
    with pytest.raises(AppError, match="needs a function key"):
        AppClient(url, "w" * 40).get("api/reconciliations")


def test_a_planted_secret_is_in_no_log_history_output_or_notice(keyed: Keyed):
    """The alert of a window fails, since nobody answers at its webhook; the watch has told of nothing else."""
    headers = {"x-functions-key": KEYS["master"]}
    window = {"store_id": 7, "ids": ["a"], "WindowStart": "2026-01-02T10:05:00Z", "WindowEnd": "2026-01-02T10:10:00Z"}
    connection = json.loads(keyed.settings.read_text())["Values"]["ServiceBus"]
    with (
        ServiceBusClient.from_connection_string(connection) as client,
        client.get_queue_sender(names.WINDOW_QUEUE) as sender,
    ):
        sender.send_messages(ServiceBusMessage(json.dumps(window)))
    texts = [requests.get(f"{keyed.base}/api/health/details", headers=headers, timeout=30).text]
    end = time.monotonic() + 60
    while "the webhook of ALERT_WEBHOOK_URL" not in (history := histories(keyed, headers)):
        assert time.monotonic() < end, history
        time.sleep(0.2)
    texts += [history, keyed.log]

    for text in texts:
        assert not any(secret in text for secret in (SECRET, *KEYS.values(), *account_keys(keyed)))


def histories(keyed: Keyed, headers: dict[str, str]) -> str:
    """All that the management API tells of all instances."""
    everything = {"showInput": "true", "showHistory": "true", "showHistoryOutput": "true"}
    instances = f"{keyed.base}/{MANAGEMENT}/instances"
    listed = requests.get(instances, headers=headers, timeout=30).json()
    addresses = [f"{instances}/{instance['instanceId']}" for instance in listed]
    return "".join(requests.get(each, params=everything, headers=headers, timeout=30).text for each in addresses)


def account_keys(keyed: Keyed) -> set[str]:
    """The keys in the connection strings."""
    values = json.loads(keyed.settings.read_text())["Values"].values()
    return {key for value in values for key in re.findall(r"(?:AccountKey|SharedAccessKey)=([^;]+)", value)}
