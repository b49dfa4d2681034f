"""Opens what an Event Hub trigger needs: the hub's consumer client and the blob container of its checkpoints."""

from typing import Any

from azure.eventhub import LoadBalancingStrategy, parse_connection_string
from azure.eventhub.aio import EventHubConsumerClient
from azure.storage.blob.aio import BlobServiceClient

from local_azure.amqp.sdk_reading import read_at_once
from local_azure.core.trust import trusted
from local_azure.functions_host.event_hubs.batch import Source
from local_azure.functions_host.event_hubs.checkpoints import BlobCheckpoints, PartitionStore
from local_azure.functions_host.event_hubs.trigger import EventHubTrigger
from local_azure.functions_host.host_json import EventHubsExtension
from local_azure.functions_host.identity import credential_for
from local_azure.functions_host.invocation.caller import Caller
from local_azure.functions_host.settings import ServiceConnection, connection, expand, naming

_STORAGE = "AzureWebJobsStorage"
_RECLAIM_SECONDS = 1.0  # how soon a partition is read again after its connection broke for good


def open_trigger(caller: Caller, options: EventHubsExtension) -> EventHubTrigger:
    """The readers of a function, not started yet. Raises MissingSettingError, ValueError."""
    trigger = caller.function.trigger
    hub = expand(trigger.text("eventHubName"))
    group = expand(trigger.text("consumerGroup")) or "$Default"
    place = connection(trigger.text("connection"), "fullyQualifiedNamespace")
    storage = connection(_STORAGE, "blobServiceUri")
    with naming(trigger.text("connection")):
        source = Source(_namespace(place), hub, group, "")
    with naming(_STORAGE):
        checkpoints = BlobCheckpoints(_blob_service(storage), source)
    with naming(trigger.text("connection")):
        consumer = _consumer(place, source, PartitionStore(checkpoints))
    return EventHubTrigger(caller, options, consumer, checkpoints, source)


def _namespace(place: ServiceConnection) -> str:
    """The host name without a port: checkpoints must be found again when the local broker's port has changed."""
    if place.connection_string is None:
        return place.namespace
    return parse_connection_string(place.connection_string).fully_qualified_namespace.partition(":")[0]


def _consumer(place: ServiceConnection, source: Source, store: PartitionStore) -> EventHubConsumerClient:
    options: dict[str, Any] = {
        "checkpoint_store": store,
        "load_balancing_interval": _RECLAIM_SECONDS,
        "load_balancing_strategy": LoadBalancingStrategy.GREEDY,
        "ssl_context": trusted(),
    }
    if place.connection_string is not None:
        client = EventHubConsumerClient.from_connection_string(
            place.connection_string, source.consumer_group, eventhub_name=source.hub, **options
        )
    else:
        credential = credential_for(place)
        client = EventHubConsumerClient(place.namespace, source.hub, source.consumer_group, credential, **options)
    return read_at_once(client)


def _blob_service(storage: ServiceConnection) -> BlobServiceClient:
    if storage.connection_string is not None:
        return BlobServiceClient.from_connection_string(storage.connection_string)
    return BlobServiceClient(storage.properties["blobserviceuri"], credential_for(storage))
