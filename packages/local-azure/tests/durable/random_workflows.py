"""Random workflows: a strategy that makes them, an app that runs them, an oracle that tells their result."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import azure.durable_functions as df
from hypothesis import strategies as st

from local_azure.testing.running_hub import Context, RunningHub, Steps

RETRY = df.RetryOptions(first_retry_interval_in_milliseconds=1000, max_number_of_attempts=4)
FOREVER = 1_000_000
FAILED = "failed"

Shape = list[Any]
"""A node of a workflow: its kind, then what belongs to it."""

_numbers = st.integers(0, 99)
_leaves = st.one_of(
    st.tuples(st.just("activity"), _numbers),
    st.tuples(st.just("flaky"), _numbers, st.sampled_from([0, 1, 3, FOREVER])),
    st.tuples(st.just("timer"), st.integers(0, 5)),
    st.tuples(st.just("race"), _numbers),
    st.tuples(st.just("signal"), _numbers),
    st.tuples(st.just("call"), _numbers),
    st.tuples(st.just("event"), st.sampled_from(["red", "Blue"])),
)
_steady = st.one_of(
    st.tuples(st.just("activity"), _numbers),
    st.tuples(st.just("flaky"), _numbers, st.just(0)),
)
"""Without retries: what is scheduled behind a race that a retry has outlived has its number, as on the extension."""
_tasks = st.one_of(
    st.tuples(st.just("activity"), _numbers),
    st.tuples(st.just("flaky"), _numbers, st.sampled_from([0, 1, 3, FOREVER])),
)


def shapes() -> st.SearchStrategy[Shape]:
    """Workflows of up to some twenty nodes, three deep."""
    return st.lists(_nodes(3), min_size=1, max_size=5).map(_as_lists).map(_with_own_names)


def _nodes(depth: int) -> st.SearchStrategy[Any]:
    if depth == 0:
        return _leaves
    inner = st.lists(_nodes(depth - 1), min_size=1, max_size=3)
    return st.one_of(
        _leaves,
        st.tuples(st.just("all"), st.lists(_tasks, min_size=1, max_size=6)),
        st.tuples(st.just("any_order"), st.lists(_steady, min_size=1, max_size=6)),
        st.tuples(st.just("child"), inner.map(_without_events)),
        st.tuples(st.just("again"), inner),
    )


def _as_lists(node: Any) -> Any:
    return [_as_lists(part) for part in cast(list[Any], node)] if isinstance(node, (list, tuple)) else node


def _with_own_names(nodes: Shape, numbers: Iterator[int] | None = None) -> Shape:
    """Every event has a name of its own: of two early ones with one name the SDK forgets the first."""
    numbers = numbers or itertools.count()
    for node in nodes:
        if node[0] == "event":
            node[1] = f"{node[1]} {next(numbers)}"
        elif node[0] == "again":
            _with_own_names(node[1], numbers)
    return nodes


def _without_events(nodes: list[Any]) -> list[Any]:
    """A child has an id of its own that the test does not know, so it can wait for no event, and does not continue."""
    return [("activity", 1) if node[0] in {"event", "again"} else node for node in nodes]


def register(hub: RunningHub) -> None:
    """The functions that run a workflow."""
    runs: dict[str, int] = {}

    @hub.orchestrator
    def workflow(context: Context) -> Steps:
        state: dict[str, Any] = context.get_input()
        todo, got = list(state["todo"]), list(state["got"])
        while todo:
            node = todo.pop(0)
            if node[0] == "again":
                context.continue_as_new({"todo": [*node[1], *todo], "got": got, "entity": state["entity"]})
                return None
            result = yield from step(context, node, state["entity"] or context.instance_id)
            got.append(result)
        return got

    @hub.activity
    def double(number: int) -> int:
        return 2 * number

    @hub.activity
    def flaky(job: list[Any]) -> int:
        number, failures, who = job
        runs[who] = runs.get(who, 0) + 1
        if runs[who] <= failures:
            raise ValueError("not yet")
        return number

    @hub.entity
    def counter(context: Context) -> None:
        context.set_state(context.get_state(lambda: 0) + context.get_input())
        context.set_result(context.get_state())


def task_of(context: Context, node: Shape) -> Any:
    """The SDK's task for an activity."""
    if node[0] == "activity":
        return context.call_activity("double", node[1])
    return context.call_activity_with_retry("flaky", RETRY, [*node[1:], context.new_uuid()])


def step(context: Context, node: Shape, entity_key: str) -> Steps:  # noqa: PLR0911 - one for each kind of node
    """Run one node; gives its result."""
    entity = df.EntityId("counter", entity_key)
    match node[0]:
        case "timer":
            yield context.create_timer(context.current_utc_datetime + timedelta(seconds=node[1]))
            return "slept"
        case "race":
            deadline = context.create_timer(context.current_utc_datetime + timedelta(days=1))
            work = context.call_activity("double", node[1])
            yield context.task_any([deadline, work])
            deadline.cancel()
            return work.result
        case "signal":
            context.signal_entity(entity, "add", node[1])
            return "sent"
        case "call":
            total = yield context.call_entity(entity, "add", node[1])
            return total
        case "event":
            value = yield context.wait_for_external_event(node[1])
            return value
        case "child":
            got = yield context.call_sub_orchestrator("workflow", {"todo": node[1], "got": [], "entity": None})
            return got
        case "any_order":
            return (yield from as_completed(context, node[1]))
        case _:
            tasks = [task_of(context, part) for part in (node[1] if node[0] == "all" else [node])]
            try:
                results = yield context.task_all(tasks) if node[0] == "all" else tasks[0]
            except Exception:  # noqa: BLE001 - the SDK raises no narrower type
                return FAILED
            return results


def as_completed(context: Context, nodes: list[Shape]) -> Steps:
    """Take results as they come; gives them sorted."""
    pending = [task_of(context, part) for part in nodes]
    got: list[str] = []
    while pending:
        done = yield context.task_any(pending)
        pending.remove(done)
        got.append(FAILED if isinstance(done.result, Exception) else str(done.result))
    return sorted(got)


def expected(nodes: list[Shape]) -> list[Any]:
    """The output of a workflow, told without an engine. Every event carries 0."""
    return _Oracle().run(nodes)


def event_names(nodes: list[Shape]) -> list[str]:
    """The events that a workflow waits for, in order."""
    names: list[str] = []
    for node in nodes:
        if node[0] == "event":
            names.append(node[1])
        elif node[0] == "again":
            names += event_names(node[1])
    return names


class _Oracle:
    def __init__(self) -> None:
        self._total = 0

    def run(self, nodes: list[Shape]) -> list[Any]:
        got: list[Any] = []
        for node in nodes:
            if node[0] == "again":
                got += self.run(node[1])
            else:
                got.append(self._result(node))
        return got

    def _result(self, node: Shape) -> Any:  # noqa: PLR0911 - one for each kind of node
        match node[0]:
            case "timer":
                return "slept"
            case "signal":
                self._total += node[1]
                return "sent"
            case "call":
                self._total += node[1]
                return self._total
            case "event":
                return 0
            case "child":
                return _Oracle().run(node[1])
            case "all":
                results = [self._result(part) for part in node[1]]
                return FAILED if FAILED in results else results
            case "any_order":
                return sorted(str(self._result(part)) for part in node[1])
            case "flaky":
                return FAILED if node[2] == FOREVER else node[1]
            case _:
                return 2 * node[1]
