"""The messages that an instance takes from its inbox for one episode."""

import msgspec

from local_azure.durable.action_replay import ActionReplay
from local_azure.durable.events import Event, EventType, decode
from local_azure.durable.store import MessageKind, Store, StoredMessage

PAGE = 1000


class Batch(msgspec.Struct):
    """Events for one episode and the messages that they came from, in the order of their arrival.

    `command` is the event of a terminate, suspend or resume, which forms an episode of its own; `continues` is true
    for the first episode of an execution that another one continued as.
    """

    messages: list[StoredMessage] = []
    events: list[Event] = []
    command: Event | None = None
    continues: bool = False

    def __bool__(self) -> bool:
        return bool(self.messages)

    @property
    def taken(self) -> list[int]:
        """The ids of the messages."""
        return [message.id for message in self.messages]


def next_batch(store: Store, instance_id: str) -> Batch:
    """Read the inbox up to the next command, or that command if it is the next message.

    External events go to the history when they come, whether user code waits for them or not: so does the extension,
    and the SDK finds them there.
    """
    batch = Batch()
    for message in store.messages(instance_id, limit=PAGE):
        event = decode(message.body)
        if message.kind is MessageKind.CONTROL:
            return batch or Batch([message], [event], command=event)
        batch.messages.append(message)
        batch.events.append(event)
        batch.continues = batch.continues or message.kind is MessageKind.CONTINUATION
    return batch


def order(events: list[Event], replay: ActionReplay | None) -> list[Event]:
    """The events of an episode without duplicates, those first that make the SDK number something.

    Completions of different tasks have no order of their own, and none of those moved resolves anything.
    """
    if replay is None:
        return sorted(events, key=lambda event: event.event_type is not EventType.EXECUTION_STARTED)
    awaited: list[Event] = []
    seen: set[int] = set()
    for event in events:
        number = event.timer_id if event.event_type is EventType.TIMER_FIRED else event.task_scheduled_id
        if isinstance(number, int):
            if number in seen or not replay.is_open(number):
                continue
            seen.add(number)
        awaited.append(event)
    return sorted(awaited, key=lambda event: not replay.allocates(event))
