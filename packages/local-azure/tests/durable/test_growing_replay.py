"""A state that goes on from episode to episode is the one that is built from the whole history, or it is not kept."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from local_azure.durable.action_replay import ActionReplay
from local_azure.durable.actions import Action
from local_azure.durable.events import Event, EventType, stamp
from local_azure.durable.inbox import order
from local_azure.durable.tasks import Decision, DecisionKind

RETRIES = {"firstRetryIntervalInMilliseconds": 1000, "maxNumberOfAttempts": 2}
SINGLE: list[dict[str, Any]] = [
    {"actionType": 0, "functionName": "plain", "input": "1"},
    {"actionType": 1, "functionName": "fragile", "input": "1", "retryOptions": RETRIES},
    {"actionType": 2, "functionName": "child"},
    {"actionType": 3, "functionName": "fragile child", "retryOptions": RETRIES},
    {"actionType": 5, "fireAt": stamp(2_000_000.0)},
    {"actionType": 7, "instanceId": "@counter@one", "operation": "get"},
    {"actionType": 9, "instanceId": "@counter@one", "operation": "add"},
    {"actionType": 6, "externalEventName": "go"},
]
singles = st.sampled_from(SINGLE)
groups: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"actionType": st.sampled_from([11, 12]), "compoundActions": st.lists(singles, min_size=1, max_size=3)}
)
FROM_OUTSIDE = (EventType.EVENT_RAISED, EventType.EXECUTION_SUSPENDED, EventType.EXECUTION_RESUMED)
EVENT_OF = {
    DecisionKind.ACTIVITY: EventType.TASK_SCHEDULED,
    DecisionKind.SUB_ORCHESTRATION: EventType.SUB_ORCHESTRATION_INSTANCE_CREATED,
    DecisionKind.TIMER: EventType.TIMER_CREATED,
    DecisionKind.EVENT: EventType.EVENT_SENT,
}


class Episode(msgspec.Struct, frozen=True):
    """What comes in: places among the open tasks and how they end; what comes from outside; what user code adds."""

    ends: list[tuple[int, bool]]
    from_outside: EventType | None
    added: list[dict[str, Any]]


episodes = st.builds(
    Episode,
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=3),
    st.sampled_from([None] * 12 + [*FROM_OUTSIDE]),
    st.lists(singles | groups, max_size=2),
)


@given(first=st.lists(singles | groups, min_size=1, max_size=3), later=st.lists(episodes, min_size=1, max_size=12))
def test_a_state_that_grew_is_the_one_that_is_built(first: list[dict[str, Any]], later: list[Episode]):
    asked = first
    history = [started(0)]
    replay = built(asked, history)
    decisions = decided(replay)
    working = ending(decisions)
    history += [recorded(decision) for decision in decisions]
    for place, episode in enumerate(later, 1):
        arrived = [completion(working.pop(number), number, well=well) for number, well in chosen(episode, working)]
        if episode.from_outside is not None:
            arrived.append(Event(event_type=episode.from_outside, timestamp=stamp(0), name="go", input="1"))
        new = [started(place), *order(arrived, replay)]
        asked = [*asked, *episode.added]
        for event in new:
            replay.feed(event)
        whole = built(asked, [*history, *new])
        if not replay.grow(parsed(asked)):
            replay = built(asked, [*history, *new])
        decisions = decided(replay)

        assert decisions == decided(whole)
        assert told(replay) == told(whole)
        working |= ending(decisions)
        history += [*new, *(recorded(decision) for decision in decisions)]


def test_a_chain_goes_on_without_its_history():
    replay = built(SINGLE[:1], [started(0)])
    replay.decide()
    replay.feed(completion(DecisionKind.ACTIVITY, 0, well=True))

    assert replay.grow(parsed([SINGLE[0], SINGLE[0]]))
    assert [decision.number for decision in replay.decide()] == [1]


def test_code_that_asks_for_something_else_is_held_against_the_history():
    replay = built(SINGLE[:2], [started(0)])
    replay.decide()

    assert not replay.grow(parsed([SINGLE[1], SINGLE[0]]))
    assert not replay.grow(parsed(SINGLE[:1]))


def test_a_timer_that_was_cancelled_meanwhile_is_seen():
    replay = built([SINGLE[4]], [started(0)])
    replay.decide()

    assert not replay.grow(parsed([{**SINGLE[4], "isCanceled": True}, SINGLE[0]]))


def parsed(asked: list[dict[str, Any]]) -> tuple[Action, ...]:
    return msgspec.convert(asked, tuple[Action, ...])


def built(asked: list[dict[str, Any]], history: list[Event]) -> ActionReplay:
    replay = ActionReplay(parsed(asked), "execution")
    for event in history:
        replay.feed(event)
    return replay


def decided(replay: ActionReplay) -> list[Decision]:
    return [] if replay.is_suspended else replay.decide()


def told(replay: ActionReplay) -> list[object]:
    """All that the engine asks a state."""
    open_numbers = [number for number in range(replay.next_number) if replay.is_open(number)]
    waits = (replay.raised.waits_for("go"), replay.raised.has_early("go"), replay.raised.lost())
    return [replay.next_number, open_numbers, replay.open_tasks, waits, replay.continues_as_new()]


def ending(decisions: list[Decision]) -> dict[int, DecisionKind]:
    """What ends by its number, as all but messages to entities do."""
    return {decision.number: decision.kind for decision in decisions if decision.kind is not DecisionKind.EVENT}


def chosen(episode: Episode, working: dict[int, DecisionKind]) -> list[tuple[int, bool]]:
    numbers = sorted(working)
    ends = {numbers[place]: well for place, well in episode.ends if place < len(numbers)}
    return list(ends.items())


def started(place: int) -> Event:
    return Event(event_type=EventType.ORCHESTRATOR_STARTED, timestamp=stamp(1_000_000.0 + place))


def recorded(decision: Decision) -> Event:
    kind = EVENT_OF[decision.kind]
    return Event(
        event_type=kind,
        event_id=decision.number,
        timestamp=stamp(0),
        name=decision.name,
        instance_id=decision.instance_id,
    )


def completion(kind: DecisionKind, number: int, *, well: bool) -> Event:
    if kind is DecisionKind.TIMER:
        return Event(event_type=EventType.TIMER_FIRED, timestamp=stamp(0), timer_id=number, fire_at=stamp(0))
    ends = {
        DecisionKind.ACTIVITY: (EventType.TASK_FAILED, EventType.TASK_COMPLETED),
        DecisionKind.SUB_ORCHESTRATION: (
            EventType.SUB_ORCHESTRATION_INSTANCE_FAILED,
            EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED,
        ),
    }
    return Event(event_type=ends[kind][well], timestamp=stamp(0), task_scheduled_id=number, result="1")
