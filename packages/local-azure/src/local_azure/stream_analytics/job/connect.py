"""Which connection setting each input and output uses, and what speaks to it."""

from collections.abc import Callable, Mapping

from local_azure.core.process import CannotStartError
from local_azure.stream_analytics.job.blob_names import check_pattern
from local_azure.stream_analytics.job.blob_sink import BlobSink
from local_azure.stream_analytics.job.delivery import Delivery
from local_azure.stream_analytics.job.hub import Hub
from local_azure.stream_analytics.job.inquiry import Inquirer
from local_azure.stream_analytics.job.journal import Journal
from local_azure.stream_analytics.job.project import BlobOutput, HubInput, Project, ProjectOutput
from local_azure.stream_analytics.job.queue_sink import QueueSink
from local_azure.stream_analytics.job.sinks import Sink

HUBS, QUEUES, BLOBS = "EventHubs", "ServiceBus", "Warehouse"


def hub(source: HubInput, environment: Mapping[str, str]) -> Hub:
    """The hub of an input. Raises CannotStartError if the setting is missing or no connection string."""
    try:
        return Hub(_setting(environment, HUBS), source)
    except ValueError as error:
        raise _wrong(HUBS, error) from error


def inquirer(source: HubInput, environment: Mapping[str, str], now: Callable[[], int]) -> Inquirer:
    """What asks the hub of an input how far it reaches. Raises CannotStartError like `hub`."""
    try:
        return Inquirer(_setting(environment, HUBS), source, now)
    except ValueError as error:
        raise _wrong(HUBS, error) from error


def delivery(output: ProjectOutput, project: Project, journal: Journal, environment: Mapping[str, str]) -> Delivery:
    """The delivery to an output. Raises CannotStartError like `hub`, ProjectError for an unusable path pattern."""
    setting = BLOBS if isinstance(output, BlobOutput) else QUEUES
    connection = _setting(environment, setting)
    sink: Sink
    try:
        if isinstance(output, BlobOutput):
            check_pattern(output)
            sink = BlobSink(connection, output)
        else:
            sink = QueueSink(connection, output)
    except ValueError as error:
        raise _wrong(setting, error) from error
    return Delivery(output.name, journal, sink, project.error_policy)


def _setting(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise CannotStartError(f"the connection setting {name} is missing; set it to a connection string")
    return value


def _wrong(name: str, error: ValueError) -> CannotStartError:
    return CannotStartError(f"the connection setting {name} is no connection string: {error}")
