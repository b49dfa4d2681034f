"""Messages that are dead-lettered at once."""

from datetime import timedelta
from uuid import uuid4

from azure.servicebus import ServiceBusMessage


def expiring(body: bytes) -> ServiceBusMessage:
    """A message that expires before anybody is given it, a millisecond after it is accepted.

    The SDK's own `time_to_live` counts in whole seconds, and the expiry that it computes of them would win.
    """
    message = ServiceBusMessage(body, message_id=str(uuid4()), time_to_live=timedelta(seconds=1))
    header, properties = message.raw_amqp_message.header, message.raw_amqp_message.properties
    assert header is not None
    assert properties is not None
    header.time_to_live = 1
    properties.absolute_expiry_time = None
    return message
