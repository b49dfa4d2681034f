"""Analyse one suspicious window: look its events up, judge them, keep the verdicts, tell the fraud team."""

from typing import Any

import azure.durable_functions as df
import msgspec

from fraud.analysis import LOOKUPS, ChunkResult, WindowSummary, WindowTask, retry_delay
from orchestrations.steps import Workflow, call, fan_out, timer


def analyze_window(context: df.DurableOrchestrationContext) -> Workflow[dict[str, Any]]:
    """Judge every id of a window exactly once.

    Input: a `WindowTask`. Output: a `WindowSummary` (counts by band, and where the verdicts lie).
    Events that have not reached the archive yet are looked up again, at growing intervals over more than an hour; in
    the end they are recorded as unresolved, never dropped. Every step may run twice and writes to computed places, so
    a workflow that runs again writes the same verdicts.
    """
    task = msgspec.convert(context.get_input(), WindowTask)

    results = yield from _judge(context, task)

    context.set_custom_status({"phase": "storing verdicts", "ids": task.count, "unresolved": _unresolved(results)})
    summary = msgspec.convert((yield call(context, "store_verdicts", task)), WindowSummary)
    yield call(context, "alert_fraud_team", summary)
    yield call(context, "clear_work", task)
    return msgspec.to_builtins(summary)


def _judge(context: df.DurableOrchestrationContext, task: WindowTask) -> Workflow[list[ChunkResult]]:
    """Judge all chunks, and those with missing events again until all are found or patience ends."""
    results: dict[int, ChunkResult] = {}
    chunks = task.chunks()
    for lookup in range(1, LOOKUPS + 1):
        for result in (yield from fan_out(context, "judge_events", chunks, ChunkResult)):
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
