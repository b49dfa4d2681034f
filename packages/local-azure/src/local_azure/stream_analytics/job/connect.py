"""The connection setting of each input and output, and the client that speaks to it."""

import re
from collections.abc import Callable, Mapping

import msgspec

from local_azure.core.process import CannotStartError
from local_azure.stream_analytics.job.blob_names import check_pattern
from local_azure.stream_analytics.job.blob_sink import BlobSink
from local_azure.stream_analytics.job.delivery import OutputDelivery
from local_azure.stream_analytics.job.hub import Hub
from local_azure.stream_analytics.job.inquiry import Inquirer
from local_azure.stream_analytics.job.journal import Journal
from local_azure.stream_analytics.job.project import BlobOutput, HubInput, Project, ProjectOutput
from local_azure.stream_analytics.job.queue_sink import QueueOutputSink
from local_azure.stream_analytics.job.sinks import Sink

BLOB_SETTING = "AzureWebJobsStorage"
"""The setting of the storage account of every Functions app."""
_STORAGE_ACCOUNT = re.compile(r"(?i)(.*;)?\s*(AccountName|BlobEndpoint|UseDevelopmentStorage)\s*=")


class Connections(msgspec.Struct, frozen=True):
    """The settings of an environment, and the names of those that lead to the services."""

    environment: Mapping[str, str]
    event_hubs: str = "EventHubs"
    service_bus: str = "ServiceBus"
    blob: str = BLOB_SETTING

    def string(self, name: str) -> str:
        """The connection string in a setting. Raises CannotStartError if it is missing."""
        value = self.environment.get(name)
        if not value:
            raise CannotStartError(f"the connection setting {name} is missing; set it to a connection string")
        return value


def blob_setting(environment: Mapping[str, str]) -> str:
    """The name of the only setting that leads to a storage account; if there are several or none, BLOB_SETTING."""
    names = [name for name, value in environment.items() if _STORAGE_ACCOUNT.match(value)]
    return names[0] if len(names) == 1 else BLOB_SETTING


def hub(source: HubInput, connections: Connections) -> Hub:
    """The hub of an input. Raises CannotStartError if the setting is missing or not a connection string."""
    try:
        return Hub(connections.string(connections.event_hubs), source)
    except ValueError as error:
        raise _wrong(connections.event_hubs, error) from error


def inquirer(source: HubInput, connections: Connections, now: Callable[[], int]) -> Inquirer:
    """The client that asks the hub of an input for its end. Raises CannotStartError like `hub`."""
    try:
        return Inquirer(connections.string(connections.event_hubs), source, now)
    except ValueError as error:
        raise _wrong(connections.event_hubs, error) from error


def delivery(output: ProjectOutput, project: Project, journal: Journal, connections: Connections) -> OutputDelivery:
    """The delivery to an output. Raises CannotStartError like `hub`, ProjectError for an unusable path pattern."""
    setting = connections.blob if isinstance(output, BlobOutput) else connections.service_bus
    connection = connections.string(setting)
    sink: Sink
    try:
        if isinstance(output, BlobOutput):
            check_pattern(output)
            sink = BlobSink(connection, output)
        else:
            sink = QueueOutputSink(connection, output)
    except ValueError as error:
        raise _wrong(setting, error) from error
    return OutputDelivery(output.name, journal, sink, project.error_policy)


def _wrong(name: str, error: ValueError) -> CannotStartError:
    return CannotStartError(f"the connection setting {name} is not a connection string: {error}")
