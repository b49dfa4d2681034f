"""host.json and the app settings."""

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from local_azure.core.process import CannotStartError
from local_azure.functions_host.host_json import HostConfig, load_host_json
from local_azure.functions_host.settings import MissingSettingError, connection, expand, load_local_settings


def parsed(folder: Path, **content: Any) -> HostConfig:
    (folder / "host.json").write_text(json.dumps({"version": "2.0", **content}))
    return load_host_json(folder)


def test_defaults_are_those_of_azure(tmp_path: Path):
    config = parsed(tmp_path)
    assert config.timeout_seconds == 1_800
    assert config.extensions.http.route_prefix == "api"
    assert config.extensions.event_hubs.max_event_batch_size == 100
    assert config.extensions.service_bus.max_concurrent_calls == 16


def test_keys_match_without_regard_to_case(tmp_path: Path):
    hubs = {"MaxEventBatchSize": 7, "maxWaitTime": "00:00:05"}
    config = parsed(tmp_path, functionTimeout="-1", extensions={"EventHubs": hubs, "durableTask": {"hubName": "Hub"}})
    assert config.timeout_seconds is None
    assert (config.extensions.event_hubs.max_event_batch_size, config.extensions.event_hubs.max_wait_time) == (7, 5)
    assert config.extensions.durable_task == {"hubName": "Hub"}


def test_settings_override_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AzureFunctionsJobHost__extensions__http__routePrefix", "")
    monkeypatch.setenv("AzureFunctionsJobHost__extensions__eventHubs__maxEventBatchSize", "9")
    config = parsed(tmp_path)
    assert config.extensions.http.route_prefix == ""
    assert config.extensions.event_hubs.max_event_batch_size == 9


def test_what_has_no_effect_and_what_nobody_knows_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    parsed(tmp_path, logging={"x": 1}, colour="red", extensions={"http": {"hsts": {}, "speed": 9}})
    assert "known but without effect here: extensions.http.hsts, logging" in caplog.text
    assert "unknown key colour" in caplog.text
    assert "unknown key extensions.http.speed" in caplog.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not valid JSON"),
        ("{}", "version"),
        ('{"version": "1.0"}', "version"),
        ('{"version": "2.0", "functionTimeout": "soon"}', "soon"),
        ('{"version": "2.0", "extensions": {"eventHubs": {"maxEventBatchSize": 0}}}', "maxEventBatchSize"),
        ('{"version": "2.0", "extensions": {"eventHubs": {"prefetchCount": "many"}}}', "prefetchcount"),
        ('{"version": "2.0", "extensions": {"eventHubs": {"initialOffsetOptions": {"type": "x"}}}}', "initialoffset"),
        ('{"version": "2.0", "extensions": {"serviceBus": {"maxConcurrentCalls": 0}}}', "maxConcurrentCalls"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, content: str, words: str):
    (tmp_path / "host.json").write_text(content)
    with pytest.raises(CannotStartError, match=words):
        load_host_json(tmp_path)


def test_the_environment_wins_over_local_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "environ", dict(os.environ, Taken="environment"))
    values = {"Taken": "file", "Free": "file", "Number": 5, "Flag": True}
    (tmp_path / "local.settings.json").write_text(json.dumps({"IsEncrypted": False, "Values": values}))
    load_local_settings(tmp_path, None)
    assert [os.environ[name] for name in values] == ["environment", "file", "5", "true"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('{"IsEncrypted": true, "Values": {}}', "decrypt"),
        ('{"Values": {"A": {}}}', "A must be a string"),
        ('{"Values": []}', "Values must be an object"),
        ("[]", "must hold an object"),
        ("{", "not valid JSON"),
    ],
)
def test_a_settings_file_of_another_shape_is_refused(tmp_path: Path, settings: str, words: str):
    (file := tmp_path / "settings.json").write_text(settings)
    with pytest.raises(CannotStartError, match=words):
        load_local_settings(tmp_path, file)


def test_a_settings_file_that_was_asked_for_must_exist(tmp_path: Path):
    with pytest.raises(CannotStartError, match="does not exist"):
        load_local_settings(tmp_path, tmp_path / "settings.json")


def test_expressions_are_settings(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NAME", "shop")
    assert expand("events-%NAME%-%NAME%") == "events-shop-shop"
    with pytest.raises(MissingSettingError, match="NOWHERE"):
        expand("%NOWHERE%")


def test_a_connection_is_a_string_or_an_identity(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("Shop__fullyQualifiedNamespace", "shop.servicebus.windows.net")
    monkeypatch.setenv("Shop__clientId", "me")
    shop = connection("Shop", "fullyQualifiedNamespace")
    assert (shop.connection_string, shop.namespace) == (None, "shop.servicebus.windows.net")
    assert shop.properties["clientid"] == "me"
    monkeypatch.setenv("Shop", "Endpoint=sb://x")
    assert connection("Shop", "fullyQualifiedNamespace").connection_string == "Endpoint=sb://x"
    with pytest.raises(MissingSettingError, match="'Other' is missing"):
        connection("Other", "fullyQualifiedNamespace")
