"""`extensions.durableTask` of host.json, as far as the local engine follows it."""

import logging
import os
from collections.abc import Mapping
from typing import Any, cast

import msgspec

from local_azure.durable.versions import VersionMatch

log = logging.getLogger(__name__)

DEFAULT_HUB_NAME = "TestHubName"
_DEFAULT_CONCURRENCY = 10 * (os.cpu_count() or 1)
_IGNORED = {
    "extendedSessionsEnabled",
    "extendedSessionIdleTimeoutInSeconds",
    "logReplayEvents",
    "notifications",
    "tracing",
    "useGracefulShutdown",
}
_KNOWN = {
    "hubName",
    "defaultVersion",
    "maxConcurrentActivityFunctions",
    "maxConcurrentOrchestratorFunctions",
    "maxConcurrentEntityFunctions",
    "maxEntityOperationBatchSize",
    "overridableExistingInstanceStates",
    "local",
    "storageProvider",
    "versionFailureStrategy",
    "versionMatchStrategy",
}


class SettingsError(ValueError):
    """host.json asks for something that the local engine does not do; the message names it."""


class HubSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a task hub. Concurrency defaults to ten per core, as the extension's does."""

    hub_name: str = DEFAULT_HUB_NAME
    default_version: str | None = None
    version_match: VersionMatch = VersionMatch.CURRENT_OR_OLDER
    fail_other_versions: bool = False
    """True if an instance of a version that is not worked on fails (`Fail`); else it waits for another deployment."""
    max_concurrent_activities: int = _DEFAULT_CONCURRENCY
    max_concurrent_orchestrators: int = _DEFAULT_CONCURRENCY
    max_concurrent_entities: int = _DEFAULT_CONCURRENCY
    max_entity_batch: int = 50
    replace_running: bool = False
    """True if a start with the id of a running instance replaces it (`AnyState`); else it is refused."""
    early_timers: bool = True
    """True if timers come up to a second of Azure's time early and in any order within it, as on Azure."""
    history_cache_bytes: int = 64 << 20
    """The bound on the decoded history of active instances that stays in memory, in bytes."""
    history_cache_seconds: float = 60.0
    """Real seconds for which the history of an instance that waits stays in memory at most."""

    @classmethod
    def from_host_json(cls, host: Mapping[str, Any]) -> "HubSettings":
        """Read the parsed host.json. Raises SettingsError for a setting or a value that is not supported."""
        extensions = _object(host.get("extensions"), "extensions")
        section = _object(extensions.get("durableTask"), "extensions.durableTask")
        _refuse_other_storage(_object(section.get("storageProvider"), "extensions.durableTask.storageProvider"))
        for key in section.keys() - _KNOWN:
            if key not in _IGNORED:
                raise SettingsError(f"host.json: extensions.durableTask.{key} is not supported by the local engine")
            log.info("host.json: extensions.durableTask.%s has no effect on the local engine", key)
        return cls(
            hub_name=_text(section, "hubName") or DEFAULT_HUB_NAME,
            default_version=_text(section, "defaultVersion"),
            version_match=VersionMatch(_one_of(section, "versionMatchStrategy", "CurrentOrOlder", "None", "Strict")),
            fail_other_versions=_one_of(section, "versionFailureStrategy", "Reject", "Fail") == "Fail",
            max_concurrent_activities=_count(section, "maxConcurrentActivityFunctions", _DEFAULT_CONCURRENCY),
            max_concurrent_orchestrators=_count(section, "maxConcurrentOrchestratorFunctions", _DEFAULT_CONCURRENCY),
            max_concurrent_entities=_count(section, "maxConcurrentEntityFunctions", _DEFAULT_CONCURRENCY),
            max_entity_batch=_count(section, "maxEntityOperationBatchSize", 50),
            replace_running=_one_of(section, "overridableExistingInstanceStates", "NonRunningStates", "AnyState")
            == "AnyState",
            early_timers=_local(section).get("earlyTimers", True),
        )


def _object(value: object, where: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise SettingsError(f"host.json: {where} must be an object")
    return cast(Mapping[str, Any], value)


def _local(section: Mapping[str, Any]) -> dict[str, bool]:
    """The switches of the local engine itself, which Azure does not read."""
    switches = _object(section.get("local"), "extensions.durableTask.local")
    for key, value in switches.items():
        if key != "earlyTimers":
            raise SettingsError(f"host.json: extensions.durableTask.local.{key} is not a switch of the local engine")
        if not isinstance(value, bool) and str(value).lower() not in {"true", "false"}:
            raise SettingsError(f"host.json: extensions.durableTask.local.{key} must be true or false")
    return {key: str(value).lower() == "true" for key, value in switches.items()}


def _text(section: Mapping[str, Any], key: str) -> str | None:
    value = section.get(key)
    if value is not None and not isinstance(value, str):
        raise SettingsError(f"host.json: extensions.durableTask.{key} must be a string")
    return value


def _count(section: Mapping[str, Any], key: str, default: int) -> int:
    value = section.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise SettingsError(f"host.json: extensions.durableTask.{key} must be a whole number above 0, not {value!r}")
    return value


def _one_of(section: Mapping[str, Any], key: str, default: str, *others: str) -> str:
    value = section.get(key, default)
    if value not in {default, *others}:
        raise SettingsError(f"host.json: extensions.durableTask.{key} must be {' or '.join((default, *others))}")
    return value


def _refuse_other_storage(provider: Mapping[str, Any]) -> None:
    kind = str(provider.get("type", "AzureStorage"))
    if kind.lower() != "azurestorage":
        raise SettingsError(
            f"host.json: storageProvider.type {kind!r} is not supported; the local engine stands in for AzureStorage"
        )
    for key in provider.keys() - {"type"}:
        log.info("host.json: extensions.durableTask.storageProvider.%s has no effect on the local engine", key)
