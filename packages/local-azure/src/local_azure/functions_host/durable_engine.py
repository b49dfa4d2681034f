"""Embeds the durable engine: the hub's file in the state folder, the app's functions as its worker."""

from pathlib import Path

from local_azure.core.clock import Clock
from local_azure.core.process import CannotStartError
from local_azure.durable.hub import TaskHub
from local_azure.durable.settings import HubSettings, SettingsError
from local_azure.durable.worker import Worker
from local_azure.functions_host.host_json import HostConfig
from local_azure.functions_host.indexing.catalogue import DURABLE, DURABLE_CLIENT
from local_azure.functions_host.indexing.functions import Function
from local_azure.functions_host.settings import MissingSettingError, expand


def needs_engine(functions: list[Function]) -> bool:
    """True if the app has a durable function, or a function with a durable client."""
    return any(
        function.trigger.type in DURABLE or any(each.type == DURABLE_CLIENT for each in function.inputs)
        for function in functions
    )


def open_hub(worker: Worker, config: HostConfig, state: Path, key: str | None = None) -> TaskHub:
    """The task hub of the app, not started yet; `key` is the system key of its webhooks.

    Raises CannotStartError if host.json asks for what it cannot do.
    """
    section = dict(config.extensions.durable_task)
    try:
        if isinstance(name := section.get("hubName"), str):
            section["hubName"] = expand(name)
        settings = HubSettings.from_host_json({"extensions": {"durableTask": section}})
    except (SettingsError, MissingSettingError) as error:
        raise CannotStartError(str(error)) from error
    state.mkdir(parents=True, exist_ok=True)
    return TaskHub(state / "durable.db", worker, Clock.from_environment(), settings, key)
