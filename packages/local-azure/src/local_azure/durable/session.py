"""The decoded history of an instance that is at work, so that an episode reads only what is new."""

import time
from collections.abc import Iterable

import msgspec

from local_azure.durable.action_replay import ActionReplay
from local_azure.durable.actions import Answer, to_json
from local_azure.durable.events import Event, EventType, as_played, decode, encode, seconds
from local_azure.durable.store import Instance, Store

# What the extension hands to Python beside the history. It knows one replay schema more (3) than the SDK of 1.x (2).
_CONSTANTS = (
    '"sourceInstanceId":null,"upperSchemaVersion":1,"upperSchemaVersionNew":3,"longRunningTimerIntervalDuration":"3.00:00:00",'
    '"maximumShortTimerDuration":"6.00:00:00","defaultHttpAsyncRequestSleepTimeMillseconds":30000'
)


class Session:
    """One execution in memory.

    The history is kept twice: as JSON text that is ready to be handed to the SDK (each event is encoded and joined
    once), and as events without their payloads, for matching with the actions.

    `keep_inputs` leaves in the text what was given to activities and children; the extension does not hand it out.
    """

    def __init__(self, instance: Instance, history: Iterable[str], *, keep_inputs: bool = False) -> None:
        self.instance = instance
        self.replay: ActionReplay | None = None
        self.answer: Answer | None = None
        self.read_up_to = 0
        """The id of the last message read from the inbox."""
        self.replay_seconds = 0.0
        self.arrived = 0
        """The number of completions that have come in since the inbox was read last."""
        self.events: list[Event] = []
        self._played: list[str] = []
        self.size = 0
        for text in history:
            event = decode(text)
            self._keep(event, text if keep_inputs else as_played(event))

    @property
    def length(self) -> int:
        """The number of events in the stored history."""
        return len(self.events)

    @property
    def last_timestamp(self) -> float:
        """When the last event happened; 0 for an empty history."""
        return seconds(self.events[-1].timestamp) if self.events else 0.0

    def payload(self, new: Iterable[Event] = ()) -> str:
        """The orchestration trigger's JSON for the stored history and the events of this episode."""
        instance = self.instance
        if len(self._played) > 1:
            # The next payload begins with the same text.
            self._played = [",".join(self._played)]
        history = ",".join([*self._played, *map(encode, new)])
        return (
            f'{{"history":[{history}],"input":{instance.input or "null"},"instanceId":{to_json(instance.id)},'
            f'"isReplaying":{"true" if self._played else "false"},"parentInstanceId":{to_json(instance.parent)},'
            f"{_CONSTANTS}}}"
        )

    def append(self, events: Iterable[Event]) -> None:
        """Take over the events of a committed episode."""
        for event in events:
            self._keep(event, as_played(event))

    def restart(self, instance: Instance) -> None:
        """The execution continued as new: an empty history. Messages that were read and not taken are read again."""
        self.instance = instance
        self.read_up_to = 0
        self.replay = self.answer = None
        self.events.clear()
        self._played.clear()
        self.size = 0

    def _keep(self, event: Event, text: str) -> None:
        self._played.append(text)
        self.size += len(text)
        # The text of an operation on an entity says when it was sent, which orders what is sent there next.
        inputs = event.input if event.event_type is EventType.EVENT_SENT else msgspec.UNSET
        bare = msgspec.structs.replace(event, input=inputs, result=msgspec.UNSET, details=msgspec.UNSET)
        self.events.append(bare)


class _Rest(msgspec.Struct, frozen=True):
    """The rest of a session: the size of its history, and when it began (`time.monotonic`)."""

    size: int
    since: float


class SessionCache:
    """Sessions by instance id, with bounds on those that rest: the histories that are kept, and how long.

    An instance that waits for days is read from the store when it goes on; nothing of it stays in memory.
    """

    def __init__(self, store: Store, max_bytes: int, max_seconds: float) -> None:
        self._store = store
        self._max_bytes = max_bytes
        self._max_seconds = max_seconds
        self._sessions: dict[str, Session] = {}
        self._resting: dict[str, _Rest] = {}
        """The one that has rested longest first."""
        self._total = 0

    def get(self, instance_id: str) -> Session | None:
        """The session, if it is in memory."""
        return self._sessions.get(instance_id)

    def open(self, instance_id: str) -> Session | None:
        """The session of a running instance, read from the store if need be; None if it does not exist or has ended."""
        self._wake(instance_id)
        if session := self._sessions.get(instance_id):
            return session
        instance = self._store.instance(instance_id)
        if instance is None or instance.is_finished:
            return None
        session = self._sessions[instance_id] = Session(instance, self._store.history(instance_id))
        return session

    def drop(self, instance_id: str) -> None:
        """Forget what is in memory; the store has the truth."""
        self._sessions.pop(instance_id, None)
        self._wake(instance_id)

    def rest(self, session: Session) -> None:
        """Nothing is left to do for an opened session. Those that have rested too long, or are too many, are dropped.

        Only sessions that rest count, so one at work is never dropped.
        """
        now = time.monotonic()
        self._total += session.size
        self._resting[session.instance.id] = _Rest(session.size, now)
        while len(self._resting) > 1:
            oldest, rest = next(iter(self._resting.items()))
            if self._total <= self._max_bytes and now - rest.since <= self._max_seconds:
                break
            self.drop(oldest)

    def _wake(self, instance_id: str) -> None:
        if rest := self._resting.pop(instance_id, None):
            self._total -= rest.size
