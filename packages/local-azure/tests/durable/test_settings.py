"""The settings of host.json that the local engine follows."""

import json
from typing import Any

import pytest

from local_azure.durable.settings import HubSettings, SettingsError


def section(**durable_task: object) -> dict[str, Any]:
    return {"version": "2.0", "extensions": {"durableTask": durable_task}}


def test_what_is_set_is_followed():
    settings = HubSettings.from_host_json(
        section(
            hubName="Shop",
            defaultVersion="2.0",
            maxConcurrentActivityFunctions=7,
            maxConcurrentOrchestratorFunctions=3,
            overridableExistingInstanceStates="AnyState",
            extendedSessionsEnabled=True,
            storageProvider={"type": "AzureStorage", "partitionCount": 4},
        )
    )

    assert (settings.hub_name, settings.default_version, settings.replace_running) == ("Shop", "2.0", True)
    assert (settings.max_concurrent_activities, settings.max_concurrent_orchestrators) == (7, 3)


@pytest.mark.parametrize("host", [{}, {"extensions": None}, {"extensions": {}}, section()])
def test_nothing_set_gives_defaults(host: dict[str, Any]):
    assert HubSettings.from_host_json(host) == HubSettings()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (section(storageProvider={"type": "mssql"}), "mssql"),
        (section(storageProvider={"type": "Netherite"}), "Netherite"),
        (section(storageProvider="azure"), "storageProvider must be an object"),
        (section(maxConcurrentActivityFunctions=0), "maxConcurrentActivityFunctions"),
        (section(maxConcurrentActivityFunctions=True), "maxConcurrentActivityFunctions"),
        (section(maxConcurrentActivityFunctions="many"), "maxConcurrentActivityFunctions"),
        (section(hubName=3), "hubName"),
        (section(overridableExistingInstanceStates="Sometimes"), "overridableExistingInstanceStates"),
        (section(versionMatchStrategy="Newest"), "versionMatchStrategy"),
        (section(maxGrpcMessageSizeInBytes=1), "maxGrpcMessageSizeInBytes"),
        ({"extensions": []}, "extensions must be an object"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_its_name(wrong: dict[str, Any], named: str):
    with pytest.raises(SettingsError, match=named):
        HubSettings.from_host_json(json.loads(json.dumps(wrong)))
