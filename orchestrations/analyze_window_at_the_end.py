"""Version 1 of the window analysis, for instances that began with it: it stores verdicts after the last look-up."""

import azure.durable_functions as df

from fraud.analysis import LOOKUPS, ChunkResult, WindowSummary, WindowTask, retry_delay
from orchestrations.calls import Orchestrator, call, fan_out, timer
from orchestrations.contracts import ALERT_FRAUD_TEAM, CLEAR_WORK, JUDGE_EVENTS, STORE_VERDICTS


def analyze_at_the_end(context: df.DurableOrchestrationContext, task: WindowTask) -> Orchestrator[WindowSummary]:
    """Judge all ids, wait for those that are missing, and only then store the verdicts of all."""
    results = yield from _judge(context, task)

    context.set_custom_status({"phase": "storing verdicts", "ids": task.count, "unresolved": _unresolved(results)})
    summary = yield from call(context, STORE_VERDICTS, task)
    yield from call(context, ALERT_FRAUD_TEAM, summary)
    yield from call(context, CLEAR_WORK, task)
    return summary


def _judge(context: df.DurableOrchestrationContext, task: WindowTask) -> Orchestrator[list[ChunkResult]]:
    """Judge all chunks, and those with missing events again until all are found or no look-up is left."""
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
