"""The decoded history of an instance that is at work, so that an episode reads only what is new."""

from collections import OrderedDict
from collections.abc import Iterable

import msgspec

from local_azure.durable.action_replay import ActionReplay
from local_azure.durable.actions import Answer, to_json
from local_azure.durable.events import Event, as_played, decode, encode, seconds
from local_azure.durable.store import Instance, Store

# What the extension hands to Python beside the history; 1 and 2 are the SDK's replay schemas V2 and V3.
_CONSTANTS = (
    '"upperSchemaVersion":1,"upperSchemaVersionNew":2,"longRunningTimerIntervalDuration":"3.00:00:00",'
    '"maximumShortTimerDuration":"6.00:00:00","defaultHttpAsyncRequestSleepTimeMillseconds":30000'
)


class Session:
    """One execution in memory.

    The history is kept twice: as JSON text that is ready to be handed to the SDK (encoded once, never again), and as
    events without their payloads, for matching with the actions.
    """

    def __init__(self, instance: Instance, history: Iterable[str]) -> None:
        self.instance = instance
        self.replay: ActionReplay | None = None
        self.answer: Answer | None = None
        self.read_up_to = 0
        """The id of the last message read from the inbox."""
        self.held: list[tuple[int, str]] = []
        """External events that nobody waits for yet: message id and name, oldest first."""
        self.replay_seconds = 0.0
        self.events: list[Event] = []
        self._played = [as_played(text) for text in history]
        self.size = sum(map(len, self._played))
        for text in self._played:
            self._remember(decode(text))

    @property
    def length(self) -> int:
        """How many events the stored history has."""
        return len(self.events)

    @property
    def last_timestamp(self) -> float:
        """When the last event happened; 0 for an empty history."""
        return seconds(self.events[-1].timestamp) if self.events else 0.0

    def payload(self, new: Iterable[Event] = ()) -> str:
        """The orchestration trigger's JSON for the stored history and the events of this episode."""
        instance = self.instance
        history = ",".join([*self._played, *map(encode, new)])
        return (
            f'{{"history":[{history}],"input":{instance.input or "null"},"instanceId":{to_json(instance.id)},'
            f'"isReplaying":{"true" if self._played else "false"},"parentInstanceId":{to_json(instance.parent)},'
            f"{_CONSTANTS}}}"
        )

    def append(self, events: Iterable[Event]) -> None:
        """Take over the events of a committed episode."""
        for event in events:
            text = as_played(encode(event))
            self._played.append(text)
            self.size += len(text)
            self._remember(event)

    def restart(self, instance: Instance) -> None:
        """The execution continued as new: an empty history; external events keep waiting."""
        self.instance = instance
        self.replay = self.answer = None
        self.events.clear()
        self._played.clear()
        self.size = 0

    def _remember(self, event: Event) -> None:
        bare = msgspec.structs.replace(event, input=msgspec.UNSET, result=msgspec.UNSET, details=msgspec.UNSET)
        self.events.append(bare)


class SessionCache:
    """Sessions by instance id; the ones that were used least recently are dropped when the histories grow too large."""

    def __init__(self, store: Store, max_bytes: int) -> None:
        self._store = store
        self._max_bytes = max_bytes
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def get(self, instance_id: str) -> Session | None:
        """The session, if it is in memory."""
        return self._sessions.get(instance_id)

    def open(self, instance_id: str) -> Session | None:
        """The session of a running instance, read from the store if need be; None if there is none or it has ended."""
        if session := self._sessions.get(instance_id):
            self._sessions.move_to_end(instance_id)
            return session
        instance = self._store.instance(instance_id)
        if instance is None or instance.is_finished:
            return None
        session = self._sessions[instance_id] = Session(instance, self._store.history(instance_id))
        return session

    def drop(self, instance_id: str) -> None:
        """Forget what is in memory; the store has the truth."""
        self._sessions.pop(instance_id, None)

    def trim(self, keep: str) -> None:
        """Drop the oldest sessions until the rest fits; `keep` stays."""
        total = sum(session.size for session in self._sessions.values())
        for instance_id in list(self._sessions):
            if total <= self._max_bytes:
                return
            if instance_id != keep:
                total -= self._sessions.pop(instance_id).size
