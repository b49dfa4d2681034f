"""What an instance takes from its inbox for one episode."""

import logging

import msgspec

from local_azure.durable.action_replay import ActionReplay
from local_azure.durable.events import Event, EventType, decode
from local_azure.durable.session import Session
from local_azure.durable.store import Message, MessageKind, Store

log = logging.getLogger(__name__)

PAGE = 1000


class Batch(msgspec.Struct):
    """Events for one episode and the messages that they came from; `control` if it is a command instead."""

    events: list[Event]
    taken: list[int]
    control: Event | None = None

    def __bool__(self) -> bool:
        return bool(self.taken)


def next_batch(store: Store, session: Session) -> Batch:
    """Read the inbox up to the next command, or only the next command if the instance is suspended.

    External events stay in the inbox until user code waits for them, and are given to it first-in first-out under
    the name that it waits for: the SDK matches names exactly and would lose the first of two early events.
    """
    session.arrived = 0
    if session.instance.status == "Suspended":
        command = store.next_command(session.instance.id)
        return _command(command) if command else Batch([], [])
    batch = Batch([], [])
    while page := store.messages(session.instance.id, after=session.read_up_to, limit=PAGE):
        for message in page:
            if message.kind is MessageKind.CONTROL:
                if batch:
                    return batch
                session.read_up_to = message.id
                return _command(message)
            session.read_up_to = message.id
            if message.kind is MessageKind.EXTERNAL_EVENT:
                _hold(session, message)
            else:
                batch.events.append(decode(message.body))
                batch.taken.append(message.id)
        if batch:
            break
    return batch


def _hold(session: Session, message: Message) -> None:
    name = str(decode(message.body).name)
    if session.held and session.held[-1][1].lower() == name.lower():
        log.warning(
            "%s: two events %r wait at once; on Azure the SDK of 1.x would lose one, so give them names of their own",
            session.instance.id,
            name,
        )
    session.held.append((message.id, name))


def _command(message: Message) -> Batch:
    return Batch([], [message.id], decode(message.body))


def release_external_events(store: Store, session: Session) -> Batch:
    """Those of the held external events that user code waits for, under its spelling of their names."""
    batch = Batch([], [])
    replay = session.replay
    if replay is None or not session.held or session.instance.status == "Suspended":
        return batch
    released: dict[str, int] = {}
    kept: list[tuple[int, str]] = []
    for number, name in session.held:
        before = released.get(name.lower(), 0)
        spelling = replay.waiter(name, before)
        if spelling is None:
            kept.append((number, name))
            continue
        released[name.lower()] = before + 1
        if message := store.message(number):
            batch.events.append(msgspec.structs.replace(decode(message.body), name=spelling))
            batch.taken.append(number)
    session.held = kept
    return batch


def order(events: list[Event], replay: ActionReplay | None) -> list[Event]:
    """The events of an episode without duplicates, those first that make the SDK number something.

    Completions of different tasks have no order of their own, and none of those moved resolves anything.
    """
    if replay is None:
        return sorted(events, key=lambda event: event.event_type is not EventType.EXECUTION_STARTED)
    wanted: list[Event] = []
    seen: set[int] = set()
    for event in events:
        number = event.timer_id if event.event_type is EventType.TIMER_FIRED else event.task_scheduled_id
        if isinstance(number, int):
            if number in seen or not replay.is_open(number):
                continue
            seen.add(number)
        wanted.append(event)
    return sorted(wanted, key=lambda event: not replay.allocates(event))
