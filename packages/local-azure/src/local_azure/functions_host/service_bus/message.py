"""From a received Service Bus message to what the function is given, through the SDK's converter.

Names of the metadata are those of the Service Bus extension. `UserProperties` must be there even if it is empty: the
converter tells one message from many by it.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# The SDK's converters carry no annotations.

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import azure.functions as func
from azure.functions.meta import Datum
from azure.servicebus import ServiceBusReceivedMessage

from local_azure.amqp.bodies import json_text, plain, received_body
from local_azure.amqp.sdk_types import complete
from local_azure.amqp.service_decimals import standard
from local_azure.amqp.values import DecimalBits
from local_azure.functions_host.indexing.functions import Binding
from local_azure.functions_host.invocation.context import TraceContext

complete("azure.servicebus")

_TRACE_PROPERTIES = ("traceparent", "Diagnostic-Id")


def to_argument(message: ServiceBusReceivedMessage, trigger: Binding, annotation: Any) -> object:
    """A `ServiceBusMessage`, or the plain body if the parameter is annotated so.

    Without `data_type=BINARY` Azure's host passes text, so bytes that are not UTF-8 become U+FFFD, as there.
    """
    body = received_body(message)
    data = Datum(body, "bytes") if trigger.is_binary else Datum(body.decode(errors="replace"), "string")
    if annotation in (str, bytes):
        return data.value
    converter: Any = func.get_binding_registry().get(trigger.type)
    return converter.decode(data, trigger_metadata=_metadata(message))


def trace_of(message: ServiceBusReceivedMessage) -> TraceContext | None:
    """The trace that the sender wrote into the message's properties."""
    properties = _application_properties(message)
    parent = next((properties[name] for name in _TRACE_PROPERTIES if isinstance(properties.get(name), str)), None)
    return TraceContext(parent, str(properties.get("tracestate", ""))) if parent else None


def _metadata(message: ServiceBusReceivedMessage) -> dict[str, Datum]:
    properties = _application_properties(message)
    fields = {
        "ApplicationProperties": properties,
        "UserProperties": properties,
        "ContentType": message.content_type,
        "CorrelationId": message.correlation_id,
        "DeadLetterErrorDescription": message.dead_letter_error_description,
        "DeadLetterReason": message.dead_letter_reason,
        "DeadLetterSource": message.dead_letter_source,
        "DeliveryCount": (message.delivery_count or 0) + 1,  # the wire counts the failed ones, .NET this one too
        "EnqueuedSequenceNumber": message.enqueued_sequence_number or 0,  # as .NET reads one that is not told
        "EnqueuedTimeUtc": _time(message.enqueued_time_utc),
        "ExpiresAtUtc": _time(message.expires_at_utc),
        "Label": message.subject,
        "LockedUntil": _time(message.locked_until_utc),
        "LockToken": str(message.lock_token) if message.lock_token else None,
        "MessageId": message.message_id,
        "PartitionKey": message.partition_key,
        "ReplyTo": message.reply_to,
        "ReplyToSessionId": message.reply_to_session_id,
        "ScheduledEnqueueTimeUtc": _time(message.scheduled_enqueue_time_utc),
        "SequenceNumber": message.sequence_number,
        "SessionId": message.session_id,
        "State": message.state.value,
        "Subject": message.subject,
        "TimeToLive": _timespan(message.time_to_live),
        "To": message.to,
    }
    return {name: Datum(json_text(value), "json") for name, value in fields.items() if value is not None}


def _application_properties(message: ServiceBusReceivedMessage) -> dict[str, Any]:
    # Decimals of other kinds than the service's own are as `plain` reads them.
    values = {
        name: DecimalBits(standard(value)) if isinstance(value, DecimalBits) else value
        for name, value in (message.application_properties or {}).items()
    }
    return cast(dict[str, Any], plain(values))


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None


def _timespan(span: timedelta | None) -> str | None:
    """`hh:mm:ss`; the converter reads no days, so a longer life is left out."""
    if span is None or span >= timedelta(days=1):
        return None
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
