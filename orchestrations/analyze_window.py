"""Analyse one suspicious window: look its events up, judge them, keep the verdicts, tell the fraud team."""

import azure.durable_functions as df

from fraud.analysis import LOOKUPS, ChunkResult, WindowSummary, WindowTask, retry_delay
from orchestrations.calls import Workflow, call, fan_out, timer
from orchestrations.contracts import ALERT_FRAUD_TEAM, CLEAR_WORK, JUDGE_EVENTS, STORE_VERDICTS


def analyze_window(context: df.DurableOrchestrationContext, task: WindowTask) -> Workflow[WindowSummary]:
    """Judge every id of a window exactly once.

    Gives the counts by band, and where the verdicts lie.
    Events that have not reached the archive yet are looked up again, at growing intervals over more than an hour; in
    the end they are recorded as unresolved, never dropped. Every activity may run twice and writes to computed places,
    so an orchestration that runs again writes the same verdicts.
    """
    results = yield from _judge(context, task)

    context.set_custom_status({"phase": "storing verdicts", "ids": task.count, "unresolved": _unresolved(results)})
    summary = yield from call(context, STORE_VERDICTS, task)
    yield from call(context, ALERT_FRAUD_TEAM, summary)
    yield from call(context, CLEAR_WORK, task)
    return summary


def _judge(context: df.DurableOrchestrationContext, task: WindowTask) -> Workflow[list[ChunkResult]]:
    """Judge all chunks, and those with missing events again until all are found or patience ends."""
    results: dict[int, ChunkResult] = {}
    chunks = task.chunks()
    for lookup in range(1, LOOKUPS + 1):
        for result in (yield from fan_out(context, JUDGE_EVENTS, chunks)):
            results[result.number] = result
        chunks = [chunk for chunk in chunks if results[chunk.number].unresolved]
        if not chunks or lookup == LOOKUPS:
            break
        unresolved = _unresolved(list(results.values()))
        context.set_custom_status({"phase": "waiting for the archive", "ids": task.count, "unresolved": unresolved})
        yield timer(context, context.current_utc_datetime + retry_delay(lookup))
    return list(results.values())


def _unresolved(results: list[ChunkResult]) -> int:
    return sum(result.unresolved for result in results)
