"""The messages of the dead-letter queue, for people."""

from datetime import UTC, datetime

import msgspec
from azure.servicebus import ServiceBusReceivedMessage

from fraud.desk.paging import Page, place_in, token_of
from fraud.desk.queries import Question
from fraud.desk.rows import DeadLetterRow
from services.desk.bodies import shown
from services.service_bus import peek_dead_letters

_PREVIEW = 4_000


class _Place(msgspec.Struct, frozen=True):
    """The sequence number of the last message of a page."""

    sequence_number: int


async def list_dead_letters(asked: Question) -> Page[DeadLetterRow]:
    """A page of messages in the order of their sequence numbers. Raises ProblemError for a bad token."""
    after = place_in(asked.token, _Place).sequence_number if asked.token else 0
    messages = await peek_dead_letters(after + 1, asked.limit + 1)
    rows = tuple(map(_row, messages[: asked.limit]))
    return Page(rows, token_of(_Place(rows[-1].sequence_number)) if len(messages) > asked.limit else None)


def _row(message: ServiceBusReceivedMessage) -> DeadLetterRow:
    body = body_of(message)
    text, is_cut = shown(body, _PREVIEW)
    return DeadLetterRow(
        sequence_number=message.sequence_number or 0,
        message_id=message.message_id,
        enqueued_time=_in_utc(message.enqueued_time_utc),
        reason=message.dead_letter_reason,
        description=message.dead_letter_error_description,
        delivery_count=message.delivery_count,
        size=len(body),
        body=text,
        is_cut=is_cut,
    )


def body_of(message: ServiceBusReceivedMessage) -> bytes:
    """The bytes of a message."""
    return message.body if isinstance(message.body, bytes) else b"".join(message.body)


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None
