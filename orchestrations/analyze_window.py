"""Analyse one suspicious window: look its events up, judge them, keep the verdicts, tell the fraud team."""

import azure.durable_functions as df

from fraud.analysis import LOOKUPS, Chunk, ChunkResult, WindowSummary, WindowTask, retry_delay
from orchestrations.analyze_window_at_the_end import analyze_at_the_end
from orchestrations.calls import Orchestrator, call, fan_out, timer
from orchestrations.contracts import (
    ALERT_FRAUD_TEAM,
    CLEAR_WORK,
    JUDGE_EVENTS,
    JUDGE_SMALL_WINDOW,
    STORE_VERDICTS,
)


def analyze_window(context: df.DurableOrchestrationContext, task: WindowTask) -> Orchestrator[WindowSummary]:
    """Judge every id of a window. Gives the counts by band, and where the verdicts lie.

    The verdicts on events that are found are stored and told at once. Events that have not reached the archive yet are
    looked up again, at growing intervals over more than an hour, and amend the same verdicts and case; what is never
    found stays recorded as unresolved and is never dropped. An alert that no receiver took is tried once more at the
    end, and the instance fails if none takes it then. Every activity may run twice and writes to computed places, so an
    orchestration that runs again writes the same verdicts.
    """
    if task.version < 2:
        return (yield from analyze_at_the_end(context, task))

    untold: list[WindowSummary] = []
    if task.ids:
        results, summary = yield from _judge_small(context, task, untold)
    else:
        results = yield from fan_out(context, JUDGE_EVENTS, [chunk.at(1) for chunk in task.chunks()])
        summary = yield from _store_and_tell(context, task, results, untold)
    has_work = not task.ids or bool(_open_chunks(task, results, 2))
    for lookup in range(2, LOOKUPS + 1):
        unfinished = _open_chunks(task, results, lookup)
        if not unfinished:
            break
        yield timer(context, context.current_utc_datetime + retry_delay(lookup - 1))
        before, results = results, _with(results, (yield from fan_out(context, JUDGE_EVENTS, unfinished)))
        if [result.digest for result in results] != [result.digest for result in before]:
            summary = yield from _store_and_tell(context, task, results, untold)

    for alert in untold:
        yield from call(context, ALERT_FRAUD_TEAM, alert)
    if has_work:
        yield from call(context, CLEAR_WORK, task.finished_by(results))
    return summary


def _judge_small(
    context: df.DurableOrchestrationContext, task: WindowTask, untold: list[WindowSummary]
) -> Orchestrator[tuple[list[ChunkResult], WindowSummary]]:
    first = yield from call(context, JUDGE_SMALL_WINDOW, task)
    _set_status(context, task, [first.result])
    if not first.told:
        yield from _tell(context, first.summary, untold)
    return [first.result], first.summary


def _store_and_tell(
    context: df.DurableOrchestrationContext, task: WindowTask, results: list[ChunkResult], untold: list[WindowSummary]
) -> Orchestrator[WindowSummary]:
    summary = yield from call(context, STORE_VERDICTS, task.judged_by(results))
    _set_status(context, task, results)
    yield from _tell(context, summary, untold)
    return summary


def _tell(
    context: df.DurableOrchestrationContext, summary: WindowSummary, untold: list[WindowSummary]
) -> Orchestrator[None]:
    try:
        yield from call(context, ALERT_FRAUD_TEAM, summary)
    except Exception:  # noqa: BLE001 - the SDK raises nothing more exact
        # A webhook that is away for longer than the retries must not keep late events from being judged.
        untold.append(summary)


def _set_status(context: df.DurableOrchestrationContext, task: WindowTask, results: list[ChunkResult]) -> None:
    unresolved = sum(result.unresolved for result in results)
    context.set_custom_status({"phase": "verdicts stored", "ids": task.count, "unresolved": unresolved})


def _open_chunks(task: WindowTask, results: list[ChunkResult], lookup: int) -> list[Chunk]:
    return [chunk.at(lookup) for chunk in task.chunks() if results[chunk.number].is_open(lookup)]


def _with(results: list[ChunkResult], later: list[ChunkResult]) -> list[ChunkResult]:
    by_number = {result.number: result for result in [*results, *later]}
    return [by_number[number] for number in range(len(results))]
