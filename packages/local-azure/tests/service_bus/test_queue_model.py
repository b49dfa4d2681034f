"""The queue against a simple model: whatever happens in whatever order, nothing is lost and nothing is given twice."""

import shutil
import tempfile
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from local_azure.service_bus.messages import (
    HandedOut,
    LockLostError,
    MessageNotFoundError,
    MessageState,
    NotAllowedError,
    QueuedMessage,
    Submission,
)
from local_azure.service_bus.settings import QueueSettings
from tests.service_bus.engine import Engine

LOCK, MOST, WINDOW = 60_000, 3, 30_000


class Entry(msgspec.Struct):
    """One message as the model knows it: where it is, and what happened to it."""

    where: str
    failures: int = 0
    enqueued: int = 0
    time_to_live: int | None = None
    scheduled: int = 0
    reason: str | None = None
    token: bytes = b""
    locked_until: int = 0
    was_deferred: bool = False

    def is_over(self, now: int) -> bool:
        return self.time_to_live is not None and self.enqueued + self.time_to_live <= now


def label(message: QueuedMessage) -> str:
    return str(msgspec.json.decode(message.payload)["label"])


class QueueModel(RuleBasedStateMachine):
    """States of the model: ready, locked, deferred, scheduled, dead, gone."""

    taken: Bundle[tuple[str, bytes]] = Bundle("taken")

    @initialize(expires_to_dead_letters=st.booleans())
    def begin(self, expires_to_dead_letters: bool) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.expires_to_dead_letters = expires_to_dead_letters
        rules = QueueSettings(
            lock_duration=LOCK,
            max_delivery_count=MOST,
            dead_letter_on_expiration=expires_to_dead_letters,
            duplicate_window=WINDOW,
        )
        self.engine = Engine(self.folder, rules)
        self.messages: dict[str, Entry] = {}
        self.seen: dict[str, int] = {}
        self.count = 0

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.close()
            shutil.rmtree(self.folder)

    # What clients do

    @rule(
        ids=st.lists(st.sampled_from("abc") | st.none(), min_size=1, max_size=4),
        ttl=st.sampled_from([None, None, 30_000, 90_000]),
        delay=st.sampled_from([None, None, -5, 30_000]),
    )
    def send(self, ids: list[str | None], ttl: int | None, delay: int | None) -> None:
        now = self.engine.now
        batch: list[Submission] = []
        for message_id in ids:
            self.count += 1
            name = f"m{self.count}"
            scheduled = None if delay is None else now + delay
            payload = msgspec.json.encode({"label": name})
            batch.append(Submission(payload, message_id=message_id, time_to_live=ttl, scheduled=scheduled))
            if message_id is not None and self.seen.get(message_id, 0) > now:
                continue
            if message_id is not None:
                self.seen[message_id] = now + WINDOW
            is_later = delay is not None and delay > 0
            self.messages[name] = Entry(
                "scheduled" if is_later else "ready", enqueued=now, time_to_live=ttl, scheduled=scheduled or 0
            )
        self.engine.run(lambda: self.engine.queue.send(batch))

    @rule(target=taken, limit=st.integers(1, 4))
    def take(self, limit: int) -> Any:
        got = self.engine.run(lambda: self.engine.queue.take(limit, lock=True))
        ready = [name for name, entry in self.messages.items() if entry.where == "ready"]
        assert len(got) <= limit
        assert got or not ready, "somebody waits although there is a message"
        for delivery in got:
            self.check_given(delivery, "ready")
        return multiple(*[(label(each.message), each.lock.token) for each in got if each.lock])

    @rule(limit=st.integers(1, 3))
    def receive_and_delete(self, limit: int) -> None:
        for delivery in self.engine.run(lambda: self.engine.queue.take(limit, lock=False)):
            assert delivery.lock is None
            name = label(delivery.message)
            assert self.messages[name].where == "ready", f"{name} was not ready"
            assert not self.messages[name].is_over(self.engine.now)
            self.messages[name].where = "gone"

    def check_given(self, delivery: HandedOut, where: str) -> None:
        assert delivery.lock is not None
        entry = self.messages[label(delivery.message)]
        assert entry.where == where, f"{label(delivery.message)} is {entry.where}, and was given"
        assert not entry.is_over(self.engine.now), "an expired message was given"
        assert delivery.message.delivery_count == entry.failures
        assert delivery.lock.until == self.engine.now + LOCK
        entry.where, entry.token, entry.locked_until = "locked", delivery.lock.token, delivery.lock.until

    def holds(self, given: tuple[str, bytes]) -> bool:
        entry = self.messages[given[0]]
        return entry.where == "locked" and entry.token == given[1] and entry.locked_until > self.engine.now

    @rule(given=taken)
    def renew(self, given: tuple[str, bytes]) -> None:
        name, token = given
        if self.holds(given):
            assert self.engine.run(lambda: self.engine.queue.renew([token])) == [self.engine.now + LOCK]
            self.messages[name].locked_until = self.engine.now + LOCK
        else:
            with pytest.raises(LockLostError):
                self.engine.run(lambda: self.engine.queue.renew([token]))

    @rule(given=consumes(taken), how=st.sampled_from(["complete", "abandon", "release", "dead_letter"]))
    def settle(self, given: tuple[str, bytes], how: str) -> None:
        self.decide(given, how)

    @rule(given=consumes(taken))
    def defer(self, given: tuple[str, bytes]) -> None:
        self.decide(given, "defer")

    def decide(self, given: tuple[str, bytes], how: str) -> None:
        name, token = given
        entry = self.messages[name]
        arguments = ["Bad", "because"] if how == "dead_letter" else []
        if not self.holds(given):
            with pytest.raises(LockLostError):
                self.engine.run(lambda: getattr(self.engine.queue, how)(token, *arguments))
            return
        self.engine.run(lambda: getattr(self.engine.queue, how)(token, *arguments))
        if how == "dead_letter":
            entry.where, entry.reason = "dead", "Bad"
        else:
            self.settled(entry, how)

    def settled(self, entry: Entry, how: str) -> None:
        if how == "complete":
            entry.where = "gone"
        elif how == "defer":
            entry.where, entry.was_deferred = "deferred", True
            entry.failures += 1
        elif how == "release":
            self.back(entry)
        else:
            self.failed(entry)

    def failed(self, entry: Entry) -> None:
        entry.failures += 1
        if entry.failures >= MOST:
            entry.where, entry.reason = "dead", "MaxDeliveryCountExceeded"
        else:
            self.back(entry)

    def back(self, entry: Entry) -> None:
        if entry.was_deferred:
            entry.where = "deferred"
        elif entry.is_over(self.engine.now):
            self.expired(entry)
        else:
            entry.where = "ready"

    def expired(self, entry: Entry) -> None:
        entry.where = "dead" if self.expires_to_dead_letters else "gone"
        entry.reason = "TTLExpiredException"

    @rule(target=taken, data=st.data())
    def take_deferred(self, data: st.DataObject) -> Any:
        names = [name for name, entry in self.messages.items() if entry.where in {"deferred", "locked"}]
        if not names:
            return cast(Any, multiple())
        name = data.draw(st.sampled_from(names))
        (stored,) = [each for each in self.stored() if label(each) == name]
        if self.messages[name].where == "locked":
            with pytest.raises(MessageNotFoundError):
                self.engine.run(lambda: self.engine.queue.take_deferred([stored.sequence], lock=True))
            return cast(Any, multiple())
        if self.messages[name].is_over(self.engine.now):
            with pytest.raises(MessageNotFoundError):
                self.engine.run(lambda: self.engine.queue.take_deferred([stored.sequence], lock=True))
            self.expired(self.messages[name])
            return cast(Any, multiple())
        (delivery,) = self.engine.run(lambda: self.engine.queue.take_deferred([stored.sequence], lock=True))
        self.check_given(delivery, "deferred")
        assert delivery.lock is not None
        return name, delivery.lock.token

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        names = [name for name, entry in self.messages.items() if entry.where == "scheduled"]
        if names:
            name = data.draw(st.sampled_from(names))
            (stored,) = [each for each in self.stored() if label(each) == name]
            self.engine.run(lambda: self.engine.queue.cancel([stored.sequence]))
            self.messages[name].where = "gone"

    @rule(how=st.sampled_from(["complete", "abandon", "dead_letter"]))
    def take_a_dead_letter(self, how: str) -> None:
        queue = self.engine.dead_letters
        deliveries = self.engine.run(lambda: queue.take(1, lock=True))
        if not deliveries:
            return
        entry, lock = self.messages[label(deliveries[0].message)], deliveries[0].lock
        assert entry.where == "dead"
        assert lock is not None
        if how == "dead_letter":
            with pytest.raises(NotAllowedError):
                self.engine.run(lambda: queue.dead_letter(lock.token))
            self.engine.run(lambda: queue.release(lock.token))
        elif how == "abandon":
            self.engine.run(lambda: queue.abandon(lock.token))
            entry.failures += 1
        else:
            self.engine.run(lambda: queue.complete(lock.token))
            entry.where = "gone"

    # What happens to the process

    @rule(milliseconds=st.sampled_from([1, 29_999, 30_000, 60_000]))
    def time_passes(self, milliseconds: int) -> None:
        self.engine.pass_time(milliseconds)
        now = self.engine.now
        for entry in self.messages.values():
            if entry.where == "scheduled" and entry.scheduled <= now:
                entry.where, entry.enqueued = "ready", now
            elif entry.where == "ready" and entry.is_over(now):
                self.expired(entry)
            elif entry.where == "locked" and entry.locked_until <= now:
                self.failed(entry)

    @rule()
    def crash(self) -> None:
        self.engine.crash_and_restart()

    @rule(limit=st.integers(1, 3))
    def crash_before_the_commit(self, limit: int) -> None:
        lost = [Submission(msgspec.json.encode({"label": "never"}), message_id="never")]
        self.engine.crash_in_the_middle_of(lambda: self.engine.queue.send(lost))
        self.engine.crash_in_the_middle_of(lambda: self.engine.queue.take(limit, lock=False))

    # What always holds

    def stored(self) -> list[QueuedMessage]:
        return self.engine.queue.peek(0, 1_000)

    @invariant()
    def everything_is_where_the_model_says(self) -> None:
        if not hasattr(self, "engine"):
            return
        states = {label(message): message.state for message in self.stored()}
        assert len(states) == len(self.stored()), "a message is stored twice"
        expected = {
            name: {"deferred": MessageState.DEFERRED, "scheduled": MessageState.SCHEDULED}.get(
                entry.where, MessageState.DEFERRED if entry.was_deferred else MessageState.ACTIVE
            )
            for name, entry in self.messages.items()
            if entry.where not in {"gone", "dead"}
        }
        assert states == expected
        dead = {label(each): each for each in self.engine.dead_letters.peek(0, 1_000)}
        assert set(dead) == {name for name, entry in self.messages.items() if entry.where == "dead"}
        for name, message in dead.items():
            properties = cast("dict[str, Any]", msgspec.json.decode(message.payload))
            assert properties["DeadLetterReason"] == self.messages[name].reason
            assert message.delivery_count == self.messages[name].failures
            assert message.source == "q"
        assert not self.engine.failures


TestQueueModel = QueueModel.TestCase
TestQueueModel.settings = settings(max_examples=50, stateful_step_count=40)
