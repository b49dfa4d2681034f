"""Any and all, continue-as-new, custom status, versions, changed code."""

from datetime import timedelta

import azure.durable_functions as df
import pytest

from local_azure.testing.running_hub import Context, RunningHub, Steps


def register_double(hub: RunningHub) -> None:
    @hub.activity
    def double(number: int) -> int:
        return 2 * number


async def test_results_are_taken_as_they_come(hub: RunningHub):
    register_double(hub)

    @hub.orchestrator
    def as_completed(context: Context) -> Steps:
        pending = [context.call_activity("double", n) for n in range(30)]
        got: list[int] = []
        while pending:
            done = yield context.task_any(pending)
            pending.remove(done)
            got.append(done.result)
        return sorted(got)

    assert (await hub.run("as_completed"))["output"] == [2 * n for n in range(30)]


async def test_groups_may_hold_groups(hub: RunningHub):
    register_double(hub)

    @hub.orchestrator
    def nested(context: Context) -> Steps:
        pairs = [
            context.task_all([context.call_activity("double", n), context.call_activity("double", 10 * n)])
            for n in (1, 2)
        ]
        later = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
        first = yield context.task_any([context.task_all(pairs), later])
        later.cancel()
        return first.result

    assert (await hub.run("nested"))["output"] == [[2, 20], [4, 40]]


async def test_a_group_of_all_fails_with_its_first_failure_and_the_rest_is_still_waited_for(hub: RunningHub):
    @hub.orchestrator
    def partly(context: Context) -> Steps:
        slow = context.create_timer(context.current_utc_datetime + timedelta(seconds=30))
        try:
            yield context.task_all([context.call_activity("fail", None), slow])
        except Exception:  # noqa: BLE001 - the SDK raises no narrower type
            context.set_custom_status("failed early")
        return "done"

    @hub.activity
    def fail(nothing: object) -> None:
        raise ValueError("no")

    instance_id = await hub.start("partly")
    early = await hub.until(instance_id, customStatus="failed early")

    assert early["runtimeStatus"] == "Running"
    assert (await hub.ended(instance_id))["output"] == "done"


async def test_a_task_that_is_yielded_again_after_it_lost_a_race(hub: RunningHub):
    """Retries that run on meanwhile take the numbers of what follows: under the extension it fails, too."""
    attempts: list[int] = []

    @hub.orchestrator
    def patient(context: Context) -> Steps:
        retry = df.RetryOptions(first_retry_interval_in_milliseconds=6000, max_number_of_attempts=4)
        work = context.call_activity_with_retry("flaky", retry, None)
        soon = context.create_timer(context.current_utc_datetime + timedelta(seconds=3))
        yield context.task_any([work, soon])
        first = yield work
        second = yield context.call_activity("double", first)
        return second

    @hub.activity
    def flaky(nothing: object) -> int:
        attempts.append(1)
        if len(attempts) < 4:
            raise ValueError("not yet")
        return 4

    register_double(hub)

    status = await hub.run("patient")

    assert status["runtimeStatus"] == "Failed"
    assert status["output"].startswith("Non-Deterministic workflow detected: A previous execution")


async def test_continue_as_new_starts_over_with_a_short_history(hub: RunningHub):
    register_double(hub)

    @hub.orchestrator
    def grow(context: Context) -> Steps:
        number = yield context.call_activity("double", context.get_input())
        context.set_custom_status(number)
        if number < 1000:
            context.continue_as_new(number)
            return None
        return number

    status = await hub.run("grow", 1, "g")

    assert (status["output"], status["customStatus"]) == (1024, 1024)
    assert len(await hub.history("g")) < 12


async def test_code_that_no_longer_leads_to_the_history_fails_the_instance_with_a_clear_message(hub: RunningHub):
    register_double(hub)
    code = {"calls": "double"}

    @hub.activity
    def triple(number: int) -> int:
        return 3 * number

    @hub.orchestrator
    def changing(context: Context) -> Steps:
        yield context.call_activity(code["calls"], 1)
        context.set_custom_status("waits")
        yield context.wait_for_external_event("go")

    instance_id = await hub.start("changing")
    await hub.until(instance_id, customStatus="waits")
    await hub.stop()
    code["calls"] = "triple"
    (await hub.hub()).client.raise_event(instance_id, "go", "1")
    status = await hub.ended(instance_id)

    assert status["runtimeStatus"] == "Failed"
    assert "Non-Deterministic workflow detected" in status["output"]
    assert "an activity task with sequence number 0 named 'double'" in status["output"]
    assert "an activity task named 'triple'" in status["output"]


@pytest.mark.filterwarnings("ignore:Potential duplicate Task completion")  # the SDK notices it too
async def test_code_that_schedules_less_than_the_history_fails_the_instance(hub: RunningHub):
    register_double(hub)
    code = {"calls": True}

    @hub.orchestrator
    def changing(context: Context) -> Steps:
        if code["calls"]:
            yield context.call_activity("double", 1)
        context.set_custom_status("waits")
        yield context.wait_for_external_event("go")

    instance_id = await hub.start("changing")
    await hub.until(instance_id, customStatus="waits")
    await hub.stop()
    code["calls"] = False
    (await hub.hub()).client.raise_event(instance_id, "go", "1")
    status = await hub.ended(instance_id)

    assert status["runtimeStatus"] == "Failed"
    assert "hasn't (yet?) scheduled this task" in status["output"]


@pytest.mark.parametrize("odd", ["\ud800", "\ud800@x"])
async def test_names_that_cannot_be_stored_fail_the_instance(hub: RunningHub, odd: str):
    register_double(hub)

    @hub.orchestrator
    def other(context: Context) -> Steps:
        yield

    @hub.orchestrator
    def name(context: Context) -> Steps:
        yield context.call_activity(odd, 1)

    @hub.orchestrator
    def child_id(context: Context) -> Steps:
        yield context.call_sub_orchestrator("other", 1, odd)

    @hub.orchestrator
    def version(context: Context) -> Steps:
        yield context.call_sub_orchestrator("other", 1, None, odd)

    for orchestrator in ("name", "child_id", "version"):
        assert (await hub.run(orchestrator))["runtimeStatus"] == "Failed"


async def test_output_that_is_no_json_fails_the_instance(hub: RunningHub):
    @hub.orchestrator
    def odd(context: Context) -> Steps:
        return {1, 2}
        yield

    status = await hub.run("odd")

    assert status["runtimeStatus"] == "Failed"
    assert "not JSON serializable" in status["output"]


async def test_odd_but_storable_values_pass_through(hub: RunningHub):
    @hub.orchestrator
    def odd(context: Context) -> Steps:
        value = yield context.call_activity("same", context.get_input())
        return value

    @hub.activity
    def same(value: object) -> object:
        return value

    odd_values = ["\ud800", "\x00", "\u2028", 2**80, 1e308, {"EventType": 16, "IsPlayed": False}, None]

    # .NET has no text with half a letter.
    assert (await hub.run("odd", odd_values))["output"] == ["\ufffd", *odd_values[1:]]
