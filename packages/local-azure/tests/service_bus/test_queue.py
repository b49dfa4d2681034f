"""The queue, one rule at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from local_azure.service_bus.messages import (
    HandedOut,
    LockLostError,
    MessageNotFoundError,
    MessageState,
    QueuedMessage,
    Submission,
    TooLargeError,
)
from local_azure.service_bus.settings import QueueSettings
from tests.service_bus.engine import Engine

LOCK, WINDOW = 60_000, 300_000
RULES = QueueSettings(lock_duration=LOCK, max_delivery_count=3, dead_letter_on_expiration=True, duplicate_window=WINDOW)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    running = Engine(tmp_path, RULES)
    yield running
    running.close()


def submission(name: str, **options: Any) -> Submission:
    return Submission(msgspec.json.encode({"label": name}), **options)


def send(engine: Engine, *names: str, **options: Any) -> list[int]:
    return engine.run(lambda: engine.queue.send([submission(name, **options) for name in names]))


def take(engine: Engine, limit: int = 10) -> list[tuple[HandedOut, bytes]]:
    taken = engine.run(lambda: engine.queue.take(limit, lock=True))
    return [(delivery, delivery.lock.token) for delivery in taken if delivery.lock]


def content(message: QueuedMessage) -> dict[str, Any]:
    return msgspec.json.decode(message.payload)


def labels(messages: list[QueuedMessage]) -> list[str]:
    return [content(message)["label"] for message in messages]


def test_a_renewed_lock_does_not_hide_an_older_one_that_expires(engine: Engine) -> None:
    send(engine, "renewed", "expiring")
    (_, renewed), (_, expiring) = take(engine)
    engine.pass_time(LOCK - 1)
    engine.run(lambda: engine.queue.renew([renewed]))
    engine.pass_time(1)
    assert [content(each.message)["label"] for each, _ in take(engine)] == ["expiring"]
    with pytest.raises(LockLostError):
        engine.run(lambda: engine.queue.complete(expiring))
    engine.run(lambda: engine.queue.complete(renewed))


def test_a_lock_survives_the_process_and_can_be_settled_by_its_token(engine: Engine) -> None:
    send(engine, "held", "free")
    ((_, held),) = take(engine, 1)
    engine.crash_and_restart()
    assert [content(each.message)["label"] for each, _ in take(engine)] == ["free"]
    engine.run(lambda: engine.queue.complete(held))
    assert labels(engine.queue.peek(0, 10)) == ["free"]


def test_a_message_whose_lock_expires_after_a_restart_comes_back_once(engine: Engine) -> None:
    send(engine, "first", "held", "last")
    first, *_ = take(engine, 2)
    engine.run(lambda: engine.queue.release(first[1]))
    engine.crash_and_restart()
    engine.pass_time(LOCK)
    assert [content(each.message)["label"] for each, _ in take(engine)] == ["first", "held", "last"]
    assert take(engine) == []


def test_sequence_numbers_are_not_given_twice_even_if_all_messages_are_gone(engine: Engine) -> None:
    numbers = send(engine, "a", "b")
    engine.run(lambda: engine.queue.take(2, lock=False))
    engine.crash_and_restart()
    assert send(engine, "c") == [numbers[-1] + 1]


def test_no_sequence_number_reaches_into_another_queue(engine: Engine) -> None:
    send(engine, "dead")
    ((_, token),) = take(engine)
    engine.run(lambda: engine.queue.dead_letter(token))
    for number in (1 + (1 << 44), 1 - (1 << 44), 2**63 - 1, -(2**63)):
        assert engine.dead_letters.peek(number, 10) == (engine.dead_letters.peek(1, 10) if number < 1 else [])
        assert engine.queue.peek(number, 10) == []
        with pytest.raises(MessageNotFoundError):
            engine.run(lambda number=number: engine.queue.cancel([number]))


def test_an_id_is_a_duplicate_until_its_window_is_over_and_then_its_row_is_gone(engine: Engine) -> None:
    send(engine, "one", message_id="1")
    engine.pass_time(WINDOW - 1)
    send(engine, "again", message_id="1")
    assert engine.queue.next_due() == engine.now + 1
    engine.pass_time(1)
    assert engine.queue.next_due() is None
    send(engine, "anew", message_id="1")
    assert labels(engine.queue.peek(0, 10)) == ["one", "anew"]


def test_a_window_is_over_at_its_end_even_if_no_timer_has_run_yet(engine: Engine) -> None:
    send(engine, "one", message_id="1")
    engine.now += WINDOW - 1
    send(engine, "again", message_id="1")
    engine.now += 1
    send(engine, "anew", message_id="1")
    assert labels(engine.queue.peek(0, 10)) == ["one", "anew"]


def test_the_last_delivery_that_fails_is_the_last(engine: Engine) -> None:
    send(engine, "m")
    for failures in range(3):
        ((delivery, token),) = take(engine)
        assert delivery.message.delivery_count == failures
        engine.run(lambda token=token: engine.queue.abandon(token))
    assert take(engine) == []
    (dead,) = engine.dead_letters.peek(0, 10)
    assert (dead.delivery_count, dead.source) == (3, "q")
    assert content(dead)["DeadLetterReason"] == "MaxDeliveryCountExceeded"


def test_a_dead_letter_can_fail_and_wait_without_end(engine: Engine) -> None:
    send(engine, "m", time_to_live=1_000)
    engine.pass_time(1_000)
    for failures in range(12):
        ((delivery, token),) = [
            (each, each.lock.token) for each in engine.run(lambda: engine.dead_letters.take(1, lock=True)) if each.lock
        ]
        assert delivery.message.delivery_count == failures
        engine.run(lambda token=token: engine.dead_letters.abandon(token))
        engine.pass_time(1_000_000)
    assert labels(engine.dead_letters.peek(0, 10)) == ["m"]


def test_an_expired_message_stays_with_its_holder_and_dies_when_it_is_given_back(engine: Engine) -> None:
    send(engine, "completed", "abandoned", time_to_live=1_000)
    (_, completed), (_, abandoned) = take(engine)
    engine.pass_time(2_000)
    engine.run(lambda: engine.queue.complete(completed))
    engine.run(lambda: engine.queue.abandon(abandoned))
    assert take(engine) == []
    (dead,) = engine.dead_letters.peek(0, 10)
    assert content(dead) == {
        "label": "abandoned",
        "DeadLetterReason": "TTLExpiredException",
        "DeadLetterErrorDescription": "The message expired and was dead lettered.",
    }


def test_the_queues_time_to_live_is_the_longest_a_message_can_have(tmp_path: Path) -> None:
    engine = Engine(tmp_path, QueueSettings(default_time_to_live=5_000))
    send(engine, "none")
    send(engine, "long", time_to_live=60_000)
    send(engine, "short", time_to_live=1_000)
    assert [message.time_to_live for message in engine.queue.peek(0, 10)] == [5_000, 5_000, 1_000]
    engine.close()


def test_a_deferred_message_expires_only_when_somebody_asks_for_it(engine: Engine) -> None:
    (number,) = send(engine, "later", time_to_live=1_000)
    ((_, token),) = take(engine)
    engine.run(lambda: engine.queue.defer(token))
    engine.pass_time(2_000)
    assert labels(engine.queue.peek(0, 10)) == ["later"]
    with pytest.raises(MessageNotFoundError):
        engine.run(lambda: engine.queue.take_deferred([number], lock=True))
    assert labels(engine.dead_letters.peek(0, 10)) == ["later"]


def test_a_deferred_message_that_is_given_back_stays_deferred(engine: Engine) -> None:
    (number,) = send(engine, "later")
    ((_, token),) = take(engine)
    engine.run(lambda: engine.queue.defer(token))
    engine.run(lambda: engine.queue.take_deferred([number], lock=True))
    with pytest.raises(MessageNotFoundError):
        engine.run(lambda: engine.queue.take_deferred([number], lock=True))
    engine.pass_time(LOCK)
    assert take(engine) == []
    (message,) = engine.queue.peek(0, 10)
    assert (message.state, message.delivery_count) == (MessageState.DEFERRED, 2)


def test_asking_for_a_deferred_message_twice_in_one_request_gives_it_once(engine: Engine) -> None:
    (number,) = send(engine, "later")
    ((_, token),) = take(engine)
    engine.run(lambda: engine.queue.defer(token))
    assert len(engine.run(lambda: engine.queue.take_deferred([number, number], lock=False))) == 1


def test_of_several_deferred_messages_all_are_given_or_none(engine: Engine) -> None:
    (number,) = send(engine, "later")
    ((_, token),) = take(engine)
    engine.run(lambda: engine.queue.defer(token))
    with pytest.raises(MessageNotFoundError):
        engine.run(lambda: engine.queue.take_deferred([number, 999], lock=False))
    assert len(engine.run(lambda: engine.queue.take_deferred([number], lock=False))) == 1


def test_of_several_scheduled_messages_all_are_cancelled_or_none(engine: Engine) -> None:
    (number,) = send(engine, "later", scheduled=engine.now + 1_000)
    with pytest.raises(MessageNotFoundError):
        engine.run(lambda: engine.queue.cancel([number, 999]))
    engine.pass_time(1_000)
    ((delivery, _),) = take(engine)
    assert delivery.message.sequence > number
    assert (delivery.message.origin, delivery.message.enqueued) == (number, engine.now)


def test_properties_to_modify_stay_with_the_message(engine: Engine) -> None:
    send(engine, "m")
    ((_, token),) = take(engine)
    engine.run(lambda: engine.queue.abandon(token, {"why": "busy"}))
    ((delivery, token),) = take(engine)
    assert content(delivery.message) == {"label": "m", "why": "busy"}
    with pytest.raises(TooLargeError):
        engine.run(lambda: engine.queue.abandon(token, {"why": "x" * 2_000_000}))
    engine.run(lambda: engine.queue.complete(token))


def test_a_shorter_lock_setting_holds_for_locks_that_were_taken_before(tmp_path: Path) -> None:
    engine = Engine(tmp_path, QueueSettings(lock_duration=300_000))
    send(engine, "m")
    take(engine)
    engine.settings = QueueSettings(lock_duration=1_000)
    engine.crash_and_restart()
    engine.pass_time(1_000)
    assert len(take(engine)) == 1
    engine.close()


def test_timers_and_receivers_read_indexes_and_scan_no_table(engine: Engine) -> None:
    seen: list[str] = []
    engine.watch_statements(seen.append)
    send(engine, "a", message_id="1", time_to_live=1_000)
    send(engine, "b", scheduled=engine.now + 500)
    take(engine)
    engine.pass_time(LOCK)
    assert any("SELECT" in statement for statement in seen)
    plans = [row for statement in seen for row in engine.plan(statement)]
    assert not [plan for plan in plans if plan.startswith("SCAN")]
