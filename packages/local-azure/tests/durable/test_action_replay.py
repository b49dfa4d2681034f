"""Numbers: the engine must give those that the SDK gives, in every order of completions."""

from typing import Any

import msgspec
import pytest

from local_azure.durable.action_replay import ActionReplay
from local_azure.durable.actions import Action
from local_azure.durable.events import Event, EventType, stamp
from local_azure.durable.inbox import order
from local_azure.durable.non_determinism import NonDeterminismError
from local_azure.durable.tasks import DecisionKind

NOW = stamp(1_000_000.0)
TIMER = Event(event_type=EventType.TIMER_CREATED, event_id=0, timestamp=NOW, fire_at=NOW)
STARTED = Event(event_type=EventType.ORCHESTRATOR_STARTED, timestamp=NOW)


def actions(*raw: dict[str, Any]) -> list[Action]:
    return msgspec.convert(list(raw), list[Action])


def activity(name: str) -> dict[str, Any]:
    return {"actionType": 0, "functionName": name, "input": "1"}


def retried(name: str) -> dict[str, Any]:
    options = {"firstRetryIntervalInMilliseconds": 1000, "maxNumberOfAttempts": 2}
    return {**activity(name), "actionType": 1, "retryOptions": options}


def group(*children: dict[str, Any]) -> dict[str, Any]:
    return {"actionType": 12, "compoundActions": list(children)}


def race(*children: dict[str, Any]) -> dict[str, Any]:
    return {"actionType": 11, "compoundActions": list(children)}


def scheduled(number: int, name: str) -> Event:
    return Event(event_type=EventType.TASK_SCHEDULED, event_id=number, timestamp=NOW, name=name, input="1")


def completed(number: int) -> Event:
    return Event(event_type=EventType.TASK_COMPLETED, timestamp=NOW, task_scheduled_id=number, result="1")


def failed(number: int) -> Event:
    return Event(event_type=EventType.TASK_FAILED, timestamp=NOW, task_scheduled_id=number, reason="no", details="")


def replay_of(*events: Event, asked: list[Action]) -> ActionReplay:
    replay = ActionReplay(asked, "execution")
    for event in events:
        replay.feed(event)
    return replay


def test_actions_are_carried_out_one_after_the_other_and_numbered_in_their_order():
    replay = replay_of(STARTED, asked=actions(activity("a"), group(activity("b"), activity("c")), activity("d")))

    def decided() -> list[tuple[int, str]]:
        return [(decision.number, decision.name) for decision in replay.decide()]

    assert decided() == [(0, "a")]
    replay.feed(completed(0))
    assert decided() == [(1, "b"), (2, "c")]
    replay.feed(failed(1))
    # User code goes on here, but the extension waits for the whole group.
    assert (decided(), replay.has_open_tasks) == ([], True)
    replay.feed(completed(2))
    assert decided() == [(3, "d")]


def test_a_history_in_which_a_failed_group_was_not_waited_for_is_replayed_as_it_is():
    asked = actions(group(activity("a"), activity("b")), activity("c"))
    history = (STARTED, scheduled(0, "a"), scheduled(1, "b"), failed(0), scheduled(2, "c"), completed(2), completed(1))

    assert replay_of(*history, asked=asked).decide() == []


def test_a_retry_in_a_failed_group_takes_its_numbers_before_what_comes_behind_the_group():
    """The SDK numbers the other way round, so user code gets wrong results there, as it does on Azure."""
    asked = actions(group(retried("fragile"), activity("fine")), activity("next"))
    replay = replay_of(STARTED, scheduled(0, "fragile"), scheduled(1, "fine"), failed(1), failed(0), asked=asked)

    assert [(each.number, each.kind) for each in replay.decide()] == [(2, DecisionKind.TIMER)]


def test_a_retry_timer_takes_its_number_before_what_user_code_asks_for_next():
    first = actions(race(retried("fragile"), activity("fine")))
    before = replay_of(STARTED, scheduled(0, "fragile"), scheduled(1, "fine"), asked=first)
    arrived = order([completed(1), failed(0)], before)

    after = replay_of(
        STARTED,
        scheduled(0, "fragile"),
        scheduled(1, "fine"),
        STARTED,
        *arrived,
        asked=actions(race(retried("fragile"), activity("fine")), activity("next")),
    )

    assert arrived == [failed(0), completed(1)]
    assert [(d.number, d.kind) for d in after.decide()] == [(2, DecisionKind.TIMER), (3, DecisionKind.ACTIVITY)]


def test_duplicates_and_latecomers_are_left_out():
    replay = replay_of(
        STARTED, scheduled(0, "a"), completed(0), scheduled(1, "b"), asked=actions(activity("a"), activity("b"))
    )

    assert order([completed(0), completed(1), completed(1), completed(7)], replay) == [completed(1)]


def test_user_code_that_waits_for_all_need_not_be_asked_before_the_last():
    asked = actions(group(activity("a"), activity("b")))
    replay = replay_of(STARTED, scheduled(0, "a"), scheduled(1, "b"), asked=asked)
    replay.decide()
    replay.feed(completed(0))
    after_the_first = replay.may_run_on()
    replay.decide()
    replay.feed(completed(1))

    assert (after_the_first, replay.may_run_on()) == (False, True)


def test_a_failure_lets_user_code_go_on_at_once():
    asked = actions(group(activity("a"), activity("b")))
    replay = replay_of(STARTED, scheduled(0, "a"), scheduled(1, "b"), asked=asked)
    replay.decide()
    replay.feed(failed(0))

    assert replay.may_run_on()


def test_a_task_outside_the_last_action_may_be_awaited_again():
    asked = actions(group(activity("a"), activity("b")), activity("c"))
    history = (STARTED, scheduled(0, "a"), scheduled(1, "b"), failed(0), scheduled(2, "c"))
    replay = replay_of(*history, asked=asked)
    replay.decide()
    replay.feed(completed(1))

    assert replay.may_run_on()


@pytest.mark.parametrize(
    ("history", "asked", "said"),
    [
        ([scheduled(0, "a")], [activity("b")], "scheduled an activity task named 'b'"),
        ([scheduled(0, "a")], [{"actionType": 5, "fireAt": NOW}], "produced a CreateTimerOrchestratorAction"),
        ([scheduled(0, "a")], [], "hasn't .yet.. scheduled this task"),
        ([scheduled(0, "a"), scheduled(0, "a")], [activity("a")], "hasn't .yet.. scheduled this task"),
        (
            [Event(event_type=EventType.TIMER_CREATED, event_id=0, timestamp=NOW, fire_at=NOW)],
            [activity("a")],
            "a timer",
        ),
    ],
)
def test_a_history_that_the_actions_do_not_lead_to_is_told(
    history: list[Event], asked: list[dict[str, Any]], said: str
):
    with pytest.raises(NonDeterminismError, match=said):
        replay_of(STARTED, *history, asked=actions(*asked))


def test_every_event_of_the_history_has_served_one_waiter():
    wait = {"actionType": 6, "externalEventName": "Go", "reason": "ExternalEvent"}
    raised = Event(event_type=EventType.EVENT_RAISED, timestamp=NOW, name="Go", input="1")
    history = (STARTED, STARTED, raised, scheduled(0, "a"), STARTED, completed(0))

    replay = replay_of(*history, asked=actions(wait, activity("a"), wait))
    replay.decide()

    assert replay.raised.waits_for("Go")
    assert not replay.raised.waits_for("GO")
