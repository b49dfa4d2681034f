"""The output to a Service Bus queue: one JSON object per message, as Stream Analytics sends them."""

import time
from collections.abc import Sequence
from typing import Any

from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender
from azure.servicebus.exceptions import MessageSizeExceededError

from local_azure.core.trust import trusted
from local_azure.stream_analytics.engine.serialization import row_to_json, unpack
from local_azure.stream_analytics.job.journal import Parcel
from local_azure.stream_analytics.job.project import QueueOutput
from local_azure.stream_analytics.job.sinks import RefusedParcelError
from local_azure.stream_analytics.job.user_agent import USER_AGENT

MAX_MESSAGE_BYTES = 256 * 1024
"""The largest message of Service Bus Standard, including its properties."""
BATCH_BYTES = 192 * 1024
"""Bodies sent together; leaves room for the rest of the messages."""
IDLE = 60.0
"""Seconds after which a link is opened anew: a broker closes one that is silent for long, as between two windows."""

_ARGUMENTS = {
    "MessageId": "message_id",
    "ContentType": "content_type",
    "Label": "subject",
    "PartitionKey": "partition_key",
    "ReplyTo": "reply_to",
    "SessionId": "session_id",
    "CorrelationId": "correlation_id",
    "To": "to",
}


class QueueOutputSink:
    """Sends rows to one queue. System property columns and property columns leave the body."""

    def __init__(self, connection: str, output: QueueOutput) -> None:
        self._output = output
        self._client = ServiceBusClient.from_connection_string(
            connection, retry_total=0, user_agent=USER_AGENT, ssl_context=trusted()
        )
        self._sender: ServiceBusSender | None = None
        self._used = 0.0

    async def deliver(self, parcels: Sequence[Parcel]) -> int:
        """Send as many parcels as fit together, as one batch."""
        batch: list[ServiceBusMessage] = []
        size = 0
        for parcel in parcels:
            row = unpack(parcel.rows)[0]
            message, length = self._message(row)
            if length > MAX_MESSAGE_BYTES:
                if batch:
                    break
                raise RefusedParcelError(parcel, _too_large(self._output, row, length))
            if batch and size + length > BATCH_BYTES:
                break
            batch.append(message)
            size += length
        try:
            await self._send(batch)
        except MessageSizeExceededError as error:
            if len(batch) > 1:
                batch = batch[:1]
                await self._send(batch)
            else:
                raise RefusedParcelError(
                    parcels[0], _too_large(self._output, unpack(parcels[0].rows)[0], size)
                ) from error
        return len(batch)

    async def _send(self, batch: list[ServiceBusMessage]) -> None:
        if time.monotonic() - self._used > IDLE:
            await self.close()
        if self._sender is None:
            self._sender = self._client.get_queue_sender(self._output.queue)
        try:
            await self._sender.send_messages(batch)
            self._used = time.monotonic()
        except MessageSizeExceededError:
            raise
        except Exception:
            await self.close()
            raise

    def _message(self, row: dict[str, Any]) -> tuple[ServiceBusMessage, int]:
        body = dict(row)
        system = {
            _ARGUMENTS[name]: _text(body.pop(column))
            for name, column in self._output.system_property_columns.items()
            if column in body
        }
        properties: dict[str | bytes, Any] = {
            name: body.pop(name) for name in self._output.property_columns if name in body
        }
        content = row_to_json(body)
        extra = sum(len(str(value)) + 64 for value in (*system.values(), *properties.values())) + 128
        system.setdefault("content_type", "application/json")
        arguments: dict[str, Any] = {name: value for name, value in system.items() if value is not None}
        return ServiceBusMessage(content, application_properties=properties or None, **arguments), len(content) + extra

    async def close(self) -> None:
        """Close the sender; the next delivery opens a new one."""
        sender, self._sender = self._sender, None
        if sender is not None:
            await sender.close()


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _too_large(output: QueueOutput, row: dict[str, Any], length: int) -> str:
    shown = {name: f"{len(value)} entries" if isinstance(value, list) else value for name, value in row.items()}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return (
        f"a row for queue {output.queue} takes {length} bytes and a message at most {MAX_MESSAGE_BYTES}: "
        f"{row_to_json(shown).decode()}. Split its group with a further key in GROUP BY, for example a shard such as "
        "cust_id % 8, or shorten the window"
    )
