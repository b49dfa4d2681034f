"""Activities: called, failing, retried."""

import azure.durable_functions as df

from local_azure.testing.running_hub import Context, RunningHub, Steps

RETRY = df.RetryOptions(first_retry_interval_in_milliseconds=5000, max_number_of_attempts=3)


async def test_results_of_activities_reach_the_orchestrator(hub: RunningHub):
    @hub.orchestrator
    def add_up(context: Context) -> Steps:
        numbers = context.get_input()
        first = yield context.call_activity("double", numbers[0])
        second = yield context.call_activity("double", numbers[1])
        return {"sum": first + second}

    @hub.activity
    def double(number: int) -> int:
        return 2 * number

    status = await hub.run("add_up", [1, 2])

    assert (status["runtimeStatus"], status["output"]) == ("Completed", {"sum": 6})


async def test_a_wide_fan_out_needs_two_replays_only(hub: RunningHub):
    @hub.orchestrator
    def fan_out(context: Context) -> Steps:
        doubled = yield context.task_all([context.call_activity("double", n) for n in range(200)])
        return sum(doubled)

    @hub.activity
    def double(number: int) -> int:
        return 2 * number

    status = await hub.run("fan_out")

    assert status["output"] == 2 * sum(range(200))
    assert hub.worker is not None
    assert hub.worker.calls == {"fan_out": 2, "double": 200}


async def test_an_activity_that_fails_can_be_caught_with_its_message(hub: RunningHub):
    @hub.orchestrator
    def catch(context: Context) -> Steps:
        try:
            yield context.call_activity("fail", None)
        except Exception as error:  # noqa: BLE001 - the SDK raises no narrower type
            return str(error)

    @hub.activity
    def fail(nothing: object) -> None:
        raise ValueError("no such event")

    status = await hub.run("catch")

    assert "Activity function 'fail' failed: ValueError: no such event" in status["output"]


async def test_an_activity_that_fails_uncaught_fails_the_instance(hub: RunningHub):
    @hub.orchestrator
    def careless(context: Context) -> Steps:
        yield context.call_activity("fail", None)

    @hub.activity
    def fail(nothing: object) -> None:
        raise ValueError("no such event")

    status = await hub.run("careless")

    assert status["runtimeStatus"] == "Failed"
    assert status["output"].startswith("Orchestrator function 'careless' failed: ")
    assert "no such event" in status["output"]


async def test_a_retried_activity_succeeds_in_the_end(hub: RunningHub):
    attempts: list[int] = []

    @hub.orchestrator
    def insist(context: Context) -> Steps:
        answer = yield context.call_activity_with_retry("flaky", RETRY, 5)
        after = yield context.call_activity("after", answer)
        return after

    @hub.activity
    def flaky(number: int) -> int:
        attempts.append(number)
        if len(attempts) < 3:
            raise RuntimeError("not yet")
        return number

    @hub.activity
    def after(number: int) -> int:
        return number + 1

    status = await hub.run("insist")

    assert (attempts, status["output"]) == ([5, 5, 5], 6)


async def test_retries_end_with_the_last_failure(hub: RunningHub):
    @hub.orchestrator
    def insist(context: Context) -> Steps:
        try:
            yield context.call_activity_with_retry("broken", RETRY, None)
        except Exception as error:  # noqa: BLE001
            after = yield context.call_activity("report", str(error))
            return after

    @hub.activity
    def broken(nothing: object) -> None:
        raise RuntimeError("never")

    @hub.activity
    def report(text: str) -> str:
        return text

    status = await hub.run("insist")

    assert "never" in status["output"]
    assert hub.worker is not None
    assert hub.worker.calls["broken"] == 3


async def test_retries_in_a_fan_out_keep_their_numbers_apart(hub: RunningHub):
    seen: dict[int, int] = {}

    @hub.orchestrator
    def fan_out(context: Context) -> Steps:
        tasks = [context.call_activity_with_retry("flaky", RETRY, n) for n in range(20)]
        results = yield context.task_all(tasks)
        last = yield context.call_activity("flaky", 100)
        return [*results, last]

    @hub.activity
    def flaky(number: int) -> int:
        seen[number] = seen.get(number, 0) + 1
        if seen[number] <= number % 3:
            raise RuntimeError("not yet")
        return number

    # 100 % 3 == 1 would fail without a retry: let it have had its failure.
    seen[100] = 1
    status = await hub.run("fan_out")

    assert status["output"] == [*range(20), 100]


async def test_an_activity_that_the_app_does_not_have_fails_the_instance(hub: RunningHub):
    @hub.orchestrator
    def mistaken(context: Context) -> Steps:
        yield context.call_activity("no_such_activity", None)

    status = await hub.run("mistaken")

    assert status["runtimeStatus"] == "Failed"
    assert "The function 'no_such_activity' doesn't exist" in status["output"]
