"""Opens what a Service Bus trigger needs: a client of the namespace."""

from azure.servicebus.aio import ServiceBusClient

from local_azure.core.trust import trusted
from local_azure.functions_host.host_json import ServiceBusExtension
from local_azure.functions_host.identity import credential_for
from local_azure.functions_host.invocation.caller import Caller
from local_azure.functions_host.service_bus.trigger import ServiceBusTrigger
from local_azure.functions_host.settings import ServiceConnection, connection, expand, naming

_DEFAULT_CONNECTION = "AzureWebJobsServiceBus"
_RETRIES, _BACKOFF_SECONDS = 1, 0.1
"""Few and soon: locks run out meanwhile, and the host itself starts a trigger again that broke."""


def open_trigger(caller: Caller, options: ServiceBusExtension) -> ServiceBusTrigger:
    """The receiver of a function, not started yet. Raises MissingSettingError, ValueError."""
    trigger = caller.function.trigger
    name = trigger.text("connection") or _DEFAULT_CONNECTION
    place = connection(name, "fullyQualifiedNamespace")
    with naming(name):
        client = _client(place)
    return ServiceBusTrigger(caller, options, client, expand(trigger.text("queueName")))


def _client(place: ServiceConnection) -> ServiceBusClient:
    if place.connection_string is not None:
        return ServiceBusClient.from_connection_string(
            place.connection_string,
            ssl_context=trusted(),
            retry_total=_RETRIES,
            retry_backoff_factor=_BACKOFF_SECONDS,
        )
    return ServiceBusClient(
        place.namespace,
        credential_for(place),
        ssl_context=trusted(),
        retry_total=_RETRIES,
        retry_backoff_factor=_BACKOFF_SECONDS,
    )
