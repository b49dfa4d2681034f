"""History events as the SDK reads them: PascalCase JSON, numbered types, .NET timestamps.

The numbers and fields are those of DurableTask.Core's history as the Functions extension hands it to Python
(azure.durable_functions.models.history). A field that is left UNSET is not written; one set to None is written as null,
because the SDK expects `Version` and `Result` to be there.
"""

from datetime import UTC, datetime
from enum import IntEnum

import msgspec
from msgspec import UNSET, UnsetType


class EventType(IntEnum):
    """DurableTask's event types, by the numbers on the wire."""

    EXECUTION_STARTED = 0
    EXECUTION_COMPLETED = 1
    EXECUTION_FAILED = 2
    EXECUTION_TERMINATED = 3
    TASK_SCHEDULED = 4
    TASK_COMPLETED = 5
    TASK_FAILED = 6
    SUB_ORCHESTRATION_INSTANCE_CREATED = 7
    SUB_ORCHESTRATION_INSTANCE_COMPLETED = 8
    SUB_ORCHESTRATION_INSTANCE_FAILED = 9
    TIMER_CREATED = 10
    TIMER_FIRED = 11
    ORCHESTRATOR_STARTED = 12
    ORCHESTRATOR_COMPLETED = 13
    EVENT_SENT = 14
    EVENT_RAISED = 15
    CONTINUE_AS_NEW = 16
    GENERIC_EVENT = 17
    HISTORY_STATE = 18
    EXECUTION_SUSPENDED = 19
    EXECUTION_RESUMED = 20


class Event(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """One event of a history. `event_id` numbers what was scheduled; -1 for everything else."""

    event_type: EventType
    event_id: int = -1
    is_played: bool = False
    timestamp: str
    name: str | UnsetType | None = UNSET
    version: str | UnsetType | None = UNSET
    instance_id: str | UnsetType = UNSET
    input: str | UnsetType | None = UNSET
    task_scheduled_id: int | UnsetType = UNSET
    timer_id: int | UnsetType = UNSET
    fire_at: str | UnsetType = UNSET
    result: str | UnsetType | None = UNSET
    reason: str | UnsetType | None = UNSET
    details: str | UnsetType | None = UNSET
    orchestration_status: str | UnsetType = UNSET
    data: str | UnsetType = UNSET


_decoder = msgspec.json.Decoder(Event)


def encode(event: Event) -> str:
    """An event as JSON text, not yet played."""
    return msgspec.json.encode(event).decode()


def decode(text: str) -> Event:
    """The event in a JSON text that `encode` wrote."""
    return _decoder.decode(text)


def as_played(text: str) -> str:
    """The same event as an old one: it was there before this episode.

    `IsPlayed` is written before any field that users can fill, so its first occurrence is the right one.
    """
    return text.replace('"IsPlayed":false', '"IsPlayed":true', 1)


LATEST = 253_402_300_799.0
"""The last second of the year 9999, the end of .NET's and Python's time."""


def stamp(timestamp: float) -> str:
    """Seconds since 1970 as .NET writes a UTC time: seven digits and a Z."""
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%dT%H:%M:%S.%f}0Z".zfill(len("2026-11-23T10:00:00.0000000Z"))


def seconds(text: str) -> float:
    """A time as .NET or the SDK writes it, in seconds since 1970; without a zone it is UTC. Raises ValueError.

    Python leaves out the zeros of early years when it writes a time, and wants them when it reads one.
    """
    year, dash, rest = text.partition("-")
    parsed = datetime.fromisoformat(f"{year:0>4}{dash}{rest}")
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def printable(text: str) -> str:
    """Text from user code with what cannot be stored as UTF-8 replaced."""
    return text.encode("utf-8", "replace").decode()
