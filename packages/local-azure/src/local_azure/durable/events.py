"""History events as the SDK reads them: PascalCase JSON, numbered types, .NET timestamps.

The numbers and fields are those of DurableTask.Core's history as the Functions extension hands it to Python
(azure.durable_functions.models.history). A field that is left UNSET is not written; one set to None is written as null,
because the SDK expects `Version` and `Result` to be there.
"""

import uuid
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


class Execution(msgspec.Struct, frozen=True, rename="pascal"):
    """DurableTask's OrchestrationInstance."""

    instance_id: str
    execution_id: str


class Parent(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """DurableTask's ParentInstance: the orchestration that started this one as a child, and under which number."""

    name: str
    orchestration_instance: Execution
    task_schedule_id: int | None
    version: str | None = None


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
    data: str | UnsetType | None = UNSET
    orchestration_instance: Execution | UnsetType = UNSET
    parent_instance: Parent | UnsetType | None = UNSET
    generation: int | UnsetType | None = UNSET


_decoder = msgspec.json.Decoder(Event)

# Members that the extension always writes and that never hold anything else here.
_FIXED = {
    EventType.EXECUTION_STARTED: (
        ',"Tags":null,"Correlation":null,"ParentTraceContext":null,"ScheduledStartTime":null,"GenerateNewTrace":false}'
    ),
    EventType.EXECUTION_COMPLETED: ',"FailureDetails":null}',
    EventType.TASK_SCHEDULED: ',"ParentTraceContext":null,"Tags":null}',
    EventType.TASK_FAILED: ',"FailureDetails":null}',
    EventType.SUB_ORCHESTRATION_INSTANCE_CREATED: ',"ClientSpanId":null,"Tags":null}',
    EventType.SUB_ORCHESTRATION_INSTANCE_FAILED: ',"FailureDetails":null}',
    EventType.EVENT_RAISED: ',"ParentTraceContext":null}',
}
_NEVER_PLAYED = {
    EventType.ORCHESTRATOR_STARTED,
    EventType.ORCHESTRATOR_COMPLETED,
    EventType.TASK_SCHEDULED,
    EventType.SUB_ORCHESTRATION_INSTANCE_CREATED,
    EventType.TIMER_CREATED,
    EventType.EVENT_SENT,
}
"""DurableTask marks what it hands to user code, and none of these."""


def encode(event: Event) -> str:
    """An event as JSON text, with all the members that the extension writes."""
    text = msgspec.json.encode(event).decode()
    fixed = _FIXED.get(event.event_type)
    return text[:-1] + fixed if fixed else text


def decode(text: str) -> Event:
    """The event in a JSON text that `encode` wrote."""
    return _decoder.decode(text)


def as_played(event: Event) -> str:
    """An event as an old one, as the SDK gets it: it was there before this episode. Old events carry no inputs."""
    kind = event.event_type
    if kind is EventType.TASK_SCHEDULED or kind is EventType.SUB_ORCHESTRATION_INSTANCE_CREATED:
        return encode(msgspec.structs.replace(event, input=None))
    text = encode(event)
    # A generic event with a number stands in the place of one that had been scheduled.
    if kind in _NEVER_PLAYED or (kind is EventType.GENERIC_EVENT and event.event_id >= 0):
        return text
    # `IsPlayed` is written before any member that users can fill, so its first occurrence is the right one.
    return text.replace('"IsPlayed":false', '"IsPlayed":true', 1)


def new_execution() -> str:
    """The id of an execution that a client starts: a GUID as .NET writes it."""
    return str(uuid.uuid4())


def next_execution() -> str:
    """The id of an execution that the engine itself starts, a child or the next generation: a GUID without dashes."""
    return uuid.uuid4().hex


LATEST = 253_402_300_799.0
"""The last second of the year 9999, the end of .NET's and Python's time."""


def stamp(timestamp: float) -> str:
    """Seconds since 1970 as Newtonsoft writes a UTC time: no zeros at the end of the fraction, and a Z."""
    text = f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%dT%H:%M:%S.%f}".zfill(len("2026-11-23T10:00:00.000000"))
    return f"{text.rstrip('0').rstrip('.')}Z"


def seconds(text: str) -> float:
    """A time as .NET or the SDK writes it, in seconds since 1970; without a zone it is UTC. Raises ValueError.

    Python leaves out the zeros of early years when it writes a time, and wants them when it reads one.
    """
    year, dash, rest = text.partition("-")
    parsed = datetime.fromisoformat(f"{year:0>4}{dash}{rest}")
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def printable(text: str) -> str:
    """Text from user code as .NET writes it: a lone half of a pair becomes U+FFFD, two halves are one letter."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
