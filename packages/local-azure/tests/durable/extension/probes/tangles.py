"""Retries, timers, children and events that race with one another."""

import asyncio
from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.probing import end_of, probe, settled


@probe
async def children_of_different_length(client: Client) -> Any:
    await client.start("fast_and_slow_children", "lengths")
    return end_of(await client.ended("lengths"))


@probe
async def retries_in_races(client: Client) -> Any:
    names = (
        "retried_activity_gives_up_in_a_race", "all_with_a_failing_child_and_retries", "any_in_all_in_any",
        "any_of_nothing",
    )  # fmt: skip
    return {name: await settled(client, name, name.replace("_", "-"), None) for name in names}


@probe
async def a_retried_child_against_a_timer(client: Client) -> Any:
    await client.start("retried_child_against_a_timer", "retry-or-timer")
    await client.until("retry-or-timer", lambda status: status["runtimeStatus"] != "Pending")
    await asyncio.sleep(2 if client.engine == "local" else 4)
    full = await client.full_status("retry-or-timer")
    return [full["runtimeStatus"], full["output"], [event["EventType"] for event in full["historyEvents"]]]


@probe
async def a_loser_that_is_awaited_at_last(client: Client) -> Any:
    await client.start("an_early_loser_awaited_at_last", "loser")
    await client.waiting("loser")
    await client.raise_event("loser", "go", "event")
    return end_of(await client.ended("loser"))


@probe
async def timers_that_are_cancelled(client: Client) -> Any:
    names = ("many_cancelled_timers", "cancels_what_has_fired", "a_timer_awaited_after_it_was_cancelled")
    ends = {name: await settled(client, name, name.replace("_", "-"), None, hangs=name == names[-1]) for name in names}
    full = await client.full_status("many-cancelled-timers")
    return [ends, [event["EventType"] for event in full["historyEvents"]]]


@probe
async def a_timer_of_twenty_days(client: Client) -> Any:
    await client.start("a_long_timer", "twenty-days")
    await client.waiting("twenty-days")
    await client.raise_event("twenty-days", "go", 1)
    ended = await settled(client, None, "twenty-days", None, hangs=True)
    full = await client.full_status("twenty-days")
    return [ended, [event["EventType"] for event in full["historyEvents"]]]


@probe
async def a_retry_that_ends_after_its_group(client: Client) -> Any:
    await client.start("retries_and_a_failure_in_one_group", "late-retry")
    ended = await client.ended("late-retry")
    full = await client.full_status("late-retry")
    events = [[event["EventType"], event.get("FunctionName"), event.get("Result")] for event in full["historyEvents"]]
    return [end_of(ended), even(events)]


@probe
async def groups_that_fail_before_they_end(client: Client) -> Any:
    shown: dict[str, Any] = {}
    for name in ("work_after_a_failed_group", "a_failed_group_that_nobody_catches", "a_failed_group_within_a_race"):
        await client.start(name, name.replace("_", "-"))
    for name in ("work_after_a_failed_group", "a_failed_group_that_nobody_catches", "a_failed_group_within_a_race"):
        ended = end_of(await client.ended(name.replace("_", "-")))
        full = await client.full_status(name.replace("_", "-"))
        shown[name] = [ended, [event["EventType"] for event in full["historyEvents"]]]
    return shown


@probe
async def a_failed_group_that_waits_for_an_event(client: Client) -> Any:
    shown: list[Any] = []
    for name in ("a_failed_group_that_waits", "a_generation_after_a_failed_group"):
        instance = name.replace("_", "-")
        await client.start(name, instance, 0)
        await client.waiting(instance, "caught")
        await asyncio.sleep(0.3 if client.engine == "local" else 3)
        between = (await client.status(instance))["runtimeStatus"]
        await client.raise_event(instance, "go", "late")
        shown.append([between, end_of(await client.ended(instance))])
    return shown
